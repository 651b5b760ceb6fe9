using System.Diagnostics;
using System.Globalization;

namespace Lapel.Scenarios;

/// <summary>
/// Reads the wall clock that the test scene burns into its picture, without recognising letters: ffmpeg draws every tenth of a second
/// near the expected time in the same way, and the drawing that differs least from the picture is the time.
/// </summary>
static class BurntInClock
{
    /// <summary>The part of the picture that holds the clock; digits of this font at this size end well within it.</summary>
    public const int Width = 192;
    public const int Height = 22;
    const int PictureHeight = 360;
    const int Bright = 150;

    /// <param name="picture">The upper left <see cref="Width"/> x <see cref="Height"/> of a 640 x 360 frame, one byte of luminance a pixel.</param>
    /// <returns>The time in the picture, and how far it is ahead of the runner-up: pixels.</returns>
    public static async Task<(DateTimeOffset At, int Lead)> Read(byte[] picture, DateTimeOffset near, int seconds)
    {
        picture.Length.ShouldBe(Width * Height);
        var tenth = near.ToUnixTimeMilliseconds() / 100 - seconds * 10L;
        var count = seconds * 20;
        var drawn = await Draw(tenth, count);
        var ranked = Enumerable
            .Range(0, count)
            .Select(i => (Tenth: tenth + i, Differs: Differing(picture, drawn.AsSpan(i * Width * Height, Width * Height))))
            .OrderBy(c => c.Differs)
            .ToList();
        return (DateTimeOffset.FromUnixTimeMilliseconds(ranked[0].Tenth * 100), ranked[1].Differs - ranked[0].Differs);
    }

    static int Differing(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var differing = 0;
        for (var i = 0; i < a.Length; i++)
            if (a[i] > Bright != b[i] > Bright)
                differing++;
        return differing;
    }

    static async Task<byte[]> Draw(long firstTenth, int count)
    {
        var size = Math.Max(12, PictureHeight / 26);
        var first = DateTimeOffset.FromUnixTimeMilliseconds(firstTenth * 100);
        // A twentieth of a second on, so that no rounding changes the digit.
        var now = string.Create(CultureInfo.InvariantCulture, $"({firstTenth % 864_000 / 10.0 + 0.05:0.00}+t)");
        var text =
            $@"{first:yyyy-MM-dd} %{{eif\:mod(floor({now}/3600)\,24)\:d\:2}}\:%{{eif\:mod(floor({now}/60)\,60)\:d\:2}}\:"
            + $@"%{{eif\:mod(floor({now})\,60)\:d\:2}}.%{{eif\:mod(floor({now}*10)\,10)\:d}}Z";
        var graph =
            $"color=c=black:s=640x{PictureHeight}:r=10,drawtext=font=monospace:fontsize={size}:fontcolor=white:x={size / 2}:y={size / 2}:text='{text}',crop={Width}:{Height}:0:0:exact=1,format=gray";
        return await Gray(["-f", "lavfi", "-i", graph, "-frames:v", $"{count}"], count);
    }

    static async Task<byte[]> Gray(IEnumerable<string> arguments, int frames)
    {
        using var ffmpeg = Process.Start(
            new ProcessStartInfo("ffmpeg", ["-v", "error", .. arguments, "-f", "rawvideo", "-pix_fmt", "gray", "-"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        using var drawn = new MemoryStream();
        await ffmpeg.StandardOutput.BaseStream.CopyToAsync(drawn);
        await ffmpeg.WaitForExitAsync();
        ffmpeg.ExitCode.ShouldBe(0);
        drawn.Length.ShouldBe((long)frames * Width * Height);
        return drawn.ToArray();
    }
}
