using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <param name="PublicKeySpki">Base64 of the camera's own P-256 public key, DER.</param>
public sealed record EnrolCamera(string Code, string PublicKeySpki, string Serial, string Software);

/// <summary>What a camera must know of its agency, pinned from now on.</summary>
/// <param name="EvidencePublicKeySpki">Base64; what clips are sealed to.</param>
/// <param name="LogVerifierKey">C2SP vkey; what receipts are checked with.</param>
public sealed record CameraIsEnrolled(
    CameraId Camera,
    string Agency,
    string AgencyName,
    string EvidencePublicKeySpki,
    string LogVerifierKey,
    Instant ServerTime
);

/// <param name="Token">For the header <c>Authorization: Bearer</c>.</param>
/// <param name="ReceivedAt">Taken when the request came; with <paramref name="ServerTime"/> the camera measures its clock as NTP does.</param>
/// <param name="ServerTime">Taken just before answering, for measuring the camera's clock.</param>
/// <param name="Officer">Who wears the camera now by the roster.</param>
/// <param name="BandwidthKbps">What uploads should stay below.</param>
public sealed record SessionBegun(
    string Token,
    Instant Expires,
    Instant ReceivedAt,
    Instant ServerTime,
    OfficerRef? Officer,
    long? BandwidthKbps
);

/// <summary>The two requests that a camera makes without a token. Format: docs/formats/enrolment.md.</summary>
static class CameraDoor
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/cameras/enrol", Enrol).OpenToAnyone("a one-time code guards it").DisableAntiforgery();
        api.MapPost("/cameras/session", Begin).OpenToAnyone("the camera's signature guards it").DisableAntiforgery();
    }

    static async Task<IResult> Enrol(
        EnrolCamera ask,
        HttpContext http,
        Agency agency,
        AgencyRecords records,
        EvidenceKey evidence,
        CustodyLog log,
        EnrolmentLimit limit,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (limit.WhyNotTry(Address(http)) is { } tooOften)
        {
            http.Response.Headers.RetryAfter = "60";
            return new Refused(tooOften);
        }
        var spki = new byte[256];
        if (ask.PublicKeySpki.Length > 300 || !Convert.TryFromBase64String(ask.PublicKeySpki, spki, out var length))
            return new Refused(new("camera-key-unreadable", "publicKeySpki must be base64 of the camera's P-256 public key."));
        if (ask.Serial.Trim() is not { Length: > 0 and <= 64 } serial)
            return new Refused(new("serial-unreadable", "A serial number has 1 to 64 characters."));
        try
        {
            await using var work = await records.Begin(new(ActorKind.Camera, "", serial), stop);
            var camera = await Cameras.Enrol(work, ask.Code, spki[..length], serial, stop);
            await work.Commit(stop);
            return TypedResults.Json(
                new CameraIsEnrolled(
                    camera.Id,
                    agency.Profile.Slug,
                    agency.Profile.Name,
                    Convert.ToBase64String(evidence.Public.Spki),
                    log.Verifier.ToString(),
                    clock.Now()
                ),
                LapelJson.Lenient
            );
        }
        catch (RefusedException refused)
        {
            return new Refused(refused.Refusal);
        }
    }

    static async Task<IResult> Begin(
        HttpContext http,
        CameraSessions sessions,
        AgencyRecords records,
        IngestSettings settings,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var received = clock.Now();
        if (await Body(http, SessionRequest.MaxEnvelopeBytes, stop) is not { } body)
            return new Refused(
                new("session-request-unreadable", $"A session request has at most {SessionRequest.MaxEnvelopeBytes} bytes.")
            );
        var (token, session, refusal, nonce) = await sessions.Begin(body, Address(http), stop);
        if (refusal is not null)
            return new Refused(refusal, nonce is null ? null : new { nonce });
        await using var reading = await records.Read(stop);
        var officer = await Assignments.WearerOf(reading, session!.Camera, clock.Now(), stop);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new SessionBegun(token!, session.ExpiresAt, received, clock.Now(), officer?.Ref, settings.BandwidthKbps),
            LapelJson.Lenient
        );
    }

    static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>A whole body that may not be longer; none when it is.</summary>
    internal static async Task<byte[]?> Body(HttpContext http, int mostBytes, CancellationToken stop)
    {
        if (http.Request.ContentLength > mostBytes)
            return null;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(stop);
            if (read.Buffer.Length > mostBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
