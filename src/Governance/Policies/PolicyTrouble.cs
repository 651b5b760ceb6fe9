namespace Lapel.Governance;

/// <summary>One thing that is wrong with a policy, where it stands and what to do about it.</summary>
/// <param name="Line">Counted from 1; 0 when the rules were judged without their text.</param>
/// <param name="Column">In characters as editors count them (UTF-16), from 1.</param>
/// <param name="Path">Of the field: <c>$.triggers[0].id</c>.</param>
/// <param name="Sentence">One plain sentence.</param>
public sealed record PolicyTrouble(int Line, int Column, string Path, string Sentence);

/// <summary>A text that is no policy. Everything that is wrong with its shape is said at once.</summary>
public sealed class PolicyTextException(IReadOnlyList<PolicyTrouble> troubles)
    : FormatException(string.Join("\n", troubles.Select(t => $"Line {t.Line}, column {t.Column}, {t.Path}: {t.Sentence}")))
{
    public IReadOnlyList<PolicyTrouble> Troubles { get; } = troubles;
}
