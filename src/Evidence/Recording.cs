using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>
/// A recording under custody: activation to deactivation, buffer included. Copied from the signed manifest for finding and showing;
/// <see cref="Officer"/>, <see cref="Unit"/>, <see cref="StartedAt"/> and <see cref="AdmittedAt"/> are the server's.
/// </summary>
/// <param name="Officer">Who wore the camera at the start by the server's assignments, as called at admission.</param>
/// <param name="Unit">That officer's unit at the start. It decides which supervisors may see it, whatever moves later.</param>
/// <param name="StartedAt">First frame, camera clock minus its measured offset.</param>
/// <param name="ActivatedAfter">From first frame to activation: the pre-event buffer as kept.</param>
/// <param name="ClockOffsetMs">Camera clock minus server clock as the camera measured it; none if it never did.</param>
public sealed record Recording(
    RecordingId Id,
    CameraId Camera,
    string CameraSerial,
    OfficerRef? Officer,
    UnitId? Unit,
    long Sequence,
    Instant StartedAt,
    Duration Length,
    Duration ActivatedAfter,
    long? ClockOffsetMs,
    string StartTrigger,
    Ending Ending,
    bool Urgent,
    Duration Stopped,
    Duration Muted,
    Duration Averted,
    int Bookmarks,
    int Clips,
    long SealedBytes,
    Playback Playback,
    Digest Manifest,
    Instant AdmittedAt
);

public enum Playback
{
    /// <summary>Browsers play every clip as it was recorded.</summary>
    Original,

    /// <summary>Some clip plays only as a proxy that Renditions makes.</summary>
    Proxy,

    /// <summary>No clip has anything to play.</summary>
    None,
}

/// <summary>One sealed file of a recording as the records know it.</summary>
/// <param name="Sealed">Digest of the sealed bytes: the object's name in the vault.</param>
/// <param name="Clear">Digest of the media inside as the camera signed it; <see cref="Verification"/> compares.</param>
/// <param name="StartedAt">First frame, camera clock.</param>
/// <param name="Complete">False when power was cut: the last sealed segment is missing.</param>
/// <param name="NotPlayable">Why browsers do not play the original; none when they do.</param>
public sealed record Clip(
    ClipId Id,
    RecordingId Recording,
    int Number,
    Digest Sealed,
    long SealedLengthBytes,
    ClaimedDigest Clear,
    long ClearLengthBytes,
    bool Complete,
    Instant StartedAt,
    Instant EndedAt,
    string? NotPlayable
);

/// <summary>What admission hands over once it has found nothing against it.</summary>
/// <param name="Envelope">The signed manifest's envelope, byte for byte.</param>
/// <param name="CameraKey">Digest of the camera's public key that the signature was checked with.</param>
/// <param name="Officer">Who wore the camera at the start, by the server's assignments; the manifest may say otherwise.</param>
/// <param name="Unit">That officer's unit at the start.</param>
/// <param name="Clips">In the order of their numbers, one for each of the manifest's.</param>
public sealed record NewRecording(
    Manifest Manifest,
    byte[] Envelope,
    Digest CameraKey,
    string CameraSerial,
    OfficerRef? Officer,
    UnitId? Unit,
    IReadOnlyList<NewClip> Clips
)
{
    public Digest EnvelopeDigest { get; } = Digest.Of(Envelope);
}

/// <param name="Sealed">As the server computed it while the bytes arrived.</param>
/// <param name="Index">Of the clear media; made at admission from a few reads.</param>
public sealed record NewClip(ClipEntry Entry, Digest Sealed, ClipIndex Index);
