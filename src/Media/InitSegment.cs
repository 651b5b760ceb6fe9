namespace Lapel.Media;

/// <summary>The beginning of a fragmented MP4: 'ftyp' and 'moov'. Nothing after it can be played without it.</summary>
public sealed class InitSegment
{
    InitSegment(byte[] bytes, IReadOnlyList<Track> tracks)
    {
        Bytes = bytes;
        Tracks = tracks;
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<Track> Tracks { get; }

    public Track? Video => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Video);

    public Track? Sound => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Sound);

    /// <exception cref="BrokenMediaException">No 'moov' for fragments in there.</exception>
    public static InitSegment Parse(ReadOnlySpan<byte> ftypAndMoov) => throw new BrokenMediaException("Not yet.");
}
