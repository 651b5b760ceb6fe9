namespace Lapel.Evidence;

/// <summary>A signed manifest as it was admitted, byte for byte.</summary>
/// <param name="CameraKey">Digest of the public key that its signature was checked with at admission.</param>
/// <param name="Previous">The camera's manifest before it, as stated.</param>
public sealed record AdmittedManifest(
    Digest Digest,
    RecordingId Recording,
    CameraId Camera,
    Digest CameraKey,
    long Sequence,
    Digest? Previous,
    byte[] Envelope
);

/// <summary>The chain of each camera's manifests in the records.</summary>
public static class AdmittedManifests
{
    internal static Task<int> Insert(Work work, NewRecording admitted, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO manifest (digest, recording, camera, camera_key, sequence, previous, envelope)
            VALUES (@EnvelopeDigest, @Recording, @Camera, @CameraKey, @Sequence, @previous, @Envelope)
            """,
            new
            {
                admitted.EnvelopeDigest,
                admitted.Manifest.Recording,
                admitted.Manifest.Camera,
                admitted.CameraKey,
                admitted.Manifest.Sequence,
                previous = admitted.Manifest.Previous?.Stated,
                admitted.Envelope,
            },
            stop
        );

    public static Task<AdmittedManifest?> Of(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.One("SELECT * FROM manifest WHERE recording = @recording", new { recording }, Read, stop);

    public static Task<AdmittedManifest?> Find(Reading reading, Digest envelope, CancellationToken stop) =>
        reading.One("SELECT * FROM manifest WHERE digest = @envelope", new { envelope }, Read, stop);

    /// <summary>Chains are counted per key: a camera that was enrolled again begins at 1 with its new one.</summary>
    public static Task<AdmittedManifest?> BySequence(Reading reading, Digest cameraKey, long sequence, CancellationToken stop) =>
        reading.One(
            "SELECT * FROM manifest WHERE camera_key = @cameraKey AND sequence = @sequence",
            new { cameraKey, sequence },
            Read,
            stop
        );

    /// <summary>The camera's admitted manifest with the highest sequence.</summary>
    public static Task<AdmittedManifest?> Latest(Reading reading, CameraId camera, CancellationToken stop) =>
        reading.One("SELECT * FROM manifest WHERE camera = @camera ORDER BY sequence DESC LIMIT 1", new { camera }, Read, stop);

    internal static AdmittedManifest Read(Row row) =>
        new(
            row.Digest("digest"),
            row.Id<Nouns.Recording>("recording"),
            row.Id<Nouns.Camera>("camera"),
            row.Digest("camera_key"),
            row.Number("sequence"),
            row.DigestOrNull("previous"),
            row.Bytes("envelope")
        );
}
