namespace Lapel.Ingest;

public enum UploadState
{
    /// <summary>Bytes are still to come.</summary>
    Receiving,

    /// <summary>All bytes are on disk and hashed; it waits for its manifest, for as long as that takes.</summary>
    Complete,

    /// <summary>Its bytes are in the vault: evidence.</summary>
    Admitted,

    /// <summary>Its bytes are kept in quarantine.</summary>
    Quarantined,

    /// <summary>The camera ended it before admission; the bytes are gone.</summary>
    Terminated,

    /// <summary>Its camera did not come back in time; the bytes are gone, and the camera still has its clip.</summary>
    Expired,
}

/// <summary>A resumable transfer of one sealed clip: not evidence until admission.</summary>
/// <param name="LengthBytes">None while the camera defers it.</param>
/// <param name="OffsetBytes">Bytes known to be on disk.</param>
/// <param name="Digest">SHA-256 of the whole, once complete.</param>
/// <param name="Boot">The machine's boot id at the last write.</param>
public sealed record Upload(
    UploadId Id,
    CameraId Camera,
    RecordingId Recording,
    ClipId Clip,
    int Number,
    bool Urgent,
    long? LengthBytes,
    long OffsetBytes,
    Digest? Digest,
    UploadState State,
    string Boot,
    Instant CreatedAt,
    Instant TouchedAt,
    Instant ExpiresAt
)
{
    public long? RemainingBytes => LengthBytes - OffsetBytes;

    public bool IsOpen => State is UploadState.Receiving;

    public bool IsGone => State is UploadState.Terminated or UploadState.Expired;
}

/// <summary>The rows of uploads.</summary>
static class UploadRows
{
    const string Columns =
        "id, camera, recording, clip, number, urgent, length_bytes, offset_bytes, digest, state, boot, created_at, touched_at, expires_at";

    public static Task Insert(Work work, Upload upload, CancellationToken stop) =>
        work.Execute(
            $"""
            INSERT INTO upload ({Columns})
            VALUES (@Id, @Camera, @Recording, @Clip, @Number, @Urgent, @LengthBytes, @OffsetBytes, @Digest, @State, @Boot,
                @CreatedAt, @TouchedAt, @ExpiresAt)
            """,
            new
            {
                upload.Id,
                upload.Camera,
                upload.Recording,
                upload.Clip,
                upload.Number,
                upload.Urgent,
                upload.LengthBytes,
                upload.OffsetBytes,
                upload.Digest,
                State = Words<UploadState>.Of(upload.State),
                upload.Boot,
                upload.CreatedAt,
                upload.TouchedAt,
                upload.ExpiresAt,
            },
            stop
        );

    public static Task<Upload?> Find(Reading reading, UploadId id, CancellationToken stop) =>
        reading.One($"SELECT {Columns} FROM upload WHERE id = @id", new { id }, From, stop);

    /// <summary>Bytes that accepted uploads have yet to bring.</summary>
    public static async Task<long> PromisedBytes(Reading reading, CancellationToken stop) =>
        await reading.One(
            "SELECT CAST(COALESCE(SUM(length_bytes - offset_bytes), 0) AS BIGINT) AS promised FROM upload WHERE state = 'receiving' AND length_bytes IS NOT NULL",
            null,
            row => row.Number("promised"),
            stop
        );

    /// <summary>Everything a camera has brought of a recording, newest first: of one clip there can be several attempts.</summary>
    public static Task<IReadOnlyList<Upload>> OfRecording(
        Reading reading,
        CameraId camera,
        RecordingId recording,
        CancellationToken stop
    ) =>
        reading.Many(
            $"SELECT {Columns} FROM upload WHERE camera = @camera AND recording = @recording ORDER BY id DESC",
            new { camera, recording },
            From,
            stop
        );

    /// <summary>Those that people want to see: under way, or waiting for their manifest.</summary>
    public static Task<IReadOnlyList<Upload>> Waiting(Reading reading, int most, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM upload WHERE state IN ('receiving', 'complete') ORDER BY touched_at DESC, id LIMIT @most",
            new { most },
            From,
            stop
        );

    /// <summary>The same, all of them, in the order of their ids.</summary>
    public static Task<IReadOnlyList<Upload>> WaitingAfter(Reading reading, string after, int most, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM upload WHERE state IN ('receiving', 'complete') AND id > @after ORDER BY id LIMIT @most",
            new { after, most },
            From,
            stop
        );

    public static Task<IReadOnlyList<Upload>> Due(Reading reading, Instant now, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM upload WHERE state = 'receiving' AND expires_at <= @now ORDER BY expires_at LIMIT 500",
            new { now },
            From,
            stop
        );

    /// <summary>Notes how far an upload is on disk. Only an open upload moves.</summary>
    public static async Task<bool> Moved(Work work, Upload upload, CancellationToken stop) =>
        await work.Execute(
            """
            UPDATE upload SET length_bytes = @LengthBytes, offset_bytes = @OffsetBytes, digest = @Digest, state = @State, boot = @Boot,
                touched_at = @TouchedAt, expires_at = @ExpiresAt
            WHERE id = @Id AND state = 'receiving'
            """,
            new
            {
                upload.Id,
                upload.LengthBytes,
                upload.OffsetBytes,
                upload.Digest,
                State = Words<UploadState>.Of(upload.State),
                upload.Boot,
                upload.TouchedAt,
                upload.ExpiresAt,
            },
            stop
        ) == 1;

    /// <returns>False when it was no longer in the state that the change starts from.</returns>
    public static async Task<bool> Change(Work work, UploadId id, UploadState from, UploadState to, CancellationToken stop) =>
        await work.Execute(
            "UPDATE upload SET state = @to WHERE id = @id AND state = @from",
            new
            {
                id,
                from = Words<UploadState>.Of(from),
                to = Words<UploadState>.Of(to),
            },
            stop
        ) == 1;

    static Upload From(Row row) =>
        new(
            row.Id<Nouns.Upload>("id"),
            row.Id<Nouns.Camera>("camera"),
            row.Id<Nouns.Recording>("recording"),
            row.Id<Nouns.Clip>("clip"),
            (int)row.Number("number"),
            row.Flag("urgent"),
            row.NumberOrNull("length_bytes"),
            row.Number("offset_bytes"),
            row.DigestOrNull("digest"),
            row.Word<UploadState>("state"),
            row.Text("boot"),
            row.Time("created_at"),
            row.Time("touched_at"),
            row.Time("expires_at")
        );
}
