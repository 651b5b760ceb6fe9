using System.Globalization;
using System.Text;

namespace Lapel.Media;

/// <summary>What can be odd about a clip as such: something to look at, never proof of anything.</summary>
public enum OddityKind
{
    /// <summary>The picture is dark almost everywhere: night, a pocket, a hand before the lens.</summary>
    Dark,

    /// <summary>The picture does not change, not even by the noise that a sensor has.</summary>
    Frozen,

    /// <summary>There is sound, and nothing is to be heard.</summary>
    Silent,
}

/// <summary>Microseconds from the clip's first picture.</summary>
public readonly record struct Oddity(OddityKind Kind, long FromUs, long UntilUs)
{
    public long LengthUs => UntilUs - FromUs;
}

/// <param name="DarkSeconds">Shorter ones are not told: doors and cupboards.</param>
/// <param name="MostLightShare">A picture is dark when no more of it than this is lighter than a tenth of full light.</param>
public sealed record OdditySettings(
    int DarkSeconds = 8,
    int FrozenSeconds = 8,
    int SilentSeconds = 15,
    double MostLightShare = 0.02,
    int SilentDecibels = -60
);

/// <summary>
/// Looks for what is odd in a clip with ffmpeg's own detectors. One keyframe a second is decoded and the sound alone, so an hour costs
/// seconds; what is shorter than a few keyframes is not seen.
/// </summary>
public static class Oddities
{
    const int MostOutputBytes = 8 << 20;

    /// <summary>In order of time.</summary>
    /// <exception cref="FfmpegException">ffmpeg failed.</exception>
    /// <exception cref="BrokenMediaException">The clip is not the one the index was made from.</exception>
    public static async Task<IReadOnlyList<Oddity>> Find(
        Ffmpeg ffmpeg,
        ClipIndex index,
        ReadAt read,
        OdditySettings settings,
        CancellationToken stop
    )
    {
        if (ClipPieces.Of(index, read) is not { } pieces)
            return [];
        var found = new List<Oddity>();
        if (index.Video is { Width: > 0, Height: > 0 })
            found.AddRange(await InPictures(ffmpeg, index, pieces, settings, stop));
        if (index.Sound is not null)
            found.AddRange(await InSound(ffmpeg, index, pieces, settings, stop));
        return [.. found.OrderBy(o => o.FromUs).ThenBy(o => o.Kind)];
    }

    static async Task<IEnumerable<Oddity>> InPictures(
        Ffmpeg ffmpeg,
        ClipIndex index,
        ClipPieces pieces,
        OdditySettings settings,
        CancellationToken stop
    )
    {
        var firstUs = -1L;
        var filters = string.Create(
            CultureInfo.InvariantCulture,
            $"scale=160:-2:flags=fast_bilinear,blackdetect=d=0:pic_th={1 - settings.MostLightShare}:pix_th=0.1,"
                + $"freezedetect=n=0.001:d={settings.FrozenSeconds},metadata=mode=print:file=-"
        );
        var arguments = new FfmpegArguments()
            .Add("-threads", "1")
            .FragmentsOnStdin()
            .Map("0:v:0")
            .Add("-vf", filters, "-fps_mode", "passthrough", "-f", "null", "-");
        var said = Signs.Read(await ffmpeg.Run(arguments, Feed, MostOutputBytes, TimeSpan.FromMinutes(10), stop));
        if (firstUs < 0)
            return [];
        var dark = Spans(said, "lavfi.black_start", "lavfi.black_end", OddityKind.Dark, settings.DarkSeconds);
        var still = Spans(said, "lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end", OddityKind.Frozen, 0);
        // The dark does not change either: that is one oddity, not two.
        return dark.Concat(still.SelectMany(s => Without(s, dark)).Where(s => s.LengthUs >= settings.FrozenSeconds * 1_000_000L));

        async Task Feed(Stream to, CancellationToken within)
        {
            await to.WriteAsync(pieces.Init, within);
            var nextUs = long.MinValue;
            foreach (var fragment in index.Fragments)
            {
                if (fragment.StartUs < nextUs || pieces.FirstPicture(fragment) is not { } picture)
                    continue;
                firstUs = firstUs < 0 ? fragment.StartUs : firstUs;
                nextUs = fragment.StartUs + 900_000;
                await to.WriteAsync(picture, within);
            }
        }

        List<Oddity> Spans(IEnumerable<Sign> said, string start, string end, OddityKind kind, int least) =>
            Signs.Spans(said, start, end, kind, firstUs, index.DurationUs, least * 1_000_000L);
    }

