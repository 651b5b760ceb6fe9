using System.Net;
using System.Net.Sockets;
using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>Who is let in, who is sent away, and what strangers at the port can do: nothing.</summary>
[Collection(Alone.Name)]
public sealed class GatewayTests
{
    static string? CodeOf(Offered<Answer> outcome) => outcome.Refusal?.Code;

    [Fact]
    public async Task A_second_publisher_is_refused_unless_it_is_the_same_holder_or_the_first_is_gone()
    {
        await using var bench = new LiveGateway();
        var first = bench.Publishing(bench.Lease("camera-1"));
        var viewer = bench.Watching();
        var second = bench.NewPeer(publishes: true);
        CodeOf(bench.Gateway.Publish(LiveGateway.Key, second.Offer(), bench.Lease("camera-2"))).ShouldBe("live-taken");

        var again = bench.Publishing(bench.Lease("camera-1"));
        LiveGateway.Until(() => bench.Happened.OfType<GatewayEvent.PublisherDown>().Any());
        bench.Happened.OfType<GatewayEvent.PublisherDown>().Single().Why.ShouldBe("taken-over");
        again.SendFrame(7, keyframe: true);
        viewer
            .Collect(1000, enough: 1)
            .ShouldHaveSingleItem("the viewer stays and goes on with the new connection")
            .Number.ShouldBe(7);

        bench.Gateway.End(again.Id);
        bench.Publishing(bench.Lease("camera-2"));
        first.Collect(50).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_that_was_ended_does_not_come_back_on_the_same_lease_and_a_hold_outlives_the_connection()
    {
        await using var bench = new LiveGateway();
        var lease = bench.Lease("camera-1");
        bench.Publishing(lease);
        bench.Gateway.Hold(LiveGateway.Key, StreamHold.SoundOnly);
        bench.Gateway.EndStream(LiveGateway.Key, "serious-incident");
        LiveGateway.Until(() => bench.Gateway.Streams.Count == 0);
        lease.Ended.ShouldBe("serious-incident");
        var copy = new Lease(lease.Id, lease.Holder, lease.Role, lease.Expires); // what a door without memory would make of the token
        CodeOf(bench.Gateway.Publish(LiveGateway.Key, bench.NewPeer(publishes: true).Offer(), copy)).ShouldBe("live-lease-over");

        var camera = bench.Publishing(bench.Lease("camera-1"));
        var viewer = bench.Watching();
        camera.SendFrame(1, keyframe: true);
        viewer.Collect(200).ShouldBeEmpty();
        bench.Gateway.Hold(LiveGateway.Key, StreamHold.None);
        camera.SendFrame(2, keyframe: true);
        viewer.Collect(1000, enough: 1).ShouldHaveSingleItem().Number.ShouldBe(2);
        bench.Gateway.Counts["faults"].ShouldBe(0);
    }

    [Fact]
    public async Task A_lease_that_is_used_again_moves_to_the_newcomer()
    {
        await using var bench = new LiveGateway();
        bench.Publishing();
        var lease = bench.Lease();
        var (old, reloaded) = (bench.Watching(lease), bench.Watching(lease));
        bench.Gateway.Watchers(LiveGateway.Key).ShouldHaveSingleItem().Peer.ShouldBe(reloaded.Id);
        old.Collect(200);
        old.SaidGoodBye.ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_watches_what_nobody_publishes_and_nobody_enters_on_a_lease_that_is_over()
    {
        await using var bench = new LiveGateway();
        var viewer = bench.NewPeer(publishes: false);
        CodeOf(bench.Gateway.Watch(LiveGateway.Key, viewer.Offer(), bench.Lease())).ShouldBe("live-not-on");
        bench.Publishing();
        CodeOf(bench.Gateway.Watch(LiveGateway.Key, viewer.Offer(), bench.Lease(seconds: -1))).ShouldBe("live-lease-over");
        CodeOf(bench.Gateway.Watch(LiveGateway.Key, viewer.Offer("H264/90000").Replace("m=audio 9", "m=audio 0"), bench.Lease()))
            .ShouldBe("live-nothing-usable");
    }

    [Fact]
    public async Task A_certificate_other_than_the_offered_one_gets_no_keys()
    {
        await using var bench = new LiveGateway();
        var impostor = bench.Added(new(publishes: true) { WrongFingerprint = string.Join(':', Enumerable.Repeat("AB", 32)) });
        bench.Gateway.Publish(LiveGateway.Key, impostor.Offer(), bench.Lease()).IsTaken(out var answer, out _).ShouldBeTrue();
        impostor.Connect(answer!);
        LiveGateway.Until(() => bench.Happened.OfType<GatewayEvent.PublisherDown>().Any());
        bench.Happened.OfType<GatewayEvent.PublisherDown>().Single().Why.ShouldBe("fingerprint");
        bench.Gateway.IsPublished(LiveGateway.Key).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_can_do_both_gets_the_SRTP_profile_that_costs_less()
    {
        await using var bench = new LiveGateway();
        bench.Publishing();
        var viewer = bench.Added(new(publishes: false, profiles: "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM"));
        bench.Gateway.Watch(LiveGateway.Key, viewer.Offer(), bench.Lease()).IsTaken(out var answer, out _).ShouldBeTrue();
        viewer.Connect(answer!).ShouldBeTrue();
        viewer.Profile.ShouldBe(SrtpProfile.AeadAes128Gcm);
    }

    [Fact]
    public async Task A_replayed_packet_a_spoiled_packet_and_a_packet_from_elsewhere_are_dropped_and_counted()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        var packet = camera.Rtp(WirePeer.VideoType, 1, 3000, WirePeer.VideoSsrc, WirePeer.Frame(1, keyframe: true));
        camera.Send(packet);
        camera.Send(packet);
        var spoiled = camera.Rtp(WirePeer.VideoType, 2, 6000, WirePeer.VideoSsrc, WirePeer.Frame(2, keyframe: false));
        spoiled[40] ^= 1;
        camera.Send(spoiled);
        var stolen = camera.Rtp(WirePeer.VideoType, 3, 9000, WirePeer.VideoSsrc, WirePeer.Frame(3, keyframe: false));
        using var elsewhere = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        elsewhere.SendTo(stolen, new IPEndPoint(IPAddress.Loopback, bench.Gateway.UdpPort));
        viewer.Collect(400).Select(g => g.Number).ShouldBe([1]);
        var counts = bench.Gateway.Counts;
        (counts["replayed"], counts["not-authentic"], counts["from-unknown-address"]).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task Checks_with_a_wrong_password_prove_nothing()
    {
        await using var bench = new LiveGateway();
        var camera = bench.NewPeer(publishes: true);
        bench.Gateway.Publish(LiveGateway.Key, camera.Offer(), bench.Lease()).IsTaken(out var answer, out _).ShouldBeTrue();
        camera.Took(answer!);
        camera.Check(password: "guessedguessedguessed22", patienceMs: 200).ShouldBeFalse();
        bench.Gateway.Counts["stun-refused"].ShouldBe(1);
        camera.Check().ShouldBeTrue();
    }

    [Fact]
    public async Task A_publisher_whose_network_changes_goes_on_from_its_new_address()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        camera.SendFrame(1, keyframe: true);
        viewer.Collect(1000, enough: 1).ShouldHaveSingleItem();
        camera.Move();
        camera.SendFrame(2, keyframe: false); // before it proved itself: dropped
        camera.Check(nominate: true).ShouldBeTrue();
        camera.SendFrame(3, keyframe: false);
        viewer.Collect(400).Select(g => g.Number).ShouldBe([3]);
    }

    [Fact]
    public async Task ICE_restarts_without_a_new_handshake_and_old_credentials_end_with_the_first_new_check()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var (oldFragment, oldPassword, oldIce) = (camera.LocalFragment, camera.LocalPassword, camera.Ice);
        var before = bench.Gateway.IceSession(camera.Id);
        camera.RenewOwnCredentials();
        bench
            .Gateway.Restart(camera.Id, $"a=ice-ufrag:{camera.Ice.Fragment}\r\na=ice-pwd:{camera.Ice.Password}\r\n")
            .IsTaken(out var restarted, out _)
            .ShouldBeTrue();
        restarted!.IceSession.ShouldNotBe(before);
        var lines = restarted.SdpFragment.Split("\r\n");
        camera.UseCredentials(
            lines.Single(l => l.StartsWith("a=ice-ufrag:", StringComparison.Ordinal))[12..],
            lines.Single(l => l.StartsWith("a=ice-pwd:", StringComparison.Ordinal))[10..]
        );
        camera.Check().ShouldBeTrue();
        var viewer = bench.Watching();
        camera.SendFrame(1, keyframe: true);
        viewer.Collect(1000, enough: 1).ShouldHaveSingleItem();
        camera.UseCredentials(oldFragment, oldPassword);
        typeof(WirePeer).GetProperty(nameof(WirePeer.Ice))!.SetValue(camera, oldIce);
        camera.Check(patienceMs: 200).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_consent_for_half_a_minute_the_connection_is_over()
    {
        var clock = new SteppedClock();
        await using var bench = new LiveGateway(clock);
        var camera = bench.Publishing(bench.Lease(seconds: 3600));
        clock.Step(TimeSpan.FromSeconds(29));
        Thread.Sleep(50);
        bench.Gateway.IsPublished(LiveGateway.Key).ShouldBeTrue();
        camera.Check().ShouldBeTrue();
        clock.Step(TimeSpan.FromSeconds(29));
        Thread.Sleep(50);
        bench.Gateway.IsPublished(LiveGateway.Key).ShouldBeTrue();
        clock.Step(TimeSpan.FromSeconds(2));
        LiveGateway.Until(() => bench.Happened.OfType<GatewayEvent.PublisherDown>().Any());
        bench.Happened.OfType<GatewayEvent.PublisherDown>().Single().Why.ShouldBe("consent-lost");
    }

    [Fact]
    public async Task An_offer_that_nobody_follows_up_is_given_up()
    {
        var clock = new SteppedClock();
        await using var bench = new LiveGateway(clock);
        var camera = bench.NewPeer(publishes: true);
        bench.Gateway.Publish(LiveGateway.Key, camera.Offer(), bench.Lease()).IsTaken(out _, out _).ShouldBeTrue();
        clock.Step(TimeSpan.FromSeconds(21));
        LiveGateway.Until(() => bench.Happened.OfType<GatewayEvent.PublisherDown>().Any(d => d.Why == "never-connected"));
        clock.Step(TimeSpan.FromSeconds(31));
        LiveGateway.Until(() => bench.Gateway.Streams.Count == 0);
    }

    [Fact]
    public async Task Ten_thousand_bogus_packets_a_second_do_not_hurt_a_live_stream()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        using var stop = new CancellationTokenSource();
        var stray = camera.CheckBytes(nominate: true, "guessedguessedguessed22");
        var flood = Task.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Loopback, bench.Gateway.UdpPort);
            var random = new Random(4);
            var noise = new byte[900];
            byte[] kinds = [0, 1, 22, 128, 144, 200, 255];
            long sent = 0;
            for (var watch = System.Diagnostics.Stopwatch.StartNew(); !stop.IsCancellationRequested; )
            {
                for (; sent < watch.ElapsedMilliseconds * 10; sent++)
                    if (sent % 3 == 0)
                        socket.Send(stray);
                    else
                    {
                        random.NextBytes(noise);
                        noise[0] = kinds[sent % kinds.Length];
                        socket.Send(noise, random.Next(1, 900), SocketFlags.None);
                    }
                Thread.Sleep(1);
            }
            return sent;
        });
        var got = new List<Received>();
        for (ushort number = 1; number <= 200; number++)
        {
            camera.SendFrame(number, keyframe: number == 1);
            got.AddRange(viewer.Collect(10));
        }
        got.AddRange(viewer.Collect(300));
        await stop.CancelAsync();
        (await flood).ShouldBeGreaterThan(10_000);
        got.Select(g => g.Number).ShouldBe(Enumerable.Range(1, 200));
    }

    [Fact]
    public async Task The_same_stream_goes_by_TCP_where_UDP_does_not_get_through()
    {
        await using var bench = new LiveGateway();
        var camera = bench.NewPeer(publishes: true);
        bench.Gateway.Publish(LiveGateway.Key, camera.Offer(), bench.Lease()).IsTaken(out var answer, out _).ShouldBeTrue();
        var tcp = answer!.Sdp.Split("\r\n").First(l => l.Contains("tcptype passive", StringComparison.Ordinal)).Split(' ');
        camera.Took(answer);
        using var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        connection.Connect(IPAddress.Parse(tcp[4]), int.Parse(tcp[5], null));
        var check = camera.CheckBytes(nominate: true);
        // Two pieces, cut where it hurts: in the length.
        connection.Send([(byte)(check.Length >> 8)]);
        Thread.Sleep(20);
        connection.Send([(byte)check.Length, .. check]);
        var reply = new byte[512];
        connection.ReceiveTimeout = 2000;
        connection.Receive(reply).ShouldBeGreaterThan(22);
        reply[2..4].ShouldBe(new byte[] { 1, 1 }, "a success behind two bytes of length");
    }
}

/// <summary>The system's clock, which a test can set forward, both of its hands together.</summary>
sealed class SteppedClock : TimeProvider
{
    long aheadTicks;

    public void Step(TimeSpan by) => Interlocked.Add(ref aheadTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref aheadTicks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() =>
        Environment.TickCount64 * TimeSpan.TicksPerMillisecond + Interlocked.Read(ref aheadTicks);
}
