using Lapel.Media;

namespace Lapel.Governance;

/// <summary>What a machine noticed in the media. The words say what was noticed, and not why.</summary>
public enum LeadKind
{
    /// <summary>Dark for long while sound goes on.</summary>
    LensCovered,

    /// <summary>Dark for long, and no sound either.</summary>
    BlackPicture,
    FrozenPicture,

    /// <summary>Nothing is to be heard, and the sound was not muted.</summary>
    SilentSound,
}

/// <summary>
/// Something a person might look at: never a finding, never counted, and no word of the officer's is asked for about it.
/// Milliseconds of the player's time.
/// </summary>
public sealed record MediaLead(RecordingId Recording, LeadKind Kind, long FromMs, long UntilMs)
{
    public string Sentence =>
        Kind switch
        {
            LeadKind.LensCovered => "The picture is dark while sound goes on: perhaps night, perhaps something before the lens",
            LeadKind.BlackPicture => "The picture is dark and there is no sound",
            LeadKind.FrozenPicture => "The picture does not change",
            LeadKind.SilentSound => "Nothing is to be heard, though the sound was not muted",
            _ => throw new ArgumentOutOfRangeException(nameof(Kind)),
        };
}

public static class MediaLeads
{
    /// <summary>In order of time; empty as well when nobody has looked yet, see <see cref="LookedAt"/>.</summary>
    public static Task<IReadOnlyList<MediaLead>> Of(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many(
            "SELECT recording, kind, from_ms, until_ms FROM media_lead WHERE recording = @recording ORDER BY from_ms, kind",
            new { recording },
            row => new MediaLead(
                row.Id<Nouns.Recording>("recording"),
                row.Word<LeadKind>("kind"),
                row.Number("from_ms"),
                row.Number("until_ms")
            ),
            stop
        );

    public static Task<Instant?> LookedAt(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.One(
            "SELECT looked_at FROM media_look WHERE recording = @recording",
            new { recording },
            row => row.TimeOrNull("looked_at"),
            stop
        );

    /// <summary>Turns what ffmpeg saw into leads: what the camera says was muted or averted is no surprise and no lead.</summary>
    /// <param name="oddities">Of the whole recording, in the player's time.</param>
    /// <param name="muted">Stretches without sound by the officer's own act, in the player's time, milliseconds.</param>
    /// <param name="averted">Stretches with the lens turned away.</param>
    public static IReadOnlyList<MediaLead> From(
        RecordingId recording,
        IReadOnlyList<Oddity> oddities,
        IReadOnlyList<(long FromMs, long UntilMs)> muted,
        IReadOnlyList<(long FromMs, long UntilMs)> averted,
        OdditySettings settings
    )
    {
        var silent = Spans(OddityKind.Silent);
        var leads = new List<MediaLead>();
        foreach (var dark in Spans(OddityKind.Dark).SelectMany(d => Without(d, averted)))
            Add(
                silent.Any(s => Overlap(s, dark) > Length(dark) / 2) ? LeadKind.BlackPicture : LeadKind.LensCovered,
                dark,
                settings.DarkSeconds
            );
        foreach (var still in Spans(OddityKind.Frozen).SelectMany(f => Without(f, averted)))
            Add(LeadKind.FrozenPicture, still, settings.FrozenSeconds);
        foreach (var quiet in silent.SelectMany(s => Without(s, muted)))
            Add(LeadKind.SilentSound, quiet, settings.SilentSeconds);
        return [.. leads.OrderBy(l => l.FromMs).ThenBy(l => l.Kind)];

        List<(long FromMs, long UntilMs)> Spans(OddityKind kind) =>
            [.. oddities.Where(o => o.Kind == kind).Select(o => (o.FromUs / 1000, o.UntilUs / 1000))];

        void Add(LeadKind kind, (long FromMs, long UntilMs) span, int leastSeconds)
        {
            if (Length(span) >= leastSeconds * 1000L)
                leads.Add(new(recording, kind, span.FromMs, span.UntilMs));
        }
    }

    /// <summary>Puts what was found in place of what was found before.</summary>
    public static async Task Keep(Work work, RecordingId recording, IEnumerable<MediaLead> leads, CancellationToken stop)
    {
        await Forget(work, recording, stop);
        foreach (var lead in leads)
            await work.Execute(
                """
                INSERT INTO media_lead (recording, kind, from_ms, until_ms) VALUES (@Recording, @kind, @FromMs, @UntilMs)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    lead.Recording,
                    kind = Words<LeadKind>.Of(lead.Kind),
                    lead.FromMs,
                    lead.UntilMs,
                },
                stop
            );
        await work.Execute(
            "INSERT INTO media_look (recording, looked_at) VALUES (@recording, @Now)",
            new { recording, work.Now },
            stop
        );
    }

    public static async Task Forget(Work work, RecordingId recording, CancellationToken stop)
    {
        await work.Execute("DELETE FROM media_lead WHERE recording = @recording", new { recording }, stop);
        await work.Execute("DELETE FROM media_look WHERE recording = @recording", new { recording }, stop);
    }

    static long Length((long FromMs, long UntilMs) span) => span.UntilMs - span.FromMs;

    static long Overlap((long FromMs, long UntilMs) one, (long FromMs, long UntilMs) other) =>
        Math.Max(0, Math.Min(one.UntilMs, other.UntilMs) - Math.Max(one.FromMs, other.FromMs));

    static IEnumerable<(long FromMs, long UntilMs)> Without(
        (long FromMs, long UntilMs) span,
        IEnumerable<(long FromMs, long UntilMs)> holes
    )
    {
        var from = span.FromMs;
        foreach (var hole in holes.Where(h => Overlap(h, span) > 0).OrderBy(h => h.FromMs))
        {
            if (hole.FromMs > from)
                yield return (from, hole.FromMs);
            from = Math.Max(from, hole.UntilMs);
        }
        if (from < span.UntilMs)
            yield return (from, span.UntilMs);
    }
}

/// <summary>Looks through the media of an admitted recording, in the background, at low priority. Running it again finds the same.</summary>
sealed class LookingForLeads(Agency agency) : IJob
{
    public const string JobKind = "leads";

    static readonly OdditySettings Settings = new();

    public string Kind => JobKind;

    public async Task Run(string subject, CancellationToken stop)
    {
        var recording = RecordingId.Parse(subject);
        var (records, clear) = (agency.Get<AgencyRecords>(), agency.Get<ClearClips>());
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips;
        Manifest manifest;
        await using (var reading = await records.Read(stop))
        {
            if (await AdmittedManifests.Of(reading, recording, stop) is not { } admitted)
                return;
            (_, manifest) = SignedManifest.Read(admitted.Envelope);
            clips = await Clips.WithIndexes(reading, recording, stop);
        }
        var found = await Look(clips, clear, stop);
        var times = new PlayerTimes(manifest, clips);
        var leads = MediaLeads.From(
            recording,
            found,
            States(RecordingState.Muted, RecordingState.Stopped),
            States(RecordingState.Averted, RecordingState.Stopped),
            Settings
        );
        await using var work = await records.Begin(Actor.System("leads"), stop);
        await MediaLeads.Keep(work, recording, leads, stop);
        await work.Commit(stop);

        // The silent buffer before activation is silent by design.
        List<(long, long)> States(params RecordingState[] which) =>
            [
                .. manifest
                    .States.Where(s => which.Contains(s.State))
                    .Select(s => (times.At(s.From), times.At(s.Until ?? manifest.EndedAt))),
                .. which.Contains(RecordingState.Muted) && !manifest.PreEventSound && manifest.ActivatedAt > manifest.StartedAt
                    ? new[] { (0L, times.At(manifest.ActivatedAt)) }
                    : [],
            ];
    }

    /// <summary>Of all clips, one after the other as the player shows them; what one ends with and the next begins with is one.</summary>
    static async Task<IReadOnlyList<Oddity>> Look(
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips,
        ClearClips clear,
        CancellationToken stop
    )
    {
        var all = new List<Oddity>();
        var startUs = 0L;
        // What is shorter in each of two clips may be long enough in both together.
        var each = Settings with
        {
            DarkSeconds = 2,
            FrozenSeconds = 2,
            SilentSeconds = 2,
        };
        foreach (var (clip, index) in clips)
        {
            if (index.Tracks.Count > 0)
            {
                using var media = clear.Open(clip);
                foreach (var oddity in await Oddities.Find(Ffmpeg.Find(), index, media.ReadAt, each, stop))
                    Join(all, oddity with { FromUs = oddity.FromUs + startUs, UntilUs = oddity.UntilUs + startUs });
            }
            startUs += (index.DurationUs + 500) / 1000 * 1000;
        }
        return all;
    }

    static void Join(List<Oddity> all, Oddity next)
    {
        var before = all.FindLastIndex(o => o.Kind == next.Kind);
        if (before >= 0 && next.FromUs - all[before].UntilUs < 1_500_000)
            all[before] = all[before] with { UntilUs = Math.Max(all[before].UntilUs, next.UntilUs) };
        else
            all.Add(next);
    }
}
