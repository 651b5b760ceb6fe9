namespace Lapel.Live;

/// <summary>
/// The life of a session: begun by a camera that records, paused and resumed by its reports, ended by its silence, by the end of the
/// recording or by a person. Records first, then the packet path: see <see cref="LiveSignals"/>.
/// </summary>
public sealed class Streaming(AgencyRecords records, LivePolicy policy, LiveSignals signals, Pulse pulse)
{
    public const string Topic = "live";

    /// <summary>Begins the camera's session of this recording, or finds the one that runs.</summary>
    /// <exception cref="RefusedException">See <see cref="LiveSessions.WhyNotStream"/>, and a killed event begins no second time.</exception>
    public async Task<LiveSession> Begin(
        Actor camera,
        CameraId id,
        RecordingId recording,
        StreamReport report,
        CancellationToken stop
    )
    {
        if (LiveSessions.WhyNotStream(report, policy) is { } refusal && LiveSessions.Ends(refusal))
            throw new RefusedException(refusal);
        await using var work = await records.Begin(camera, stop);
        if (await LiveSessions.OpenOf(work, id, stop) is { } running)
        {
            if (running.Recording == recording)
                return running;
            await End(work, running, "recording-ended", stop); // the camera lost power and records anew
        }
        if (await Killed(work, recording, stop))
            throw new RefusedException(
                new(
                    "stream-killed",
                    "Streaming of this event was ended by a supervisor and does not begin again.",
                    RefusalKind.Conflict
                )
            );
        var officer = await Assignments.WearerOf(work, id, work.Now, stop);
        var unit = officer is null ? null : await Officers.UnitOn(work, officer.Id, work.Now, stop);
        var pause = LiveSessions.WhyNotStream(report, policy);
        var session = new LiveSession(
            LiveSessionId.New(),
            id,
            officer?.Id,
            unit?.Id,
            recording,
            pause is null ? LiveState.Live : LiveState.Paused,
            pause?.Code,
            work.Now,
            work.Now,
            null,
            report.Position
        );
        await LiveSessions.Insert(work, session, stop);
        work.Append(new CustodyEvent.LiveStarted(session.Id, id, officer?.Id, recording), recording);
        if (pause is not null)
            work.Append(new CustodyEvent.LivePaused(session.Id, pause.Code), recording);
        await Helping.Attach(work, session, policy, stop);
        await work.Commit(stop);
        pulse.Send(Topic);
        return session;
    }

    /// <summary>What the camera says every few seconds. Ends, pauses or resumes the session accordingly.</summary>
    /// <returns>The session as it is now, ended or not.</returns>
    public async Task<LiveSession> Report(Actor camera, LiveSession session, StreamReport report, CancellationToken stop)
    {
        var why = LiveSessions.WhyNotStream(report, policy);
        if (why is not null && LiveSessions.Ends(why))
        {
            await End(camera, session.Id, why.Code, stop);
            return session with { State = LiveState.Ended, Why = why.Code };
        }
        var state = why is null ? LiveState.Live : LiveState.Paused;
        await using var work = await records.Begin(camera, stop);
        var before = await LiveSessions.Find(work, session.Id, stop);
        if (before is null or { EndedAt: not null })
            throw new RefusedException(LiveSessions.Over);
        await LiveSessions.Note(work, session.Id, state, why?.Code, stop);
        await LiveSessions.Place(work, session.Id, report.Position, stop);
        if (before.State != state || before.Why != why?.Code)
            work.Append(
                why is null ? new CustodyEvent.LiveResumed(session.Id) : new CustodyEvent.LivePaused(session.Id, why.Code),
                session.Recording
            );
        await work.Commit(stop);
        if (before.State != state)
            signals.Paused(session.Id, state == LiveState.Paused);
        pulse.Send(Topic);
        return session with { State = state, Why = why?.Code, SeenAt = work.Now };
    }

