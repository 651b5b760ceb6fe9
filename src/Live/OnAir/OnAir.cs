using System.Collections.Concurrent;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>Where and with which token a browser or camera connects. Fetched anew before every connection: tokens are short-lived.</summary>
public sealed record Way(string Url, string Token, Instant Until);

/// <summary>Glass-to-glass delay as the watcher is shown it.</summary>
public sealed record Delay(int P50Ms, int P95Ms);

/// <summary>
/// Where an agency's records meet the gateway's packets: gives out tokens for what the records allow, asks the records again at the door,
/// and carries every decision to the packet path the moment it is committed.
/// </summary>
public sealed class OnAir
{
    const string PublishLease = "publish-";
    const string WatchLeasePrefix = "watch-";
    const string TalkLease = "talk-";
    const string HearLease = "hear-";
    static readonly Duration CameraToken = Duration.FromMinutes(10);
    static readonly Duration Shift = Duration.FromHours(24);

    readonly string agency;
    readonly AgencyRecords records;
    readonly Streaming streaming;
    readonly LiveGateway gateway;
    readonly TimeProvider clock;
    readonly LiveTokenSigner signer;
    readonly LiveTokenVerifier verifier;
    readonly ConcurrentDictionary<string, Lease> leases = new();
    readonly ConcurrentDictionary<LeaseId, Delay> network = new();

    public OnAir(
        Agency agency,
        AgencyRecords records,
        Streaming streaming,
        LiveSignals signals,
        LiveGateway gateway,
        TimeProvider clock
    )
    {
        (this.agency, this.records, this.streaming, this.gateway, this.clock) = (
            agency.Profile.Slug,
            records,
            streaming,
            gateway,
            clock
        );
        var key = KeyOf(agency.Folder);
        signer = new(key);
        verifier = new([(this.agency, key.Spki)]);
        signals.OnLeaseEnded += lease => End($"{WatchLeasePrefix}{lease}", $"{TalkLease}{lease}");
        signals.OnLeaseRenewed += (lease, until) => Renew(until, $"{WatchLeasePrefix}{lease}", $"{TalkLease}{lease}");
        signals.OnPaused += (session, paused) => Hold(session, paused);
        signals.OnSessionEnded += (session, _) => gateway.Running?.EndStream(Key(session.Text), "session-ended");
        signals.OnConsultEnded += consult => gateway.Running?.EndStream(Key(TalkOf(consult)), "consult-ended");
    }

    // P-256 as for cameras; made at the first use and kept, so that tokens outlive a restart of the server.
    static CameraKey KeyOf(AgencyFolder folder)
    {
        var file = System.IO.Path.Combine(folder.Keys, "live-token.key");
        if (File.Exists(file))
            return CameraKey.Load(file);
        var key = CameraKey.New();
        key.Save(file);
        return key;
    }

    /// <summary>The stream of a clinician's voice: one way, to the officer.</summary>
    static string TalkOf(ConsultId consult) => $"talk-{consult}";

    StreamKey Key(string stream) => new(agency, stream);

    /// <summary>For the camera of a session, to publish.</summary>
    public Way ToPublish(LiveSession session, PathString at) =>
        Sign(
            at,
            "whip",
            session.Id.Text,
            LiveRole.Publish,
            PublishLease + session.Id,
            session.Camera.Text,
            "camera",
            clock.Now() + CameraToken
        );

    /// <summary>For the holder of a lease, to watch until it ends.</summary>
    public Way ToWatch(WatchLease lease, PathString at) =>
        Sign(
            at,
            "whep",
            lease.Session.Text,
            LiveRole.Watch,
            WatchLeasePrefix + lease.Id,
            lease.Holder,
            lease.ShownAs,
            lease.Until
        );

    /// <summary>For the clinician of a consult, to be heard for as long as they may watch.</summary>
    public Way ToTalk(ConsultId consult, WatchLease lease, PathString at) =>
        Sign(at, "whip", TalkOf(consult), LiveRole.Publish, TalkLease + lease.Id, lease.Holder, lease.ShownAs, lease.Until);

    /// <summary>For the officer, to hear the clinician: by the camera or by a phone.</summary>
    public Way ToHear(Consult consult, string who, PathString at) =>
        Sign(
            at,
            "whep",
            TalkOf(consult.Id),
            LiveRole.Watch,
            $"{HearLease}{consult.Id}-{who}",
            consult.Officer.Text,
            "officer",
            clock.Now() + CameraToken
        );

    Way Sign(PathString at, string door, string stream, LiveRole role, string lease, string holder, string shownAs, Instant until)
    {
        var now = clock.Now();
        var token = signer.Sign(new(agency, stream, role, lease, holder, shownAs, now, until));
        return new($"{at.ToUriComponent()}/api/v1/live/{door}/{stream}", token, until);
    }

    /// <summary>The door: the token must be ours and fit, and the records must still allow it at this moment.</summary>
    public async ValueTask<Offered<LiveEntry>> Ask(string stream, LiveRole role, string? bearer, CancellationToken stop)
    {
        if (bearer is null)
            return new Refusal("live-token", "A live token of this agency is needed.", RefusalKind.SignInNeeded);
        if (verifier.WhyNot(bearer, clock.Now(), out var token) is { } refusal)
            return refusal;
        if (token!.Stream != stream || token.Role != role)
            return new Refusal(
                "live-token-elsewhere",
                "This live token is for another stream, or for another use of it.",
                RefusalKind.Forbidden
            );
        await using var reading = await records.Read(stop);
        var (until, no) = await WhyNotEnter(reading, token, stop);
        if (no is not null)
        {
            await reading.DisposeAsync();
            if (LiveSessionId.TryParse(stream, null, out var session) && role == LiveRole.Watch)
                await streaming.Refused(session, new(ActorKind.System, token.Holder, token.As), no.Code, stop);
            return no;
        }
        return new LiveEntry(Key(stream), Find(token, until));
    }