    static async Task<IEnumerable<Oddity>> InSound(
        Ffmpeg ffmpeg,
        ClipIndex index,
        ClipPieces pieces,
        OdditySettings settings,
        CancellationToken stop
    )
    {
        var any = false;
        var filters = string.Create(
            CultureInfo.InvariantCulture,
            $"aresample=8000:async=1,silencedetect=n={settings.SilentDecibels}dB:d={settings.SilentSeconds},"
                + $"ametadata=mode=print:file=-"
        );
        var arguments = new FfmpegArguments()
            .Add("-threads", "1")
            .FragmentsOnStdin()
            .Map("0:a:0")
            .Add("-af", filters, "-ac", "1", "-f", "null", "-");
        var said = Signs.Read(await ffmpeg.Run(arguments, Feed, MostOutputBytes, TimeSpan.FromMinutes(10), stop));
        var late = index.SoundGaps is [{ StartUs: 0, Silenced: false } gap, ..] ? gap.DurationUs : 0;
        return any
            ? Signs.Spans(
                said,
                "lavfi.silence_start",
                "lavfi.silence_end",
                OddityKind.Silent,
                late,
                index.DurationUs,
                settings.SilentSeconds * 1_000_000L
            )
            : [];

        async Task Feed(Stream to, CancellationToken within)
        {
            await to.WriteAsync(pieces.Init, within);
            foreach (var fragment in index.Fragments)
                if (pieces.SoundAlone(fragment) is { } sound)
                {
                    any = true;
                    await to.WriteAsync(sound, within);
                }
        }
    }

    /// <summary>What remains of a span without others of another kind.</summary>
    static IEnumerable<Oddity> Without(Oddity span, IEnumerable<Oddity> others)
    {
        var from = span.FromUs;
        foreach (var other in others.Where(o => o.FromUs < span.UntilUs && o.UntilUs > span.FromUs).OrderBy(o => o.FromUs))
        {
            if (other.FromUs > from)
                yield return span with
                {
                    FromUs = from,
                    UntilUs = other.FromUs,
                };
            from = Math.Max(from, other.UntilUs);
        }
        if (from < span.UntilUs)
            yield return span with
            {
                FromUs = from,
            };
    }

    /// <summary>One thing that a detector said about a frame, as ffmpeg's metadata filters print it.</summary>
    readonly record struct Sign(string Name, double Seconds);

    static class Signs
    {
        public static List<Sign> Read(byte[] printed)
        {
            var found = new List<Sign>();
            foreach (var line in Encoding.ASCII.GetString(printed).Split('\n'))
                if (
                    line.Split('=', 2) is [var name, var value]
                    && name.StartsWith("lavfi.", StringComparison.Ordinal)
                    && double.TryParse(value.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                )
                    found.Add(new(name, seconds));
            return found;
        }

        /// <summary>Pairs starts with ends; what has begun and not ended lasts to the end of the clip.</summary>
        public static List<Oddity> Spans(
            IEnumerable<Sign> said,
            string start,
            string end,
            OddityKind kind,
            long shiftUs,
            long durationUs,
            long leastUs
        )
        {
            var found = new List<Oddity>();
            long? open = null;
            foreach (var sign in said)
                if (sign.Name == start)
                    open ??= Us(sign.Seconds);
                else if (sign.Name == end && open is { } from)
                {
                    found.Add(new(kind, from, Us(sign.Seconds)));
                    open = null;
                }
            if (open is { } last)
                found.Add(new(kind, last, durationUs));
            return [.. found.Where(o => o.LengthUs >= leastUs && o.LengthUs > 0)];

            long Us(double seconds) => Math.Clamp((long)(seconds * 1_000_000) + shiftUs, 0, durationUs);
        }
    }
}
