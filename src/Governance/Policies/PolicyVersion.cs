namespace Lapel.Governance;

/// <summary>One version of the policy: a text that changes while it is a draft and never again once it is adopted.</summary>
/// <param name="Number">1, 2, 3… in the order of adoption; none before. Findings name it.</param>
/// <param name="Text">JSON with comments, as written.</param>
/// <param name="Digest">Of the text's UTF-8 bytes.</param>
/// <param name="EffectiveFrom">In force from then until the next version is.</param>
public sealed record PolicyVersion(
    PolicyVersionId Id,
    int? Number,
    PolicyState State,
    string Text,
    Digest Digest,
    AccountId DraftedBy,
    Instant DraftedAt,
    Instant? EffectiveFrom,
    string? Note
);

public enum PolicyState
{
    Draft,

    /// <summary>Waits for the approval of two people; its text is fixed.</summary>
    Proposed,
    Adopted,
    Withdrawn,
}

/// <summary>A version in force with its rules read: what a judgement is made under.</summary>
public sealed record PolicyInForce(int Number, Instant From, Instant? Until, Policy Policy);
