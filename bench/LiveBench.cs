using System.Net;
using System.Net.Sockets;
using Lapel.Tests.Live;
using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Bench;

/// <summary>
/// What relaying costs: one publisher of 2 Mbit/s in frames of eight packets, many viewers, real handshakes and real SRTP, all on loopback. The
/// floors do the same number of packets: protecting alone, and sending alone, one call a packet.
/// </summary>
static class LiveBench
{
    const int FramesPerSecond = 30;
    const int PacketsPerFrame = 8;
    const int PayloadBytes = 1040; // 30 * 8 * 1040 * 8 = 2 Mbit/s
    const int Seconds = 5;

    public static async Task Run(Report report, BenchOptions options)
    {
        var viewers = (int)(options.Size ?? 100);
        var gateway = new Gateway(
            new()
            {
                Bind = [IPAddress.Loopback],
                UdpPort = 0,
                TcpPort = null,
                MostViewersPerStream = viewers,
            },
            TimeProvider.System
        );
        gateway.Start();
        var key = new StreamKey("bench", "camera");
        List<WirePeer> peers = [];
        try
        {
            var camera = Join(peers, publishes: true, offer => gateway.Publish(key, offer, Lease()));
            for (var i = 0; i < viewers; i++)
                Join(peers, publishes: false, offer => gateway.Watch(key, offer, Lease()));
            Thread.Sleep(100);
            Play(camera, 4, 0); // long enough for the runtime to have compiled what is hot
            var packets = viewers * Seconds * FramesPerSecond * PacketsPerFrame;
            ushort sequence = 1000;
            var found = await Measure.InTurns(
                options.Rounds,
                () => Measure.OwnCpu(() => Play(camera, Seconds, sequence += 2000)) / Seconds,
                () => Measure.OwnCpu(() => Protect(packets, 1)) / Seconds,
                () => Measure.OwnCpu(() => Protect(packets, viewers)) / Seconds,
                () => Measure.OwnCpu(() => Send(packets)) / Seconds
            );
            using var own = System.Diagnostics.Process.GetCurrentProcess();
            var (user, kernel) = (own.UserProcessorTime, own.PrivilegedProcessorTime);
            Play(camera, Seconds, sequence += 2000);
            own.Refresh();
            report.Note(
                $"Of it in our code and libsrtp {(own.UserProcessorTime - user).TotalSeconds / Seconds / viewers * 100:0.000} %, in the kernel {(own.PrivilegedProcessorTime - kernel).TotalSeconds / Seconds / viewers * 100:0.000} %."
            );
            var sent = gateway.Watchers(key).Sum(w => w.Statistics.Packets);
            var each = found[0] / viewers * 100;
            report.Note(
                $"{viewers} viewers of one stream; {sent} packets sent in all; {gateway.Counts["send-failures"]} not taken by the kernel."
            );
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "protect, one key", found[1] / viewers * 100);
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "protect, a key a viewer", found[2] / viewers * 100);
            report.Add("relay, of a core per 2 Mbit/s viewer", "%", each, "sendto alone", found[3] / viewers * 100);
            report.Add(
                "relay, of a core per 2 Mbit/s viewer",
                "%",
                each,
                "protect and sendto",
                (found[2] + found[3]) / viewers * 100,
                Goal.AtMost(100.0 / 2000, "% of core")
            );
            report.Add("viewers a core", "", 100 / each, goal: null);
        }
        finally
        {
            await gateway.Stop();
            foreach (var peer in peers)
                peer.Dispose();
        }
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

    // In real time: frames come in bursts, thirty times a second, as an encoder makes them.
    static void Play(WirePeer camera, int seconds, ushort sequence)
    {
        var start = Environment.TickCount64;
        for (var frame = 0; frame < seconds * FramesPerSecond; frame++)
        {
            var wait = start + (frame * 1000 / FramesPerSecond) - Environment.TickCount64;
            if (wait > 0)
                Thread.Sleep((int)wait);
            for (var i = 0; i < PacketsPerFrame; i++, sequence++)
                camera.Send(
                    camera.Rtp(
                        WirePeer.VideoType,
                        sequence,
                        (uint)(sequence / PacketsPerFrame * 3000),
                        WirePeer.VideoSsrc,
                        WirePeer.Frame(sequence, keyframe: frame % FramesPerSecond == 0 && i == 0, PayloadBytes),
                        marker: i == PacketsPerFrame - 1
                    )
                );
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
