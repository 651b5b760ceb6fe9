using Microsoft.Extensions.Logging;

namespace Lapel.Records;

/// <summary>Long or fallible work about one subject. It may run twice, so its result must not depend on how often.</summary>
public interface IJob
{
    string Kind { get; }

    Task Run(string subject, CancellationToken stop);
}

public sealed record JobState(string Kind, string Subject, long Attempts, Instant DueAt, string? Trouble);

/// <summary>
/// The agency's queue of jobs, in its records: a job is enqueued in the transaction that needs it, leased by one node at a time, tried
/// again with growing pauses, and deleted when done.
/// </summary>
public sealed class Jobs(AgencyRecords records, IReadOnlyList<IJob> kinds, TimeProvider clock, ILogger<Jobs> journal)
{
    static readonly Duration Lease = Duration.FromMinutes(5);
    static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(1);
    const int MostAttempts = 8;

    readonly Dictionary<string, IJob> byKind = kinds.ToDictionary(k => k.Kind);
    readonly SemaphoreSlim wake = new(0);

    /// <summary>Enqueues, or if the same job waits already only sets when.</summary>
    /// <param name="at">Not before then; none: now.</param>
    public static Task Enqueue(Work work, string kind, string subject, CancellationToken stop, Instant? at = null) =>
        work.Execute(
            """
            INSERT INTO job (kind, subject, due_at, attempts, leased_until) VALUES (@kind, @subject, @due, 0, 0)
            ON CONFLICT (kind, subject) DO UPDATE SET due_at = @due, attempts = 0, trouble = NULL
            """,
            new
            {
                kind,
                subject,
                due = at ?? work.Now,
            },
            stop
        );

    public void Wake() => wake.Release();

    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            if (!await RunNext(stop))
                await wake.WaitAsync(IdlePause, stop);
    }

    async Task<bool> RunNext(CancellationToken stop)
    {
        if (await Claim(stop) is not { } job)
            return false;
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var renewing = Renew(job.Id, gone.Token);
        string? trouble = null;
        try
        {
            if (!byKind.TryGetValue(job.Kind, out var kind))
                throw new InvalidOperationException($"No module runs jobs of kind {job.Kind}.");
            await kind.Run(job.Subject, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            journal.LogWarning(failure, "Job {Kind} for {Subject} failed", job.Kind, job.Subject);
            trouble = failure.Message;
        }
        finally
        {
            await gone.CancelAsync();
            await renewing;
        }
        await Finish(job, trouble, stop);
        return true;
    }

    sealed record Claimed(long Id, string Kind, string Subject, long Attempts);

    async Task<Claimed?> Claim(CancellationToken stop)
    {
        await using (var read = await records.Read(stop))
            if (
                !await read.Any(
                    "SELECT 1 FROM job WHERE due_at <= @now AND leased_until <= @now LIMIT 1",
                    new { now = clock.Now() },
                    stop
                )
            )
                return null; // looking first keeps an idle queue from taking the writer's turn
        await using var work = await records.Begin(Actor.System("jobs"), stop);
        const string Next = "SELECT id FROM job WHERE due_at <= @Now AND leased_until <= @Now ORDER BY due_at, id LIMIT 1";
        var claimed = await work.One(
            $"""
            UPDATE job SET leased_until = @until, attempts = attempts + 1
            WHERE id = ({Next}{(work.Engine == Engine.Postgres ? " FOR UPDATE SKIP LOCKED" : "")})
            RETURNING id, kind, subject, attempts
            """,
            new { work.Now, until = work.Now + Lease },
            row => new Claimed(row.Number("id"), row.Text("kind"), row.Text("subject"), row.Number("attempts")),
            stop
        );
        await work.Commit(stop);
        return claimed;
    }

    async Task Renew(long id, CancellationToken gone)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Lease.ToTimeSpan() / 3, clock, gone);
                await using var work = await records.Begin(Actor.System("jobs"), gone);
                await work.Execute(
                    "UPDATE job SET leased_until = @until WHERE id = @id",
                    new { id, until = work.Now + Lease },
                    gone
                );
                await work.Commit(gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested) { }
    }

    async Task Finish(Claimed job, string? trouble, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("jobs"), stop);
        if (trouble is null)
        {
            // Enqueued again while it ran: attempts went back to 0, the row stays, and it runs once more.
            await work.Execute("DELETE FROM job WHERE id = @Id AND attempts = @Attempts", new { job.Id, job.Attempts }, stop);
            await work.Execute("UPDATE job SET leased_until = 0 WHERE id = @Id", new { job.Id }, stop);
        }
        else
            await work.Execute(
                "UPDATE job SET leased_until = 0, due_at = @due, trouble = @trouble WHERE id = @Id",
                new
                {
                    due = work.Now + Pause(job.Attempts),
                    trouble,
                    job.Id,
                },
                stop
            );
        await work.Commit(stop);
    }

    // 2 s, 4 s, 8 s … about four minutes; then once a day, until a person looks.
    static Duration Pause(long attempts) =>
        attempts >= MostAttempts ? Duration.FromDays(1) : Duration.FromSeconds(Math.Pow(2, attempts));

    public static Task<IReadOnlyList<JobState>> InTrouble(Reading read, CancellationToken stop) =>
        read.Many(
            "SELECT kind, subject, attempts, due_at, trouble FROM job WHERE trouble IS NOT NULL ORDER BY id LIMIT 100",
            null,
            row => new JobState(
                row.Text("kind"),
                row.Text("subject"),
                row.Number("attempts"),
                row.Time("due_at"),
                row.TextOrNull("trouble")
            ),
            stop
        );
}
