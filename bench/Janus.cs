using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Lapel.Tests.Live;
using Lapel.WebRtc;

namespace Lapel.Bench;

/// <summary>
/// Debian's Janus as a gateway of the same stream: it takes plain RTP on a port and gives it to viewers by WebRTC. The viewers are the ones that
/// Lapel's gateway gets; browsers meet in its video room.
/// </summary>
sealed class Janus : IDisposable
{
    const string Program = "/usr/bin/janus";
    const string Parts = "/usr/lib/x86_64-linux-gnu/janus";

    readonly Scratch scratch = new();
    readonly Socket camera = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
    readonly System.Diagnostics.Process process;
    readonly byte[] packet = new byte[1500];
    int asked;

    public static bool IsInstalled => File.Exists(Program) && Directory.Exists(Parts);

    public Janus()
    {
        var (web, rtp) = (FreePort(ProtocolType.Tcp), FreePort(ProtocolType.Udp));
        File.WriteAllText(
            scratch.File("janus.jcfg"),
            $$"""
            general: {
                plugins_folder = "{{Parts}}/plugins"
                transports_folder = "{{Parts}}/transports"
                session_timeout = 0
                event_loops = {{Environment.ProcessorCount}}
            }
            media: { ipv6 = false }
            nat: { ice_lite = true }
            plugins: { disable = "{{Others("plugins", "libjanus_streaming.so", "libjanus_videoroom.so")}}" }
            transports: { disable = "{{Others("transports", "libjanus_http.so")}}" }
            """
        );
        File.WriteAllText(
            scratch.File("janus.transport.http.jcfg"),
            $$"""general: { base_path = "/janus", http = true, port = {{web}}, ip = "127.0.0.1", https = false }"""
        );
        File.WriteAllText(
            scratch.File("janus.plugin.streaming.jcfg"),
            $$"""
            bench: {
                type = "rtp", id = 1, audio = false, video = true, videoport = {{rtp}}, videoiface = "127.0.0.1"
                videopt = {{WirePeer.VideoType}}, videocodec = "vp8", videobufferkf = true
            }
            """
        );
        File.WriteAllText(
            scratch.File("janus.plugin.videoroom.jcfg"),
            $$"""room-{{Room}}: { publishers = 1, bitrate = 2000000, videocodec = "vp8", audiocodec = "opus" }"""
        );
        process = Programs.Start(Program, ["-C", scratch.File("janus.jcfg"), "-F", scratch.Folder]);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        http.BaseAddress = new($"http://127.0.0.1:{web}/");
        camera.Connect(IPAddress.Loopback, rtp);
    }

    /// <summary>A room in which a browser publishes and others watch.</summary>
    public const int Room = 1;

    public Uri Address => new(http.BaseAddress!, "janus");

    public double CpuSeconds => Proc.CpuSeconds(process.Id);

    /// <summary>Waits until it answers.</summary>
    public async Task Ready()
    {
        for (var until = Environment.TickCount64 + 15_000; ; await Task.Delay(100))
            try
            {
                await http.GetStringAsync("janus/info");
                return;
            }
            catch (HttpRequestException) when (Environment.TickCount64 < until && !process.HasExited)
            {
                // still starting
            }
    }

    /// <summary>A viewer that has asked, been offered the stream, answered and shaken hands.</summary>
    public async Task<WirePeer> Watch()
    {
        var session = await Id("janus", new { janus = "create", transaction = Ask() });
        var handle = await Id(
            $"janus/{session}",
            new
            {
                janus = "attach",
                plugin = "janus.plugin.streaming",
                transaction = Ask(),
            }
        );
        await Say(session, handle, new { request = "watch", id = 1 }, null);
        var peer = new WirePeer(publishes: false, from: IPAddress.IPv6Any) { OmitSound = true };
        for (var offered = ""; offered.Length == 0; )
        {
            var heard = await http.GetFromJsonAsync<JsonElement>($"janus/{session}");
            if (
                heard.TryGetProperty("plugindata", out var said)
                && said.GetProperty("data").TryGetProperty("error", out var wrong)
            )
                throw new InvalidOperationException($"Janus: {wrong}");
            if (!heard.TryGetProperty("jsep", out var jsep))
                continue;
            offered = jsep.GetProperty("sdp").GetString()!;
            var mid = offered.Split("\r\n").First(line => line.StartsWith("a=mid:", StringComparison.Ordinal))[6..];
            var answer = peer.Offer()
                .Replace("a=setup:actpass", "a=setup:active", StringComparison.Ordinal)
                .Replace("a=mid:1", $"a=mid:{mid}", StringComparison.Ordinal)
                .Replace("a=group:BUNDLE 1", $"a=group:BUNDLE {mid}", StringComparison.Ordinal);
            // It does not begin before it knows where to; it takes no candidate of loopback, so both are at the machine's own address.
            var (at, port) = (offered.Split("a=candidate:")[1].Split(' ')[4], ((IPEndPoint)peer.Socket.LocalEndPoint!).Port);
            answer += $"a=candidate:1 1 udp 2130706431 {at} {port} typ host\r\na=end-of-candidates\r\n";
            await Say(session, handle, new { request = "start" }, new { type = "answer", sdp = answer });
            peer.Took(new(default, default, offered, ""));
            var heardUs = false;
            for (var check = 0; check < 20 && !heardUs; check++) // it says that it began before it has
                heardUs = peer.Check(patienceMs: 150);
            // Records that come before its own check was answered are lost, and said again only after a second.
            for (var until = Environment.TickCount64 + 3000; peer.ChecksAnswered == 0 && Environment.TickCount64 < until; )
                peer.Collect(5);
            if (!heardUs || !peer.Shake())
                throw new InvalidOperationException("Janus and the viewer did not come to terms.");
        }
        return peer;
    }

    /// <summary>A packet of the camera's: plain RTP.</summary>
    public void Send(ushort sequence, uint timestamp, ReadOnlySpan<byte> payload, bool marker)
    {
        packet[0] = 0x80;
        packet[1] = (byte)(WirePeer.VideoType | (marker ? 0x80 : 0));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), WirePeer.VideoSsrc);
        payload.CopyTo(packet.AsSpan(12));
        camera.Send(packet.AsSpan(0, 12 + payload.Length));
    }

    async Task Say(long session, long handle, object body, object? jsep)
    {
        var message = new Dictionary<string, object>
        {
            ["janus"] = "message",
            ["transaction"] = Ask(),
            ["body"] = body,
        };
        if (jsep is not null)
            message["jsep"] = jsep;
        var answer = await (await http.PostAsJsonAsync($"janus/{session}/{handle}", message)).Content.ReadAsStringAsync();
        if (!answer.Contains("\"ack\"", StringComparison.Ordinal))
            throw new InvalidOperationException($"Janus: {answer}");
    }

    async Task<long> Id(string path, object body)
    {
        var answer = await (await http.PostAsJsonAsync(path, body)).Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("data").GetProperty("id").GetInt64();
    }

    string Ask() => $"{++asked}";

    static string Others(string folder, params string[] but) =>
        string.Join(
            ',',
            Directory.GetFiles($"{Parts}/{folder}", "*.so").Select(System.IO.Path.GetFileName).Where(name => !but.Contains(name))
        );

    static int FreePort(ProtocolType protocol)
    {
        using var socket = new Socket(
            AddressFamily.InterNetwork,
            protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram,
            protocol
        );
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        camera.Dispose();
        http.Dispose();
        scratch.Dispose();
    }
}
