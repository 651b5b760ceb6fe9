using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NodaTime;

namespace Lapel.Scenarios;

/// <summary>
/// A camera that says what a test wants it to say: it speaks the published formats without the camera program, so that it can also
/// lie, stutter and send rubbish.
/// </summary>
sealed class RawCamera : IDisposable
{
    readonly CameraKey key;
    readonly EvidencePublicKey evidence;
    Digest? previous;
    long sequence;

    RawCamera(HttpClient http, CameraKey key, CameraId id, EvidencePublicKey evidence, LogVerifier log) =>
        (Http, this.key, Id, this.evidence, Log) = (http, key, id, evidence, log);

    public HttpClient Http { get; }

    public CameraId Id { get; }

    public LogVerifier Log { get; }

    public string Token { get; private set; } = "";

    /// <summary>Sealed bytes with what must be said about them.</summary>
    public sealed record Clip(ClipEntry Entry, byte[] Sealed, WrappedKey Wrapped);

    public static async Task<RawCamera> Enrol(LiveHouse house, string serial)
    {
        var admin = await house.As("admin");
        var expected = await admin.Post("api/v1/cameras", new { serial, model = "raw" });
        return await Enrol(house, serial, expected);
    }

    /// <summary>As an officer's phone does, by the officer's own sign-in.</summary>
    public static async Task<RawCamera> EnrolPhone(LiveHouse house, string account)
    {
        var expected = await (await house.As(account)).Post("api/v1/phones", new { model = "raw" });
        return await Enrol(house, expected.GetProperty("camera").GetProperty("serial").GetString()!, expected);
    }

    static async Task<RawCamera> Enrol(LiveHouse house, string serial, JsonElement expected)
    {
        var key = CameraKey.New();
        var http = AgencyClient.Visitor(house.Agency).Http;
        var enrolled = await AgencyClient
            .Of(http)
            .Post(
                "api/v1/cameras/enrol",
                new
                {
                    code = expected.GetProperty("code").GetString(),
                    publicKeySpki = Convert.ToBase64String(key.Spki),
                    serial,
                    software = "raw/1",
                }
            );
        var camera = new RawCamera(
            http,
            key,
            CameraId.Parse(enrolled.GetProperty("camera").GetString()!),
            EvidencePublicKey.FromSpki(enrolled.GetProperty("evidencePublicKeySpki").GetBytesFromBase64()),
            LogVerifier.Parse(enrolled.GetProperty("logVerifierKey").GetString()!)
        );
        await camera.BeginSession();
        return camera;
    }

    async Task BeginSession()
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                camera = Id.Text,
                at = Now(),
                nonce = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()),
            },
            LapelJson.Strict
        );
        using var body = new ByteArrayContent(Envelope.Sign("application/vnd.lapel.camera-session+json", payload, key));
        using var answer = await Http.PostAsync("api/v1/cameras/session", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public Clip Seal(byte[] clear, int number = 1)
    {
        var id = ClipId.New();
        using var content = ContentKey.New();
        using var bytes = new MemoryStream();
        using var writer = new SealedWriter(bytes, content, id);
        writer.Write(clear);
        writer.Finish();
        var start = Now() - Duration.FromSeconds(10);
        return new(
            new(
                number,
                id,
                start,
                start + Duration.FromSeconds(5),
                bytes.Length,
                new(writer.SealedDigest),
                clear.Length,
                new(writer.ClearDigest),
                Complete: true
            ),
            bytes.ToArray(),
            evidence.Wrap(content, id)
        );
    }

    /// <summary>The truth about one clip, signed as the camera's next manifest.</summary>
    public byte[] Sign(RecordingId recording, ClipEntry clip, Func<Manifest, Manifest>? lie = null)
    {
        var manifest = new Manifest(
            V: 1,
            recording,
            Id,
            Officer: null,
            ++sequence,
            previous is { } before ? new(before) : null,
            clip.StartedAt,
            clip.StartedAt,
            clip.EndedAt,
            new("button"),
            new("button"),
            Ending.Deactivated,
            PreEventMs: 0,
            PreEventSound: false,
            Urgent: false,
            Clock: new(0, 5, clip.StartedAt),
            [clip],
            [],
            [],
            [],
            "raw/1"
        );
        var envelope = SignedManifest.Sign(lie?.Invoke(manifest) ?? manifest, key);
        previous = Envelope.Parse(envelope).Digest;
        return envelope;
    }

    public static string Metadata(RecordingId recording, Clip clip) =>
        string.Join(
            ',',
            new[]
            {
                ("recording", recording.Text),
                ("clip", clip.Entry.Id.Text),
                ("number", $"{clip.Entry.Number}"),
                ("wrapped-key", clip.Wrapped.ToBase64Url()),
            }.Select(p => $"{p.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(p.Item2))}")
        );

    public async Task<HttpResponseMessage> Tus(
        HttpMethod method,
        Uri to,
        byte[]? body,
        params (string Name, string Value)[] headers
    )
    {
        using var ask = new HttpRequestMessage(method, to);
        ask.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
            ask.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            ask.Content = new ByteArrayContent(body);
            ask.Content.Headers.ContentType = new("application/offset+octet-stream");
        }
        return await Http.SendAsync(ask);
    }

    public Uri Uploads => new(Http.BaseAddress!, "api/v1/uploads");

    public async Task<Uri> Create(RecordingId recording, Clip clip)
    {
        using var answer = await Tus(
            HttpMethod.Post,
            Uploads,
            null,
            ("Upload-Length", $"{clip.Sealed.Length}"),
            ("Upload-Metadata", Metadata(recording, clip))
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return new(Http.BaseAddress!, answer.Headers.Location!);
    }

    public async Task<(HttpStatusCode Status, string Code)> Patch(
        Uri upload,
        long offset,
        byte[] piece,
        params (string, string)[] headers
    )
    {
        // Locked: the server has not given up the transfer that was cut off before; a camera waits and asks again.
        for (var attempt = 1; ; attempt++)
        {
            using var answer = await Tus(HttpMethod.Patch, upload, piece, [("Upload-Offset", $"{offset}"), .. headers]);
            if (answer.StatusCode != HttpStatusCode.Locked || attempt == 200)
                return (answer.StatusCode, await CodeOf(answer));
            await Task.Delay(500);
        }
    }

    public async Task<long> Offset(Uri upload)
    {
        using var answer = await Tus(HttpMethod.Head, upload, null);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task Upload(RecordingId recording, Clip clip)
    {
        var upload = await Create(recording, clip);
        (await Patch(upload, 0, clip.Sealed)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    public async Task<(HttpStatusCode Status, string Code, Receipt? Receipt)> Admit(byte[] envelope)
    {
        using var answer = await Http.PostAsync("api/v1/admissions", new ByteArrayContent(envelope));
        var receipt = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient) : null;
        return (answer.StatusCode, await CodeOf(answer), receipt);
    }

    /// <summary>Uploads and admits the truth.</summary>
    public async Task<(RecordingId Recording, Receipt Receipt)> Bring(byte[] clear)
    {
        var recording = RecordingId.New();
        var clip = Seal(clear);
        await Upload(recording, clip);
        var (status, code, receipt) = await Admit(Sign(recording, clip.Entry));
        status.ShouldBe(HttpStatusCode.OK, code);
        receipt!.WhyNotValid(Log).ShouldBeNull();
        return (recording, receipt);
    }

    /// <summary>The problem's stable code, if the answer is one.</summary>
    public static async Task<string> CodeOf(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return "";
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!;
    }

    static Instant Now() => Instant.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public void Dispose()
    {
        Http.Dispose();
        key.Dispose();
    }
}
