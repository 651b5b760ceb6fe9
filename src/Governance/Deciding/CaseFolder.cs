namespace Lapel.Governance;

/// <summary>Everything about one case, read in one go.</summary>
/// <param name="Finding">With the explanation tree as the reviewer saw it; none when the case was opened by hand.</param>
/// <param name="Event">What it is about, in words.</param>
/// <param name="Proposal">As things stand; once decided, as it stood then.</param>
public sealed record CaseFolder(
    ConductCase Case,
    FindingFile? Finding,
    string Officer,
    string Badge,
    string? Unit,
    string Event,
    string OpenedBy,
    IReadOnlyList<CaseReply> Replies,
    IReadOnlyList<CaseEvidence> Evidence,
    PenaltyProposal Proposal,
    CaseDecision? Decision,
    Appeal? Appeal
)
{
    /// <summary>Professional standards and oversight see every case, an officer those about themselves.</summary>
    /// <exception cref="RefusedException">There is none, or the viewer may not know of it.</exception>
    public static async Task<CaseFolder> Require(Reading reading, Viewer viewer, CaseId id, CancellationToken stop)
    {
        var reach = CaseReach.Of(viewer);
        if (!reach.Any)
            throw new RefusedException(WhoMay.Nothing);
        return await ConductCases.Find(reading, id, stop) is { } found && reach.Sees(found.Officer)
            ? await Read(reading, found, stop)
            : throw new RefusedException(ConductCases.NotFound);
    }

    static async Task<CaseFolder> Read(Reading reading, ConductCase found, CancellationToken stop)
    {
        FindingFile? file = null;
        if (found.Finding is { } id)
        {
            var finding =
                await Findings.Find(reading, id, stop)
                ?? throw new InvalidDataException($"Case {found.Id} is about a finding that is gone.");
            file = await FindingFile.Read(reading, finding.Finding, found.OpenedAt, stop);
        }
        var officer = await Officers.Find(reading, found.Officer, stop);
        var unit = found.Unit is { } its ? await Units.Find(reading, its, stop) : null;
        var decision = await CaseDecisions.Find(reading, found.Id, stop);
        return new(
            found,
            file,
            officer?.Name ?? "An officer no longer on record",
            officer?.Badge ?? "",
            unit?.Name,
            file?.Event ?? found.Event ?? "",
            file?.Review?.Name ?? (await Accounts.Find(reading, found.SustainedBy, stop))?.FullName ?? "An account that is gone",
            await CaseReplies.Of(reading, found.Id, stop),
            await CaseEvidences.Of(reading, found.Id, stop),
            decision?.File.Proposal ?? PenaltyProposal.Of(found, found.HappenedAt, await DecidedBefore.For(reading, found, stop)),
            decision,
            await Appeals.Find(reading, found.Id, stop)
        );
    }

    internal ToDecide ToDecide =>
        new(
            Case.Officer,
            Case.SustainedBy,
            Finding is { Finding: { Attendance: not null } or { Recording: not null } }
                || Case.Attendance is not null
                || Case.Recording is not null,
            Evidence.Count,
            Replies.Count > 0 || Finding?.Explanations.Count > 0,
            AskedAt,
            Case.Class.FloorDays,
            Decision is not null
        );

    /// <summary>When the officer was asked; by a case that was opened by hand they are asked as it opens: it stands on their page then.</summary>
    public Instant? AskedAt => Finding is null ? Case.OpenedAt : Finding.State.AskedAt;

    internal static Decider Who(Viewer viewer) =>
        new(viewer.Account.Id, viewer.Account.FullName, viewer.Account.Officer, viewer.May(Permission.DecideCases));
}

/// <summary>Whose cases an account may see.</summary>
public sealed record CaseReach(bool All, OfficerId? Own)
{
    public bool Any => All || Own is not null;

    public static CaseReach Of(Viewer viewer) =>
        new(
            viewer.May(Permission.DecideCases) || viewer.May(Permission.SeeFindings),
            viewer.May(Permission.AnswerFindings) ? viewer.Account.Officer : null
        );

    public bool Sees(OfficerId officer) => All || Own == officer;
}
