using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>
/// How much of a recording went out within a counted look. It says what could have been seen, not that somebody looked: whoever counts
/// seconds watched takes what the player reports and believes no more of it than was served.
/// </summary>
public static class Served
{
    /// <summary>For <see cref="ClearBytes"/>: keeps what was served; none when the look is not counted.</summary>
    /// <param name="played">Index of the proxy that is played instead; none for the original.</param>
    public static Func<long, long, Task>? Within(Viewing look, Clip clip, ClipIndex? played, AgencyRecords records) =>
        look.Counted ? (from, until) => Keep(look, clip, played, records, from, until) : null;

    static async Task Keep(Viewing look, Clip clip, ClipIndex? played, AgencyRecords records, long from, long until)
    {
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips;
        // The answer has gone out: that is kept though the browser has left.
        await using (var reading = await records.Read(CancellationToken.None))
            clips = await Clips.WithIndexes(reading, look.Recording, CancellationToken.None);
        var startMs = clips.Where(c => c.Clip.Number < clip.Number).Sum(c => (c.Index.DurationUs + 500) / 1000);
        var index = played ?? clips.Single(c => c.Clip.Number == clip.Number).Index;
        if (SpanOf(index, from, until) is not { } span)
            return;
        await using var work = await records.Begin(Actor.System("serving"), CancellationToken.None);
        await work.Execute(
            "INSERT INTO viewing_served (viewing, from_ms, until_ms) VALUES (@Id, @from, @until)",
            new
            {
                look.Id,
                from = startMs + span.FromMs,
                until = startMs + span.UntilMs,
            },
            CancellationToken.None
        );
        await work.Commit(CancellationToken.None);
    }

    /// <summary>Media time of the fragments that lie whole in a range of bytes; none when none does.</summary>
    internal static (long FromMs, long UntilMs)? SpanOf(ClipIndex index, long from, long until)
    {
        var whole = index.Fragments.Where(f => f.Offset >= from && f.Offset + f.LengthBytes <= until).ToList();
        if (whole.Count == 0)
            return null;
        var next = index.Fragments.FirstOrDefault(f => f.StartUs > whole[^1].StartUs);
        var end = next.LengthBytes == 0 ? index.DurationUs : next.StartUs;
        return (whole[0].StartUs / 1000, (end + 999) / 1000);
    }

    /// <summary>What an account was served of a recording in its counted looks.</summary>
    public static Task<IReadOnlyList<(long FromMs, long UntilMs)>> To(
        Reading reading,
        AccountId account,
        RecordingId recording,
        CancellationToken stop
    ) =>
        reading.Many(
            """
            SELECT from_ms, until_ms FROM viewing_served JOIN viewing ON viewing.id = viewing_served.viewing
            WHERE viewing.recording = @recording AND viewing.account = @account ORDER BY from_ms
            """,
            new { account, recording },
            row => (row.Number("from_ms"), row.Number("until_ms")),
            stop
        );
}
