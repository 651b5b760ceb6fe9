using System.Text.Json;

namespace Lapel.Governance;

/// <summary>
/// A case of professional standards, which people decide. It begins with the review that passes a sustained finding on, or somebody of
/// professional standards opens it by hand, about a part in an incident or a recording.
/// </summary>
/// <param name="Finding">None when it was opened by hand.</param>
/// <param name="Class">The class of breach, as the policy had it when the case was opened.</param>
/// <param name="SustainedBy">The reviewer, or who opened it by hand; somebody else must decide.</param>
/// <param name="DecideBy">The policy's clock.</param>
public sealed record ConductCase(
    CaseId Id,
    FindingId? Finding,
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
    public CaseOrigin Origin { get; init; }

    /// <summary>Why it was opened by hand; none when a review did.</summary>
    public string? Reason { get; init; }

    /// <summary>What it is about when no finding is, in words.</summary>
    public string? Event { get; init; }

    public AttendanceId? Attendance { get; init; }

    public RecordingId? Recording { get; init; }

    /// <summary>When what it is about happened.</summary>
    public Instant HappenedAt { get; init; }

    public bool OverdueAt(Instant now) => DecidedAt is null && DecideBy < now;
}

public enum CaseOrigin
{
    /// <summary>A review sustained a finding.</summary>
    Finding,
    Complaint,
    BoardRequest,
    Other,
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
        )
        {
            HappenedAt = finding.From,
        };
        await Insert(work, opened, stop);
        work.Append(new CustodyEvent.CaseOpened(opened.Id, finding.Id, breach.Id), finding.Recording);
        return opened;
    }

    internal static Task Insert(Work work, ConductCase opened, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO conduct_case (id, finding, officer, unit, policy, breach, breach_class, sustained_by, opened_at, decide_by,
                origin, reason, event, attendance, recording, happened_at)
            VALUES (@Id, @Finding, @Officer, @Unit, @Policy, @breach, @classText, @SustainedBy, @OpenedAt, @DecideBy,
                @origin, @Reason, @Event, @Attendance, @Recording, @HappenedAt)
            """,
            new
            {
                opened.Id,
                opened.Finding,
                opened.Officer,
                opened.Unit,
                opened.Policy,
                breach = opened.Class.Id,
                classText = JsonSerializer.Serialize(opened.Class, LapelJson.Lenient),
                opened.SustainedBy,
                opened.OpenedAt,
                opened.DecideBy,
                origin = Words<CaseOrigin>.Of(opened.Origin),
                opened.Reason,
                opened.Event,
                opened.Attendance,
                opened.Recording,
                opened.HappenedAt,
            },
            stop
        );

    internal static ConductCase From(Row row) =>
        new(
            row.Id<Nouns.Case>("id"),
            row.IdOrNull<Nouns.Finding>("finding"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            (int)row.Number("policy"),
            row.Json<BreachClass>("breach_class"),
            row.Id<Nouns.Account>("sustained_by"),
            row.Time("opened_at"),
            row.Time("decide_by"),
            row.TimeOrNull("decided_at")
        )
        {
            Origin = row.Word<CaseOrigin>("origin"),
            Reason = row.TextOrNull("reason"),
            Event = row.TextOrNull("event"),
            Attendance = row.IdOrNull<Nouns.Attendance>("attendance"),
            Recording = row.IdOrNull<Nouns.Recording>("recording"),
            HappenedAt = row.Time("happened_at"),
        };
}