    async Task<(Instant Until, Refusal? No)> WhyNotEnter(Reading reading, LiveToken token, CancellationToken stop)
    {
        if (token.Lease.StartsWith(HearLease, StringComparison.Ordinal))
        {
            var consult = await Consults.Find(reading, ConsultId.Parse(token.Stream["talk-".Length..]), stop);
            return (clock.Now() + Shift, consult is { State: ConsultState.Talking } ? null : Consults.Over);
        }
        if (token.Lease.StartsWith(PublishLease, StringComparison.Ordinal))
        {
            var session = await LiveSessions.Find(reading, LiveSessionId.Parse(token.Stream), stop);
            return (
                clock.Now() + Shift,
                session switch
                {
                    null or { EndedAt: not null } => LiveSessions.Over,
                    { State: LiveState.Paused } => Paused, // what comes while nothing may be shown is not even taken in
                    _ => null,
                }
            );
        }
        var id = token.Lease[(token.Lease.IndexOf('-', StringComparison.Ordinal) + 1)..];
        if (await Leases.Find(reading, LeaseId.Parse(id), stop) is not { } lease)
            return (default, Leases.NotFound);
        return (lease.Until, Leases.WhyNotShow(lease, (await LiveSessions.Find(reading, lease.Session, stop))!, clock.Now()));
    }

    static readonly Refusal Paused = new(
        "live-paused",
        "The recording is stopped, muted or averted: nothing is streamed until it goes on.",
        RefusalKind.Conflict
    );

    Lease Find(LiveToken token, Instant until)
    {
        var lease = leases.AddOrUpdate(
            token.Lease,
            id => new(id, token.Holder, token.As, until),
            (id, there) => there.Ended is null ? there : new(id, token.Holder, token.As, until)
        );
        lease.Renew(until);
        return lease;
    }

    void End(params ReadOnlySpan<string> ids)
    {
        foreach (var id in ids)
            if (leases.TryRemove(id, out var lease))
                lease.End("lease-ended");
    }

    void Renew(Instant until, params ReadOnlySpan<string> ids)
    {
        foreach (var id in ids)
            if (leases.TryGetValue(id, out var lease))
                lease.Renew(until);
    }

    void Hold(LiveSessionId session, bool paused) =>
        gateway.Running?.Hold(Key(session.Text), paused ? StreamHold.Everything : StreamHold.None);

    /// <summary>Whether the camera's packets come in now.</summary>
    public bool IsShown(LiveSessionId session) => gateway.Running?.IsPublished(Key(session.Text)) ?? false;

    /// <summary>Whether the clinician's voice comes in now.</summary>
    public bool IsHeard(ConsultId consult) => gateway.Running?.IsPublished(Key(TalkOf(consult))) ?? false;

    /// <summary>Why there is no picture and no voice at all; none when there is.</summary>
    public string? Trouble => gateway.Trouble;

    /// <summary>
    /// The watcher's screen says how long after arrival it shows a picture; with the way up to there, which the gateway measures against
    /// the camera's corrected clock, that is glass to glass. Kept with the watching.
    /// </summary>
    /// <returns>None while the gateway has measured nothing.</returns>
    public async Task<Delay?> Measure(LeaseId lease, int playoutP50Ms, int playoutP95Ms, CancellationToken stop)
    {
        if (!network.TryGetValue(lease, out var way) || playoutP50Ms is < 0 or > 60_000 || playoutP95Ms is < 0 or > 60_000)
            return null;
        var delay = new Delay(way.P50Ms + playoutP50Ms, way.P95Ms + playoutP95Ms);
        await streaming.Measured(lease, delay, stop);
        return delay;
    }

    internal async Task Happened(GatewayEvent happened, CancellationToken stop)
    {
        if (!happened.Lease.Id.StartsWith(WatchLeasePrefix, StringComparison.Ordinal))
        {
            // Nobody ends these by their id: they end with their stream, and are forgotten with their connection.
            if (
                happened is (GatewayEvent.PublisherDown or GatewayEvent.ViewerLeft)
                && !happened.Lease.Id.StartsWith(TalkLease, StringComparison.Ordinal)
            )
                leases.TryRemove(happened.Lease.Id, out _);
            return;
        }
        var lease = LeaseId.Parse(happened.Lease.Id[WatchLeasePrefix.Length..]);
        switch (happened)
        {
            case GatewayEvent.ViewerJoined:
                await streaming.Joined(lease, stop);
                break;
            case GatewayEvent.ViewerLeft:
                await streaming.Left(lease, stop);
                network.TryRemove(lease, out _);
                break;
            case GatewayEvent.DelayMeasured measured:
                network[lease] = new((int)measured.P50.TotalMilliseconds, (int)measured.P95.TotalMilliseconds);
                break;
        }
    }
}

/// <summary>Leads each request to its agency's own door.</summary>
sealed class AgencyDoors : ILiveDoor
{
    public ValueTask<Offered<LiveEntry>> Ask(
        string stream,
        LiveRole role,
        string? bearer,
        HttpContext http,
        CancellationToken stop
    ) =>
        http.FindAgency() is { } agency
            ? agency.Get<OnAir>().Ask(stream, role, bearer, stop)
            : ValueTask.FromResult<Offered<LiveEntry>>(WhoMay.Nothing);
}
