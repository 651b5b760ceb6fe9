using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// The camera program with devices that nobody here wrote: a camera on the network (GStreamer's RTSP server), a satellite receiver
/// on a serial line, and gpsd reading such a line.
/// </summary>
public sealed class Devices
{
    [Fact]
    public async Task A_camera_on_the_network_and_a_receiver_on_a_serial_line_become_a_recording_with_picture_sound_and_positions()
    {
        await using var network = Script("rtsp_server.py");
        await using var receiver = Script("nmea_receiver.py");
        var address = await network.Line("RTSP at ", Wait.Patiently);
        var line = await receiver.Line("Receiver at ", Wait.Patiently);
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-NET");
        await camera.Start("--source", address, "--position", $"nmea:{line}");

        var manifest = await Record(house, camera);
        WalksNorth(manifest);
        var clip = manifest.GetProperty("clips")[0];
        (
            clip.GetProperty("endedAt").GetDateTimeOffset() - clip.GetProperty("startedAt").GetDateTimeOffset()
        ).TotalSeconds.ShouldBeGreaterThan(5);

        var clerk = await house.As("clerk");
        var media = Path.Combine(camera.Home, "played.mp4");
        var recording = manifest.GetProperty("recording").GetString();
        await File.WriteAllBytesAsync(media, await Media(clerk, recording!));
        var (exit, said) = await OwnProcess.Run(
            "ffprobe",
            ["-v", "error", "-show_entries", "stream=codec_name,width", "-of", "csv=p=0", media]
        );
        exit.ShouldBe(0, said);
        said.ShouldContain("h264,640");
        said.ShouldContain("aac");
    }

    [Fact]
    public async Task Gpsd_tells_a_camera_where_it_is()
    {
        await using var receiver = Script("nmea_receiver.py");
        var line = await receiver.Line("Receiver at ", Wait.Patiently);
        var port = Ports.Free();
        await using var gpsd = OwnProcess.Start("/usr/sbin/gpsd", ["-N", "-n", "-b", "-S", $"{port}", line]);
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-GPS");
        await camera.Start("--position", $"gpsd:127.0.0.1:{port}");

        WalksNorth(await Record(house, camera));
    }

    static OwnProcess Script(string name) => OwnProcess.Start("/usr/bin/python3", [Path.Combine(Programs.Scenarios, name)]);

    /// <returns>The manifest that the camera signed and the server admitted.</returns>
    static async Task<JsonElement> Record(LiveHouse house, CameraProcess camera)
    {
        var recording = await camera.Record(7);
        await camera.Tell("dock");
        await camera.UntilFreed(recording);
        await camera.Stop();
        var clerk = await house.As("clerk");
        using var envelope = JsonDocument.Parse(await clerk.Http.GetStringAsync($"api/v1/recordings/{recording}/manifest"));
        return JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64()).RootElement.Clone();
    }

    static void WalksNorth(JsonElement manifest)
    {
        var track = manifest.GetProperty("positions").EnumerateArray().ToList();
        track.Count.ShouldBeGreaterThan(3);
        var north = track.Select(p => p.GetProperty("latitude").GetDouble()).ToList();
        north.ShouldBeInOrder(SortDirection.Ascending);
        north[0].ShouldBeInRange(43.6426, 43.66);
        track[0].GetProperty("longitude").GetDouble().ShouldBe(-79.3871, 0.0001);
        track.ShouldAllBe(p => p.GetProperty("at").GetDateTimeOffset() <= DateTimeOffset.UtcNow);
    }

    static async Task<byte[]> Media(AgencyClient clerk, string recording)
    {
        var playlist = await clerk.Http.GetAsync($"api/v1/recordings/{recording}/playlist.m3u8?purpose=evidence");
        playlist.EnsureSuccessStatusCode();
        var text = await playlist.Content.ReadAsStringAsync();
        var media = text.Split('\n').First(l => l.Contains("/media", StringComparison.Ordinal) && !l.StartsWith('#'));
        return await clerk.Http.GetByteArrayAsync(new Uri(playlist.RequestMessage!.RequestUri!, media.Trim()));
    }
}
