using System.Security.Cryptography;

namespace Lapel.Roster;

public enum CameraState
{
    /// <summary>Entered, and waiting for its one-time code to be used.</summary>
    Expected,

    /// <summary>Has a key of its own; what it signs can be admitted.</summary>
    Enrolled,

    /// <summary>Its key is no longer believed; it may be enrolled again with a new one.</summary>
    Revoked,

    /// <summary>As revoked, and nobody knows where it is.</summary>
    Lost,
}

public enum CameraKind
{
    /// <summary>Worn on the body, on a dashboard or on a board: a device that only is a camera.</summary>
    Body,

    /// <summary>The browser of an officer's phone. See <see cref="Phones"/>.</summary>
    Phone,
}

/// <param name="KeyDigest">Digest of the key it signs with now; none when not enrolled.</param>
/// <param name="CodeExpires">Until when its enrolment code can be used; none when there is none.</param>
public sealed record Camera(
    CameraId Id,
    string Serial,
    string Model,
    CameraKind Kind,
    CameraState State,
    Digest? KeyDigest,
    Instant? CodeExpires,
    Instant ExpectedAt,
    Instant? EnrolledAt,
    Instant? EndedAt,
    string? EndedReason
);

public static class Cameras
{
    public const int PageSize = 100;

    /// <summary>Long enough to carry a code to the parade room and back after a night shift.</summary>
    public static readonly Duration CodeLife = Duration.FromHours(24);

    public static Task<Camera?> Find(Reading reading, CameraId id, CancellationToken stop) =>
        reading.One("SELECT * FROM camera WHERE id = @id", new { id }, From, stop);

    public static Task<Camera?> FindBySerial(Reading reading, string serial, CancellationToken stop) =>
        reading.One("SELECT * FROM camera WHERE serial = @serial", new { serial = serial.Trim() }, From, stop);

    /// <summary>Cameras in the order of their serial numbers as text.</summary>
    /// <param name="after">The last serial number of the page before; none for the first page.</param>
    public static Task<IReadOnlyList<Camera>> Page(Reading reading, string? after, int size, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM camera WHERE serial > @after ORDER BY serial LIMIT @size",
            new { after = after ?? "", size },
            From,
            stop
        );

    public static Task<IReadOnlyList<Camera>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM camera ORDER BY serial", null, From, stop);

    /// <summary>
    /// Enters a camera, or lets a known one that is not enrolled be enrolled again. An earlier code of it stops working.
    /// </summary>
    /// <returns>The code is in this answer and nowhere else: show it once.</returns>
    /// <exception cref="RefusedException">See <see cref="WhyNotExpect"/>.</exception>
    public static async Task<(Camera Camera, EnrolmentCode Code)> Expect(
        Work work,
        string serial,
        string model,
        CancellationToken stop,
        CameraKind kind = CameraKind.Body
    )
    {
        await Turns.Take(work, stop);
        var found = await FindBySerial(work, serial, stop);
        WhyNotExpect(serial, model, found).Throw();
        var code = EnrolmentCode.New();
        var camera = (
            found ?? new(CameraId.New(), serial.Trim(), "", kind, CameraState.Expected, null, null, work.Now, null, null, null)
        ) with
        {
            Model = model.Trim(),
            State = CameraState.Expected,
            CodeExpires = work.Now + CodeLife,
        };
        await work.Execute(
            """
            INSERT INTO camera (id, serial, model, kind, state, code_digest, code_expires_at, expected_at)
            VALUES (@Id, @Serial, @Model, @kind, 'expected', @digest, @CodeExpires, @ExpectedAt)
            ON CONFLICT (id) DO UPDATE SET model = @Model, state = 'expected', code_digest = @digest, code_expires_at = @CodeExpires
            """,
            new
            {
                camera.Id,
                camera.Serial,
                camera.Model,
                kind = Words<CameraKind>.Of(camera.Kind),
                digest = code.Digest,
                camera.CodeExpires,
                camera.ExpectedAt,
            },
            stop
        );
        work.Append(new CustodyEvent.CameraExpected(camera.Id, camera.Serial, camera.CodeExpires!.Value));
        return (camera, code);
    }

    /// <summary>A camera shows its one-time code and its own public key, and is one of ours from then on. The code is used up.</summary>
    /// <param name="spki">DER SubjectPublicKeyInfo of an ECDSA P-256 key that the camera made itself.</param>
    /// <exception cref="RefusedException">See <see cref="WhyNotEnrol"/>.</exception>
    public static async Task<Camera> Enrol(Work work, string code, byte[] spki, string serial, CancellationToken stop)
    {
        var found = EnrolmentCode.TryParse(code, out var given)
            ? await work.One("SELECT * FROM camera WHERE code_digest = @Digest", new { given.Digest }, From, stop)
            : null;
        WhyNotEnrol(found, serial, spki, await CameraKeys.Find(work, Digest.Of(spki), stop), work.Now).Throw();
        var digest = Digest.Of(spki);
        var used = await work.Execute(
            """
            UPDATE camera SET state = 'enrolled', key_digest = @digest, enrolled_at = @Now,
                code_digest = NULL, code_expires_at = NULL, ended_at = NULL, ended_reason = NULL
            WHERE id = @Id AND code_digest = @code
            """,
            new
            {
                digest,
                work.Now,
                found!.Id,
                code = given.Digest,
            },
            stop
        );
        // On PostgreSQL two enrolments can race for one code; the row's lock decides, the later one finds it used.
        if (used == 0)
            throw new RefusedException(WrongCode);
        await CameraKeys.Keep(work, found.Id, digest, spki, stop);
        work.Append(new CustodyEvent.CameraEnrolled(found.Id, found.Serial, digest));
        return found with
        {
            State = CameraState.Enrolled,
            KeyDigest = digest,
            CodeExpires = null,
            EnrolledAt = work.Now,
            EndedAt = null,
            EndedReason = null,
        };
    }

