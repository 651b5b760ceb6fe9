namespace Lapel.Media;

/// <summary>Reads clear bytes of a clip: fills <paramref name="into"/> from <paramref name="offset"/>, returns how many; 0 at the end.</summary>
public delegate int ReadAt(long offset, Span<byte> into);

public readonly record struct ByteRange(long Offset, long LengthBytes)
{
    public long End => Offset + LengthBytes;
}

/// <summary>One fragment's place in the clip. Times are microseconds from the clip's first picture (or sound).</summary>
public readonly record struct IndexedFragment(long Offset, long LengthBytes, long StartUs, long DurationUs, bool StartsWithKeyframe);

/// <summary>Where the clip has picture and no sound. Silenced: the sound is there and is silence by construction (<see cref="Fragment.Silenced"/>).</summary>
public readonly record struct SoundGap(long StartUs, long DurationUs, bool Silenced);

/// <summary>What is where in one clip: enough to play it by byte ranges without reading it again.</summary>
/// <param name="Init">'ftyp' to the end of 'moov'.</param>
/// <param name="MediaStartUs">Decode time of the first picture on the stream's own timeline, which need not start at zero.</param>
/// <param name="Cut">The clip ends inside a fragment, which is left out: power was cut.</param>
/// <param name="NotPlayableDirectly">Null when browsers play the original; otherwise a sentence saying why it needs a proxy.</param>
public sealed record ClipIndex(
    long LengthBytes,
    ByteRange Init,
    IReadOnlyList<Track> Tracks,
    IReadOnlyList<IndexedFragment> Fragments,
    IReadOnlyList<SoundGap> SoundGaps,
    long MediaStartUs,
    long DurationUs,
    bool Cut,
    string? NotPlayableDirectly
)
{
    public Track? Video => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Video);

    public Track? Sound => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Sound);

    public bool IsBrowserPlayable => NotPlayableDirectly is null;

    /// <summary>Reads box headers, 'moov' and every 'moof', and jumps over the rest. Never throws for what is in the clip.</summary>
    public static ClipIndex Read(ReadAt read, long lengthBytes) => throw new BrokenMediaException("Not yet.");

    public byte[] ToBytes() => [];

    /// <exception cref="BrokenMediaException">Not an index, or of a version this build does not know: build it again.</exception>
    public static ClipIndex FromBytes(ReadOnlySpan<byte> bytes) => throw new BrokenMediaException("Not yet.");
}
