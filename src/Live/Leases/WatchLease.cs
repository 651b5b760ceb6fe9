namespace Lapel.Live;

/// <summary>Who may watch one session until when. It ends by itself; nothing is watched without one.</summary>
/// <param name="Consult">A clinician's lease belongs to a consult; a supervisor's or the operations centre's to none.</param>
/// <param name="Holder">Id of the clinician or account.</param>
/// <param name="ShownAs">What the officer reads: a clinician's title or a role's name.</param>
public sealed record WatchLease(
    LeaseId Id,
    LiveSessionId Session,
    ConsultId? Consult,
    string Holder,
    string HolderName,
    string ShownAs,
    string Reason,
    string? Words,
    Instant GrantedAt,
    Instant Until,
    int Renewals,
    Instant? EndedAt,
    string? EndedWhy
);

/// <summary>Somebody of the police who wants to watch, as the roster and the roles have them now.</summary>
/// <param name="Units">Their unit and all below it.</param>
public sealed record Onlooker(Role Role, IReadOnlySet<Permission> Permissions, IReadOnlySet<UnitId> Units);

public static class Leases
{
    public static readonly Refusal NotFound = new("lease-not-found", "There is no such lease.", RefusalKind.NotFound);

    public static readonly Refusal Over = new("lease-ended", "Your time to watch has ended.", RefusalKind.Forbidden);

    static readonly Refusal Changed = new(
        "lease-changed",
        "This lease has just been renewed or ended: look at it again.",
        RefusalKind.Conflict
    );

    /// <summary>May this person of the police watch this session for that reason?</summary>
    public static Refusal? WhyNotWatch(Onlooker who, LiveSession session, string? reason, LivePolicy policy)
    {
        if (
            !who.Permissions.Contains(Permission.WatchLive)
            || !policy.Watchers.TryGetValue(Words<Role>.Of(who.Role), out var rule)
        )
            return new("watch-not-in-policy", "The live policy does not let your role watch.", RefusalKind.Forbidden);
        if (rule.Of != "agency" && !(session.Unit is { } unit && who.Units.Contains(unit)))
            return LiveSessions.NotFound; // whom one may not watch one need not know of
        if (session.EndedAt is not null)
            return LiveSessions.Over;
        return reason is not null && rule.Reasons.Contains(reason)
            ? null
            : new("watch-needs-reason", "Say why you watch: choose one of the reasons that the live policy allows your role.");
    }

    /// <summary>May the holder of this lease receive packets now?</summary>
    public static Refusal? WhyNotShow(WatchLease lease, LiveSession session, Instant now) =>
        lease.EndedAt is not null || now >= lease.Until ? Over
        : session.EndedAt is not null ? LiveSessions.Over
        : null;

    public static Refusal? WhyNotRenew(WatchLease lease, LiveSession session, Instant now, LivePolicy policy) =>
        WhyNotShow(lease, session, now)
        ?? (
            lease.Until - now > policy.RenewableInLast
                ? new(
                    "lease-renewed-too-early",
                    $"A lease can be renewed in its last {policy.RenewableInLastMinutes} minutes.",
                    RefusalKind.Conflict
                )
                : null
        );

    public static Task<WatchLease?> Find(Reading reading, LeaseId id, CancellationToken stop) =>
        reading.One("SELECT * FROM lease WHERE id = @id", new { id }, From, stop);

    public static Task<WatchLease?> OpenOf(Reading reading, LiveSessionId session, string holder, CancellationToken stop) =>
        reading.One(
            "SELECT * FROM lease WHERE session = @session AND holder = @holder AND ended_at IS NULL",
            new { session, holder },
            From,
            stop
        );

    public static Task<IReadOnlyList<WatchLease>> OfSession(Reading reading, LiveSessionId session, CancellationToken stop) =>
        reading.Many("SELECT * FROM lease WHERE session = @session ORDER BY granted_at, id", new { session }, From, stop);

    /// <summary>Leases that nobody has ended although their time has come.</summary>
    public static Task<IReadOnlyList<WatchLease>> Due(Reading reading, Instant now, CancellationToken stop) =>
        reading.Many("SELECT * FROM lease WHERE ended_at IS NULL AND until_at <= @now", new { now }, From, stop);

    internal static async Task<WatchLease> Grant(
        Work work,
        LiveSessionId session,
        ConsultId? consult,
        (string Id, string Name, string As) holder,
        string reason,
        string? words,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        var lease = new WatchLease(
            LeaseId.New(),
            session,
            consult,
            holder.Id,
            holder.Name,
            holder.As,
            reason,
            words,
            work.Now,
            work.Now + policy.Lease,
            0,
            null,
            null
        );
        await work.Execute(
            """
            INSERT INTO lease (id, session, consult, holder, holder_name, shown_as, reason, words, granted_at, until_at, renewals)
            VALUES (@Id, @Session, @Consult, @Holder, @HolderName, @ShownAs, @Reason, @Words, @GrantedAt, @Until, 0)
            """,
            lease,
            stop
        );
        work.Append(
            new CustodyEvent.LeaseGranted(lease.Id, session, lease.Holder, lease.ShownAs, reason, lease.Until),
            await LiveSessions.RecordingOf(work, session, stop)
        );
        return lease;
    }

    internal static async Task<WatchLease> Renew(Work work, WatchLease lease, LivePolicy policy, CancellationToken stop)
    {
        var renewed = lease with { Until = lease.Until + policy.Renewal, Renewals = lease.Renewals + 1 };
        var done = await work.Execute(
            "UPDATE lease SET until_at = @Until, renewals = @Renewals WHERE id = @Id AND ended_at IS NULL AND renewals < @Renewals",
            renewed,
            stop
        );
        if (done == 0)
            throw new RefusedException(Changed); // on another node, in this moment
        work.Append(
            new CustodyEvent.LeaseRenewed(lease.Id, renewed.Until),
            await LiveSessions.RecordingOf(work, lease.Session, stop)
        );
        return renewed;
    }

    /// <returns>Whether it had not ended before.</returns>
    internal static async Task<bool> End(Work work, LeaseId lease, string why, CancellationToken stop)
    {
        var ended = await work.Execute(
            "UPDATE lease SET ended_at = @Now, ended_why = @why WHERE id = @lease AND ended_at IS NULL",
            new
            {
                work.Now,
                why,
                lease,
            },
            stop
        );
        if (ended > 0 && await Find(work, lease, stop) is { } over)
            work.Append(new CustodyEvent.LeaseEnded(lease, why), await LiveSessions.RecordingOf(work, over.Session, stop));
        return ended > 0;
    }

    static WatchLease From(Row row) =>
        new(
            row.Id<Nouns.Lease>("id"),
            row.Id<Nouns.LiveSession>("session"),
            row.IdOrNull<Nouns.Consult>("consult"),
            row.Text("holder"),
            row.Text("holder_name"),
            row.Text("shown_as"),
            row.Text("reason"),
            row.TextOrNull("words"),
            row.Time("granted_at"),
            row.Time("until_at"),
            (int)row.Number("renewals"),
            row.TimeOrNull("ended_at"),
            row.TextOrNull("ended_why")
        );
}
