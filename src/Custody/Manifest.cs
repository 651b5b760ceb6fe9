using System.Text.Json.Serialization;

namespace Lapel.Custody;

/// <summary>
/// What a camera says about one recording, signed with the camera's own key (see <see cref="SignedManifest"/>).
/// All times are the camera's clock; <see cref="Clock"/> says how far that clock was from the server's.
/// Format: docs/formats/manifest.md.
/// </summary>
/// <param name="V">1.</param>
/// <param name="Officer">The officer the camera believed it was assigned to; none if unassigned.</param>
/// <param name="Previous">Digest of this camera's previous manifest envelope; none for its first.</param>
/// <param name="Sequence">1 for the camera's first manifest, then without gaps.</param>
/// <param name="PreEventMs">Length of the pre-event buffer really kept, milliseconds.</param>
/// <param name="PreEventSound">Whether that buffer has sound.</param>
/// <param name="Ending">Deactivated in order, or cut by loss of power and closed at the next start.</param>
public sealed record Manifest(
    int V,
    RecordingId Recording,
    CameraId Camera,
    OfficerRef? Officer,
    long Sequence,
    ClaimedDigest? Previous,
    Instant StartedAt,
    Instant ActivatedAt,
    Instant EndedAt,
    ActivationCause StartCause,
    ActivationCause EndCause,
    Ending Ending,
    long PreEventMs,
    bool PreEventSound,
    bool Urgent,
    ClockReading? Clock,
    IReadOnlyList<ClipEntry> Clips,
    IReadOnlyList<StateSpan> States,
    IReadOnlyList<Bookmark> Bookmarks,
    IReadOnlyList<Position> Positions,
    string Software
);

/// <summary>The officer as the camera was told: id for machines, badge and name for people.</summary>
public sealed record OfficerRef(OfficerId Id, string Badge, string Name);

/// <summary>Why a recording started or stopped. <paramref name="Trigger"/> names what asked: button, dispatch, holster, light-bar…</summary>
public sealed record ActivationCause(string Trigger, string? Detail = null);

public enum Ending
{
    Deactivated,
    PowerCut,
}

/// <summary>Camera clock minus server clock, milliseconds, as measured over one request with the given round trip.</summary>
public sealed record ClockReading(long OffsetMs, long RoundTripMs, Instant MeasuredAt);

/// <summary>One sealed clip. Digests and lengths of the sealed bytes and of the media inside.</summary>
/// <param name="Number">1 for the first clip, then without gaps; also the order of playing.</param>
/// <param name="StartedAt">Time of the first frame, camera clock.</param>
/// <param name="Complete">False when power was cut: the sealed file lacks its last segment.</param>
public sealed record ClipEntry(
    int Number,
    ClipId Id,
    Instant StartedAt,
    Instant EndedAt,
    long SealedLengthBytes,
    ClaimedDigest SealedDigest,
    long ClearLengthBytes,
    ClaimedDigest ClearDigest,
    bool Complete
);

public enum RecordingState
{
    /// <summary>Nothing is recorded.</summary>
    Stopped,

    /// <summary>Picture without sound.</summary>
    Muted,

    /// <summary>Sound, with the lens turned away or covered.</summary>
    Averted,
}

/// <summary>A reasoned state inside a recording. Open at the end of the recording when <paramref name="Until"/> is none.</summary>
/// <param name="ReasonCode">From the agency's list of reasons.</param>
/// <param name="SaidAloud">Whether the officer said the reason aloud on the recording.</param>
/// <param name="Place">What kind of place it was, in a word of the policy: public, private-home, hospital…; none when not said.</param>
/// <param name="AskedBy">Who asked for it: self, occupant, victim, witness, medical, supervisor, other; none when not said.</param>
/// <param name="Supervisor">Badge of the supervisor who was told or agreed; none when nobody was.</param>
public sealed record StateSpan(
    RecordingState State,
    Instant From,
    Instant? Until,
    string ReasonCode,
    string? Text,
    bool SaidAloud,
    string? Place = null,
    string? AskedBy = null,
    string? Supervisor = null
);

/// <summary>A mark made on the camera.</summary>
public sealed record Bookmark(Instant At, string? Label);

/// <summary>Where the camera was: WGS 84 degrees, accuracy in metres when known.</summary>
public sealed record Position(Instant At, double Latitude, double Longitude, double? AccuracyMetres);
