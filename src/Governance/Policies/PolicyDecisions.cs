namespace Lapel.Governance;

/// <summary>Why not: everything that stands against a step in a version's life. Pure, so that each sentence has its test.</summary>
public static class PolicyDecisions
{
    /// <summary>How many different people must stand for a version.</summary>
    public const int ApprovalsNeeded = 2;

    public const int LongestNote = 2000;
    static readonly Duration FarthestAhead = Duration.FromDays(730);

    public static readonly Refusal NotFound = new(
        "policy-not-found",
        "There is no such version of the policy.",
        RefusalKind.NotFound
    );

    /// <summary>A draft may be wrong in every way but these: what cannot be kept as it was written is not kept at all.</summary>
    public static Refusal? WhyNotKeep(string text) =>
        System.Text.Encoding.UTF8.GetByteCount(text) > PolicyText.MostBytes
            ? new("policy-too-long", $"A policy has at most {PolicyText.MostBytes / 1024} KiB.")
        : PolicyText.CanBeKept(text) ? null
        : new("policy-unreadable", "The text holds a character that cannot be kept: take out what cannot be seen.");

    /// <param name="seen">Digest of the text that the writer began from.</param>
    public static Refusal? WhyNotEdit(PolicyVersion version, Digest seen) =>
        WhyNotDraft(version)
        ?? (
            version.Digest == seen
                ? null
                : new(
                    "policy-changed-meanwhile",
                    "Somebody else has changed this draft since you opened it: copy your text, open the draft again and put both together.",
                    RefusalKind.Conflict
                )
        );

    /// <param name="newest">The adopted version with the highest number; none when this is the first.</param>
    public static Refusal? WhyNotPropose(
        PolicyVersion version,
        IReadOnlyList<PolicyTrouble> troubles,
        PolicyVersion? newest,
        Instant effectiveFrom,
        string note,
        Instant now
    ) =>
        WhyNotDraft(version)
        ?? WhyNotRules(troubles)
        ?? WhyNotNote(note, "policy-note-missing", "Say in a sentence or two why this version is proposed.")
        ?? (
            newest?.Digest == version.Digest
                ? new Refusal("policy-unchanged", $"This says exactly what version {newest.Number} says.", RefusalKind.Conflict)
                : null
        )
        ?? WhyNotFrom(newest, effectiveFrom, now);

    /// <param name="by">Who wants to approve, and the officer that person is.</param>
    /// <param name="seen">Digest of the text that the approver read.</param>
    public static Refusal? WhyNotApprove(
        PolicyVersion version,
        IReadOnlyList<PolicyTrouble> troubles,
        PolicyVersion? newest,
        IReadOnlyList<PolicyApproval> approvals,
        AccountId by,
        OfficerId? officer,
        Digest seen,
        Instant now
    )
    {
        if (version.State != PolicyState.Proposed)
            return new("policy-not-proposed", "Only a version that is proposed can be approved.", RefusalKind.Conflict);
        if (seen != version.Digest)
            return new(
                "policy-other-text",
                "What you approve is not the text that is proposed; read it again.",
                RefusalKind.Conflict
            );
        if (approvals.Any(a => a.Account == by || (officer is not null && a.Officer == officer)))
            return new(
                "policy-approved-already",
                "You have approved it already; the other approval is another person's.",
                RefusalKind.Conflict
            );
        return WhyNotRules(troubles) ?? WhyNotFrom(newest, version.EffectiveFrom!.Value, now);
    }

    public static bool IsAdopted(PolicyVersion version, IReadOnlyList<PolicyApproval> approvals) =>
        approvals.Where(a => a.Digest == version.Digest).DistinctBy(a => a.Account).Count() >= ApprovalsNeeded;

    public static Refusal? WhyNotWithdraw(PolicyVersion version, string reason) =>
        version.State switch
        {
            PolicyState.Withdrawn => new("policy-withdrawn", "This version is withdrawn already.", RefusalKind.Conflict),
            PolicyState.Adopted => new(
                "policy-adopted",
                "An adopted version stays: propose another one that takes its place.",
                RefusalKind.Conflict
            ),
            _ => WhyNotNote(reason, "policy-reason-missing", "Say in a sentence why it is withdrawn."),
        };

    static Refusal? WhyNotDraft(PolicyVersion version) =>
        version.State == PolicyState.Draft
            ? null
            : new(
                "policy-text-fixed",
                "Its text is fixed since it was proposed; make a new draft from it.",
                RefusalKind.Conflict
            );

    static Refusal? WhyNotRules(IReadOnlyList<PolicyTrouble> troubles) =>
        troubles.Count == 0
            ? null
            : new(
                "policy-invalid",
                troubles.Count == 1
                    ? $"One thing is still wrong, in line {troubles[0].Line}: {troubles[0].Sentence}"
                    : $"{troubles.Count} things are still wrong; the first, in line {troubles[0].Line}: {troubles[0].Sentence}",
                RefusalKind.Rejected
            );

    // Nobody is judged by a rule that was not in force. Only the first version may begin in the past: it writes down what held already.
    static Refusal? WhyNotFrom(PolicyVersion? newest, Instant from, Instant now) =>
        from > now + FarthestAhead ? new("policy-date-far", "A policy takes effect within two years; check the date.")
        : newest is null
            ? from.InUtc().Year < 2000
                    ? new("policy-date-far", "A policy that began before the year 2000 is a mistake in the date.")
                : null
        : from < now
            ? new(
                "policy-date-passed",
                "It would take effect in the past, and nobody is judged by a rule that was not in force: propose it again with a later time."
            )
        : from <= newest.EffectiveFrom
            ? new(
                "policy-order",
                $"Version {newest.Number} takes effect later and would undo this one: choose a time after it.",
                RefusalKind.Conflict
            )
        : null;

    static Refusal? WhyNotNote(string note, string code, string sentence) =>
        string.IsNullOrWhiteSpace(note) ? new(code, sentence)
        : note.Length > LongestNote ? new("policy-note-long", $"A note has at most {LongestNote} characters.")
        : note.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
            ? new("policy-note-unreadable", "The note holds characters that cannot be seen.")
        : null;
}
