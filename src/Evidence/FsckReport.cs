namespace Lapel.Evidence;

public enum Severity
{
    /// <summary>Worth knowing, nothing to mend: an admission may be under way.</summary>
    Note,

    /// <summary>Nothing is lost; somebody should tidy up.</summary>
    Warning,

    /// <summary>Evidence or its proof is damaged.</summary>
    Error,
}

/// <param name="Code">Stable, kebab-case, listed in docs/operations/fsck.md.</param>
/// <param name="Sentence">What is wrong, for a person.</param>
public sealed record FsckFinding(string Code, Severity Severity, string Sentence)
{
    // A write, an admission or a refusal takes moments; an upload that waits for its manifest can be older.
    static readonly TimeSpan UnderWay = TimeSpan.FromHours(24);

    /// <summary>
    /// Something that nothing refers to. A young one is a note, since the server may be at work on it; one that is gone again by now is
    /// no finding at all.
    /// </summary>
    public static FsckFinding? Stray(string code, string sentence, string path) =>
        !Path.Exists(path) ? null
        : DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < UnderWay
            ? new(code, Severity.Note, sentence + " It is new, so the server may be at work on it.")
        : new(code, Severity.Warning, sentence);
}

/// <summary>What another module has fsck look at.</summary>
public interface IFsckRound
{
    IAsyncEnumerable<FsckFinding> Look(CancellationToken stop);
}

/// <summary>All of them, of one agency.</summary>
sealed record FsckRounds(IReadOnlyList<IFsckRound> All);

/// <summary>What an fsck went through.</summary>
public sealed record FsckReport(
    Instant BegunAt,
    Instant EndedAt,
    long Recordings,
    long Clips,
    long SealedBytes,
    long Entries,
    IReadOnlyList<FsckFinding> Findings
)
{
    /// <summary>0 when nothing but notes was found, else 1.</summary>
    public int ExitCode => Findings.All(f => f.Severity == Severity.Note) ? 0 : 1;
}
