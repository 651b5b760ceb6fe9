using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lapel.Ingest;

/// <summary>What a camera signs to begin a session.</summary>
/// <param name="At">The camera's clock. A wrong clock is measured and noted, and is no reason to refuse.</param>
/// <param name="Nonce">16 to 64 characters of a-z, A-Z, 0-9, hyphen and underscore, never used before; the server's when it gave one.</param>
public sealed record SessionRequest(CameraId Camera, Instant At, string Nonce)
{
    public const string PayloadType = "application/vnd.lapel.camera-session+json";
    public const int MaxEnvelopeBytes = 16 * 1024;

    /// <exception cref="FormatException">The bytes are no signed session request; the message is a sentence.</exception>
    public static (Envelope Envelope, SessionRequest Asked) Read(ReadOnlySpan<byte> bytes)
    {
        var envelope = Envelope.Parse(bytes);
        if (envelope.PayloadType != PayloadType)
            throw new FormatException($"The envelope holds '{envelope.PayloadType}', not a session request ({PayloadType}).");
        try
        {
            var asked =
                JsonSerializer.Deserialize<SessionRequest>(envelope.Payload, LapelJson.Strict)
                ?? throw new FormatException("The session request is null.");
            return asked.Nonce.Length is >= 16 and <= 64 && asked.Nonce.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                ? (envelope, asked)
                : throw new FormatException("A nonce has 16 to 64 letters, digits, hyphens and underscores.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The session request cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A camera's session as the records have it.</summary>
/// <param name="ClockOffset">Camera clock minus server clock when it began, network delay included.</param>
public sealed record CameraSession(
    CameraId Camera,
    Digest Key,
    Instant StartedAt,
    Instant SeenAt,
    Instant ExpiresAt,
    Duration ClockOffset,
    string Address
);

/// <summary>Lets cameras in by their key, and knows them by a token after that. The token is kept as a digest only.</summary>
public sealed class CameraSessions(AgencyRecords records, IngestSettings settings, Pulse pulse, TimeProvider clock)
{
    const string BearerPrefix = "Bearer ";
    static readonly Duration NoteEvery = Duration.FromSeconds(30);

    /// <summary>How far a camera's clock may be off before only a nonce of the server's counts.</summary>
    static readonly Duration Window = Duration.FromDays(1);
    static readonly Duration OfferStands = Duration.FromMinutes(10);

    /// <returns>The token, which is nowhere else; or why not, and the nonce to sign instead when that is why.</returns>
    public async Task<(string? Token, CameraSession? Session, Refusal? Refusal, string? Nonce)> Begin(
        byte[] body,
        string address,
        CancellationToken stop
    )
    {
        Envelope envelope;
        SessionRequest asked;
        try
        {
            (envelope, asked) = SessionRequest.Read(body);
        }
        catch (FormatException unreadable)
        {
            return (null, null, new("session-request-unreadable", unreadable.Message), null);
        }
        Camera? camera;
        CameraKeyEntry? key;
        await using (var reading = await records.Read(stop))
        {
            camera = await Cameras.Find(reading, asked.Camera, stop);
            key = await CameraKeys.Find(reading, envelope.KeyId, stop);
        }
        if (WhyNotBegin(camera, key, envelope) is { } refusal)
            return (null, null, refusal, null);

        await using var work = await records.Begin(new(ActorKind.Camera, asked.Camera.Text, camera!.Serial), stop);
        if (!await UseOffered(work, asked, stop))
        {
            var off = asked.At - work.Now;
            if (off > Window || off < -Window)
            {
                var offered = await Offer(work, asked.Camera, stop);
                await work.Commit(stop);
                return (null, null, NonceNeeded, offered);
            }
            if (!await UseOwn(work, asked, stop))
                return (null, null, Replayed, null);
        }
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var session = new CameraSession(
            asked.Camera,
            key!.KeyDigest,
            work.Now,
            work.Now,
            work.Now + settings.SessionLifetime,
            asked.At - work.Now,
            address
        );
        await work.Execute(
            """
            INSERT INTO camera_session (token_digest, camera, key_digest, started_at, seen_at, expires_at, stated_at, address)
            VALUES (@token, @Camera, @Key, @StartedAt, @SeenAt, @ExpiresAt, @At, @Address)
            """,
            new
            {
                token = DigestOf(token),
                session.Camera,
                session.Key,
                session.StartedAt,
                session.SeenAt,
                session.ExpiresAt,
                asked.At,
                session.Address,
            },
            stop
        );
        await work.Commit(stop);
        pulse.Send("cameras");
        return (token, session, null, null);
    }

    static async Task<bool> UseOwn(Work work, SessionRequest asked, CancellationToken stop) =>
        await work.Execute(
            "INSERT INTO camera_nonce (camera, nonce, used_at) VALUES (@Camera, @Nonce, @Now) ON CONFLICT (camera, nonce) DO NOTHING",
            new
            {
                asked.Camera,
                asked.Nonce,
                work.Now,
            },
            stop
        ) == 1;

    static async Task<bool> UseOffered(Work work, SessionRequest asked, CancellationToken stop) =>
        await work.Execute(
            "UPDATE camera_nonce SET used_at = @Now WHERE camera = @Camera AND nonce = @Nonce AND used_at IS NULL AND offered_at > @oldest",
            new
            {
                asked.Camera,
                asked.Nonce,
                work.Now,
                oldest = work.Now - OfferStands,
            },
            stop
        ) == 1;

    /// <summary>One open offer a camera: whoever sends old requests again and again fills nothing.</summary>
    static async Task<string> Offer(Work work, CameraId camera, CancellationToken stop)
    {
        var standing = await work.One(
            "SELECT nonce FROM camera_nonce WHERE camera = @camera AND used_at IS NULL AND offered_at > @oldest",
            new { camera, oldest = work.Now - OfferStands },
            row => row.Text("nonce"),
            stop
        );
        if (standing is not null)
            return standing;
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await work.Execute(
            "INSERT INTO camera_nonce (camera, nonce, offered_at) VALUES (@camera, @nonce, @Now)",
            new
            {
                camera,
                nonce,
                work.Now,
            },
            stop
        );
        return nonce;
    }

    public static readonly Refusal NonceNeeded = new(
        "session-nonce-needed",
        "The camera's clock is off by more than a day: sign again with the nonce of this answer.",
        RefusalKind.SignInNeeded
    );

    public static Refusal? WhyNotBegin(Camera? camera, CameraKeyEntry? key, Envelope envelope)
    {
        if (camera is null || key is null || key.Camera != camera.Id)
            return new(
                "camera-unknown",
                "This agency knows no such camera with this key. Enrol the camera.",
                RefusalKind.SignInNeeded
            );
        if (!envelope.IsSignedBy(new CameraPublicKey(key.Spki)))
            return new("signature-wrong", "The session request is not signed with the camera's key.", RefusalKind.SignInNeeded);
        // Only who holds the key is told what became of it.
        return WhyNotServe(camera, key.KeyDigest);
    }

    /// <summary>A revoked or lost camera is refused at once, whatever token it still holds.</summary>
    public static Refusal? WhyNotServe(Camera camera, Digest key) =>
        camera.State switch
        {
            CameraState.Lost => new(
                "camera-lost",
                $"Camera {camera.Serial} was reported lost and its key is revoked. Hand it in; what it holds stays sealed.",
                RefusalKind.Forbidden
            ),
            CameraState.Revoked => new(
                "camera-revoked",
                $"The key of camera {camera.Serial} was revoked. The camera keeps its recordings; ask an administrator to enrol it again.",
                RefusalKind.Forbidden
            ),
            _ when camera.KeyDigest != key => new(
                "camera-key-replaced",
                $"Camera {camera.Serial} has been enrolled again or awaits it; this key is no longer its own.",
                RefusalKind.Forbidden
            ),
            _ => null,
        };

    public static readonly Refusal Replayed = new(
        "session-request-replayed",
        "This session request was used before. Sign a new one with a new nonce.",
        RefusalKind.SignInNeeded
    );

    /// <summary>Which camera makes this request; or the refusal to answer with.</summary>
    public async Task<(CameraCaller? Caller, Refusal? Refusal)> Recognise(HttpContext http, CancellationToken stop)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return (
                null,
                new(
                    "camera-session-needed",
                    "Only cameras upload: begin a session with the camera's key first.",
                    RefusalKind.SignInNeeded
                )
            );
        var token = DigestOf(header[BearerPrefix.Length..].Trim());
        CameraSession? session;
        Camera? camera;
        await using (var reading = await records.Read(stop))
        {
            session = await reading.One("SELECT * FROM camera_session WHERE token_digest = @token", new { token }, From, stop);
            camera = session is null ? null : await Cameras.Find(reading, session.Camera, stop);
        }
        var now = clock.Now();
        if (session is null || camera is null || session.ExpiresAt <= now)
            return (
                null,
                new("camera-session-ended", "This camera session has ended: begin a new one.", RefusalKind.SignInNeeded)
            );
        if (WhyNotServe(camera, session.Key) is { } refusal)
            return (null, refusal);
        if (now - session.SeenAt >= NoteEvery)
            await Note(token, now, stop);
        return (new(camera.Id, camera.Serial, session.Key), null);
    }

    async Task Note(Digest token, Instant now, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("camera-sessions"), stop);
        await work.Execute("UPDATE camera_session SET seen_at = @now WHERE token_digest = @token", new { now, token }, stop);
        await work.Commit(stop);
        pulse.Send("cameras");
    }

    /// <summary>When each of these cameras was last seen and how its clock went, for the roster's pages.</summary>
    public static async Task<IReadOnlyDictionary<CameraId, Sighting>> Sightings(
        Reading reading,
        IReadOnlyCollection<CameraId> cameras,
        CancellationToken stop
    )
    {
        var seen = new Dictionary<CameraId, Sighting>();
        foreach (var camera in cameras)
            if (
                await reading.One(
                    "SELECT * FROM camera_session WHERE camera = @camera ORDER BY started_at DESC LIMIT 1",
                    new { camera },
                    From,
                    stop
                ) is
                { } latest
            )
                seen.Add(camera, new(latest.SeenAt, latest.ClockOffset));
        return seen;
    }

    /// <summary>Ended sessions that a newer one of the same camera has made uninteresting, and nonces that no longer count.</summary>
    public async Task<int> Forget(Duration olderThan, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("camera-sessions"), stop);
        var gone = await work.Execute(
            """
            DELETE FROM camera_session WHERE expires_at < @before AND started_at < (
                SELECT MAX(newer.started_at) FROM camera_session AS newer WHERE newer.camera = camera_session.camera
            )
            """,
            new { before = work.Now - olderThan },
            stop
        );
        // What was signed two windows ago is refused for its time by now, and an offer stands for minutes.
        await work.Execute(
            "DELETE FROM camera_nonce WHERE COALESCE(used_at, offered_at) < @before",
            new { before = work.Now - Window - Window },
            stop
        );
        await work.Commit(stop);
        return gone;
    }

    static Digest DigestOf(string token) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(token));

    static CameraSession From(Row row) =>
        new(
            row.Id<Nouns.Camera>("camera"),
            row.Digest("key_digest"),
            row.Time("started_at"),
            row.Time("seen_at"),
            row.Time("expires_at"),
            row.Time("stated_at") - row.Time("started_at"),
            row.Text("address")
        );
}
