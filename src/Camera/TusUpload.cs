using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Lapel.CameraProgram;

/// <summary>
/// One clip's transfer in tus 1.0.0. The server's offset is the only truth: it is asked for after every interruption, and the next
/// byte sent is the one it names. No checksums are sent with the pieces: a server must throw away a piece whose checksum it
/// cannot finish, and the digest in the signed manifest judges the whole clip anyway.
/// </summary>
public sealed class TusUpload(ServerLink server, BandwidthLimit limit)
{
    /// <summary>Between two pieces of this size an urgent recording may step in front.</summary>
    const long LargestPieceBytes = 8 << 20;

    /// <summary>At a limited rate a piece is what passes in this time.</summary>
    const int LongestPieceSeconds = 5;

    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>Announces the clip and returns where to send it.</summary>
    public async Task<Uri> Create(RecordingId recording, ClipEntry clip, byte[] wrappedKey, bool urgent, CancellationToken stop)
    {
        var metadata = string.Join(
            ',',
            Pair("recording", recording.Text),
            Pair("clip", clip.Id.Text),
            Pair("number", clip.Number.ToString(CultureInfo.InvariantCulture)),
            Pair("wrapped-key", new WrappedKey(wrappedKey).ToBase64Url()),
            Pair("urgent", urgent ? "true" : "false")
        );
        var at = server.Api("uploads");
        using var response = await Ask(
            HttpMethod.Post,
            at,
            request =>
            {
                request.Headers.Add("Upload-Length", clip.SealedLengthBytes.ToString(CultureInfo.InvariantCulture));
                request.Headers.Add("Upload-Metadata", metadata);
            },
            stop
        );
        if (response.StatusCode != HttpStatusCode.Created)
            throw new ServerException(await Problem.Read(response, stop));
        var location =
            response.Headers.Location ?? throw new HttpRequestException("The server made an upload and did not say where.");
        return new Uri(at, location);
    }

    /// <summary>How many bytes the server has; none when it no longer knows this upload.</summary>
    public async Task<long?> Offset(Uri upload, CancellationToken stop)
    {
        using var response = await Ask(HttpMethod.Head, upload, _ => { }, stop);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Forbidden)
            return null;
        if (!response.IsSuccessStatusCode)
            throw new ServerException(await Problem.Read(response, stop));
        return OffsetOf(response) ?? throw new HttpRequestException("The server did not say how much it has.");
    }

    /// <summary>Sends the next piece from the server's offset.</summary>
    /// <returns>The server's new offset; none when it no longer knows this upload, or disagrees about the offset.</returns>
    public async Task<long?> SendPiece(Uri upload, string file, long offset, Action<long> sent, CancellationToken stop)
    {
        var length = Math.Min(new FileInfo(file).Length - offset, LargestPieceBytes);
        if (limit.RateKbps is > 0 and { } kbps)
            length = Math.Min(length, Math.Max(BandwidthLimit.PieceBytes, kbps * 125L * LongestPieceSeconds));
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        silence.CancelAfter(LongestSilence);
        try
        {
            using var response = await Ask(
                HttpMethod.Patch,
                upload,
                request =>
                {
                    request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
                    request.Content = new FilePiece(
                        file,
                        offset,
                        length,
                        limit,
                        bytes =>
                        {
                            silence.CancelAfter(LongestSilence);
                            sent(bytes);
                        }
                    );
                },
                silence.Token
            );
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Conflict)
                return null;
            if (!response.IsSuccessStatusCode)
                throw new ServerException(await Problem.Read(response, stop));
            return OffsetOf(response);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new HttpRequestException($"Nothing moved for {LongestSilence.TotalSeconds:0} s.", e);
        }
    }

    Task<HttpResponseMessage> Ask(HttpMethod method, Uri at, Action<HttpRequestMessage> add, CancellationToken stop) =>
        server.Send(
            () =>
            {
                var request = new HttpRequestMessage(method, at);
                request.Headers.Add("Tus-Resumable", "1.0.0");
                add(request);
                return request;
            },
            stop
        );

    static long? OffsetOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Upload-Offset", out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : null;

    static string Pair(string name, string value) => $"{name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}";

    /// <summary>A stretch of a file as a request body, sent no faster than allowed.</summary>
    sealed class FilePiece : HttpContent
    {
        readonly string file;
        readonly long offset;
        readonly long length;
        readonly BandwidthLimit limit;
        readonly Action<long> sent;

        public FilePiece(string file, long offset, long length, BandwidthLimit limit, Action<long> sent)
        {
            (this.file, this.offset, this.length, this.limit, this.sent) = (file, offset, length, limit, sent);
            Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken stop)
        {
            using var from = File.OpenHandle(file);
            var piece = new byte[limit.RateKbps is > 0 ? BandwidthLimit.PieceBytes : 256 * 1024];
            for (var at = 0L; at < length; )
            {
                var read = await RandomAccess.ReadAsync(
                    from,
                    piece.AsMemory(0, (int)Math.Min(piece.Length, length - at)),
                    offset + at,
                    stop
                );
                if (read == 0)
                    throw new IOException($"{file} is shorter than its manifest says.");
                await limit.Take(read, stop);
                await stream.WriteAsync(piece.AsMemory(0, read), stop);
                at += read;
                sent(read);
            }
        }

        protected override bool TryComputeLength(out long bytes)
        {
            bytes = length;
            return true;
        }
    }
}
