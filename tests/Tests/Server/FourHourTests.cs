using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lapel.Tests.Server;

/// <summary>A recording as long as half a shift, in one clip: everything about it must stay small and quick.</summary>
public sealed class A_recording_of_four_hours
{
    const int Hours = 4;

    [Fact]
    public async Task Is_admitted_and_plays_from_its_middle()
    {
        await using var programme = await Programme.Begin();
        var media = await Film(Hours * 3600);
        var start = DateTimeOffset.UtcNow.AddHours(-Hours - 1);
        var film = programme.Camera.Record(
            media,
            manifest =>
                manifest with
                {
                    EndedAt = manifest.StartedAt + Duration.FromHours(Hours),
                    Clips = [manifest.Clips[0] with { EndedAt = manifest.StartedAt + Duration.FromHours(Hours) }],
                },
            start
        );
        var receipt = await programme.Camera.UploadAndAdmit(film);
        receipt.WhyNotValid(programme.Camera.Log).ShouldBeNull();

        var clerk = programme.People["evidence clerk"];
        var opened = await clerk.PostAsJsonAsync(
            $"api/v1/recordings/{film.Manifest.Recording}/viewings",
            new { purpose = "a long look" }
        );
        var viewing = JsonDocument.Parse(await opened.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
        var playlist = await clerk.GetStringAsync($"api/v1/recordings/{film.Manifest.Recording}/playlist.m3u8?viewing={viewing}");
        var seconds = playlist
            .Split('\n')
            .Where(line => line.StartsWith("#EXTINF:", StringComparison.Ordinal))
            .Sum(line => double.Parse(line["#EXTINF:".Length..].TrimEnd(','), CultureInfo.InvariantCulture));
        seconds.ShouldBe(Hours * 3600, 2.0);
        playlist.TrimEnd().ShouldEndWith("#EXT-X-ENDLIST");
        playlist.Length.ShouldBeLessThan(1 << 20);

        var middle = media.Length / 2;
        using var ask = new HttpRequestMessage(
            HttpMethod.Get,
            $"api/v1/recordings/{film.Manifest.Recording}/clips/1/media?viewing={viewing}"
        );
        ask.Headers.Range = new(middle, middle + 99_999);
        using var piece = await clerk.SendAsync(ask);
        (await piece.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(media.AsSpan(middle, 100_000)).ShouldBeTrue();
    }

    /// <summary>One frame a second, a keyframe and a fragment each: made in seconds, as long as the real thing.</summary>
    static async Task<byte[]> Film(int seconds)
    {
        var file = Path.Combine(Path.GetTempPath(), $"lapel-film-{Guid.NewGuid():N}.mp4");
        try
        {
            using var ffmpeg = Process.Start(
                new ProcessStartInfo(
                    "ffmpeg",
                    [
                        "-v",
                        "error",
                        "-f",
                        "lavfi",
                        "-i",
                        $"testsrc2=s=64x64:r=1:d={seconds}",
                        "-c:v",
                        "libx264",
                        "-preset",
                        "ultrafast",
                        "-g",
                        "1",
                        "-pix_fmt",
                        "yuv420p",
                        "-movflags",
                        "empty_moov+default_base_moof+frag_keyframe",
                        file,
                    ]
                )
            )!;
            await ffmpeg.WaitForExitAsync();
            ffmpeg.ExitCode.ShouldBe(0);
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
