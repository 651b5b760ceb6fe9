namespace Lapel.Ingest;

public enum RemarkKind
{
    /// <summary>The camera's clock was wrong, or was never compared.</summary>
    Clock,

    /// <summary>The camera names another officer than the roster.</summary>
    Officer,

    /// <summary>The camera's manifest before this one has not been admitted.</summary>
    ChainGap,

    /// <summary>What the camera sealed cannot be read to its end.</summary>
    Unreadable,
}

/// <summary>Something about an admitted recording that people should know. It never keeps evidence out.</summary>
public sealed record Remark(RemarkKind Kind, string Words);

public sealed record RemarkedRecording(RecordingId Recording, Instant At, Remark Remark);

public static class Remarks
{
    static readonly Duration Tolerated = Duration.FromMinutes(1);
    static readonly Duration FutureSlack = Duration.FromMinutes(5);

    /// <summary>What is odd about the recording's times. Pure.</summary>
    public static Remark? OnClock(Manifest manifest, Instant receivedAt)
    {
        var offset = Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0);
        if (manifest.EndedAt - offset > receivedAt + FutureSlack)
            return new(
                RemarkKind.Clock,
                $"By its own clock the recording ended {InWords(manifest.EndedAt - offset - receivedAt)} after it arrived here: the times are not to be trusted."
            );
        if (manifest.Clock is null)
            return new(RemarkKind.Clock, "The camera had never compared its clock with the server's: its times are its own.");
        return offset > Tolerated || offset < -Tolerated
            ? new(
                RemarkKind.Clock,
                $"The camera's clock was {InWords(offset > Duration.Zero ? offset : -offset)} {(offset > Duration.Zero ? "ahead of" : "behind")} the server's; shown times are corrected by that."
            )
            : null;
    }

    /// <summary>Whether the roster says what the camera believed. Pure.</summary>
    public static Remark? OnOfficer(OfficerRef? stated, OfficerRef? roster) =>
        stated?.Id == roster?.Id ? null
        : stated is null ? new(RemarkKind.Officer, $"The camera knew of no officer; by the roster {Called(roster!)} wore it.")
        : roster is null ? new(RemarkKind.Officer, $"The camera names {Called(stated)}; by the roster nobody wore it then.")
        : new(RemarkKind.Officer, $"The camera names {Called(stated)}; by the roster {Called(roster)} wore it.");

    public static Remark OnGap(long sequence) =>
        new(RemarkKind.ChainGap, $"This is the camera's manifest {sequence}; the one before it has not arrived.");

    internal static async Task Insert(Work work, RecordingId recording, IEnumerable<Remark> remarks, CancellationToken stop)
    {
        foreach (var remark in remarks)
            await work.Execute(
                "INSERT INTO admission_remark (recording, kind, words, at) VALUES (@recording, @kind, @Words, @Now)",
                new
                {
                    recording,
                    kind = Words<RemarkKind>.Of(remark.Kind),
                    remark.Words,
                    work.Now,
                },
                stop
            );
    }

    public static Task<IReadOnlyList<RemarkedRecording>> Newest(Reading reading, int most, CancellationToken stop) =>
        reading.Many("SELECT * FROM admission_remark ORDER BY at DESC, recording, kind LIMIT @most", new { most }, From, stop);

    public static Task<IReadOnlyList<RemarkedRecording>> Of(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many("SELECT * FROM admission_remark WHERE recording = @recording ORDER BY kind", new { recording }, From, stop);

    static RemarkedRecording From(Row row) =>
        new(row.Id<Nouns.Recording>("recording"), row.Time("at"), new(row.Word<RemarkKind>("kind"), row.Text("words")));

    static string Called(OfficerRef officer) => $"{officer.Name} ({officer.Badge})";

    static string InWords(Duration span) =>
        span.TotalDays >= 2 ? $"{(long)span.TotalDays} days"
        : span.TotalHours >= 1 ? $"{(long)span.TotalHours} h {span.Minutes} min"
        : span.TotalMinutes >= 1 ? $"{(long)span.TotalMinutes} min {span.Seconds} s"
        : $"{(long)span.TotalSeconds} s";
}
