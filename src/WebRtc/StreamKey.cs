namespace Lapel.WebRtc;

/// <summary>Names one live stream: one camera's (or one clinician's) sound and picture, going one way. Two-way talk is two streams.</summary>
/// <param name="Agency">The agency's slug.</param>
/// <param name="Stream">Unique in the agency; letters, digits, '-', '_' and '.', at most 128.</param>
public readonly record struct StreamKey(string Agency, string Stream)
{
    public override string ToString() => $"{Agency}/{Stream}";
}

/// <summary>One connection of one publisher or viewer. Unguessable: it is also the last part of a WHIP or WHEP session's address.</summary>
public readonly record struct PeerId(string Value)
{
    public static PeerId New() => new(System.Security.Cryptography.RandomNumberGenerator.GetHexString(32, lowercase: true));

    public override string ToString() => Value;
}

/// <summary>What a stream's viewers get. Set from outside: averted, muted, a private place, a supervisor's hold.</summary>
public enum StreamHold
{
    None,

    /// <summary>Picture is held back, sound goes on.</summary>
    SoundOnly,

    /// <summary>Sound is held back, picture goes on.</summary>
    PictureOnly,

    /// <summary>Nothing goes on, and what was kept for late viewers is forgotten.</summary>
    Everything,
}
