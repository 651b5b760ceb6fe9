using System.Collections.Concurrent;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>Where and with which token a browser or camera connects. Fetched anew before every connection: tokens are short-lived.</summary>
public sealed record Way(string Url, string Token, Instant Until);

/// <summary>Glass-to-glass delay as the watcher is shown it.</summary>
public sealed record Delay(int P50Ms, int P95Ms);

/// <summary>What the records say at the door: this token, and until when the connection may last.</summary>
sealed record Admitted(LiveToken Token, Instant Until);

/// <summary>
/// Where an agency's records meet the gateway's packets: gives out tokens for what the records allow, asks the records again at the door,
/// and carries every decision to the packet path the moment it is committed.
/// </summary>
public sealed class OnAir
{
    internal const string WatchLease = "watch-";
    internal const string TalkLease = "talk-";
    const string PublishLease = "publish-";
    const string HearLease = "hear-";
    static readonly Duration CameraToken = Duration.FromMinutes(10);
    static readonly Duration Shift = Duration.FromHours(24);

    readonly string agency;
    readonly AgencyRecords records;
    readonly Streaming streaming;
    readonly ICarrier carrier;
    readonly TimeProvider clock;
    readonly LiveTokenSigner signer;
    readonly LiveTokenVerifier verifier;
    readonly ConcurrentDictionary<LeaseId, Delay> network = new();

    internal OnAir(
        Agency agency,
        AgencyRecords records,
        Streaming streaming,
        LiveSignals signals,
        ICarrier carrier,
        LiveKey key,
        TimeProvider clock
    )
    {
        (this.agency, this.records, this.streaming, this.carrier, this.clock) = (
            agency.Profile.Slug,
            records,
            streaming,
            carrier,
            clock
        );
        signer = key.Signer;
        verifier = new([(this.agency, signer.Spki)]);
        signals.OnLeaseEnded += lease => End($"{WatchLease}{lease}", $"{TalkLease}{lease}");
        signals.OnLeaseRenewed += (lease, until) => Renew(until, $"{WatchLease}{lease}", $"{TalkLease}{lease}");
        signals.OnPaused += (session, paused) => carrier.Hold(session.Text, paused ? StreamHold.Everything : StreamHold.None);
        signals.OnSessionEnded += (session, _) =>
        {
            End($"{PublishLease}{session}"); // also of a camera that is at the door at this moment
            carrier.EndStream(session.Text, "session-ended");
        };
        signals.OnConsultEnded += consult => carrier.EndStream(TalkOf(consult), "consult-ended");
    }

    /// <summary>The stream of a clinician's voice: one way, to the officer.</summary>
    static string TalkOf(ConsultId consult) => $"talk-{consult}";

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
        Sign(at, "whep", lease.Session.Text, LiveRole.Watch, WatchLease + lease.Id, lease.Holder, lease.ShownAs, lease.Until);

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
        var doors = carrier.DoorsOf(stream)?.ToString() ?? $"{at.ToUriComponent()}/api/v1/live/";
        return new($"{doors}{door}/{stream}", token, until);
    }

    /// <summary>The door: the token must be ours and fit, and the records must still allow it at this moment.</summary>
    internal async ValueTask<Offered<Admitted>> Ask(string stream, LiveRole role, string? bearer, CancellationToken stop)
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
        return new Admitted(token, until);
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

    void End(params ReadOnlySpan<string> leases)
    {
        foreach (var lease in leases)
            carrier.End(lease, "lease-ended");
    }

    void Renew(Instant until, params ReadOnlySpan<string> leases)
    {
        foreach (var lease in leases)
            carrier.Renew(lease, until);
    }

    /// <summary>Whether the camera's packets come in now.</summary>
    public bool IsShown(LiveSessionId session) => carrier.IsPublished(session.Text);

    /// <summary>Whether the clinician's voice comes in now.</summary>
    public bool IsHeard(ConsultId consult) => carrier.IsPublished(TalkOf(consult));

    /// <summary>Why there is no picture and no voice at all; none when there is.</summary>
    public string? Trouble => carrier.Trouble;

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

    internal Task Happened(GatewayEvent happened, CancellationToken stop) =>
        happened switch
        {
            GatewayEvent.ViewerJoined => Joined(happened.Lease.Id, stop),
            GatewayEvent.ViewerLeft => Left(happened.Lease.Id, stop),
            GatewayEvent.DelayMeasured late => Late(late.Lease.Id, late.P50, late.P95),
            _ => Task.CompletedTask,
        };

    /// <summary>A carrier says that packets under this lease of its flow to somebody. Only watching is written down: who hears is the officer.</summary>
    internal Task Joined(string carried, CancellationToken stop) =>
        IsWatch(carried, out var lease) ? streaming.Joined(lease, stop) : Task.CompletedTask;

    internal async Task Left(string carried, CancellationToken stop)
    {
        if (!IsWatch(carried, out var lease))
            return;
        await streaming.Left(lease, stop);
        network.TryRemove(lease, out _);
    }

    /// <summary>How late packets leave for this watcher.</summary>
    internal Task Late(string carried, Duration p50, Duration p95)
    {
        if (IsWatch(carried, out var lease))
            network[lease] = new((int)p50.TotalMilliseconds, (int)p95.TotalMilliseconds);
        return Task.CompletedTask;
    }

    static bool IsWatch(string carried, out LeaseId lease)
    {
        lease = default;
        return carried.StartsWith(WatchLease, StringComparison.Ordinal)
            && LeaseId.TryParse(carried[WatchLease.Length..], null, out lease);
    }
}

/// <summary>Leads each request to its agency's own door.</summary>
sealed class AgencyDoors : ILiveDoor
{
    public async ValueTask<Offered<LiveEntry>> Ask(
        string stream,
        LiveRole role,
        string? bearer,
        HttpContext http,
        CancellationToken stop
    )
    {
        if (http.FindAgency() is not { } agency)
            return WhoMay.Nothing;
        if (!(await agency.Get<OnAir>().Ask(stream, role, bearer, stop)).IsTaken(out var admitted, out var refusal))
            return refusal;
        return new LiveEntry(new(agency.Profile.Slug, stream), agency.Get<OwnCarrier>().Take(admitted.Token, admitted.Until));
    }
}
