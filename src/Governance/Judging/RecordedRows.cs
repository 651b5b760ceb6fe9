using System.Text.Json;

namespace Lapel.Governance;

/// <summary>The table of recordings as the judge sees them.</summary>
static class RecordedRows
{
    /// <summary>Those of the officer that begin in the span, in order of time.</summary>
    public static Task<IReadOnlyList<Recorded>> Of(Reading reading, OfficerId officer, Interval begins, CancellationToken stop) =>
        reading.Many(
            """
            SELECT * FROM recorded WHERE officer = @officer AND from_at >= @From AND from_at < @Until
            ORDER BY officer, from_at, recording
            """,
            new
            {
                officer,
                begins.From,
                begins.Until,
            },
            Read,
            stop
        );

    public static Task<Recorded?> Find(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.One("SELECT * FROM recorded WHERE recording = @recording", new { recording }, Read, stop);

    /// <summary>Writes the row anew, unless it stands already as it is.</summary>
    /// <returns>Whether anything changed.</returns>
    public static async Task<bool> Put(Work work, Recorded recorded, CancellationToken stop)
    {
        var before = await Find(work, recorded.Recording, stop);
        if (before is not null && Same(before, recorded))
            return false;
        await work.Execute("DELETE FROM recorded WHERE recording = @Recording", new { recorded.Recording }, stop);
        await work.Execute(
            """
            INSERT INTO recorded (officer, from_at, recording, camera, unit, activated_at, until_at, pre_event_ms, notice_at,
                later_notices, states, admitted_at, tagged_at)
            VALUES (@Officer, @From, @Recording, @Camera, @Unit, @ActivatedAt, @Until, @PreEventMs, @NoticeAt,
                @later, @states, @AdmittedAt, @TaggedAt)
            """,
            new
            {
                recorded.Officer,
                recorded.From,
                recorded.Recording,
                recorded.Camera,
                recorded.Unit,
                recorded.ActivatedAt,
                recorded.Until,
                recorded.PreEventMs,
                recorded.NoticeAt,
                later = ToJson(recorded.LaterNotices),
                states = ToJson(recorded.States),
                recorded.AdmittedAt,
                recorded.TaggedAt,
            },
            stop
        );
        return true;
    }

    static bool Same(Recorded a, Recorded b) =>
        a.States.SequenceEqual(b.States)
        && a.LaterNotices.SequenceEqual(b.LaterNotices)
        && a with { States = [], LaterNotices = [] } == b with { States = [], LaterNotices = [] };

    static string? ToJson<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : JsonSerializer.Serialize(list, LapelJson.Lenient);

    static readonly IReadOnlyList<StateSpan> NoStates = [];
    static readonly IReadOnlyList<Instant> NoMarks = [];

    internal static Recorded Read(Row row) =>
        new(
            row.Id<Nouns.Recording>("recording"),
            row.Id<Nouns.Camera>("camera"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Time("from_at"),
            row.Time("activated_at"),
            row.Time("until_at"),
            row.Number("pre_event_ms"),
            row.TimeOrNull("notice_at"),
            row.TextOrNull("states") is null ? NoStates : row.Json<List<StateSpan>>("states"),
            row.Time("admitted_at"),
            row.TimeOrNull("tagged_at")
        )
        {
            LaterNotices = row.TextOrNull("later_notices") is null ? NoMarks : row.Json<List<Instant>>("later_notices"),
        };
}
