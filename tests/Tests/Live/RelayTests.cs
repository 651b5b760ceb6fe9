using System.Buffers.Binary;
using System.Diagnostics;
using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>What goes from a publisher to its viewers, packet by packet.</summary>
[Collection(Alone.Name)]
public sealed class RelayTests
{
    [Theory]
    [InlineData("SRTP_AEAD_AES_128_GCM")]
    [InlineData("SRTP_AES128_CM_SHA1_80")]
    public async Task A_viewer_gets_what_is_published_under_its_own_numbers(string profile)
    {
        await using var bench = new LiveGateway();
        var camera = bench.Added(new(publishes: true, profile));
        bench.Gateway.Publish(LiveGateway.Key, camera.Offer(), bench.Lease()).IsTaken(out var answer, out _).ShouldBeTrue();
        camera.Connect(answer!).ShouldBeTrue();
        camera.Profile!.Name.ShouldBe(profile);
        var viewer = bench.Watching();

        camera.SendFrame(65534, keyframe: true);
        for (ushort number = 65535; number != 10; number++)
            camera.SendFrame(number, keyframe: false);
        camera.Send(camera.Rtp(WirePeer.SoundType, 5, 960, WirePeer.SoundSsrc, [1, 2, 3, 4, 5]));
        var got = viewer.Collect(1500, enough: 13);

        var frames = got.Where(g => g.Type == WirePeer.VideoType).ToList();
        frames.Select(f => f.Number).ShouldBe([65534, 65535, .. Enumerable.Range(0, 10)]);
        frames.Select(f => f.Ssrc).Distinct().ShouldHaveSingleItem().ShouldNotBe(WirePeer.VideoSsrc);
        for (var i = 1; i < frames.Count; i++)
            ((ushort)(frames[i].Sequence - frames[i - 1].Sequence)).ShouldBe((ushort)1);
        got.Single(g => g.Type == WirePeer.SoundType).Payload.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_viewer_who_comes_late_starts_with_the_last_keyframe_at_once_and_in_order()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        camera.SendFrame(1, keyframe: false);
        camera.SendFrame(2, keyframe: true);
        for (ushort number = 3; number <= 40; number++)
            camera.SendFrame(number, keyframe: false);
        Thread.Sleep(50);
        var viewer = bench.Watching();
        camera.SendFrame(41, keyframe: false);
        var got = viewer.Collect(1000, enough: 40);
        got.Select(g => g.Number).ShouldBe(Enumerable.Range(2, 40));
        for (var i = 1; i < got.Count; i++)
        {
            ((ushort)(got[i].Sequence - got[i - 1].Sequence)).ShouldBe((ushort)1);
            ((int)(got[i].Timestamp - got[i - 1].Timestamp)).ShouldBeGreaterThan(0);
        }
        // The past is squeezed: what was a second and a quarter is some milliseconds, and then time goes on as it does.
        ((int)(got[^2].Timestamp - got[0].Timestamp)).ShouldBeLessThan(90 * 50);
        (got[^1].Timestamp - got[^2].Timestamp).ShouldBe(3000u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_viewer_lost_is_sent_again(bool rtx)
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching(rtx: rtx);
        camera.SendFrame(1, keyframe: true);
        camera.SendFrame(2, keyframe: false);
        camera.SendFrame(3, keyframe: false);
        var got = viewer.Collect(1000, enough: 3);
        viewer.Send(viewer.Rtcp(Nack(got[0].Ssrc, got[1].Sequence)));
        var again = viewer.Collect(600, enough: 1);
        if (rtx)
        {
            var resent = again.ShouldHaveSingleItem();
            resent.Type.ShouldBe(WirePeer.RtxType);
            resent.Ssrc.ShouldNotBe(got[0].Ssrc);
            BinaryPrimitives.ReadUInt16BigEndian(resent.Payload).ShouldBe(got[1].Sequence);
            resent.Payload[2..].ShouldBe(got[1].Payload);
        }
        else
        {
            // The same number was seen before, so the replay check of the viewer's own side takes it for what it is: a copy.
            again.ShouldBeEmpty();
        }
        bench.Gateway.Watchers(LiveGateway.Key).Single().Statistics.Retransmitted.ShouldBe(1);
    }

    static byte[] Nack(uint media, ushort sequence)
    {
        var bytes = new byte[64];
        var writer = new RtcpWriter(bytes);
        writer.Nack(7, media, [sequence]);
        return bytes[..writer.LengthBytes];
    }

    [Fact]
    public async Task What_the_publisher_lost_is_asked_for_and_taken_back_from_its_retransmission()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        camera.SendFrame(1, keyframe: true);
        camera.SendFrame(3, keyframe: false);
        var asked = new List<ushort>();
        var feedback = 0;
        camera.Collect(
            400,
            part =>
            {
                if (part is { Type: RtcpType.TransportFeedback, Count: 1 })
                    asked.Add(BinaryPrimitives.ReadUInt16BigEndian(part.Body.AsSpan(8)));
                if (
                    part is { Type: RtcpType.TransportFeedback, Count: 15 }
                    && TransportFeedback.TryRead(part.Body, out _, out _, out var arrived)
                )
                    feedback += arrived;
            }
        );
        asked.ShouldContain((ushort)2);
        feedback.ShouldBe(2, "both packets are in the transport-wide feedback");
        camera.Send(camera.Rtp(WirePeer.RtxType, 1, 6000, 2000, [0, 2, .. WirePeer.Frame(2, keyframe: false)], marker: true));
        viewer.Collect(1000, enough: 3).Select(g => g.Number).ShouldBe([1, 3, 2]);
    }

