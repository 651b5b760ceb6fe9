namespace Lapel.Governance;

/// <summary>One thing that a case rests on. It is added and never taken away.</summary>
/// <param name="Reference">Where it is kept: an incident's number, a memo book's page.</param>
public sealed record CaseEvidence(long Number, string What, string? Reference, RecordingId? Recording, string Name, Instant At);

public static class CaseEvidences
{
    public static Task<IReadOnlyList<CaseEvidence>> Of(Reading reading, CaseId id, CancellationToken stop) =>
        reading.Many("SELECT * FROM case_evidence WHERE conduct_case = @id ORDER BY number", new { id }, From, stop);

    public static Refusal? WhyNotAdd(Decider who, bool decided, string? what, string? reference) =>
        !who.MayDecide ? new("decide-not-yours", "Your role does not decide cases.", RefusalKind.Forbidden)
        : decided ? CaseDecisions.Decided
        : string.IsNullOrWhiteSpace(what) ? new("evidence-missing", "Say what it is.")
        : what.Trim().Length > 500 || reference?.Length > 500 ? new("text-too-long", "At most 500 characters.")
        : null;

    internal static async Task Add(
        Work work,
        CaseId id,
        string what,
        string? reference,
        RecordingId? recording,
        CancellationToken stop
    )
    {
        await work.Execute(
            """
            INSERT INTO case_evidence (conduct_case, what, reference, recording, account, name, at)
            VALUES (@id, @what, @reference, @recording, @account, @name, @Now)
            """,
            new
            {
                id,
                what = what.Trim(),
                reference = string.IsNullOrWhiteSpace(reference) ? null : reference.Trim(),
                recording,
                account = work.Actor.Id,
                name = work.Actor.Name,
                work.Now,
            },
            stop
        );
        work.Append(new CustodyEvent.CaseEvidenceAdded(id, what.Trim(), recording), recording);
    }

    static CaseEvidence From(Row row) =>
        new(
            row.Number("number"),
            row.Text("what"),
            row.TextOrNull("reference"),
            row.IdOrNull<Nouns.Recording>("recording"),
            row.Text("name"),
            row.Time("at")
        );
}
