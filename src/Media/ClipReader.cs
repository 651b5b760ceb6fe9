namespace Lapel.Media;

/// <summary>One pass over a clip's boxes, from which a <see cref="ClipIndex"/> is made.</summary>
sealed class ClipReader(ReadAt read, long lengthBytes)
{
    // Bounds on what a hostile clip can make us hold or do; a day of one-second fragments is 86,400.
    const int LongestMoovBytes = 32 << 20;
    const int LongestMoofBytes = 4 << 20;
    const int MostFragments = 400_000;
    const int MostBoxes = 2_000_000;

    const long LongestUs = 7 * 86_400_000_000;

    readonly ClipWindow window = new(read, lengthBytes);
    readonly List<IndexedFragment> fragments = [];
    readonly SoundGapFinder gaps = new();
    InitSegment? init;
    ByteRange initRange;
    uint firstType;
    (Box Box, List<TrackRun> Runs)? pending;
    string? refusal;

    public ClipIndex Read()
    {
        var whole = lengthBytes > 0 && Walk();
        var startUs = fragments.Count > 0 ? Leading().StartUs : 0;
        var endUs = fragments.Count > 0 ? fragments.Max(f => f.StartUs + f.DurationUs) : startUs;
        var tracks = init?.Tracks ?? [];
        var durationUs = fragments.Count > 0 ? endUs - startUs : OrdinaryDurationUs();
        return new(
            lengthBytes,
            initRange,
            tracks,
            [.. fragments.Select(f => f with { StartUs = f.StartUs - startUs })],
            init?.Sound is null ? [] : gaps.Found(startUs, endUs),
            startUs,
            durationUs,
            !whole && lengthBytes > 0,
            WhyNotPlayable()
        );
    }

    /// <returns>False when the clip ends inside a box, or is damaged.</returns>
    bool Walk()
    {
        long at = 0;
        for (var count = 0; at < lengthBytes; count++)
        {
            if (count == MostBoxes || fragments.Count == MostFragments)
            {
                refusal = "It has more boxes than any camera writes.";
                return false;
            }
            var reading = Boxes.Read(window.At(at, Boxes.LongestHeaderBytes), at, lengthBytes, out var box);
            firstType = at == 0 ? box.Type : firstType;
            if (reading != BoxReading.Whole || !Take(box))
                return false;
            at = box.End;
        }
        return true;
    }

    bool Take(Box box)
    {
        switch (box.Type)
        {
            case Boxes.Moov when init is null:
                return TakeMoov(box);
            case Boxes.Moof when init is not null:
                return TakeMoof(box);
            case Boxes.Mdat when pending is { } moof:
                pending = null;
                return TakeFragment(moof.Box, moof.Runs, box);
            default:
                return true;
        }
    }

    bool TakeMoov(Box box)
    {
        if (box.LengthBytes > LongestMoovBytes)
        {
            refusal = $"Its 'moov' box has {box.LengthBytes} bytes, more than Lapel reads.";
            return false;
        }
        var bytes = window.At(box.Offset, (int)box.LengthBytes);
        if (bytes.Length < box.LengthBytes)
            return false;
        var movie = Moov.Read(bytes[box.HeaderLengthBytes..]);
        if (movie.Count == 0)
        {
            refusal = "Its 'moov' box, which says what is in the file, describes no track.";
            return true;
        }
        init = new([], movie); // the bytes stay in the clip
        // Players need 'ftyp' too. It comes first; whatever stands between them is small or the file is not a fragmented one.
        initRange = firstType == Boxes.Ftyp && box.Offset <= 1 << 20 ? new(0, box.End) : new(box.Offset, box.LengthBytes);
        return true;
    }

    bool TakeMoof(Box box)
    {
        if (box.LengthBytes > LongestMoofBytes)
            return false;
        var bytes = window.At(box.Offset, (int)box.LengthBytes);
        if (bytes.Length < box.LengthBytes)
            return false;
        try
        {
            pending = (box, Moof.Read(bytes, box.Offset, init!));
            return true;
        }
        catch (BrokenMediaException)
        {
            return false; // the same as a cut: nothing after it can be trusted
        }
    }

    bool TakeFragment(Box moof, List<TrackRun> runs, Box mdat)
    {
        foreach (var run in runs)
        foreach (var data in run.Runs)
            if (
                data.LengthBytes > 0
                && (data.Offset < mdat.BodyOffset - moof.Offset || data.LengthBytes > mdat.End - moof.Offset - data.Offset)
            )
                return false;
        if (Fragment.Leading(runs) is not { } leading)
            return true;
        var (startUs, durationUs) = TimesOf(leading);
        var keyframe = init!.Video is null || (leading.Of.Track.Kind == TrackKind.Video && leading.StartsWithKeyframe);
        fragments.Add(new(moof.Offset, mdat.End - moof.Offset, startUs, durationUs, keyframe));
        if (runs.Find(r => r.TrackId == init.Sound?.Id && r.Samples > 0) is { } sound)
        {
            var (soundUs, soundLengthUs) = TimesOf(sound);
            gaps.Add(soundUs, soundLengthUs, Silence.IsSilent(sound));
        }
        return true;
    }

