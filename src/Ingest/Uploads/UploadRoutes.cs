using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <summary>
/// tus 1.0.0 over HTTP. Every method comes in by one door, since X-HTTP-Method-Override replaces the request's own. The order of the
/// checks is the protocol's: version, then who asks, then the request's form, then the upload's state.
/// </summary>
static class UploadRoutes
{
    const string Guard = "a camera's own token guards it";

    public static void Map(RouteGroupBuilder api)
    {
        api.Map(
                "/uploads",
                (HttpContext http, Uploads uploads, CameraSessions sessions, IngestSettings settings) =>
                    Answer(http, null, uploads, sessions, settings)
            )
            .OpenToAnyone(Guard)
            .ExcludeFromDescription();
        api.Map(
                "/uploads/{upload}",
                (string upload, HttpContext http, Uploads uploads, CameraSessions sessions, IngestSettings settings) =>
                    Answer(http, upload, uploads, sessions, settings)
            )
            .OpenToAnyone(Guard)
            .ExcludeFromDescription();
    }

    static async Task<IResult> Answer(
        HttpContext http,
        string? upload,
        Uploads uploads,
        CameraSessions sessions,
        IngestSettings settings
    )
    {
        var stop = http.RequestAborted;
        var headers = http.Response.Headers;
        headers[Tus.Resumable] = Tus.Version;
        headers.CacheControl = "no-store";
        var method = http.Request.Headers["X-HTTP-Method-Override"].ToString() is { Length: > 0 } instead
            ? instead.ToUpperInvariant()
            : http.Request.Method;
        if (HttpMethods.IsOptions(method))
            return Options(headers, settings);
        if (http.Request.Headers[Tus.Resumable] != Tus.Version)
        {
            headers["Tus-Version"] = Tus.Version;
            return UploadProblems.Version;
        }
        var (camera, refusal) = await sessions.Recognise(http, stop);
        if (camera is null)
            return new Refused(refusal!);
        if (upload is null)
            return HttpMethods.IsPost(method)
                ? await Create(http, uploads, camera, settings, stop)
                : NotAllowed(headers, "POST, OPTIONS");
        if (!UploadId.TryParse(upload, null, out var id))
            return UploadProblems.Unknown;
        return method switch
        {
            "HEAD" => await Head(http, uploads, camera, id, stop),
            "PATCH" => await Patch(http, uploads, camera, id, stop),
            "DELETE" => await uploads.Terminate(id, camera.Actor, stop) ?? TypedResults.NoContent(),
            _ => NotAllowed(headers, "HEAD, PATCH, DELETE, OPTIONS"),
        };
    }

    static IResult Options(IHeaderDictionary headers, IngestSettings settings)
    {
        headers["Tus-Version"] = Tus.Version;
        headers["Tus-Extension"] = Tus.Extensions;
        headers["Tus-Max-Size"] = Tus.Number(settings.MaxUploadBytes);
        headers["Tus-Checksum-Algorithm"] = Tus.ChecksumAlgorithms;
        return TypedResults.NoContent();
    }

    static Refused NotAllowed(IHeaderDictionary headers, string allow)
    {
        headers.Allow = allow;
        return new(new("method-not-allowed", $"This address takes {allow}."), status: StatusCodes.Status405MethodNotAllowed);
    }

