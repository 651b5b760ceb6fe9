namespace Lapel.Live;

/// <summary>One connection that really received a session, from joining to leaving. The officer is told of each at once.</summary>
/// <param name="As">What the officer reads: a clinician's title or a role's name.</param>
/// <param name="DelayP50Ms">Glass to glass over the watching, as the watcher's own screen measured it.</param>
public sealed record Watching(
    WatchingId Id,
    LeaseId Lease,
    LiveSessionId Session,
    string Name,
    string As,
    string Reason,
    Instant JoinedAt,
    Instant? LeftAt,
    int? DelayP50Ms,
    int? DelayP95Ms
);

public static class Watchings
{
    const string Select = """
        SELECT watching.*, lease.holder_name, lease.shown_as, lease.reason
        FROM watching JOIN lease ON lease.id = watching.lease
        """;

    /// <summary>All who watched a session, the latest first.</summary>
    public static Task<IReadOnlyList<Watching>> OfSession(Reading reading, LiveSessionId session, CancellationToken stop) =>
        reading.Many(
            $"{Select} WHERE watching.session = @session ORDER BY joined_at DESC, watching.id",
            new { session },
            From,
            stop
        );

    /// <summary>All who watch anything now.</summary>
    public static Task<IReadOnlyList<Watching>> Now(Reading reading, CancellationToken stop) =>
        reading.Many($"{Select} WHERE left_at IS NULL ORDER BY joined_at, watching.id", null, From, stop);

    public static Task<IReadOnlyList<Watching>> OfLease(Reading reading, LeaseId lease, CancellationToken stop) =>
        reading.Many($"{Select} WHERE watching.lease = @lease ORDER BY joined_at, watching.id", new { lease }, From, stop);

    internal static async Task<WatchingId> Join(Work work, WatchLease lease, CancellationToken stop)
    {
        var id = WatchingId.New();
        await work.Execute(
            "INSERT INTO watching (id, lease, session, joined_at) VALUES (@id, @lease, @Session, @Now)",
            new
            {
                id,
                lease = lease.Id,
                lease.Session,
                work.Now,
            },
            stop
        );
        work.Append(
            new CustodyEvent.WatcherJoined(id, lease.Id, lease.Session, lease.ShownAs),
            await LiveSessions.RecordingOf(work, lease.Session, stop)
        );
        return id;
    }

    /// <summary>Whoever measured last is right: the screen sends its percentiles over the whole watching.</summary>
    internal static Task Measure(Work work, LeaseId lease, int p50Ms, int p95Ms, CancellationToken stop) =>
        work.Execute(
            "UPDATE watching SET delay_p50_ms = @p50Ms, delay_p95_ms = @p95Ms WHERE lease = @lease AND left_at IS NULL",
            new
            {
                lease,
                p50Ms,
                p95Ms,
            },
            stop
        );

    internal static async Task Leave(Work work, Watching watching, CancellationToken stop)
    {
        var left = await work.Execute(
            "UPDATE watching SET left_at = @Now WHERE id = @Id AND left_at IS NULL",
            new { work.Now, watching.Id },
            stop
        );
        if (left > 0)
            work.Append(
                new CustodyEvent.WatcherLeft(
                    watching.Id,
                    watching.Session,
                    (long)(work.Now - watching.JoinedAt).TotalMilliseconds,
                    watching.DelayP50Ms,
                    watching.DelayP95Ms
                ),
                await LiveSessions.RecordingOf(work, watching.Session, stop)
            );
    }

    static Watching From(Row row) =>
        new(
            row.Id<Nouns.Watching>("id"),
            row.Id<Nouns.Lease>("lease"),
            row.Id<Nouns.LiveSession>("session"),
            row.Text("holder_name"),
            row.Text("shown_as"),
            row.Text("reason"),
            row.Time("joined_at"),
            row.TimeOrNull("left_at"),
            (int?)row.NumberOrNull("delay_p50_ms"),
            (int?)row.NumberOrNull("delay_p95_ms")
        );
}
