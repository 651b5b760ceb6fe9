using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Lapel.CameraProgram;

namespace Lapel.Tests.CameraProgram;

/// <summary>
/// The camera's side of the wire, answered in memory: sessions, tus 1.0.0 and admissions as docs/formats describe them, with faults
/// on demand. What arrives before a cut stays, as with a real server.
/// </summary>
sealed class TusShelf(TestCamera camera) : HttpMessageHandler
{
    readonly ConcurrentDictionary<string, (byte[] Bytes, int Length, string Metadata)> uploads = [];
    int tokens;

    /// <summary>Asked at each piece of each body: true cuts the connection there.</summary>
    public Func<bool> CutHere { get; set; } = () => false;

    public Func<RecordingFolder, HttpResponseMessage?> Admission { get; set; } = _ => null;

    /// <summary>Recordings in the order of their first byte, and of their admission.</summary>
    public List<string> Begun { get; } = [];

    public List<RecordingId> Admitted { get; } = [];

    public int Cuts { get; private set; }

    public long ReceivedBytes { get; private set; }

    public List<string> Metadata => [.. uploads.Values.Select(u => u.Metadata)];

    public IEnumerable<byte[]> Clips => uploads.Values.Where(u => u.Bytes.Length == u.Length).Select(u => u.Bytes);

    /// <summary>Forgets tokens, as a restarted server does.</summary>
    public void ForgetSessions() => tokens += 1000;

    public void ForgetUploads() => uploads.Clear();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/cameras/session", StringComparison.Ordinal))
        {
            var envelope = Envelope.Parse(await request.Content!.ReadAsByteArrayAsync(stop));
            if (!envelope.IsSignedBy(new(camera.Key.Spki)))
                return new(HttpStatusCode.Unauthorized);
            return Json(
                new
                {
                    token = $"t{++tokens}",
                    expires = Time.FromMicroseconds(4_000_000_000_000_000),
                    serverTime = camera.Clock.Now(),
                }
            );
        }
        if (request.Headers.Authorization?.Parameter != $"t{tokens}")
            return new(HttpStatusCode.Unauthorized);
        if (path.EndsWith("/admissions", StringComparison.Ordinal))
            return await Admit(await request.Content!.ReadAsByteArrayAsync(stop));
        return request.Method.Method switch
        {
            "POST" => Create(request),
            "HEAD" => uploads.TryGetValue(path, out var at)
                ? Offset(HttpStatusCode.OK, at.Bytes.Length)
                : new(HttpStatusCode.NotFound),
            _ => await Patch(request, path, stop),
        };
    }

    HttpResponseMessage Create(HttpRequestMessage request)
    {
        var path = $"/testford/api/v1/uploads/{uploads.Count + 1}";
        var metadata = request.Headers.GetValues("Upload-Metadata").Single();
        uploads[path] = (
            [],
            int.Parse(request.Headers.GetValues("Upload-Length").Single(), System.Globalization.CultureInfo.InvariantCulture),
            metadata
        );
        Begun.Add(Value(metadata, "recording"));
        var made = new HttpResponseMessage(HttpStatusCode.Created);
        made.Headers.Location = new(path, UriKind.Relative);
        return made;
    }

    async Task<HttpResponseMessage> Patch(HttpRequestMessage request, string path, CancellationToken stop)
    {
        if (!uploads.TryGetValue(path, out var upload))
            return new(HttpStatusCode.NotFound);
        if (request.Headers.GetValues("Upload-Offset").Single() != $"{upload.Bytes.Length}")
            return new(HttpStatusCode.Conflict);
        var wire = new Wire(this);
        try
        {
            await request.Content!.CopyToAsync(wire, stop);
        }
        finally
        {
            uploads[path] = upload with { Bytes = [.. upload.Bytes, .. wire.Arrived.ToArray()] };
            ReceivedBytes += wire.Arrived.Length;
        }
        return Offset(HttpStatusCode.NoContent, uploads[path].Bytes.Length);
    }

    async Task<HttpResponseMessage> Admit(byte[] envelope)
    {
        await Task.Yield();
        var (_, manifest) = SignedManifest.Read(envelope);
        var folder = camera.Home.Folder(manifest.Recording);
        if (Admission(folder) is { } answer)
            return answer;
        var missing = manifest.Clips.Where(c => !Clips.Any(b => c.SealedDigest.Matches(Digest.Of(b)))).Select(c => c.Id).ToList();
        if (missing.Count > 0)
            return Json(
                new
                {
                    code = "clips-missing",
                    detail = "Some clips are not here.",
                    missing,
                },
                HttpStatusCode.Conflict
            );
        Admitted.Add(manifest.Recording);
        return Json(camera.Admit(folder));
    }

    public static string Value(string metadata, string name) =>
        Encoding.UTF8.GetString(
            Convert.FromBase64String(
                metadata.Split(',').Single(p => p.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..]
            )
        );

    public static HttpResponseMessage Json<T>(T body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = JsonContent.Create(body, options: LapelJson.Strict) };

    static HttpResponseMessage Offset(HttpStatusCode status, int offset)
    {
        var answer = new HttpResponseMessage(status);
        answer.Headers.Add("Upload-Offset", $"{offset}");
        return answer;
    }

    /// <summary>A connection that may break in the middle of a piece.</summary>
    sealed class Wire(TusShelf shelf) : MemoryStream
    {
        public MemoryStream Arrived { get; } = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken stop = default)
        {
            if (shelf.CutHere())
            {
                shelf.Cuts++;
                Arrived.Write(piece.Span[..(piece.Length / 3)]);
                throw new IOException("the cable was pulled");
            }
            Arrived.Write(piece.Span);
            return default;
        }
    }
}
