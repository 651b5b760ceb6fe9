using System.Globalization;
using System.Text.Json;

namespace Lapel.Media;

/// <param name="SecondsApart">Wanted distance between pictures; short clips get closer ones, up to one a keyframe.</param>
/// <param name="MostPictures">Long clips get pictures further apart instead of more.</param>
public sealed record FilmstripSettings(
    int PictureWidth = 192,
    int Columns = 10,
    int SecondsApart = 10,
    int FewestPictures = 20,
    int MostPictures = 360
);

/// <summary>Where each picture of a filmstrip is: row by row, <paramref name="Columns"/> in a row.</summary>
/// <param name="TimesUs">Microseconds from the clip's first picture, one for each, in order.</param>
public sealed record FilmstripLayout(int Columns, int Rows, int PictureWidth, int PictureHeight, IReadOnlyList<long> TimesUs);

/// <summary>Small pictures of a clip in one JPEG. Derived and disposable.</summary>
public sealed record Filmstrip(byte[] Jpeg, FilmstripLayout Layout)
{
    const int MostJpegBytes = 32 << 20;

    public byte[] LayoutJson() => JsonSerializer.SerializeToUtf8Bytes(Layout, LapelJson.Lenient);

    /// <summary>
    /// Decodes one keyframe a picture and nothing else: each chosen fragment is cut down to its first sample, and one ffmpeg gets them all.
    /// Null when the clip has no fragments with picture: make a proxy first, and the filmstrip of that.
    /// </summary>
    /// <exception cref="FfmpegException">ffmpeg failed.</exception>
    /// <exception cref="BrokenMediaException">The clip is not the one the index was made from.</exception>
    public static async Task<Filmstrip?> Make(
        Ffmpeg ffmpeg,
        ClipIndex index,
        ReadAt read,
        FilmstripSettings settings,
        CancellationToken stop
    )
    {
        if (index.Video is not { Width: > 0, Height: > 0 } video || ClipPieces.Of(index, read) is not { } pieces)
            return null;
        var chosen = Choose(index, settings);
        if (chosen.Count == 0)
            return null;
        var rows = (chosen.Count + settings.Columns - 1) / settings.Columns;
        var (width, height) = SizeOf(video, settings.PictureWidth);
        var arguments = new FfmpegArguments()
            .Add("-threads", "1", "-skip_loop_filter", "all") // a thumbnail does not show what the loop filter smooths
            .FragmentsOnStdin()
            .Map("0:v:0")
            .Add(
                "-vf",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"scale={width}:{height}:flags=fast_bilinear,tile={Math.Min(settings.Columns, chosen.Count)}x{rows}"
                )
            )
            .Add("-fps_mode", "passthrough", "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "5")
            .ToStdout("image2pipe");

        var times = new List<long>();
        var jpeg = await ffmpeg.Run(arguments, Feed, MostJpegBytes, TimeSpan.FromMinutes(5), stop);
        return times.Count == 0 || jpeg.Length == 0
            ? null
            : new(jpeg, new(Math.Min(settings.Columns, chosen.Count), rows, width, height, times));

        async Task Feed(Stream to, CancellationToken within)
        {
            await to.WriteAsync(pieces.Init, within);
            foreach (var fragment in chosen)
            {
                if (pieces.FirstPicture(fragment) is not { } picture)
                    continue;
                times.Add(fragment.StartUs);
                await to.WriteAsync(picture, within);
            }
        }
    }

    static (int Width, int Height) SizeOf(Track video, int width)
    {
        var turned = video.RotationDegrees is 90 or 270;
        var (w, h) = turned ? (video.Height, video.Width) : (video.Width, video.Height);
        return (width, Math.Clamp((int)((long)width * h / w) / 2 * 2, 2, width * 4));
    }

    internal static List<IndexedFragment> Choose(ClipIndex index, FilmstripSettings settings)
    {
        var wanted = Math.Clamp(
            index.DurationUs / (settings.SecondsApart * 1_000_000L),
            settings.FewestPictures,
            settings.MostPictures
        );
        var apartUs = Math.Max(1, index.DurationUs / wanted);
        var chosen = new List<IndexedFragment>();
        var nextUs = long.MinValue;
        foreach (var fragment in index.Fragments)
        {
            if (!fragment.StartsWithKeyframe || fragment.StartUs < nextUs || chosen.Count == settings.MostPictures)
                continue;
            chosen.Add(fragment);
            // From the grid, not from the last picture, so that the distances do not grow by what each came late.
            nextUs = (fragment.StartUs / apartUs + 1) * apartUs;
        }
        return chosen;
    }
}
