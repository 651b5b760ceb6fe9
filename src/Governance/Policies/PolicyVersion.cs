namespace Lapel.Governance;

/// <summary>One version of the policy: a text that changes while it is a draft and never again once it is adopted.</summary>
/// <param name="Number">1, 2, 3… in the order of adoption; none before. Findings name it.</param>
/// <param name="Name">Copied out of the text when that can be read.</param>
/// <param name="Text">JSON with comments, as written.</param>
/// <param name="Digest">Of the text's UTF-8 bytes.</param>
/// <param name="EffectiveFrom">In force from then until the next version is.</param>
public sealed record PolicyVersion(
    PolicyVersionId Id,
    int? Number,
    PolicyState State,
    string Name,
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

/// <summary>A version as lists show it, without its text.</summary>
/// <param name="DraftedBy">Name of who wrote it last.</param>
/// <param name="Approvals">How many people stand for it.</param>
public sealed record PolicyEntry(
    PolicyVersionId Id,
    int? Number,
    PolicyState State,
    string Name,
    Digest Digest,
    string DraftedBy,
    Instant DraftedAt,
    Instant? EffectiveFrom,
    string? Note,
    int Approvals
);

/// <summary>That a person stands for exactly this text.</summary>
/// <param name="Officer">The officer that person was then, where known: two accounts of one person are one person.</param>
public sealed record PolicyApproval(AccountId Account, OfficerId? Officer, string Name, Digest Digest, Instant At);

public enum PolicyStep
{
    Drafted,
    Proposed,
    Adopted,
    Withdrawn,
}

/// <summary>One step of a version's life.</summary>
public sealed record PolicyStepTaken(PolicyStep Step, string By, Instant At, string? Note);
