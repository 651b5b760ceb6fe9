namespace Lapel.Roster;

/// <summary>A public key that a camera has or once had. Recordings signed with an old one still verify by it.</summary>
/// <param name="RevokedAt">From then on nothing signed with it is admitted, whatever time the signer claims.</param>
public sealed record CameraKeyEntry(Digest KeyDigest, CameraId Camera, byte[] Spki, Instant EnrolledAt, Instant? RevokedAt);

public static class CameraKeys
{
    /// <param name="keyDigest">The keyid of a camera's signature.</param>
    public static Task<CameraKeyEntry?> Find(Reading reading, Digest keyDigest, CancellationToken stop) =>
        reading.One("SELECT * FROM camera_key WHERE key_digest = @keyDigest", new { keyDigest }, From, stop);

    public static Task<IReadOnlyList<CameraKeyEntry>> Of(Reading reading, CameraId camera, CancellationToken stop) =>
        reading.Many("SELECT * FROM camera_key WHERE camera = @camera ORDER BY enrolled_at", new { camera }, From, stop);

    internal static Task<int> Keep(Work work, CameraId camera, Digest digest, byte[] spki, CancellationToken stop) =>
        work.Execute(
            "INSERT INTO camera_key (key_digest, camera, spki, enrolled_at) VALUES (@digest, @camera, @spki, @Now)",
            new
            {
                digest,
                camera,
                spki,
                work.Now,
            },
            stop
        );

    internal static Task<int> Revoke(Work work, Digest digest, CancellationToken stop) =>
        work.Execute("UPDATE camera_key SET revoked_at = @Now WHERE key_digest = @digest", new { work.Now, digest }, stop);

    static CameraKeyEntry From(Row row) =>
        new(
            row.Digest("key_digest"),
            row.Id<Nouns.Camera>("camera"),
            row.Bytes("spki"),
            row.Time("enrolled_at"),
            row.TimeOrNull("revoked_at")
        );
}
