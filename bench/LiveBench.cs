using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Lapel.Tests.Live;
using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Bench;

/// <summary>
/// What relaying costs: one publisher of 2 Mbit/s in frames of eight packets, many viewers, real handshakes and real SRTP, all on this machine.
/// Beside it Debian's Janus with the same packets and viewers, and floors that do the same number of packets: protecting alone, and sending
/// alone, one call a packet.
/// </summary>
static class LiveBench
{
    const int FramesPerSecond = 30;
    const int PacketsPerFrame = 8;
    const int PayloadBytes = 1040; // 30 * 8 * 1040 * 8 = 2 Mbit/s
    const int Seconds = 5;
    const int Joins = 15;
    const int JoinPatienceMs = 3000;

    delegate void ToGateway(ushort sequence, uint timestamp, ReadOnlySpan<byte> payload, bool marker);

    public static async Task Run(Report report, BenchOptions options)
    {
        var viewers = (int)(options.Size ?? 100);
        var gateway = new Gateway(
            new()
            {
                Bind = [IPAddress.Loopback],
                UdpPort = 0,
                TcpPort = null,
                MostViewersPerStream = viewers + Joins,
            },
            TimeProvider.System
        );
        gateway.Start();
        var key = new StreamKey("bench", "camera");
        List<WirePeer> peers = [];
        var janus = Janus.IsInstalled ? new Janus() : null;
        try
        {
            if (janus is null)
                report.Note("Janus is not installed (apt install janus): none beside ours.");
            else
                await WithViewers(janus, peers, viewers);
            var camera = Join(peers, publishes: true, offer => gateway.Publish(key, offer, Lease()));
            for (var i = 0; i < viewers; i++)
                Join(peers, publishes: false, offer => gateway.Watch(key, offer, Lease()));
            Thread.Sleep(100);
            var ours = new Camera(
                (sequence, timestamp, payload, marker) =>
                    camera.Send(camera.Rtp(WirePeer.VideoType, sequence, timestamp, WirePeer.VideoSsrc, payload, marker))
            );
            var theirs = janus is null ? null : new Camera(janus.Send);
            using var consenting = Consent(peers);
            ours.Play(4); // long enough for the runtime to have compiled what is hot
            var packets = viewers * Seconds * FramesPerSecond * PacketsPerFrame;
            var found = await Measure.InTurns(
                options.Rounds,
                () => Measure.OwnCpu(() => ours.Play(Seconds)) / Seconds,
                () => janus is null ? double.NaN : CpuOf(janus, () => theirs!.Play(Seconds)) / Seconds,
                () => Measure.OwnCpu(() => Protect(packets, 1)) / Seconds,
                () => Measure.OwnCpu(() => Protect(packets, viewers)) / Seconds,
                () => Measure.OwnCpu(() => Send(packets)) / Seconds
            );
            using var own = System.Diagnostics.Process.GetCurrentProcess();
            var (user, kernel) = (own.UserProcessorTime, own.PrivilegedProcessorTime);
            ours.Play(Seconds);
            own.Refresh();
            report.Note(
                $"Of it in our code and libsrtp {(own.UserProcessorTime - user).TotalSeconds / Seconds / viewers * 100:0.000} %, in the kernel {(own.PrivilegedProcessorTime - kernel).TotalSeconds / Seconds / viewers * 100:0.000} %."
            );
            var sent = gateway.Watchers(key).Sum(w => w.Statistics.Packets);
            if (gateway.Watchers(key).Count != viewers)
                throw new InvalidDataException("Viewers left: this would measure the wrong thing.");
            var each = found[0] / viewers * 100;
            report.Note(
                $"{viewers} viewers of one stream; {sent} packets sent in all; {gateway.Counts["send-failures"]} not taken by the kernel."
            );
            if (janus is not null)
                report.Add(
                    "relay, of a core per 2 Mbit/s viewer",
                    "%",
                    each,
                    "Janus",
                    found[1] / viewers * 100,
                    Goal.RatioAtMost(1)
                );
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "protect, one key", found[2] / viewers * 100);
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "protect, a key a viewer", found[3] / viewers * 100);
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "sendto alone", found[4] / viewers * 100);
            report.Add(
                "relay, of a core per 2 Mbit/s viewer",
                "%",
                each,
                "protect and sendto",
                (found[3] + found[4]) / viewers * 100,
                Goal.AtMost(100.0 / 2000, "% of core")
            );
            report.Add("viewers a core", "", 100 / each, goal: null);
            var (join, delay) = await JoinAndDelay(
                ours,
                () => Task.FromResult(Join([], false, o => gateway.Watch(key, o, Lease())))
            );
            var (joinThere, delayThere) = janus is null ? ([], []) : await JoinAndDelay(theirs!, janus.Watch);
            foreach (
                var (what, here, there, percent) in new[]
                {
                    ("asking to watch until a keyframe's first packet, p50", join, joinThere, 50),
                    ("the same, p95", join, joinThere, 95),
                    ("camera's send to viewer's socket, p50", delay, delayThere, 50),
                    ("the same, p95", delay, delayThere, 95),
                }
            )
                report.Add(
                    what,
                    "ms",
                    Measure.Percentile(here, percent),
                    janus is null ? null : "Janus",
                    janus is null ? null : Measure.Percentile(there, percent)
                );
            report.Note("No camera, decoder or screen is in these.");
        }
        finally
        {
            janus?.Dispose();
            await gateway.Stop();
            foreach (var peer in peers)
                peer.Dispose();
        }
        await GlassToGlass.Run(report);
    }

    static Lease Lease() =>
        new(
            Guid.NewGuid().ToString("N"),
            Guid.NewGuid().ToString("N"),
            "bench",
            Time.Now(TimeProvider.System) + Duration.FromHours(1)
        );

    static WirePeer Join(List<WirePeer> peers, bool publishes, Func<string, Offered<Answer>> ask)
    {
        var peer = new WirePeer(publishes);
        peers.Add(peer);
        if (!ask(peer.Offer()).IsTaken(out var answer, out var refusal))
            throw new InvalidOperationException(refusal.Sentence);
        if (!peer.Connect(answer))
            throw new InvalidOperationException("The handshake failed.");
        if (!publishes)
            peer.Socket.ReceiveBufferSize = 4096; // nobody reads: what does not fit is dropped by the kernel
        return peer;
    }

    static async Task WithViewers(Janus janus, List<WirePeer> peers, int viewers)
    {
        await janus.Ready();
        for (var i = 0; i < viewers; i++)
        {
            var peer = await janus.Watch();
            peer.Socket.ReceiveBufferSize = 4096;
            peers.Add(peer);
        }
    }

    /// <summary>Everybody goes on saying that they want it (RFC 7675), or they would have gone after half a minute.</summary>
    static Timer Consent(List<WirePeer> peers) =>
        new(
            _ =>
            {
                foreach (var peer in peers)
                    peer.Send(peer.CheckBytes(nominate: false));
            },
            null,
            TimeSpan.Zero,
            TimeSpan.FromSeconds(8)
        );

    static double CpuOf(Janus janus, Action work)
    {
        var before = janus.CpuSeconds;
        work();
        return janus.CpuSeconds - before;
    }

    /// <summary>One more viewer, again and again, that reads: how soon it has a keyframe, and how old packets are; milliseconds.</summary>
    static async Task<(List<double> Join, List<double> Delay)> JoinAndDelay(Camera camera, Func<Task<WirePeer>> watch)
    {
        List<double> joins = [],
            delays = [];
        using var over = new CancellationTokenSource();
        var playing = new Thread(() =>
        {
            while (!over.IsCancellationRequested)
                camera.Play(1);
        });
        playing.Start();
        try
        {
            for (var i = 0; i < Joins; i++)
            {
                await Task.Delay(70 * i % 1000); // at any moment between two keyframes
                var began = Stopwatch.GetTimestamp();
                using var peer = await watch();
                peer.Socket.ReceiveBufferSize = 4 << 20;
                var joined = false;
                while (!joined || Stopwatch.GetElapsedTime(began).TotalMilliseconds < 500)
                    foreach (var got in peer.Collect(JoinPatienceMs, enough: 1) is { Count: > 0 } some ? some : throw Nothing())
                    {
                        if (!joined && (got.Payload[1] & 1) == 0)
                            joins.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        joined |= (got.Payload[1] & 1) == 0;
                        if (joined && Stopwatch.GetElapsedTime(began).TotalMilliseconds > 300) // what was kept for a new viewer is old
                            delays.Add(
                                Stopwatch
                                    .GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(got.Payload.AsSpan(4)))
                                    .TotalMilliseconds
                            );
                    }
            }
        }
        finally
        {
            await over.CancelAsync();
            playing.Join();
        }
        return (joins, delays);
    }

    static InvalidDataException Nothing() => new("A viewer got no packet.");

    /// <summary>What films: 2 Mbit/s in real time, in bursts of a frame as an encoder makes them. One gateway's packets are numbered without a gap.</summary>
    sealed class Camera(ToGateway send)
    {
        ushort sequence;

        public void Play(int seconds)
        {
            var start = Environment.TickCount64;
            for (var frame = 0; frame < seconds * FramesPerSecond; frame++)
            {
                var wait = start + (frame * 1000 / FramesPerSecond) - Environment.TickCount64;
                if (wait > 0)
                    Thread.Sleep((int)wait);
                for (var i = 0; i < PacketsPerFrame; i++, sequence++)
                {
                    var payload = WirePeer.Frame(sequence, keyframe: frame % FramesPerSecond == 0 && i == 0, PayloadBytes);
                    BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(4), Stopwatch.GetTimestamp());
                    send(sequence, (uint)(sequence / PacketsPerFrame * 3000), payload, i == PacketsPerFrame - 1);
                }
            }
        }
    }

    static void Protect(int packets, int keys)
    {
        var sessions = new SrtpSession[keys];
        for (var i = 0; i < keys; i++)
            sessions[i] = SrtpSession.Sending(new(SrtpProfile.AeadAes128Gcm, new byte[28], new byte[28]));
        var packet = new byte[PayloadBytes + 60];
        for (var i = 0; i < packets; i++)
        {
            var sequence = i / keys;
            packet[0] = 0x80;
            packet[1] = 96;
            (packet[2], packet[3]) = ((byte)(sequence >> 8), (byte)sequence);
            sessions[i % keys].Protect(packet, PayloadBytes + 28);
        }
        foreach (var session in sessions)
            session.Dispose();
    }

    static void Send(int packets)
    {
        using var sink = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sink.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        sink.ReceiveBufferSize = 4096;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var to = sink.LocalEndPoint!.Serialize();
        var packet = new byte[PayloadBytes + 44];
        for (var i = 0; i < packets; i++)
            socket.SendTo(packet, SocketFlags.None, to);
    }
}
