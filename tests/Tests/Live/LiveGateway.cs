using System.Net;
using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>A gateway on loopback with what a test needs around it.</summary>
sealed class LiveGateway : IAsyncDisposable
{
    readonly List<GatewayEvent> happened = [];
    readonly List<WirePeer> peers = [];

    public LiveGateway(TimeProvider? clock = null, Func<GatewayOptions, GatewayOptions>? change = null)
    {
        Clock = clock ?? TimeProvider.System;
        var options = new GatewayOptions
        {
            Bind = [IPAddress.Loopback],
            UdpPort = 0,
            TcpPort = 0,
        };
        Gateway = new(change?.Invoke(options) ?? options, Clock);
        Gateway.Happened += one =>
        {
            lock (happened)
                happened.Add(one);
        };
        Gateway.Start();
    }

    public TimeProvider Clock { get; }

    public Gateway Gateway { get; }

    public static StreamKey Key => new("york", "unit12");

    public IReadOnlyList<GatewayEvent> Happened
    {
        get
        {
            lock (happened)
                return [.. happened];
        }
    }

    public Lease Lease(string? holder = null, int seconds = 300, string role = "clinician")
    {
        var id = Guid.NewGuid().ToString("N");
        return new(id, holder ?? id, role, Clock.Now() + Duration.FromSeconds(seconds));
    }

    public WirePeer NewPeer(bool publishes, bool rtx = true) => Added(new(publishes, rtx: rtx));

    public WirePeer Added(WirePeer peer)
    {
        peers.Add(peer);
        return peer;
    }

    public WirePeer Publishing(Lease? lease = null)
    {
        var peer = NewPeer(publishes: true);
        Gateway
            .Publish(Key, peer.Offer(), lease ?? Lease("camera"))
            .IsTaken(out var answer, out var refusal)
            .ShouldBeTrue(refusal?.Sentence);
        peer.Connect(answer!).ShouldBeTrue();
        Until(() => Gateway.IsPublished(Key));
        return peer;
    }

    public WirePeer Watching(Lease? lease = null, bool rtx = true)
    {
        var peer = NewPeer(publishes: false, rtx);
        Gateway
            .Watch(Key, peer.Offer(), lease ?? Lease())
            .IsTaken(out var answer, out var refusal)
            .ShouldBeTrue(refusal?.Sentence);
        peer.Connect(answer!).ShouldBeTrue();
        Until(() => Gateway.Watchers(Key).Any(w => w.Peer == peer.Id));
        Thread.Sleep(50); // a viewer is given a moment to open what it gets
        return peer;
    }

    public static void Until(Func<bool> holds, int ms = 60_000)
    {
        for (var until = Environment.TickCount64 + ms; !holds(); Thread.Sleep(5))
            if (Environment.TickCount64 > until)
                throw new TimeoutException("It never came.");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.Stop();
        foreach (var peer in peers)
            peer.Dispose();
    }
}
