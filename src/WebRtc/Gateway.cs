using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Lapel.WebRtc;

/// <summary>
/// Takes live streams in and gives them out, by WebRTC, in this process: one UDP port, no copy on disk. It knows leases and streams; who may
/// have which lease is for others to decide before they come here. Thread-safe. See README.md.
/// </summary>
public sealed partial class Gateway
{
    readonly GatewayOptions options;
    readonly TimeProvider clock;
    readonly DtlsIdentity identity;
    readonly ConcurrentDictionary<StreamKey, LiveStream> streams = new();
    readonly ConcurrentDictionary<PeerId, Peer> peers = new();
    readonly Channel<GatewayEvent> events = Channel.CreateBounded<GatewayEvent>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
    );
    readonly Lock opening = new();
    readonly List<UdpPort> udp = [];
    readonly List<TcpPort> tcp = [];
    readonly ManualResetEventSlim closing = new();
    Thread? ticking;
    Task telling = Task.CompletedTask;
    IReadOnlyList<IceCandidate> candidates = [];

    public Gateway(GatewayOptions options, TimeProvider clock)
    {
        (this.options, this.clock) = (options, clock);
        identity = new(clock);
    }

    /// <summary>Told of everything that happens, one event after the other, on a thread of its own. A listener that throws is not told why.</summary>
    public event Action<GatewayEvent>? Happened;

    public GatewayOptions Options => options;

    /// <summary>Longer offers are refused unread.</summary>
    public const int MostOfferCharacters = SdpOffer.MostCharacters;

    /// <summary>What came in and was not wanted since the start, by name; for operators.</summary>
    public IReadOnlyDictionary<string, long> Counts =>
        new Dictionary<string, long>
        {
            ["packets"] = counters.Packets,
            ["not-understood"] = counters.NotUnderstood,
            ["stun-refused"] = counters.StunRefused,
            ["from-unknown-address"] = counters.FromUnknownAddress,
            ["not-authentic"] = counters.NotAuthentic,
            ["replayed"] = counters.Replayed,
            ["handshakes-refused"] = counters.HandshakesRefused,
            ["send-failures"] = counters.SendFailures,
            ["faults"] = counters.Faults,
        };

    /// <summary>The UDP port in use, once started.</summary>
    public int UdpPort => udp.Count == 0 ? 0 : udp[0].Bound.Port;

    /// <summary>Opens the ports. Throws SocketException when one is taken.</summary>
    public void Start()
    {
        Libsrtp.Start();
        try
        {
            foreach (var address in options.Bind)
            {
                udp.Add(new(new(address, udp.Count > 0 ? udp[0].Bound.Port : options.UdpPort), udp.Count, this, clock));
                if (options.TcpPort is { } port)
                    tcp.Add(new(new(address, tcp.Count > 0 ? tcp[0].Bound.Port : port), this, clock));
            }
        }
        catch
        {
            foreach (var opened in udp)
                opened.Close();
            throw;
        }
        candidates = IceCandidates.Of(options, udp[0].Bound.Port, tcp.Count > 0 ? tcp[0].Bound.Port : null);
        foreach (var port in udp)
            port.Start();
        foreach (var port in tcp)
            port.Start();
        telling = Task.Run(Tell);
        ticking = new(Tick) { IsBackground = true, Name = "live clock" };
        ticking.Start();
    }

    /// <summary>Ends every stream with a good-bye and closes the ports.</summary>
    public async Task Stop()
    {
        closing.Set();
        ticking?.Join();
        var now = Moment.Of(clock);
        using (var outbox = new Outbox(counters))
        {
            foreach (var stream in streams.Values)
                lock (stream.Gate)
                    stream.End("gateway-stopped", now, outbox);
            outbox.Flush();
        }
        foreach (var port in tcp)
            await port.Close();
        foreach (var port in udp)
            port.Close();
        events.Writer.Complete();
        await telling;
        identity.Dispose();
    }

    /// <summary>
    /// Takes a publisher's offer. A second publisher of the same stream is refused (409) unless it holds the same lease or is the same holder,
    /// which then takes over: a camera that reconnects must not wait for its own ghost.
    /// </summary>
    public Offered<Answer> Publish(StreamKey key, string offerSdp, Lease lease)
    {
        if (WhyNotBegin(key, offerSdp, lease, out var offer) is { } refusal)
            return refusal;
        if (Negotiation.WhyNotPublish(offer, out var agreed) is { } unusable)
            return unusable;
        var now = Moment.Of(clock);
        using var outbox = new Outbox(counters);
        LiveStream stream;
        lock (opening)
        {
            if (!streams.TryGetValue(key, out stream!))
            {
                if (streams.Count >= options.MostStreams)
                    return new Refusal(
                        "live-full",
                        $"This gateway carries its {options.MostStreams} streams already.",
                        RefusalKind.TooMany
                    );
                streams[key] = stream = new(key, holds.GetValueOrDefault(key), happened => events.Writer.TryWrite(happened));
            }
            lock (stream.Gate)
            {
                if (stream.PublishingPeer is { } there && there.Lease.IsLiveAt(now.WallUs) && !IsSame(there.Lease, lease))
                    return new Refusal("live-taken", "Another camera publishes this stream.", RefusalKind.Conflict);
                var peer = NewPeer(stream, lease, offer, now);
                peer.Role = new Publisher(peer, agreed, options.MostBitrateKbps);
                stream.Published(peer, now, outbox);
                outbox.Flush();
                return AnswerTo(peer, offer, agreed, sends: false);
            }
        }
    }

    static bool IsSame(Lease one, Lease other) => one.Id == other.Id || one.Holder == other.Holder;

    /// <summary>Takes a viewer's offer for a stream that somebody publishes; refused (409) while nobody does.</summary>
    public Offered<Answer> Watch(StreamKey key, string offerSdp, Lease lease)
    {
        if (WhyNotBegin(key, offerSdp, lease, out var offer) is { } refusal)
            return refusal;
        if (!streams.TryGetValue(key, out var stream))
            return NotOn;
        var now = Moment.Of(clock);
        using var outbox = new Outbox(counters);
        lock (stream.Gate)
        {
            if (stream.Publishing is not { } publisher)
                return NotOn;
            if (stream.Viewers.Count >= options.MostViewersPerStream)
                return new Refusal("live-full", "This stream has as many viewers as it may.", RefusalKind.TooMany);
            if (Negotiation.WhyNotWatch(offer, publisher.Agreed, out var agreed) is { } unusable)
                return unusable;
            var peer = NewPeer(stream, lease, offer, now);
            var viewer = new Viewer(peer, agreed);
            peer.Role = viewer;
            stream.Watched(viewer, now, outbox);
            outbox.Flush();
            return AnswerTo(peer, offer, agreed, sends: true);
        }
    }

    static Refusal NotOn => new("live-not-on", "Nobody publishes this stream at the moment.", RefusalKind.Conflict);

    Refusal? WhyNotBegin(StreamKey key, string offerSdp, Lease lease, out SdpOffer offer)
    {
        offer = new();
        if (key.Stream.Length is < 1 or > 128 || !key.Stream.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return new("live-stream-name", "A stream's name has 1 to 128 letters, digits, '-', '_' and '.'.");
        if (closing.IsSet)
            return new("live-closing", "The gateway is stopping.", RefusalKind.Conflict);
        if (!lease.IsLiveAt(Moment.Of(clock).WallUs) || over.ContainsKey(lease.Id))
            return new("live-lease-over", "This lease has ended.", RefusalKind.Forbidden);
        return SdpOffer.WhyNotRead(offerSdp, out offer);
    }

    Peer NewPeer(LiveStream stream, Lease lease, SdpOffer offer, Moment now)
    {
        var peer = new Peer(stream, lease, offer.Transport, identity.NewSession(), options, counters, now, Forget)
        {
            Fell = Fell,
        };
        peers[peer.Id] = peer;
        fragments[peer.Ice.Local.Fragment] = peer;
        return peer;
    }

    Answer AnswerTo(Peer peer, SdpOffer offer, IReadOnlyList<AgreedMedia> agreed, bool sends)
    {
        var sdp = new SdpAnswer
        {
            Offer = offer,
            Agreed = agreed,
            Idle = Negotiation.Idle(offer, agreed),
            Ice = peer.Ice.Local,
            Fingerprint = identity.FingerprintText,
            Candidates = candidates,
            Sends = sends,
            SessionNumber = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue),
        };
        return new(peer.Id, peer.Stream.Key, sdp.ToString(), IceSessionOf(peer));
    }

    static string IceSessionOf(Peer peer) => peer.Ice.Local.Fragment.Replace('/', '_').Replace('+', '-');
}
