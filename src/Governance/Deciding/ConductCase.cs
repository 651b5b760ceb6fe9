using System.Text.Json;

namespace Lapel.Governance;

/// <summary>A case of professional standards: a sustained finding that people decide about. It begins with the review that passes it on.</summary>
/// <param name="Class">The class of breach, as the policy had it when the case was opened.</param>
/// <param name="SustainedBy">The reviewer; somebody else must decide.</param>
/// <param name="DecideBy">The policy's clock.</param>
public sealed record ConductCase(
    CaseId Id,
    FindingId Finding,
    OfficerId Officer,
    UnitId? Unit,
    int Policy,
    BreachClass Class,
    AccountId SustainedBy,
    Instant OpenedAt,
    Instant DecideBy,
    Instant? DecidedAt
)
{
    public bool OverdueAt(Instant now) => DecidedAt is null && DecideBy < now;
}

public static class ConductCases
{
    public static readonly Refusal NotFound = new("case-not-found", "There is no such case.", RefusalKind.NotFound);

    public static Task<ConductCase?> Find(Reading reading, CaseId id, CancellationToken stop) =>
        reading.One("SELECT * FROM conduct_case WHERE id = @id", new { id }, From, stop);

    public static Task<ConductCase?> FindOf(Reading reading, FindingId finding, CancellationToken stop) =>
        reading.One("SELECT * FROM conduct_case WHERE finding = @finding", new { finding }, From, stop);

    internal static async Task<ConductCase> Open(
        Work work,
        Finding finding,
        BreachClass breach,
        AccountId sustainedBy,
        CancellationToken stop
    )
    {
        var opened = new ConductCase(
            CaseId.New(),
            finding.Id,
            finding.Officer,
            finding.Unit,
            finding.Policy,
            breach,
            sustainedBy,
            work.Now,
            work.Now + Duration.FromDays(breach.DecideWithinDays),
            null
        );
        await work.Execute(
            """
            INSERT INTO conduct_case (id, finding, officer, unit, policy, breach, breach_class, sustained_by, opened_at, decide_by)
            VALUES (@Id, @Finding, @Officer, @Unit, @Policy, @breach, @classText, @SustainedBy, @OpenedAt, @DecideBy)
            """,
            new
            {
                opened.Id,
                opened.Finding,
                opened.Officer,
                opened.Unit,
                opened.Policy,
                breach = breach.Id,
                classText = JsonSerializer.Serialize(breach, LapelJson.Lenient),
                opened.SustainedBy,
                opened.OpenedAt,
                opened.DecideBy,
            },
            stop
        );
        work.Append(new CustodyEvent.CaseOpened(opened.Id, finding.Id, breach.Id), finding.Recording);
        return opened;
    }

    internal static ConductCase From(Row row) =>
        new(
            row.Id<Nouns.Case>("id"),
            row.Id<Nouns.Finding>("finding"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            (int)row.Number("policy"),
            row.Json<BreachClass>("breach_class"),
            row.Id<Nouns.Account>("sustained_by"),
            row.Time("opened_at"),
            row.Time("decide_by"),
            row.TimeOrNull("decided_at")
        );
}