    /// <summary>
    /// The camera's key is not believed from now on, its code stops working, and whoever wears it has returned it. What was admitted
    /// before stays admitted.
    /// </summary>
    /// <param name="lost">Nobody knows where it is.</param>
    /// <exception cref="RefusedException">See <see cref="WhyNotRevoke"/>.</exception>
    public static async Task<Camera> Revoke(Work work, CameraId id, string reason, bool lost, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        var found = await Find(work, id, stop);
        WhyNotRevoke(found, reason, lost).Throw();
        var state = lost ? CameraState.Lost : CameraState.Revoked;
        await work.Execute(
            """
            UPDATE camera SET state = @state, key_digest = NULL, code_digest = NULL, code_expires_at = NULL,
                ended_at = @Now, ended_reason = @reason
            WHERE id = @id
            """,
            new
            {
                state = Words<CameraState>.Of(state),
                work.Now,
                reason = reason.Trim(),
                id,
            },
            stop
        );
        await Assignments.ReturnAllOf(work, id, stop);
        if (found!.KeyDigest is { } key)
        {
            await CameraKeys.Revoke(work, key, stop);
            work.Append(new CustodyEvent.CameraKeyRevoked(id, key, reason.Trim()));
        }
        else if (found.CodeExpires is not null)
            work.Append(new CustodyEvent.CameraExpected(id, found.Serial, work.Now)); // its code ends now
        return found with
        {
            State = state,
            KeyDigest = null,
            CodeExpires = null,
            EndedAt = work.Now,
            EndedReason = reason.Trim(),
        };
    }

    public static Refusal? WhyNotExpect(string serial, string model, Camera? found)
    {
        if (
            serial.Trim() is not { Length: > 0 and <= 64 } text
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
        )
            return new("serial-unreadable", "A serial number has 1 to 64 letters, digits, hyphens, dots and underscores.");
        return Names.WhyNot("The camera's model", model)
            ?? (
                found is { State: CameraState.Enrolled }
                    ? new(
                        "camera-enrolled",
                        $"Camera {found.Serial} is enrolled. Revoke its key before giving it a new code.",
                        RefusalKind.Conflict
                    )
                    : null
            );
    }

    public static Refusal? WhyNotEnrol(Camera? found, string serial, byte[] spki, CameraKeyEntry? sameKey, Instant now)
    {
        // One answer for a wrong, used, withdrawn or expired code: a guesser learns nothing.
        if (found is not { State: CameraState.Expected, CodeExpires: { } expires } || expires <= now)
            return WrongCode;
        if (found.Serial != serial.Trim())
            return new(
                "enrolment-serial-differs",
                $"This code was made for another camera than {serial.Trim()}. Ask for a code for this serial number.",
                RefusalKind.Rejected
            );
        if (!IsP256(spki))
            return new("camera-key-unreadable", "A camera's public key is an ECDSA P-256 key as DER SubjectPublicKeyInfo.");
        return sameKey is not null
            ? new(
                "camera-key-known",
                "This key was enrolled before. A camera makes a new key for every enrolment.",
                RefusalKind.Conflict
            )
            : null;
    }

    public static Refusal? WhyNotRevoke(Camera? found, string reason, bool lost)
    {
        if (found is null)
            return NotFound;
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 500)
            return new("reason-missing", "Say why, in at most 500 characters; it is kept in the custody log.");
        var ended = found.State is CameraState.Revoked or CameraState.Lost;
        // A camera that was revoked may still turn out to be lost, so that much may change.
        return ended && !(lost && found.State == CameraState.Revoked)
            ? new("camera-ended", $"Camera {found.Serial} is {Words<CameraState>.Of(found.State)} already.", RefusalKind.Conflict)
            : null;
    }

    public static readonly Refusal NotFound = new("camera-not-found", "There is no such camera.", RefusalKind.NotFound);

    public static readonly Refusal WrongCode = new(
        "enrolment-code-refused",
        "This enrolment code is wrong, used or too old. Ask for a new one.",
        RefusalKind.Rejected
    );

    static bool IsP256(byte[] spki)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(spki, out var read);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            return read == spki.Length && curve is { IsNamed: true, Oid.Value: "1.2.840.10045.3.1.7" };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    static Camera From(Row row) =>
        new(
            row.Id<Nouns.Camera>("id"),
            row.Text("serial"),
            row.Text("model"),
            row.Word<CameraKind>("kind"),
            row.Word<CameraState>("state"),
            row.DigestOrNull("key_digest"),
            row.TimeOrNull("code_expires_at"),
            row.Time("expected_at"),
            row.TimeOrNull("enrolled_at"),
            row.TimeOrNull("ended_at"),
            row.TextOrNull("ended_reason")
        );
}
