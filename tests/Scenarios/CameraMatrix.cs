using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lapel.WebRtc;

namespace Lapel.Scenarios;

/// <summary>The camera's end of a live connection with a WebRTC stack of another make on the other.</summary>
public sealed class CameraMatrix
{
    [Fact]
    public async Task What_a_camera_publishes_is_decoded_by_aiortc()
    {
        using var camera = new LivePublisher(TimeProvider.System, withSound: true);
        var offer = Path.GetTempFileName();
        await File.WriteAllTextAsync(offer, camera.Offer);
        await using var other = OwnProcess.Start(
            "/usr/bin/python3",
            [Path.Combine(Programs.Scenarios, "live_answer_aiortc.py"), offer]
        );
        var answer = await other.Line("{\"answer\":\"", Wait.Patiently);
        camera.Begin(JsonSerializer.Deserialize<string>($"\"{answer[..^1]}")!).ShouldBeNull();
        await Wait.Until($"connected: {other.Said}", () => Task.FromResult(camera.IsConnected));

        using var tap = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var to = $"rtp://127.0.0.1:{((IPEndPoint)tap.Client.LocalEndPoint!).Port}?pkt_size=1100";
        string[] film =
        [
            .. "-v error -re -f lavfi -i testsrc2=size=320x180:rate=15 -re -f lavfi -i sine=frequency=440:sample_rate=48000".Split(
                ' '
            ),
            .. "-map 0:v -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 15 -payload_type 96 -f rtp".Split(
                ' '
            ),
            to,
            .. "-map 1:a -c:a libopus -b:a 24k -payload_type 111 -f rtp".Split(' '),
            to,
        ];
        await using var ffmpeg = OwnProcess.Start("ffmpeg", film);
        using var enough = new CancellationTokenSource(Wait.Patiently);
        while (!Shown(other, "video") || !Shown(other, "audio"))
        {
            var packet = (await tap.ReceiveAsync(enough.Token)).Buffer;
            if ((packet[1] & 0x7F) is 96 or 111)
                camera.Send((packet[1] & 0x7F) == 111 ? LiveMedia.Sound : LiveMedia.Picture, packet);
        }
        camera.EndedWhy.ShouldBeNull();
        File.Delete(offer);
    }

    static bool Shown(OwnProcess other, string kind) =>
        other.Said.Contains($$"""{"kind":"{{kind}}","frames":20,""", StringComparison.Ordinal);
}
