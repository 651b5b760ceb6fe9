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
public sealed record FsckFinding(string Code, Severity Severity, string Sentence);

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
