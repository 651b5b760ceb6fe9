using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>Supervisors and the operations centre: what is live, watching it for a reason, ending it.</summary>
static class WatchRoutes
{
    public sealed record AskLease(string Reason, string? Words = null);

    /// <summary>A lease with the way to use it. Ask again before every connection.</summary>
    public sealed record LeaseNow(WatchLease Lease, Way Watch, bool Renewable);

    /// <param name="Others">Further sessions of the same event: they end with it.</param>
    public sealed record AskKill(string Reason, bool SeriousIncident = false, IReadOnlyList<LiveSessionId>? Others = null);

    /// <summary>How long after a picture's arrival the watcher's screen shows it.</summary>
    public sealed record Playout(int P50Ms, int P95Ms);

    public sealed record Parts(Streaming Streaming, OnAir OnAir, LivePolicy Policy, Outlines Outlines);

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapGet("/live/sessions", All).Needs(Permission.WatchLive);
        api.MapGet("/live/sessions/{session}", One).Needs(Permission.WatchLive);
        api.MapGet("/live/sessions/{session}/watchers", Watchers).Needs(Permission.WatchLive);
        api.MapGet("/live/outlines", Divisions).Needs(Permission.WatchLive);
        api.MapPost("/live/sessions/{session}/leases", Lease).Needs(Permission.WatchLive);
        api.MapPost("/live/sessions/{session}/end", Kill).Needs(Permission.EndLive);
        api.MapGet("/live/leases/{lease}", Read).Needs(Permission.WatchLive);
        api.MapPost("/live/leases/{lease}/renew", Renew).Needs(Permission.WatchLive);
        api.MapPost("/live/leases/{lease}/delay", Measure).Needs(Permission.WatchLive);
        api.MapDelete("/live/leases/{lease}", GiveUp).Needs(Permission.WatchLive);

