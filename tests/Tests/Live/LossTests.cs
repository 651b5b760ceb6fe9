using System.Buffers.Binary;
using Lapel.WebRtc;

namespace Lapel.Tests.Live;

/// <summary>Packets lost on both sides of the gateway: everything arrives in the end, each side mended on its own.</summary>
[Collection(Alone.Name)]
public sealed class LossTests
{
    const int Frames = 300;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.20)]
    public async Task Loss_towards_the_gateway_and_from_it_is_mended(double loss)
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        var random = new Random(11);
        var shown = new HashSet<int>();
        var asked = new Dictionary<int, long>();
        ushort rtx = 0;
        ushort? first = null;
        uint ssrc = 0;

        void Camera(int ms) =>
            camera.Collect(
                ms,
                part =>
                {
                    if (part is not { Type: RtcpType.TransportFeedback, Count: 1 })
                        return;
                    foreach (var lost in Asked(part.Body))
                        if (random.NextDouble() >= loss)
                        {
                            byte[] original = [(byte)(lost >> 8), (byte)lost, .. WirePeer.Frame(lost, keyframe: false)];
                            camera.Send(camera.Rtp(WirePeer.RtxType, ++rtx, lost * 3000u, 2000, original, marker: true));
                        }
                }
            );

        void Viewer(int ms, int known = 0)
        {
            foreach (var got in viewer.Collect(ms))
            {
                var isRtx = got.Type == WirePeer.RtxType;
                if (first is not null && random.NextDouble() < loss)
                    continue; // lost on the way to the viewer
                var number = isRtx ? BinaryPrimitives.ReadUInt16BigEndian(got.Payload.AsSpan(4)) : got.Number;
                if (!isRtx)
                {
                    first ??= (ushort)(got.Sequence - number);
                    ssrc = got.Ssrc;
                }
                shown.Add(number);
            }
            var now = Environment.TickCount64;
            for (var number = 1; first is not null && number < Math.Max(shown.Max(), known); number++)
                if (!shown.Contains(number) && now - asked.GetValueOrDefault(number) > 40)
                {
                    asked[number] = now;
                    viewer.Send(viewer.Rtcp(Nack(ssrc, (ushort)(first.Value + number))));
                }
        }

        camera.SendFrame(1, keyframe: true);
        Viewer(50);
        for (ushort number = 2; number <= Frames; number++)
        {
            // The last one is not lost towards the gateway: nobody would know of it.
            if (number == Frames || random.NextDouble() >= loss)
                camera.SendFrame(number, keyframe: false);
            Camera(2);
            Viewer(3);
        }
        for (var until = Environment.TickCount64 + 4000; shown.Count < Frames && Environment.TickCount64 < until; )
        {
            Camera(5);
            Viewer(10, known: Frames + 1);
        }
        shown.Order().ShouldBe(Enumerable.Range(1, Frames));
        bench.Gateway.Counts["faults"].ShouldBe(0);
    }

    [Fact]
    public async Task A_viewer_that_never_sends_a_receiver_report_gets_every_picture_and_holds_nobody_up()
    {
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var (silent, reports) = (bench.Watching(), bench.Watching());
        List<Received> byTheSilent = [],
            byTheOther = [];
        for (ushort number = 1; number <= Frames; number++)
        {
            camera.SendFrame(number, keyframe: number % 50 == 1);
            byTheSilent.AddRange(silent.Collect(3));
            byTheOther.AddRange(reports.Collect(3));
            if (number % 30 == 0)
                reports.Send(reports.Rtcp(AllArrived(byTheOther[^1])));
        }
        byTheSilent.AddRange(silent.Collect(200));
        byTheOther.AddRange(reports.Collect(200));
        byTheSilent.Select(g => g.Number).ShouldBe(Enumerable.Range(1, Frames));
        byTheOther.Select(g => g.Number).ShouldBe(Enumerable.Range(1, Frames));
        var known = bench.Gateway.Watchers(LiveGateway.Key).Single(w => w.Peer == silent.Id).Statistics;
        (known.LostFraction, known.RoundTrip).ShouldBe((null, null), "nobody said");
        bench.Gateway.Counts["faults"].ShouldBe(0);
    }

    [Fact]
    public async Task A_viewer_whom_nothing_reaches_gets_whole_stills_of_a_picture_that_is_much_too_rich_and_what_is_lost_of_them_again()
    {
        const int Parts = 40; // of 1,000 bytes; at what this path bears a still takes four seconds, and the source's ring is written over in three
        await using var bench = new LiveGateway();
        var camera = bench.Publishing();
        var viewer = bench.Watching();
        var (number, timestamp) = (0, 0u);
        var came = new List<Received>();

        void Keyframe()
        {
            timestamp += 3000;
            for (ushort part = 0; part < Parts; part++)
            {
                byte[] payload = [(byte)(part == 0 ? 0x10 : 0), 0, (byte)(part >> 8), (byte)part, .. new byte[996]];
                camera.Send(
                    camera.Rtp(WirePeer.VideoType, (ushort)++number, timestamp, WirePeer.VideoSsrc, payload, part == Parts - 1)
                );
            }
        }
        void Deltas()
        {
            for (var i = 0; i < 4; i++, timestamp += 3000)
                camera.Send(
                    camera.Rtp(
                        WirePeer.VideoType,
                        (ushort)++number,
                        timestamp + 3000,
                        WirePeer.VideoSsrc,
                        WirePeer.Frame(60_000, false),
                        true
                    )
                );
        }
        Keyframe();
        var ssrc = viewer.Collect(200)[0].Ssrc;
        var stills = false;
        for (var until = Environment.TickCount64 + 60_000; Environment.TickCount64 < until && Missing().Any(); )
        {
            Deltas();
            var asked = false;
            camera.Collect(3, part => asked |= part is { Type: RtcpType.PayloadFeedback, Count: 1 });
            if (asked)
                Keyframe();
            var got = viewer.Collect(5);
            stills |= bench.Gateway.Watchers(LiveGateway.Key).Single().Statistics.Layer == "stills";
            if (stills)
                came.AddRange(got);
            if (number % 40 == 0)
                viewer.Send(viewer.Rtcp(ThinAndDeaf(ssrc)));
        }
        stills.ShouldBeTrue("it was seen that nothing reaches the viewer");
        Missing().ShouldBeEmpty();
        var beginning = came.Last(g => g.Number == 0).Sequence;
        viewer.Send(viewer.Rtcp(Nack(ssrc, (ushort)(beginning + 7))));
        viewer
            .Collect(300)
            .Where(g => g.Type == WirePeer.RtxType)
            .Select(g => BinaryPrimitives.ReadUInt16BigEndian(g.Payload.AsSpan(4)))
            .ShouldContain((ushort)7);
        bench.Gateway.Counts["faults"].ShouldBe(0);

        IEnumerable<int> Missing() => Enumerable.Range(0, Parts).Except(came.Select(g => g.Number));
    }

    /// <summary>Nothing came since the first packet, of which nothing is known to be missing; and what the viewer believes that its path bears.</summary>
    static byte[] ThinAndDeaf(uint media)
    {
        var bytes = new byte[128];
        var writer = new RtcpWriter(bytes);
        writer.ReceiverReport(7, 1);
        writer.Block(new(media, 0, 0, 1, 0, 0, 0));
        writer.BitrateEstimate(7, media, 130_000);
        return bytes[..writer.LengthBytes];
    }

    static byte[] AllArrived(Received newest)
    {
        var bytes = new byte[64];
        var writer = new RtcpWriter(bytes);
        writer.ReceiverReport(7, 1);
        writer.Block(new(newest.Ssrc, 0, 0, newest.Sequence, 0, 0, 0));
        return bytes[..writer.LengthBytes];
    }

    static IEnumerable<ushort> Asked(byte[] body)
    {
        for (var at = 8; at + 4 <= body.Length; at += 4)
        {
            var from = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at));
            var mask = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at + 2));
            yield return from;
            for (var bit = 0; bit < 16; bit++)
                if ((mask & (1 << bit)) != 0)
                    yield return (ushort)(from + bit + 1);
        }
    }

    static byte[] Nack(uint media, ushort sequence)
    {
        var bytes = new byte[64];
        var writer = new RtcpWriter(bytes);
        writer.Nack(7, media, [sequence]);
        return bytes[..writer.LengthBytes];
    }
}
