namespace Lapel.Media;

/// <param name="StartTicks">Decode time of the first sample, in the track's timescale.</param>
/// <param name="StartsWithKeyframe">Whether the first sample can be decoded without any before it.</param>
public sealed record FragmentTrack(
    uint Id,
    TrackKind Kind,
    uint Timescale,
    long StartTicks,
    long DurationTicks,
    long Samples,
    bool StartsWithKeyframe
);

/// <summary>
/// One 'moof' and its 'mdat': a second or so of every track, playable by itself after the init segment when it begins with a keyframe.
/// It never changes; <see cref="Without"/> and the others build new ones, and copy coded samples as they are.
/// </summary>
public sealed class Fragment
{
    readonly InitSegment init;
    readonly IReadOnlyList<TrackRun> runs;
    readonly int moofLengthBytes;

    Fragment(InitSegment init, byte[] bytes, int moofLengthBytes, IReadOnlyList<TrackRun> runs, Instant? capturedAt)
    {
        this.init = init;
        this.moofLengthBytes = moofLengthBytes;
        this.runs = runs;
        Bytes = bytes;
        CapturedAt = capturedAt;
        Tracks =
        [
            .. runs.Select(r => new FragmentTrack(
                r.TrackId,
                r.Of.Track.Kind,
                r.Of.Track.Timescale,
                r.StartTicks,
                r.DurationTicks,
                r.Samples,
                r.StartsWithKeyframe
            )),
        ];
        var leading = Leading(runs);
        StartUs = leading is null ? 0 : Ticks.ToMicroseconds(leading.StartTicks, leading.Of.Track.Timescale);
        DurationUs = leading is null ? 0 : Ticks.ToMicroseconds(leading.DurationTicks, leading.Of.Track.Timescale);
        WholeSeconds = runs.Count == 0 ? 0 : runs.Min(r => r.StartTicks / r.Of.Track.Timescale);
        StartsWithKeyframe = leading is { StartsWithKeyframe: true } or { Of.Track.Kind: not TrackKind.Video };
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<FragmentTrack> Tracks { get; }

    /// <summary>
    /// When the first frame of the picture went into the encoder, by this machine's clock, as ffmpeg wrote it in a 'prft' box before
    /// the fragment; null if it did not. A few milliseconds after the frame reached ffmpeg (see README).
    /// </summary>
    public Instant? CapturedAt { get; }

    /// <summary>Whether the picture begins with a keyframe; true when there is no picture.</summary>
    public bool StartsWithKeyframe { get; }

    /// <summary>Decode time of the picture (of the sound if there is no picture), microseconds on the stream's own timeline.</summary>
    public long StartUs { get; }

    public long DurationUs { get; }

    /// <param name="moofAndMdat">Exactly the two boxes.</param>
    /// <param name="offset">Where the 'moof' stands in the stream.</param>
    /// <exception cref="BrokenMediaException">The samples are not inside the 'mdat'.</exception>
    public static Fragment Parse(byte[] moofAndMdat, InitSegment init, long offset, Instant? capturedAt = null)
    {
        if (Boxes.Read(moofAndMdat, 0, moofAndMdat.Length, out var moof) != BoxReading.Whole || moof.Type != Boxes.Moof)
            throw new BrokenMediaException("A fragment's 'moof' box is cut off.");
        var length = (int)moof.LengthBytes;
        if (
            Boxes.Read(moofAndMdat.AsSpan(length), length, moofAndMdat.Length, out var mdat) != BoxReading.Whole
            || mdat.Type != Boxes.Mdat
        )
            throw new BrokenMediaException("A fragment's 'mdat' box is cut off.");
        var runs = Moof.Read(moofAndMdat.AsSpan(0, length), offset, init);
        foreach (var data in runs.SelectMany(r => r.Runs))
            if (data.LengthBytes > 0 && (data.Offset < mdat.BodyOffset || data.LengthBytes > mdat.End - data.Offset))
                throw new BrokenMediaException("A fragment's samples are not inside its 'mdat' box.");
        return new(init, moofAndMdat, length, runs, capturedAt);
    }

    /// <summary>
    /// The same fragment without one track. The others keep their decode times, so that the track can resume in step later.
    /// </summary>
    /// <exception cref="ArgumentException">It is the only track: nothing would be left.</exception>
    public Fragment Without(uint trackId)
    {
        if (runs.All(r => r.TrackId != trackId))
            return this;
        if (runs.All(r => r.TrackId == trackId))
            throw new ArgumentException("A fragment without its only track is no fragment.", nameof(trackId));
        return Rewritten([.. runs.Where(r => r.TrackId != trackId).Select(r => new KeptRun(r))]);
    }

    /// <summary>
    /// The same fragment with each AAC frame of the sound replaced by a frame of silence. Browsers stop where the sound has a hole, and
    /// players then jump over the picture too; silence plays. Sound in another form than mono or stereo AAC-LC is left out instead.
    /// </summary>
    public Fragment Silenced(Track sound)
    {
        if (Silence.FrameOf(sound) is not { } frame)
            return Without(sound.Id);
        if (runs.All(r => r.TrackId != sound.Id))
            return this;
        return Rewritten([.. runs.Select(r => new KeptRun(r, r.TrackId == sound.Id ? frame : null))]);
    }

    /// <summary>The most that <see cref="EarlierBy"/> can move this fragment: every track's decode time stays zero or more.</summary>
    public long WholeSeconds { get; }

    /// <summary>
    /// The same fragment with decode times moved earlier by whole seconds, which is exact in every timescale, so that picture and sound
    /// stay in step. A clip that begins hours after the camera was switched on begins near zero when each of its fragments is moved by the
    /// <see cref="WholeSeconds"/> of its first.
    /// </summary>
    /// <param name="seconds">Negative moves later.</param>
    public Fragment EarlierBy(long seconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, WholeSeconds);
        return seconds == 0
            ? this
            : Rewritten([.. runs.Select(r => new KeptRun(r, MovedTicks: -checked(seconds * r.Of.Track.Timescale)))]);
    }

    Fragment Rewritten(IReadOnlyList<KeptRun> kept)
    {
        var bytes = FragmentBytes.Write(
            Bytes.AsSpan(0, moofLengthBytes),
            kept,
            (run, into) => Bytes.AsSpan((int)run.Offset, into.Length).CopyTo(into)
        );
        return Parse(bytes, init, 0, CapturedAt);
    }

    /// <summary>The track whose times stand for the fragment: picture before sound before anything else.</summary>
    internal static TrackRun? Leading(IReadOnlyList<TrackRun> runs)
    {
        TrackRun? best = null;
        foreach (var run in runs)
            if (run.Samples > 0 && (best is null || run.Of.Track.Kind < best.Of.Track.Kind))
                best = run;
        return best;
    }
}

/// <summary>AAC-LC frames that decode to silence, whole 'raw_data_block's of zero spectra (ISO/IEC 14496-3, 4.4.2.1).</summary>
static class Silence
{
    static readonly byte[] Mono = [0x00, 0xC8, 0x00, 0x80, 0x23, 0x80];
    static readonly byte[] Stereo = [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80];

    public static byte[]? FrameOf(Track sound) =>
        (sound.Codec, sound.Channels) switch
        {
            ("mp4a.40.2", 1) => Mono,
            ("mp4a.40.2", 2) => Stereo,
            _ => null,
        };

    /// <summary>No encoder makes frames this short of anything but silence.</summary>
    public static bool IsSilent(TrackRun run) =>
        FrameOf(run.Of.Track) is { } frame && run.SmallestSampleBytes == frame.Length && run.LargestSampleBytes == frame.Length;
}
