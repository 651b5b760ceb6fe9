using Microsoft.Extensions.Logging;

namespace Lapel.Records;

/// <summary>An entry with its place in the log.</summary>
public sealed record LoggedEntry(long Position, RecordingId? About, LogEntry Entry);

/// <summary>
/// Reacts to the custody log. A follower sees every entry once, in order; what it writes and how far it has read commit together, so
/// it can be stopped anywhere, started again, or replayed from zero. Long work belongs in a <see cref="IJob"/> that it enqueues.
/// </summary>
public interface IFollower
{
    /// <summary>Names the cursor; never changes.</summary>
    string Name { get; }

    Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop);
}

/// <param name="Behind">Entries of the log that it has not seen yet.</param>
public sealed record FollowerState(string Name, long Position, long Behind, Instant? MovedAt, string? Trouble);

/// <summary>Runs an agency's followers behind its custody log.</summary>
public sealed class Followers(AgencyRecords records, CustodyLog log, IReadOnlyList<IFollower> all, ILogger<Followers> journal)
{
    const int BatchLength = 256;

    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var size = log.Size;
            var troubled = false;
            foreach (var follower in all)
                troubled |= !await CatchUp(follower, stop);
            if (troubled)
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            else
                await log.Grown(size, stop);
        }
    }

    async Task<bool> CatchUp(IFollower follower, CancellationToken stop)
    {
        try
        {
            while (await Step(follower, stop)) { }
            return true;
        }
        catch (Exception trouble) when (!stop.IsCancellationRequested)
        {
            // It stands still at the entry it cannot digest and says so on the health page; the others go on.
            journal.LogError(trouble, "Follower {Name} stopped", follower.Name);
            await Note(follower.Name, trouble.Message, stop);
            return false;
        }
    }

    async Task<bool> Step(IFollower follower, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System(follower.Name), stop);
        await work.Execute(
            "INSERT INTO follower (name, position, moved_at) VALUES (@Name, 0, @Now) ON CONFLICT (name) DO NOTHING",
            new { follower.Name, work.Now },
            stop
        );
        // The row lock keeps two nodes from following with one cursor; SQLite has one writer anyway.
        var from = await work.One(
            work.Engine == Engine.Postgres
                ? "SELECT position FROM follower WHERE name = @Name FOR UPDATE"
                : "SELECT position FROM follower WHERE name = @Name",
            new { follower.Name },
            row => row.Number("position"),
            stop
        );
        var entries = await log.Entries(work, from, BatchLength, stop);
        if (entries.Count == 0)
            return false;
        await follower.Follow(entries, work, stop);
        await work.Execute(
            "UPDATE follower SET position = @next, moved_at = @Now, trouble = NULL WHERE name = @Name",
            new
            {
                next = entries[^1].Position + 1,
                work.Now,
                follower.Name,
            },
            stop
        );
        await work.Commit(stop);
        return true;
    }

    async Task Note(string name, string trouble, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System(name), stop);
        await work.Execute(
            """
            INSERT INTO follower (name, position, moved_at, trouble) VALUES (@name, 0, @Now, @trouble)
            ON CONFLICT (name) DO UPDATE SET trouble = @trouble
            """,
            new
            {
                name,
                work.Now,
                trouble,
            },
            stop
        );
        await work.Commit(stop);
    }

    public async Task<IReadOnlyList<FollowerState>> States(Reading read, CancellationToken stop)
    {
        var size = log.Size;
        return await read.Many(
            "SELECT name, position, moved_at, trouble FROM follower ORDER BY name",
            null,
            row => new FollowerState(
                row.Text("name"),
                row.Number("position"),
                Math.Max(0, size - row.Number("position")),
                row.TimeOrNull("moved_at"),
                row.TextOrNull("trouble")
            ),
            stop
        );
    }
}