    static (long StartUs, long DurationUs) TimesOf(TrackRun run) =>
        (
            Ticks.ToMicroseconds(run.EarliestTicks + run.Of.ShiftTicks, run.Of.Track.Timescale),
            Ticks.ToMicroseconds(run.DurationTicks, run.Of.Track.Timescale)
        );

    /// <summary>The first fragment with a keyframe stands for the beginning; without one, the first.</summary>
    IndexedFragment Leading()
    {
        var first = fragments.FindIndex(f => f.StartsWithKeyframe);
        return fragments[Math.Max(0, first)];
    }

    long OrdinaryDurationUs() =>
        init is null
            ? 0
            : init
                .Movie.Select(t =>
                    Ticks.ToMicroseconds((long)Math.Min(t.OrdinaryDurationTicks, long.MaxValue), t.Track.Timescale)
                )
                .DefaultIfEmpty()
                .Max();

    string? WhyNotPlayable()
    {
        if (lengthBytes <= 0)
            return "The clip is empty.";
        if (refusal is not null)
            return refusal;
        if (init is null)
            return Container.Name(window.At(0, 16)) is { } name
                ? $"It is {name}, not MP4."
                : "It has no 'moov' box, which says what is in the file: it was cut off before, or is not MP4.";
        if (init.Tracks.Select(t => t.WhyNotInBrowsers()).FirstOrDefault(why => why is not null) is { } codec)
            return codec;
        if (init.Video is null && init.Sound is null)
            return "It has neither picture nor sound.";
        if (fragments.Count == 0)
            return init.Movie.Any(t => t.OrdinarySamples > 0)
                ? "It is an ordinary MP4 with one index for the whole file, not a fragmented one."
                : "There is no whole fragment in it.";
        if (!fragments.Exists(f => f.StartsWithKeyframe))
            return "No fragment begins with a keyframe.";
        var startUs = Leading().StartUs;
        return fragments.Exists(f => f.StartUs - startUs is < -LongestUs or > LongestUs || f.DurationUs > LongestUs)
            ? "Its times span more than a week, which cannot be true."
            : null;
    }
}

/// <summary>Collects where sound is missing or silenced, from sound runs in the order of the file.</summary>
sealed class SoundGapFinder
{
    /// <summary>Sound and picture of a fragment never end at the same instant; a hole shorter than this is none.</summary>
    const long ToleranceUs = 250_000;

    readonly List<SoundGap> silenced = [];
    readonly List<SoundGap> holes = [];
    long? endUs;
    long firstUs;

    public void Add(long startUs, long durationUs, bool silent)
    {
        if (endUs is { } end && startUs - end > ToleranceUs)
            holes.Add(new(end, startUs - end, false));
        if (endUs is null)
            firstUs = startUs;
        endUs = Math.Max(endUs ?? long.MinValue, startUs + durationUs);
        if (!silent)
            return;
        if (
            silenced.Count > 0
            && silenced[^1] is var last
            && startUs - last.StartUs - last.DurationUs is > -ToleranceUs and <= ToleranceUs
        )
            silenced[^1] = last with { DurationUs = startUs + durationUs - last.StartUs };
        else
            silenced.Add(new(startUs, durationUs, true));
    }

    /// <returns>In order of time, counted from <paramref name="startUs"/>.</returns>
    public IReadOnlyList<SoundGap> Found(long startUs, long clipEndUs)
    {
        if (endUs is not { } end)
            return clipEndUs > startUs ? [new(0, clipEndUs - startUs, false)] : [];
        var all = new List<SoundGap>(silenced);
        all.AddRange(holes);
        if (firstUs - startUs > ToleranceUs)
            all.Add(new(startUs, firstUs - startUs, false));
        if (clipEndUs - end > ToleranceUs)
            all.Add(new(end, clipEndUs - end, false));
        return [.. all.Select(g => g with { StartUs = g.StartUs - startUs }).OrderBy(g => g.StartUs)];
    }
}

/// <summary>Names a container by its first bytes, for the sentence that says why a proxy is needed.</summary>
static class Container
{
    public static string? Name(ReadOnlySpan<byte> first) =>
        first switch
        {
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "AVI or WAV",
            [0, 0, 1, 0xBA, ..] => "an MPEG program stream",
            [0x47, ..] => "an MPEG transport stream",
            [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "Ogg",
            [(byte)'F', (byte)'L', (byte)'V', ..] => "Flash video",
            _ => null,
        };
}
