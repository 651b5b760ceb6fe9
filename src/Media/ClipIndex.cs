namespace Lapel.Media;

/// <summary>Reads clear bytes of a clip: fills <paramref name="into"/> from <paramref name="offset"/>, returns how many; 0 at the end.</summary>
public delegate int ReadAt(long offset, Span<byte> into);

public readonly record struct ByteRange(long Offset, long LengthBytes)
{
    public long End => Offset + LengthBytes;
}

/// <summary>One fragment's place in the clip: 'moof' to the end of 'mdat'. Times are microseconds from the clip's first picture.</summary>
/// <param name="StartsWithKeyframe">Playing may begin here. Always true in a clip without picture.</param>
public readonly record struct IndexedFragment(
    long Offset,
    long LengthBytes,
    long StartUs,
    long DurationUs,
    bool StartsWithKeyframe
)
{
    public long End => Offset + LengthBytes;
}

/// <summary>Where the clip has no sound to hear, microseconds from the clip's first picture.</summary>
/// <param name="Silenced">Sound was replaced (<see cref="Fragment.Silenced"/>), which plays; otherwise there is a hole, where browsers stumble.</param>
public readonly record struct SoundGap(long StartUs, long DurationUs, bool Silenced);

/// <summary>What is where in one clip: enough to play it by byte ranges without reading it again. Times are the presentation's.</summary>
/// <param name="LengthBytes">Of the clear clip when it was read.</param>
/// <param name="Init">'ftyp' to the end of 'moov'; empty when there is none.</param>
/// <param name="MediaStartUs">The first picture (or sound) on the stream's own timeline, which need not begin at zero.</param>
/// <param name="Cut">The clip ends inside a box, or is damaged from some byte on: what follows the last whole fragment is left out.</param>
/// <param name="NotPlayableDirectly">Null when browsers play the original; otherwise a sentence saying why it needs a proxy.</param>
public sealed partial record ClipIndex(
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

    /// <summary>As browsers ask for it: <c>video/mp4; codecs="avc1.64001f,mp4a.40.2"</c>.</summary>
    public string MimeType =>
        $"{(Video is null ? "audio" : "video")}/mp4; codecs=\"{string.Join(',', Tracks.Where(t => t.Kind != TrackKind.Other).Select(t => t.Codec))}\"";

    /// <summary>
    /// Reads box headers, 'moov' and every 'moof', and jumps over the media. It never throws for what is in the clip: the answer says
    /// what is wrong. What <paramref name="read"/> throws comes through.
    /// </summary>
    public static ClipIndex Read(ReadAt read, long lengthBytes)
    {
        var first = new byte[4];
        return lengthBytes > first.Length && read(0, first) == first.Length && Matroska.Begins(first)
            ? new Matroska(read, lengthBytes).Read()
            : new ClipReader(read, lengthBytes).Read();
    }
}
