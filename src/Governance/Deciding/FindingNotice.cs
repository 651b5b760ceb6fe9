namespace Lapel.Governance;

/// <summary>That an officer was asked about a finding: since then it stands on their page and above every other.</summary>
public sealed record FindingNotice(FindingId Finding, Instant AskedAt, Instant? SeenAt);

public static class FindingNotices
{
    public static Task<FindingNotice?> Find(Reading reading, FindingId finding, CancellationToken stop) =>
        reading.One("SELECT * FROM finding_notice WHERE finding = @finding", new { finding }, From, stop);

    /// <summary>Asks about findings that nobody was asked about yet, in the order of their ids.</summary>
    /// <returns>The last finding looked at, to go on after; none when that was all.</returns>
    internal static async Task<FindingId?> AskNext(Work work, FindingId? after, int most, CancellationToken stop)
    {
        var due = await work.Many(
            """
            SELECT f.id, f.officer FROM finding f
            WHERE f.id > @after AND f.withdrawn = 0 AND NOT EXISTS (SELECT 1 FROM finding_notice n WHERE n.finding = f.id)
            ORDER BY f.id LIMIT @most
            """,
            new { after = after?.Text ?? "", most },
            row => (Finding: row.Id<Nouns.Finding>("id"), Officer: row.Id<Nouns.Officer>("officer")),
            stop
        );
        foreach (var officer in due.GroupBy(d => d.Officer))
        {
            foreach (var (finding, _) in officer)
                await Ask(work, finding, officer.Key, stop);
            work.Append(new CustodyEvent.OfficerAsked(officer.Key, [.. officer.Select(o => o.Finding)]));
        }
        return due.Count == most ? due[^1].Finding : null;
    }

    static Task<int> Ask(Work work, FindingId finding, OfficerId officer, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO finding_notice (finding, officer, asked_at) VALUES (@finding, @officer, @Now)
            ON CONFLICT (finding) DO NOTHING
            """,
            new
            {
                finding,
                officer,
                work.Now,
            },
            stop
        );

    /// <summary>The officer's page showed these.</summary>
    internal static async Task Seen(Work work, OfficerId officer, IReadOnlyList<FindingId> findings, CancellationToken stop)
    {
        var first = new List<FindingId>();
        foreach (var finding in findings)
            if (
                await work.Execute(
                    "UPDATE finding_notice SET seen_at = @Now WHERE finding = @finding AND officer = @officer AND seen_at IS NULL",
                    new
                    {
                        finding,
                        officer,
                        work.Now,
                    },
                    stop
                ) > 0
            )
                first.Add(finding);
        if (first.Count > 0)
            work.Append(new CustodyEvent.FindingsSeen(officer, first));
    }

    static FindingNotice From(Row row) => new(row.Id<Nouns.Finding>("finding"), row.Time("asked_at"), row.TimeOrNull("seen_at"));
}

/// <summary>Asks officers about new findings, some time after judging.</summary>
sealed class Asking(AgencyRecords records) : IJob
{
    public const string JobKind = "asking";

    // One work's worth, and one event's: an event of the log has at most 64 KiB.
    const int Most = 500;

    public string Kind => JobKind;

    public async Task Run(string subject, CancellationToken stop)
    {
        FindingId? after = null;
        do
        {
            await using var work = await records.Begin(Actor.System(JobKind), stop);
            after = await FindingNotices.AskNext(work, after, Most, stop);
            await work.Commit(stop);
        } while (after is not null);
    }
}