        app.MapGet("/live", Show).Needs(Permission.WatchLive).ExcludeFromDescription();
        app.MapGet("/live/{session}", ShowOne).Needs(Permission.WatchLive).ExcludeFromDescription();
        app.MapForm("/live/{session}/watch", WatchByForm).Needs(Permission.WatchLive);
        app.MapForm("/live/{session}/end", KillByForm).Needs(Permission.EndLive);
        app.MapForm("/live/{session}/renew", RenewByForm).Needs(Permission.WatchLive);
        app.MapForm("/live/{session}/leave", LeaveByForm).Needs(Permission.WatchLive);
    }

    static async Task<IResult> All([AsParameters] Desk desk, [AsParameters] Parts parts, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(new Paged<LiveRow>(await LiveRow.Visible(reading, desk.Viewer, parts.Policy, stop), null));
    }

    static async Task<IResult> One(
        LiveSessionId session,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await LiveRow.Of(reading, await Known(reading, session, desk.Viewer, parts.Policy, stop), stop));
    }

    static async Task<IResult> Watchers(
        LiveSessionId session,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var known = await Known(reading, session, desk.Viewer, parts.Policy, stop);
        return TypedResults.Ok(new Paged<Watching>(await Watchings.OfSession(reading, known.Id, stop), null));
    }

    static IResult Divisions(Outlines outlines) =>
        outlines.Read() is { GeoJson: { } drawn }
            ? TypedResults.Bytes(drawn, "application/geo+json")
            : new Refused(new("outlines-not-found", "This agency has no outlines of its divisions.", RefusalKind.NotFound));

    static void AllowTiles(HttpContext http, Parts parts)
    {
        if (parts.Policy.Tiles?.Origin is { } origin)
            http.AlsoShow(origin);
    }

    /// <summary>A session that this account may know of, ended or not.</summary>
    static async Task<LiveSession> Known(
        Reading reading,
        LiveSessionId id,
        Viewer viewer,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        var session = await LiveSessions.Find(reading, id, stop) ?? throw new RefusedException(LiveSessions.NotFound);
        var who = await LiveRow.OnlookerOf(reading, viewer, stop);
        return Leases.WhyNotWatch(who, session, null, policy) is { Kind: RefusalKind.NotFound or RefusalKind.Forbidden } no
            ? throw new RefusedException(no)
            : session;
    }

    static async Task<IResult> Lease(
        LiveSessionId session,
        AskLease ask,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    )
    {
        Onlooker who;
        await using (var reading = await desk.Records.Read(stop))
            who = await LiveRow.OnlookerOf(reading, desk.Viewer, stop);
        var title = Roles.Words.Roles[desk.Viewer.Account.Role].Name;
        var lease = await parts.Streaming.Let(desk.Viewer.Actor, title, who, session, ask.Reason, ask.Words, stop);
        return TypedResults.Created($"live/leases/{lease.Id}", Now(lease, desk, parts));
    }

    static LeaseNow Now(WatchLease lease, Desk desk, Parts parts) =>
        new(
            lease,
            parts.OnAir.ToWatch(lease, desk.Http.Request.PathBase),
            lease.EndedAt is null && lease.Until - desk.Now <= parts.Policy.RenewableInLast
        );

    static async Task<IResult> Read(
        LeaseId lease,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) => TypedResults.Ok(Now(await Own(lease, desk, parts, stop), desk, parts));

    static async Task<WatchLease> Own(LeaseId id, Desk desk, Parts parts, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var lease = await Leases.Find(reading, id, stop);
        if (lease is null || lease.Holder != desk.Viewer.Account.Id.Text)
            throw new RefusedException(Leases.NotFound);
        var session = (await LiveSessions.Find(reading, lease.Session, stop))!;
        Leases.WhyNotShow(lease, session, desk.Now).Throw();
        return lease;
    }

    static async Task<IResult> Renew(LeaseId lease, [AsParameters] Desk desk, [AsParameters] Parts parts, CancellationToken stop)
    {
        await Own(lease, desk, parts, stop);
        return TypedResults.Ok(Now(await parts.Streaming.Renew(desk.Viewer.Actor, lease, stop), desk, parts));
    }

    static async Task<IResult> Measure(
        LeaseId lease,
        Playout ask,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    )
    {
        await Own(lease, desk, parts, stop);
        return await parts.OnAir.Measure(lease, ask.P50Ms, ask.P95Ms, stop) is { } delay
            ? TypedResults.Ok(delay)
            : TypedResults.NoContent();
    }

    static async Task<IResult> GiveUp(LeaseId lease, [AsParameters] Desk desk, [AsParameters] Parts parts, CancellationToken stop)
    {
        await Own(lease, desk, parts, stop);
        await parts.Streaming.EndLease(desk.Viewer.Actor, lease, "given-up", stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Kill(
        LiveSessionId session,
        AskKill ask,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    )
    {
        var known = new List<LiveSession>();
        await using (var reading = await desk.Records.Read(stop))
            foreach (var id in (ask.Others ?? []).Prepend(session).Distinct())
                known.Add(await Known(reading, id, desk.Viewer, parts.Policy, stop));
        if (known[0].EndedAt is not null)
            throw new RefusedException(LiveSessions.Over);
        await parts.Streaming.Kill(desk.Viewer.Actor, known, ask.Reason, ask.SeriousIncident, stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Show([AsParameters] Desk desk, [AsParameters] Parts parts, CancellationToken stop)
    {
        AllowTiles(desk.Http, parts);
        await using var reading = await desk.Records.Read(stop);
        var officers = (await Officers.All(reading, stop)).ToDictionary(o => o.Id, o => o.Ref);
        return Page.Of<LivePage>(
            new
            {
                Viewer = desk.Viewer,
                Rows = await LiveRow.Visible(reading, desk.Viewer, parts.Policy, stop),
                Alerts = desk.Viewer.May(Permission.SeeConsults)
                    ? (await Consults.Open(reading, stop)).Where(c => c.State == ConsultState.Ringing).ToList()
                    : [],
                Officers = officers,
                OnCall = await Rota.On(reading, desk.Now, stop),
                Policy = parts.Policy,
                Outlines = parts.Outlines.Read(),
                Now = desk.Now,
                Off = parts.OnAir.Trouble,
            }
        );
    }

    static Task<IResult> ShowOne(
        LiveSessionId session,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) => ShowPage(session, desk, parts, null, stop);

    static async Task<IResult> ShowPage(LiveSessionId id, Desk desk, Parts parts, Refusal? trouble, CancellationToken stop)
    {
        AllowTiles(desk.Http, parts);
        await using var reading = await desk.Records.Read(stop);
        LiveSession session;
        try
        {
            session = await Known(reading, id, desk.Viewer, parts.Policy, stop);
        }
        catch (RefusedException)
        {
            throw new RefusedException(WhoMay.Nothing);
        }
        var lease = await Leases.OpenOf(reading, id, desk.Viewer.Account.Id.Text, stop);
        return Page.Of<LiveSessionPage>(
            new
            {
                Viewer = desk.Viewer,
                Row = await LiveRow.Of(reading, session, stop),
                Watched = await Watchings.OfSession(reading, id, stop),
                Lease = lease is not null && Leases.WhyNotShow(lease, session, desk.Now) is null ? lease : null,
                Reasons = parts.Policy.Watchers.GetValueOrDefault(Words<Role>.Of(desk.Viewer.Account.Role))?.Reasons ?? [],
                Policy = parts.Policy,
                Outlines = parts.Outlines.Read(),
                Now = desk.Now,
                Off = parts.OnAir.Trouble,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> WatchByForm(
        LiveSessionId session,
        Form form,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) =>
        Back(
            session,
            desk,
            parts,
            () => Lease(session, new(form.Text("reason"), form.TextOrNull("words")), desk, parts, stop),
            null,
            stop
        );

    static Task<IResult> KillByForm(
        LiveSessionId session,
        Form form,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) =>
        Back(
            session,
            desk,
            parts,
            () => Kill(session, new(form.Text("reason"), form.Ticked("serious")), desk, parts, stop),
            "live-killed",
            stop
        );

    static Task<IResult> RenewByForm(
        LiveSessionId session,
        Form form,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) => Back(session, desk, parts, () => Renew(form.Id<Nouns.Lease>("lease", "Choose a lease."), desk, parts, stop), null, stop);

    static Task<IResult> LeaveByForm(
        LiveSessionId session,
        Form form,
        [AsParameters] Desk desk,
        [AsParameters] Parts parts,
        CancellationToken stop
    ) =>
        Back(session, desk, parts, () => GiveUp(form.Id<Nouns.Lease>("lease", "Choose a lease."), desk, parts, stop), null, stop);

    static Task<IResult> Back(
        LiveSessionId session,
        Desk desk,
        Parts parts,
        Func<Task<IResult>> act,
        string? done,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await act();
                return desk.To($"live/{session}", done);
            },
            refusal => ShowPage(session, desk, parts, refusal, stop)
        );
}