    /// <summary>Ends the session and every lease on it.</summary>
    public async Task End(Actor who, LiveSessionId id, string why, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        if (await LiveSessions.Find(work, id, stop) is not { EndedAt: null } session)
            return;
        var ended = await End(work, session, why, stop);
        await work.Commit(stop);
        Tell(session.Id, ended, frozen: false);
    }

    /// <summary>
    /// The kill switch: ends the session for everybody, and the event does not session again. As the lock of a serious incident it ends the
    /// streams of every camera named, and the gateway drops what it holds of them.
    /// </summary>
    /// <exception cref="RefusedException">No reason was given.</exception>
    public async Task<int> Kill(
        Actor who,
        IReadOnlyList<LiveSession> sessions,
        string reason,
        bool serious,
        CancellationToken stop
    )
    {
        if (reason.Trim().Length is 0 or > 280)
            throw new RefusedException(new("reason-missing", "Say in one line why the session is ended for everybody."));
        await using var work = await records.Begin(who, stop);
        var told = new List<(LiveSessionId, IReadOnlyList<LeaseId>)>();
        foreach (var session in sessions.Where(s => s.EndedAt is null))
        {
            work.Append(new CustodyEvent.LiveKilled(session.Id, reason.Trim(), serious), session.Recording);
            told.Add((session.Id, await End(work, session, "killed", stop)));
        }
        await work.Commit(stop);
        foreach (var (session, leases) in told)
            Tell(session, leases, frozen: true);
        return told.Count;
    }

    Instant? listeningSince;

    /// <summary>Ends what nobody keeps alive: silent cameras' sessions, and leases whose time has come.</summary>
    public async Task Tidy(Instant now, CancellationToken stop)
    {
        // While the server was away nobody listened: after a restart each camera has its whole time to report again.
        var since = listeningSince ??= now;
        IReadOnlyList<LiveSession> silent;
        IReadOnlyList<WatchLease> due;
        await using (var reading = await records.Read(stop))
        {
            silent =
            [
                .. (await LiveSessions.Open(reading, stop)).Where(s => now - Instant.Max(s.SeenAt, since) > policy.Silence),
            ];
            due = await Leases.Due(reading, now, stop);
        }
        foreach (var session in silent)
            await End(Actor.System("live"), session.Id, "camera-silent", stop);
        foreach (var lease in due)
            await EndLease(Actor.System("live"), lease.Id, "expired", stop);
    }

    /// <summary>Lets somebody of the police watch for a reason, or finds the lease that they have.</summary>
    /// <exception cref="RefusedException">See <see cref="Leases.WhyNotWatch"/>; that they tried is in the log.</exception>
    public async Task<WatchLease> Let(
        Actor account,
        string title,
        Onlooker who,
        LiveSessionId id,
        string reason,
        string? words,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(account, stop);
        var session = await LiveSessions.Find(work, id, stop) ?? throw new RefusedException(LiveSessions.NotFound);
        if (Leases.WhyNotWatch(who, session, reason, policy) is { } refusal)
        {
            work.Append(new CustodyEvent.WatchRefused(id, refusal.Code), session.Recording);
            await work.Commit(stop);
            throw new RefusedException(refusal);
        }
        if (words?.Length > Consults.MostLineLength)
            throw new RefusedException(new("line-too-long", "One line, at most 280 characters."));
        if (await Leases.OpenOf(work, id, account.Id, stop) is { } there && there.Until > work.Now)
            return there;
        var lease = await Leases.Grant(work, id, null, (account.Id, account.Name, title), reason, words, policy, stop);
        await work.Commit(stop);
        pulse.Send(Topic);
        return lease;
    }

    public async Task EndLease(Actor who, LeaseId lease, string why, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        if (!await Leases.End(work, lease, why, stop))
            return;
        await LeaveAll(work, lease, stop);
        await work.Commit(stop);
        signals.LeaseEnded(lease);
        pulse.Send(Topic);
    }