    [Fact]
    public async Task An_ended_lease_stops_media_within_a_tenth_of_a_second_and_a_lease_that_runs_out_does_too()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var ending = bench.Lease();
        var (first, second) = (bench.Watching(ending), bench.Watching(bench.Lease(seconds: 1)));
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(() =>
        {
            for (ushort number = 1; !stop.IsCancellationRequested; number++, Thread.Sleep(5))
                camera.SendFrame(number, keyframe: number == 1);
        });
        first.Collect(2000, enough: 10).Count.ShouldBe(10);
        var ended = Environment.TickCount64;
        ending.End("consult-over");
        var after = first.Collect(500);
        after.ShouldAllBe(packet => packet.AtMs - ended < 100);
        first.SaidGoodBye.ShouldBeTrue("the browser is told, instead of finding out");
        second.Collect(1500);
        second.Collect(300).ShouldBeEmpty();
        bench.Gateway.Watchers(LiveGateway.Key).ShouldBeEmpty();
        await stop.CancelAsync();
        await sending;
        LiveGateway.Until(() => bench.Happened.OfType<GatewayEvent.ViewerLeft>().Count() == 2);
        bench.Happened.OfType<GatewayEvent.ViewerLeft>().Select(l => l.Why).ShouldBe(["consult-over", "lease-over"]);
    }

    [Fact]
    public async Task A_renewed_lease_goes_on_past_its_first_end()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var lease = bench.Lease(seconds: 1);
        var viewer = bench.Watching(lease);
        lease.Renew(bench.Clock.Now() + Duration.FromSeconds(60));
        Thread.Sleep(1200);
        camera.SendFrame(1, keyframe: true);
        viewer.Collect(1000, enough: 1).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_hold_shows_nothing_of_what_was_captured_in_it_not_even_to_who_asks_again()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        camera.SendFrame(1, keyframe: true);
        camera.SendFrame(2, keyframe: false);
        var before = viewer.Collect(1000, enough: 2);
        bench.Gateway.Hold(LiveGateway.Key, StreamHold.SoundOnly).ShouldBeTrue();
        camera.SendFrame(3, keyframe: true);
        camera.Send(camera.Rtp(WirePeer.SoundType, 5, 960, WirePeer.SoundSsrc, [1, 2, 3, 4, 5]));
        viewer.Collect(300).ShouldHaveSingleItem().Type.ShouldBe(WirePeer.SoundType);
        viewer.Send(viewer.Rtcp(Nack(before[0].Ssrc, (ushort)(before[1].Sequence + 1))));
        viewer.Collect(200).ShouldBeEmpty();

        bench.Gateway.Hold(LiveGateway.Key, StreamHold.None);
        viewer.Send(viewer.Rtcp(Nack(before[0].Ssrc, (ushort)(before[1].Sequence + 1))));
        camera.SendFrame(4, keyframe: false); // needs a picture from within the hold: not shown
        camera.SendFrame(5, keyframe: true);
        var after = viewer.Collect(500);
        after.Select(a => a.Number).ShouldBe([5]);
        ((ushort)(after[0].Sequence - before[1].Sequence)).ShouldBe((ushort)1, "to the viewer there is no gap");
    }

    [Fact]
    public async Task A_picture_that_begins_in_the_middle_of_a_burst_is_sent_once_and_whole()
    {
        const int Burst = 24;
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        var got = new List<Received>();
        ushort number = 0;
        for (var round = 0; round < 30; round++)
        {
            bench.Gateway.Hold(LiveGateway.Key, StreamHold.Everything);
            bench.Gateway.Hold(LiveGateway.Key, StreamHold.None); // the viewer begins anew, with a keyframe among other packets
            for (var i = 0; i < Burst; i++)
                camera.SendFrame(++number, keyframe: i == 2);
            got.AddRange(viewer.Collect(60));
        }
        bench
            .Gateway.Watchers(LiveGateway.Key)
            .Single()
            .Statistics.Packets.ShouldBe(got.Count, "a second time would be a replay");
        got.Count.ShouldBe(30 * (Burst - 2));
        for (var i = 1; i < got.Count; i++)
            ((ushort)(got[i].Sequence - got[i - 1].Sequence)).ShouldBe((ushort)1);
        bench.Gateway.Counts["faults"].ShouldBe(0);
    }

    [Fact]
    public async Task Of_several_layers_a_viewer_gets_one_and_changes_at_a_keyframe()
    {
        await using var bench = new LiveGateway();
        var camera = bench.NewPeer(publishes: true);
        bench
            .Gateway.Publish(LiveGateway.Key, camera.Offer(simulcast: "q;f"), bench.Lease())
            .IsTaken(out var answer, out _)
            .ShouldBeTrue();
        answer!.Sdp.ShouldContain("a=simulcast:recv q;f");
        camera.Connect(answer).ShouldBeTrue();
        var viewer = bench.Watching();
        var stop = Stopwatch.StartNew();
        var got = new List<Received>();
        for (ushort number = 1; stop.ElapsedMilliseconds < 2500; number++)
        {
            camera.SendFrame(number, keyframe: number % 20 == 1, ssrc: 11, rid: "q");
            camera.Send(
                camera.Rtp(
                    WirePeer.VideoType,
                    number,
                    number * 3000u,
                    22,
                    WirePeer.Frame((ushort)(10_000 + number), number % 20 == 1, 900),
                    true,
                    "f"
                )
            );
            got.AddRange(viewer.Collect(10));
        }
        got.Count.ShouldBeGreaterThan(100);
        got.Select(g => g.Ssrc).Distinct().ShouldHaveSingleItem();
        var layers = got.Select(g => g.Number > 10_000 ? 'f' : 'q').ToList();
        layers[^1].ShouldBe('f', "the network bears the large one");
        var change = layers.IndexOf('f');
        layers.Skip(change).ShouldAllBe(l => l == 'f');
        ((got[change].Number - 10_000) % 20).ShouldBe(1, "it begins with a keyframe");
        for (var i = 1; i < got.Count; i++)
            ((ushort)(got[i].Sequence - got[i - 1].Sequence)).ShouldBe((ushort)1);
    }

    [Fact]
    public async Task A_viewer_who_loses_half_of_it_gets_all_the_sound_and_one_keyframe_at_a_time_without_a_gap()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        var watch = Stopwatch.StartNew();
        var before = new List<Received>();
        var after = new List<Received>();
        var sounds = 0;
        var reported = 0L;
        for (ushort number = 1; watch.ElapsedMilliseconds < 9000; number++)
        {
            camera.SendFrame(number, keyframe: number % 10 == 1);
            camera.Send(camera.Rtp(WirePeer.SoundType, number, number * 960u, WirePeer.SoundSsrc, [1, 2, 3, 4, 5]));
            var got = viewer.Collect(20);
            sounds += got.Count(g => g.Type == WirePeer.SoundType);
            var pictures = got.Where(g => g.Type == WirePeer.VideoType).ToList();
            (watch.ElapsedMilliseconds < 5500 ? before : after).AddRange(pictures);
            if (watch.ElapsedMilliseconds - reported < 500 || before.Count == 0)
                continue;
            reported = watch.ElapsedMilliseconds;
            viewer.Send(viewer.Rtcp(HalfLost(before[0].Ssrc)));
        }
        before.Count.ShouldBeGreaterThan(50);
        after.Count.ShouldBeInRange(1, 3, "stills in three and a half seconds");
        after.ShouldAllBe(g => g.Number % 10 == 1, "keyframes only");
        sounds.ShouldBeGreaterThan(200);
        var all = before.Concat(after).ToList();
        for (var i = 1; i < all.Count; i++)
            ((ushort)(all[i].Sequence - all[i - 1].Sequence)).ShouldBe(
                (ushort)1,
                "to the viewer nothing is missing, so it asks for nothing"
            );
        bench.Gateway.Watchers(LiveGateway.Key).Single().Statistics.Layer.ShouldBe("stills");
    }

    static byte[] HalfLost(uint media)
    {
        var bytes = new byte[64];
        var writer = new RtcpWriter(bytes);
        writer.ReceiverReport(7, 1);
        writer.Block(new(media, 128, 0, 0, 0, 0, 0));
        return bytes[..writer.LengthBytes];
    }
}
