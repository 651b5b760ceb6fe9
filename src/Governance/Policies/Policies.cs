using System.Collections.Concurrent;

namespace Lapel.Governance;

/// <summary>
/// Versions of the policy in the records. A version is drafted, proposed with a day on which it takes effect, approved by two people, and
/// so adopted; or withdrawn. Numbers and days of taking effect rise together, so that there is one answer to "what held then?".
/// </summary>
public static partial class Policies
{
    const string EntryColumns = """
        p.id, p.number, p.state, p.name, p.digest, p.drafted_at, p.effective_from, p.note, a.full_name AS drafted_by_name,
        (SELECT COUNT(*) FROM policy_approval s WHERE s.version = p.id) AS approvals
        """;

    // A text has one meaning, so what was read once need not be read again. Texts are few and small.
    const int MostRead = 64;
    static readonly ConcurrentDictionary<Digest, Policy> Read = [];

    /// <summary>What held at a moment: from its own first moment on, until the next one's.</summary>
    /// <returns>None when no version was in force yet.</returns>
    public static async Task<PolicyInForce?> InForce(Reading reading, Instant at, CancellationToken stop) =>
        At(await AllInForce(reading, stop), at);

    /// <param name="all">As <see cref="AllInForce"/> gives them.</param>
    public static PolicyInForce? At(IReadOnlyList<PolicyInForce> all, Instant at) => all.LastOrDefault(p => p.From <= at);

    /// <summary>Every adopted version, those to come too, in the order of time; each holds until the next one does.</summary>
    public static async Task<IReadOnlyList<PolicyInForce>> AllInForce(Reading reading, CancellationToken stop)
    {
        var rows = await reading.Many(
            "SELECT number, digest, effective_from FROM policy_version WHERE state = 'adopted' ORDER BY effective_from, number",
            null,
            row => (Number: (int)row.Number("number"), Digest: row.Digest("digest"), From: row.Time("effective_from")),
            stop
        );
        var all = new List<PolicyInForce>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
            all.Add(
                new(
                    rows[i].Number,
                    rows[i].From,
                    i + 1 < rows.Count ? rows[i + 1].From : null,
                    await ReadOnce(reading, rows[i].Digest, stop)
                )
            );
        return all;
    }

    public static Task<PolicyVersion?> Find(Reading reading, PolicyVersionId id, CancellationToken stop) =>
        reading.One("SELECT * FROM policy_version WHERE id = @id", new { id }, FromRow, stop);

    public static Task<PolicyVersion?> FindByNumber(Reading reading, int number, CancellationToken stop) =>
        reading.One("SELECT * FROM policy_version WHERE number = @number", new { number }, FromRow, stop);

    /// <summary>Every version, the newest draft first; at most a thousand.</summary>
    public static Task<IReadOnlyList<PolicyEntry>> All(Reading reading, CancellationToken stop) =>
        reading.Many(
            $"""
            SELECT {EntryColumns} FROM policy_version p LEFT JOIN account a ON a.id = p.drafted_by ORDER BY p.id DESC LIMIT 1000
            """,
            null,
            row => new PolicyEntry(
                row.Id<Nouns.PolicyVersion>("id"),
                (int?)row.NumberOrNull("number"),
                row.Word<PolicyState>("state"),
                row.Text("name"),
                row.Digest("digest"),
                row.TextOrNull("drafted_by_name") ?? "Lapel",
                row.Time("drafted_at"),
                row.TimeOrNull("effective_from"),
                row.TextOrNull("note"),
                (int)row.Number("approvals")
            ),
            stop
        );

    public static Task<IReadOnlyList<PolicyApproval>> ApprovalsOf(Reading reading, PolicyVersionId id, CancellationToken stop) =>
        reading.Many(
            """
            SELECT account, officer, name, digest, at FROM policy_approval WHERE version = @id ORDER BY at, account
            """,
            new { id },
            row => new PolicyApproval(
                row.Id<Nouns.Account>("account"),
                row.IdOrNull<Nouns.Officer>("officer"),
                row.Text("name"),
                row.Digest("digest"),
                row.Time("at")
            ),
            stop
        );

    public static Task<IReadOnlyList<PolicyStepTaken>> StepsOf(Reading reading, PolicyVersionId id, CancellationToken stop) =>
        reading.Many(
            "SELECT step, name, at, note FROM policy_step WHERE version = @id ORDER BY number",
            new { id },
            row => new PolicyStepTaken(row.Word<PolicyStep>("step"), row.Text("name"), row.Time("at"), row.TextOrNull("note")),
            stop
        );

    static async Task<Policy> ReadOnce(Reading reading, Digest digest, CancellationToken stop)
    {
        if (Read.TryGetValue(digest, out var known))
            return known;
        var text = await reading.One(
            "SELECT text FROM policy_version WHERE digest = @digest AND state = 'adopted'",
            new { digest },
            row => row.Text("text"),
            stop
        );
        if (Read.Count >= MostRead)
            Read.Clear();
        return Read[digest] = PolicyText.Read(text!);
    }

    static PolicyVersion FromRow(Row row) =>
        new(
            row.Id<Nouns.PolicyVersion>("id"),
            (int?)row.NumberOrNull("number"),
            row.Word<PolicyState>("state"),
            row.Text("name"),
            row.Text("text"),
            row.Digest("digest"),
            row.Id<Nouns.Account>("drafted_by"),
            row.Time("drafted_at"),
            row.TimeOrNull("effective_from"),
            row.TextOrNull("note")
        );
}
