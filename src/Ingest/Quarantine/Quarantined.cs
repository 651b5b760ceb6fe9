namespace Lapel.Ingest;

public enum QuarantineState
{
    /// <summary>Decided and logged; its files are still being moved from uploads.</summary>
    Moving,
    Kept,

    /// <summary>Became evidence after all.</summary>
    Admitted,
}

/// <summary>A recording that was refused, with everything that came of it. Nothing of it is dropped.</summary>
/// <param name="Recording">None when the manifest could not be read.</param>
/// <param name="ReceivedAt">When the camera first brought it: the camera's key is judged as of then.</param>
public sealed record Quarantined(
    Id<Quarantined> Id,
    CameraId Camera,
    string CameraSerial,
    RecordingId? Recording,
    Digest Manifest,
    string Code,
    string Why,
    Instant ReceivedAt,
    Instant RefusedAt,
    long Attempts,
    QuarantineState State,
    Instant? EndedAt,
    string? EndedBy
);

public sealed record QuarantinedClip(ClipId Clip, int Number, UploadId Upload, long LengthBytes, Digest Digest)
{
    /// <summary>Its name in the quarantine's folder.</summary>
    public string FileName => $"{Number:000000}-{Upload}.sealed";
}

/// <summary>What stands in reason.json, for whoever finds the folder without Lapel. Format: docs/formats/upload.md.</summary>
public sealed record QuarantineReason(
    int V,
    string Id,
    Instant RefusedAt,
    CameraId Camera,
    string CameraSerial,
    RecordingId? Recording,
    Digest Manifest,
    string Code,
    string Why,
    IReadOnlyList<QuarantinedFile> Files
);

public sealed record QuarantinedFile(string File, ClipId Clip, int Number, long LengthBytes, Digest Digest);
