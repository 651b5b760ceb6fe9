namespace Lapel.Governance;

/// <summary>Everything about one case, read in one go.</summary>
/// <param name="Finding">With the explanation tree as the reviewer saw it.</param>
/// <param name="Proposal">As things stand; once decided, as it stood then.</param>
public sealed record CaseFolder(
    ConductCase Case,
    FindingFile Finding,
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
        var finding =
            await Findings.Find(reading, found.Finding, stop)
            ?? throw new InvalidDataException($"Case {found.Id} is about a finding that is gone.");
        var decision = await CaseDecisions.Find(reading, found.Id, stop);
        return new(
            found,
            await FindingFile.Read(reading, finding.Finding, found.OpenedAt, stop),
            await CaseEvidences.Of(reading, found.Id, stop),
            decision?.File.Proposal
                ?? PenaltyProposal.Of(found, finding.Finding.From, await DecidedBefore.For(reading, found, stop)),
            decision,
            await Appeals.Find(reading, found.Id, stop)
        );
    }

    internal ToDecide ToDecide =>
        new(
            Case.Officer,
            Case.SustainedBy,
            Finding.Finding.Attendance is not null || Finding.Finding.Recording is not null,
            Evidence.Count,
            Finding.Explanations.Count > 0,
            Finding.State.AskedAt,
            Case.Class.FloorDays,
            Decision is not null
        );

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