    /// <exception cref="RefusedException">See <see cref="Leases.WhyNotRenew"/>.</exception>
    public async Task<WatchLease> Renew(Actor who, LeaseId id, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        var lease = await Leases.Find(work, id, stop) ?? throw new RefusedException(Leases.NotFound);
        var session = (await LiveSessions.Find(work, lease.Session, stop))!;
        if (Leases.WhyNotRenew(lease, session, work.Now, policy) is { } refusal)
            throw new RefusedException(refusal);
        var renewed = await Leases.Renew(work, lease, policy, stop);
        await work.Commit(stop);
        signals.LeaseRenewed(id, renewed.Until);
        pulse.Send(Topic);
        return renewed;
    }

    /// <summary>The gateway reports that packets of this lease's session now flow to somebody.</summary>
    public async Task<WatchingId?> Joined(LeaseId id, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await Leases.Find(reading, id, stop) is not { EndedAt: null } lease)
            return null;
        await reading.DisposeAsync();
        await using var work = await records.Begin(HolderOf(lease), stop);
        var watching = await Watchings.Join(work, lease, stop);
        if (lease.Consult is { } consult)
            await Helping.MediaFlows(work, consult, stop);
        await work.Commit(stop);
        pulse.Send(Topic);
        return watching;
    }

    /// <summary>The gateway reports that they flow no more.</summary>
    public async Task Left(LeaseId id, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await Leases.Find(reading, id, stop) is not { } lease)
            return;
        await reading.DisposeAsync();
        await using var work = await records.Begin(HolderOf(lease), stop);
        await LeaveAll(work, id, stop);
        await work.Commit(stop);
        pulse.Send(Topic);
    }

    /// <summary>At a start: nobody watches yet, whatever the records say of the time before.</summary>
    internal async Task LeaveEverybody(CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var left = await Watchings.Now(reading, stop);
        await reading.DisposeAsync();
        if (left.Count == 0)
            return;
        await using var work = await records.Begin(Actor.System("live"), stop);
        foreach (var watching in left)
            await Watchings.Leave(work, watching, stop);
        await work.Commit(stop);
    }

    /// <summary>Somebody came to the door with a token and was not let in.</summary>
    internal async Task Refused(LiveSessionId session, Actor who, string code, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        if (await LiveSessions.Find(work, session, stop) is not { } known)
            return;
        work.Append(new CustodyEvent.WatchRefused(session, code), known.Recording);
        await work.Commit(stop);
    }

    internal async Task Measured(LeaseId lease, Delay delay, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("live"), stop);
        await Watchings.Measure(work, lease, delay.P50Ms, delay.P95Ms, stop);
        await work.Commit(stop);
    }

    static Actor HolderOf(WatchLease lease) =>
        new(lease.Consult is null ? ActorKind.Account : ActorKind.Clinician, lease.Holder, lease.HolderName);

    async Task<IReadOnlyList<LeaseId>> End(Work work, LiveSession session, string why, CancellationToken stop)
    {
        var ended = new List<LeaseId>();
        foreach (var lease in (await Leases.OfSession(work, session.Id, stop)).Where(l => l.EndedAt is null))
        {
            await LeaveAll(work, lease.Id, stop);
            if (await Leases.End(work, lease.Id, why == "killed" ? why : "stream-ended", stop))
                ended.Add(lease.Id);
        }
        if (await LiveSessions.End(work, session.Id, why, stop))
            work.Append(new CustodyEvent.LiveEnded(session.Id, why), session.Recording);
        return ended;
    }

    static async Task LeaveAll(Work work, LeaseId lease, CancellationToken stop)
    {
        foreach (var watching in (await Watchings.OfLease(work, lease, stop)).Where(w => w.LeftAt is null))
            await Watchings.Leave(work, watching, stop);
    }

    void Tell(LiveSessionId session, IReadOnlyList<LeaseId> leases, bool frozen)
    {
        foreach (var lease in leases)
            signals.LeaseEnded(lease);
        signals.SessionEnded(session, frozen);
        pulse.Send(Topic);
    }

    static Task<bool> Killed(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Any("SELECT 1 FROM live_session WHERE recording = @recording AND why = 'killed'", new { recording }, stop);
}
