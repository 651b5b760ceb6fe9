namespace Lapel.Custody;

/// <summary>
/// Why not: the answer of a decision that says no. Decisions return it, plumbing throws; the web turns it into problem+json.
/// </summary>
/// <param name="Code">Stable, kebab-case, listed in docs/api/errors.md.</param>
/// <param name="Sentence">One sentence for a person that says what to do.</param>
/// <param name="Kind">What sort of no it is; decides the HTTP status.</param>
public sealed record Refusal(string Code, string Sentence, RefusalKind Kind = RefusalKind.Invalid);

public enum RefusalKind
{
    /// <summary>What was asked cannot be understood or does not fit (400).</summary>
    Invalid,

    /// <summary>Nobody signed in, or no longer (401).</summary>
    SignInNeeded,

    /// <summary>Known, and not entitled (403). Where even existence is a secret use <see cref="NotFound"/>.</summary>
    Forbidden,

    /// <summary>Not there, or not for this person to know of (404).</summary>
    NotFound,

    /// <summary>Does not fit the present state; look again and retry (409).</summary>
    Conflict,

    /// <summary>Understood and found wrong (422).</summary>
    Rejected,

    /// <summary>Too often or too much at once; later (429).</summary>
    TooMany,

    /// <summary>No room to keep it safely; later (507).</summary>
    NoRoom,
}
