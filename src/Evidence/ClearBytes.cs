using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lapel.Evidence;

/// <summary>
/// A clip's media as an HTTP answer: whole or one range, decrypted from the vault segment by segment into the response's own buffers.
/// A byte goes out only after its segment was authenticated; when one is not what was sealed the answer ends there, torn, so that
/// nothing false is ever shown as whole.
/// </summary>
/// <param name="open">Opens the clip; its answer is disposed with the response.</param>
/// <param name="etag">Names the clear bytes: their digest.</param>
/// <param name="served">Told from where until where bytes went out whole; none when nobody counts.</param>
public sealed class ClearBytes(Func<ClearClip> open, string etag, string contentType, Func<long, long, Task>? served = null)
    : IResult
{
    // Reads are aligned to segments, so that none is decrypted twice; half a MiB keeps fifty players at 25 MiB.
    const int SegmentsAtOnce = 32;

    static readonly Refusal Damaged = new(
        "clip-damaged",
        "The sealed bytes of this clip are damaged or its key is gone, so it cannot be played. Verify the recording to see what is broken.",
        RefusalKind.Conflict
    );

    public async Task ExecuteAsync(HttpContext http)
    {
        var (request, response, stop) = (http.Request, http.Response, http.RequestAborted);
        ClearClip clip;
        try
        {
            clip = open();
        }
        catch (Exception e) when (IsDamage(e))
        {
            await new Refused(Damaged).ExecuteAsync(http);
            return;
        }
        using (clip)
        {
            var tag = $"\"{etag}\"";
            response.Headers.AcceptRanges = "bytes";
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "private, no-cache"; // kept by the browser, asked about each time: access can end
            if (Names(request.Headers.IfNoneMatch, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            var (from, length, status) = Wanted(request, tag, clip.LengthBytes);
            response.StatusCode = status;
            if (status == StatusCodes.Status416RangeNotSatisfiable)
            {
                response.Headers.ContentRange = $"bytes */{clip.LengthBytes}";
                return;
            }
            response.ContentType = contentType;
            response.ContentLength = length;
            if (status == StatusCodes.Status206PartialContent)
                response.Headers.ContentRange = $"bytes {from}-{from + length - 1}/{clip.LengthBytes}";
            if (HttpMethods.IsHead(request.Method))
                return;
            await Send(http, clip, from, length, stop);
        }
    }

    async Task Send(HttpContext http, ClearClip clip, long from, long length, CancellationToken stop)
    {
        var end = from + length;
        try
        {
            for (var at = from; at < end; )
            {
                var wanted = (int)(Math.Min(end, NextBoundary(at)) - at);
                var read = clip.Read(at, http.Response.BodyWriter.GetMemory(wanted).Span[..wanted]);
                if (read < wanted)
                    throw new SealBrokenException(0, "the clip is shorter than its length says");
                http.Response.BodyWriter.Advance(read);
                at += read;
                await http.Response.BodyWriter.FlushAsync(stop);
            }
            if (served is not null)
                await served(from, end);
        }
        catch (Exception e) when (IsDamage(e))
        {
            if (http.Response.HasStarted)
                http.Abort();
            else
            {
                http.Response.Clear();
                await new Refused(Damaged).ExecuteAsync(http);
            }
        }
    }

    /// <summary>The clear offset, beyond this one, where a read of whole segments may end.</summary>
    static long NextBoundary(long at)
    {
        var segment = (at + SealedFormat.HeaderLengthBytes) / SealedFormat.SegmentClearBytes + SegmentsAtOnce;
        return segment * SealedFormat.SegmentClearBytes - SealedFormat.HeaderLengthBytes;
    }

    /// <summary>One range is served as such; several, or what is not understood, as the whole (RFC 9110, section 14.2).</summary>
    static (long From, long Length, int Status) Wanted(HttpRequest request, string tag, long whole)
    {
        var all = (0L, whole, StatusCodes.Status200OK);
        if (request.Headers.Range.Count == 0 || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var asked))
            return all;
        if (request.Headers.IfRange.Count > 0 && request.Headers.IfRange.ToString() != tag)
            return all;
        if (asked.Unit != "bytes" || asked.Ranges.Count != 1)
            return all;
        var range = asked.Ranges.Single();
        var (from, to) = range.From is { } start
            ? (start, Math.Min(range.To ?? whole - 1, whole - 1))
            : (Math.Max(0, whole - range.To!.Value), whole - 1);
        var empty = range.From is null && range.To == 0;
        return from >= whole || from > to || empty
            ? (0, 0, StatusCodes.Status416RangeNotSatisfiable)
            : (from, to - from + 1, StatusCodes.Status206PartialContent);
    }

    static bool Names(Microsoft.Extensions.Primitives.StringValues header, string tag) =>
        header.Any(line =>
            line is not null && line.Split(',').Any(t => t.Trim() is var one && (one == tag || one == "W/" + tag || one == "*"))
        );

    static bool IsDamage(Exception e) =>
        e
            is SealBrokenException
                or VaultObjectMissingException
                or ContentKeyMissingException
                or CryptographicException
                or InvalidDataException;
}