    static async Task<IResult> Create(
        HttpContext http,
        Uploads uploads,
        CameraCaller camera,
        IngestSettings settings,
        CancellationToken stop
    )
    {
        var request = http.Request;
        if (!TryReadLength(request, settings, creating: true, out var length, out var problem))
            return problem!;
        if (!UploadMetadata.TryParse(request.Headers[Tus.Metadata], out var metadata, out var why))
            return UploadProblems.Invalid(why);
        if (!PieceChecksum.TryParse(request.Headers[Tus.Checksum], out var checksum, out var wrong))
            return UploadProblems.Invalid(wrong);
        var body = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && request.ContentLength != 0;
        if (body && !IsBytes(request))
            return UploadProblems.BytesType;
        if (body && length is { } whole && request.ContentLength > whole)
            return UploadProblems.TooLong;

        var (made, refusal) = await uploads.Create(camera.Actor, metadata, length, stop);
        if (made is null)
            return new Refused(refusal!);
        http.Response.Headers.Location = $"{request.PathBase}/api/v1/uploads/{made.Id}";
        if (body)
        {
            Unlimit(http);
            var (now, late) = await uploads.Append(
                made.Id,
                camera.Actor,
                0,
                length,
                request.ContentLength,
                checksum,
                request.BodyReader,
                stop
            );
            made = now ?? made;
            // The upload exists all the same: with a bad checksum nothing was kept, and the camera may go on at byte 0.
            if (late is not null)
                return Stand(http, made, late);
            http.Response.Headers[Tus.Offset] = Tus.Number(made.OffsetBytes);
        }
        Expires(http, made);
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    static async Task<IResult> Head(HttpContext http, Uploads uploads, CameraCaller camera, UploadId id, CancellationToken stop)
    {
        if (await uploads.Find(id, stop) is not { } upload || upload.Camera != camera.Id)
            return UploadProblems.Unknown;
        if (upload.IsGone)
            return UploadProblems.Gone(upload);
        upload = await uploads.Settled(upload, stop);
        var headers = http.Response.Headers;
        headers[Tus.Offset] = Tus.Number(upload.OffsetBytes);
        if (upload.LengthBytes is { } length)
            headers[Tus.Length] = Tus.Number(length);
        else
            headers[Tus.DeferLength] = "1";
        if (uploads.ReadMetadata(id) is { } metadata)
            headers[Tus.Metadata] = metadata.Header;
        Expires(http, upload);
        return TypedResults.Ok();
    }

    static async Task<IResult> Patch(HttpContext http, Uploads uploads, CameraCaller camera, UploadId id, CancellationToken stop)
    {
        var request = http.Request;
        if (!IsBytes(request))
            return UploadProblems.BytesType;
        if (!Tus.TryReadNumber(request.Headers[Tus.Offset], out var offset))
            return UploadProblems.Invalid("Upload-Offset must say at which byte the request begins, in digits.");
        if (!TryReadLength(request, uploads.Settings, creating: false, out var length, out var problem))
            return problem!;
        if (!PieceChecksum.TryParse(request.Headers[Tus.Checksum], out var checksum, out var wrong))
            return UploadProblems.Invalid(wrong);
        Unlimit(http);
        var (upload, refused) = await uploads.Append(
            id,
            camera.Actor,
            offset,
            length,
            request.ContentLength,
            checksum,
            request.BodyReader,
            stop
        );
        if (refused is not null)
            return upload is null ? refused : Stand(http, upload, refused);
        http.Response.Headers[Tus.Offset] = Tus.Number(upload!.OffsetBytes);
        Expires(http, upload);
        return TypedResults.NoContent();
    }

    /// <summary>A refusal that says where the upload stands saves the camera a question.</summary>
    static IResult Stand(HttpContext http, Upload upload, IResult refused)
    {
        http.Response.Headers[Tus.Offset] = Tus.Number(upload.OffsetBytes);
        return refused;
    }

    static bool TryReadLength(HttpRequest request, IngestSettings settings, bool creating, out long? length, out IResult? problem)
    {
        (length, problem) = (null, null);
        var stated = request.Headers[Tus.Length].ToString();
        var deferred = request.Headers[Tus.DeferLength].ToString();
        if (deferred is not ("" or "1"))
            problem = UploadProblems.Invalid("Upload-Defer-Length is 1 or left out.");
        else if (stated.Length == 0 && deferred.Length == 0 && creating)
            problem = UploadProblems.Invalid("Say how long the upload is with Upload-Length, or send Upload-Defer-Length: 1.");
        else if (stated.Length > 0 && deferred.Length > 0)
            problem = UploadProblems.Invalid("Send Upload-Length or Upload-Defer-Length, not both.");
        else if (stated.Length > 0 && !Tus.TryReadNumber(stated, out _))
            problem = UploadProblems.Invalid("Upload-Length must be a number of bytes, in digits.");
        else if (stated.Length > 0 && Tus.TryReadNumber(stated, out var bytes))
        {
            length = bytes;
            problem = bytes > settings.MaxUploadBytes ? UploadProblems.TooLong : null;
        }
        return problem is null;
    }

    static bool IsBytes(HttpRequest request) =>
        string.Equals(request.ContentType, Tus.BytesType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Kestrel's limit is for forms; an upload has its own (Tus-Max-Size).</summary>
    static void Unlimit(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }

    static void Expires(HttpContext http, Upload upload)
    {
        if (upload.IsOpen)
            http.Response.Headers[Tus.Expires] = Tus.Date(upload.ExpiresAt);
    }
}
