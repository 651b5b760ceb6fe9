namespace Lapel.Media;

/// <summary>The beginning of a fragmented MP4: 'ftyp' and 'moov'. Nothing after it can be played without it.</summary>
public sealed class InitSegment
{
    internal InitSegment(byte[] bytes, IReadOnlyList<MovieTrack> movie)
    {
        Bytes = bytes;
        Movie = movie;
        Tracks = [.. movie.Select(t => t.Track)];
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<Track> Tracks { get; }

    internal IReadOnlyList<MovieTrack> Movie { get; }

    public Track? Video => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Video);

    public Track? Sound => Tracks.FirstOrDefault(t => t.Kind == TrackKind.Sound);

    /// <exception cref="BrokenMediaException">There is no 'moov' with a track in there.</exception>
    public static InitSegment Parse(ReadOnlySpan<byte> ftypAndMoov)
    {
        var movie = Moov.Read(Boxes.Find(ftypAndMoov, Boxes.Moov));
        return movie.Count > 0
            ? new(ftypAndMoov.ToArray(), movie)
            : throw new BrokenMediaException("The 'moov' box, which says what is in the file, describes no track.");
    }

    internal MovieTrack? Find(uint trackId)
    {
        foreach (var track in Movie)
            if (track.Track.Id == trackId)
                return track;
        return null;
    }
}
