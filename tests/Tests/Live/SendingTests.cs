using System.Buffers.Binary;
using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>A camera's end of a live connection against the real gateway, over loopback.</summary>
[Collection(Alone.Name)]
public sealed class SendingTests
{
    [Fact]
    public async Task What_a_camera_sends_arrives_at_a_viewer_in_order_under_its_own_numbers()
    {
        await using var bench = new LiveGateway();
        using var camera = Connected(bench);
        var viewer = Watching(bench, camera);
        for (ushort number = 1; number <= 40; number++)
        {
            Show(camera, number, ssrc: number <= 20 ? 7u : 8u); // another encoder goes on where the first left off
            Thread.Sleep(5);
        }
        var seen = viewer.Collect(500).Where(p => p.Type == WirePeer.VideoType).ToList();
        seen.Count.ShouldBeGreaterThan(30);
        seen.Zip(seen.Skip(1)).ShouldAllBe(p => (ushort)(p.First.Sequence + 1) == p.Second.Sequence);
        seen.Zip(seen.Skip(1)).ShouldAllBe(p => (int)(p.Second.Timestamp - p.First.Timestamp) > 0);
        bench.Gateway.Counts["faults"].ShouldBe(0);
        bench.Gateway.Counts["not-authentic"].ShouldBe(0);
    }

    [Fact]
    public async Task A_watcher_without_a_screen_counts_what_arrives_and_hears_when_it_is_over()
    {
        await using var bench = new LiveGateway();
        using var camera = Connected(bench);
        Show(camera, 0);
        using var watcher = new LiveReceiver(TimeProvider.System);
        bench
            .Gateway.Watch(LiveGateway.Key, watcher.Offer, bench.Lease())
            .IsTaken(out var answer, out var refusal)
            .ShouldBeTrue(refusal?.Sentence);
        watcher.Begin(answer!.Sdp).ShouldBeNull();
        LiveGateway.Until(() => watcher.IsConnected);
        for (ushort number = 1; watcher.Received(LiveMedia.Picture) < 20 && number < 200; number++)
        {
            Show(camera, number);
            Thread.Sleep(5);
        }
        watcher.Received(LiveMedia.Picture).ShouldBeGreaterThanOrEqualTo(20);
        watcher.Received(LiveMedia.Sound).ShouldBe(0);
        bench.Gateway.Watchers(LiveGateway.Key).Count.ShouldBe(1);
        bench.Gateway.EndStream(LiveGateway.Key);
        LiveGateway.Until(() => watcher.EndedWhy is not null);
        watcher.EndedWhy.ShouldBe("said-good-bye");
        bench.Gateway.Counts["faults"].ShouldBe(0);
    }

    [Fact]
    public async Task Held_it_sends_nothing_more_and_let_pass_again_it_goes_on()
    {
        await using var bench = new LiveGateway();
        using var camera = Connected(bench);
        var viewer = Watching(bench, camera);
        Show(camera, 1);
        viewer.Collect(300).Count(p => p.Type == WirePeer.VideoType).ShouldBeGreaterThan(0);
        camera.LetPass(false);
        for (ushort number = 2; number < 20; number++)
            Show(camera, number);
        viewer.Collect(300).ShouldBeEmpty();
        camera.LetPass(true);
        Show(camera, 20);
        viewer.Collect(300).Count(p => p.Type == WirePeer.VideoType).ShouldBe(1);
    }

    [Fact]
    public async Task It_measures_what_arrives_and_hears_when_the_gateway_ends_it()
    {
        await using var bench = new LiveGateway();
        using var camera = Connected(bench);
        camera.Measure();
        for (ushort number = 0; number < 100; number++)
        {
            Show(camera, number);
            Thread.Sleep(10);
        }
        var seen = camera.Measure();
        seen.LostShare.ShouldBe(0);
        seen.ArrivedKbps.ShouldBeInRange(50, 1000);
        seen.Quiet.TotalSeconds.ShouldBeLessThan(1);
        bench.Gateway.EndStream(LiveGateway.Key);
        LiveGateway.Until(() => camera.EndedWhy is not null);
        camera.EndedWhy.ShouldBe("said-good-bye");
    }

    [Fact]
    public async Task A_gateway_that_is_not_the_one_of_the_answer_gets_nothing()
    {
        await using var bench = new LiveGateway();
        using var camera = new LivePublisher(TimeProvider.System, withSound: true);
        var answer = Answer(bench, camera);
        var line = answer.Split("\r\n").First(l => l.StartsWith("a=fingerprint", StringComparison.Ordinal));
        var other = line[..^2] + (line.EndsWith("00", StringComparison.Ordinal) ? "11" : "00");
        camera.Begin(answer.Replace(line, other, StringComparison.Ordinal)).ShouldBeNull();
        LiveGateway.Until(() => camera.EndedWhy is not null);
        camera.EndedWhy.ShouldBe("fingerprint");
        camera.IsConnected.ShouldBeFalse();
    }

    [Theory]
    [InlineData("a=setup:passive", "a=setup:actpass", "setup")]
    [InlineData("a=rtcp-mux", "a=nothing", "rtcp-mux")]
    [InlineData("a=candidate:", "a=nothing:", "address")]
    [InlineData("a=fingerprint:sha-256", "a=fingerprint:md5", "fingerprint")]
    [InlineData("a=ice-pwd:", "a=nothing:", "credentials")]
    [InlineData("a=recvonly", "a=inactive", "neither sound nor picture")]
    public async Task An_answer_that_cannot_be_used_is_refused_in_one_sentence(string part, string instead, string said)
    {
        await using var bench = new LiveGateway();
        using var camera = new LivePublisher(TimeProvider.System, withSound: true);
        var spoilt = Answer(bench, camera).Replace(part, instead, StringComparison.Ordinal);
        camera.Begin(spoilt)!.Sentence.ShouldContain(said);
    }

    static string Answer(LiveGateway bench, LivePublisher camera)
    {
        bench
            .Gateway.Publish(LiveGateway.Key, camera.Offer, bench.Lease("camera"))
            .IsTaken(out var answer, out var refusal)
            .ShouldBeTrue(refusal?.Sentence);
        return answer!.Sdp;
    }

    static LivePublisher Connected(LiveGateway bench)
    {
        var camera = new LivePublisher(TimeProvider.System, withSound: true);
        camera.Begin(Answer(bench, camera)).ShouldBeNull();
        LiveGateway.Until(() => camera.IsConnected);
        LiveGateway.Until(() => bench.Gateway.IsPublished(LiveGateway.Key));
        return camera;
    }

    static WirePeer Watching(LiveGateway bench, LivePublisher camera)
    {
        Show(camera, 0);
        var viewer = bench.NewPeer(publishes: false);
        bench
            .Gateway.Watch(LiveGateway.Key, viewer.Offer("H264/90000"), bench.Lease())
            .IsTaken(out var answer, out var refusal)
            .ShouldBeTrue(refusal?.Sentence);
        viewer.Connect(answer!).ShouldBeTrue();
        Thread.Sleep(50);
        return viewer;
    }

    /// <summary>A keyframe in one packet: parameter sets first, as ffmpeg sends them.</summary>
    static void Show(LivePublisher camera, ushort number, uint ssrc = 7)
    {
        var packet = new byte[12 + 200];
        (packet[0], packet[1]) = (0x80, 0x80 | 96);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), number);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), number * 3000u);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        packet[12] = 0x67;
        camera.Send(LiveMedia.Picture, packet);
    }
}
