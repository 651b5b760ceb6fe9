using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lapel.Evidence;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests;

/// <summary>
/// A camera as the wire sees it, with nothing of the camera program: its key, its session, its sealed clips and signed manifests, so
/// that a test can lie in any of them.
/// </summary>
public sealed class TestCamera : IDisposable
{
    readonly Func<Uri> address;
    readonly EvidencePublicKey evidence;
    long sequence;
    Digest? previous;

    TestCamera(Func<Uri> address, HttpClient http, CameraKey key, CameraId id, EvidencePublicKey evidence, LogVerifier log)
    {
        this.address = address;
        (Http, Key, Id, this.evidence, Log) = (http, key, id, evidence, log);
    }

    public HttpClient Http { get; private set; }

    public CameraKey Key { get; }

    public CameraId Id { get; }

    public LogVerifier Log { get; }

    public EvidencePublicKey Evidence => evidence;

    /// <summary>Expects, enrols and docks a new camera.</summary>
    public static async Task<TestCamera> Dock(House house, string serial = "X-1")
    {
        var records = house.Agency.Get<AgencyRecords>();
        EnrolmentCode code;
        await using (var work = await records.Begin(Actor.System("test"), default))
        {
            (_, code) = await Cameras.Expect(work, serial, "Test camera", default);
            await work.Commit(default);
        }
        return await Enrol(() => house.Address, code.ToString(), serial);
    }

    /// <param name="address">Asked again for every session: a server that was killed comes back elsewhere.</param>
    public static async Task<TestCamera> Enrol(Func<Uri> address, string code, string serial)
    {
        var key = CameraKey.New();
        var http = new HttpClient { BaseAddress = address() };
        var answer = await http.PostAsJsonAsync(
            "api/v1/cameras/enrol",
            new EnrolCamera(code, Convert.ToBase64String(key.Spki), serial, "test/1"),
            LapelJson.Lenient
        );
        answer.EnsureSuccessStatusCode();
        var enrolled = (await answer.Content.ReadFromJsonAsync<CameraIsEnrolled>(LapelJson.Lenient))!;
        var camera = new TestCamera(
            address,
            http,
            key,
            enrolled.Camera,
            EvidencePublicKey.FromSpki(Convert.FromBase64String(enrolled.EvidencePublicKeySpki)),
            LogVerifier.Parse(enrolled.LogVerifierKey)
        );
        (await camera.BeginSession()).EnsureSuccessStatusCode();
        return camera;
    }

    public byte[] SignSession(Instant? at = null, string? nonce = null) =>
        Envelope.Sign(
            SessionRequest.PayloadType,
            JsonSerializer.SerializeToUtf8Bytes(
                new SessionRequest(Id, at ?? TimeProvider.System.Now(), nonce ?? Guid.NewGuid().ToString("N")),
                LapelJson.Strict
            ),
            Key
        );

    /// <summary>What the server said to the last session request.</summary>
    public string LastAnswer { get; private set; } = "";

    public async Task<HttpResponseMessage> BeginSession(byte[]? envelope = null)
    {
        Http = new HttpClient { BaseAddress = address(), Timeout = TimeSpan.FromSeconds(60) };
        var answer = await Http.PostAsync("api/v1/cameras/session", new ByteArrayContent(envelope ?? SignSession()));
        LastAnswer = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString()
            );
        return answer;
    }

    /// <summary>Seals media as one recording of one clip.</summary>
    public TestRecording Record(
        byte[]? media = null,
        Func<Manifest, Manifest>? change = null,
        DateTimeOffset? at = null,
        int clips = 1
    )
    {
        media ??= Encoding.ASCII.GetBytes("no film, but evidence all the same");
        var recording = RecordingId.New();
        var start = Instant.FromDateTimeOffset(at ?? DateTimeOffset.UtcNow.AddMinutes(-5)).Plus(Duration.Zero);
        start = Time.FromMicroseconds(start.ToMicroseconds());
        var step = Duration.FromSeconds(10);
        var sealedClips = new List<TestClip>();
        for (var number = 1; number <= clips; number++)
        {
            var clip = ClipId.New();
            using var key = ContentKey.New();
            using var bytes = new MemoryStream();
            using var writer = new SealedWriter(bytes, key, clip);
            writer.Write(media);
            writer.Finish();
            sealedClips.Add(
                new(
                    new ClipEntry(
                        number,
                        clip,
                        start + step * (number - 1),
                        start + step * number,
                        bytes.Length,
                        new(writer.SealedDigest),
                        media.Length,
                        new(writer.ClearDigest),
                        true
                    ),
                    bytes.ToArray(),
                    evidence.Wrap(key, clip)
                )
            );
        }
        var manifest = new Manifest(
            1,
            recording,
            Id,
            null,
            ++sequence,
            previous is { } p ? new ClaimedDigest(p) : null,
            start,
            start,
            start + step * clips,
            new("button"),
            new("button"),
            Ending.Deactivated,
            0,
            false,
            false,
            new(0, 5, start),
            [.. sealedClips.Select(c => c.Entry)],
            [],
            [],
            [],
            "test/1"
        );
        manifest = change?.Invoke(manifest) ?? manifest;
        var envelope = SignedManifest.Sign(manifest, Key);
        previous = Digest.Of(envelope);
        return new(manifest, envelope, sealedClips);
    }

    public string Metadata(TestRecording recording, TestClip clip) =>
        string.Join(
            ',',
            new (string, string)[]
            {
                ("recording", recording.Manifest.Recording.Text),
                ("clip", clip.Entry.Id.Text),
                ("number", $"{clip.Entry.Number}"),
                ("wrapped-key", clip.Key.ToBase64Url()),
                ("urgent", "false"),
            }.Select(p => $"{p.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(p.Item2))}")
        );

    public Task<HttpResponseMessage> Tus(
        HttpMethod method,
        string url,
        byte[]? body = null,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, url);
        if (!headers.Any(h => h.Name == "Tus-Resumable"))
            request.Headers.Add("Tus-Resumable", "1.0.0");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (!headers.Any(h => h.Name == "Content-Type"))
                request.Content.Headers.ContentType = new("application/offset+octet-stream");
        }
        foreach (var (name, value) in headers)
            if (name == "Content-Type")
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            else if (value.Length > 0)
                request.Headers.TryAddWithoutValidation(name, value);
        return Http.SendAsync(request);
    }

    public async Task<string> Create(TestRecording recording, TestClip clip, long? length = null)
    {
        var made = await Tus(
            HttpMethod.Post,
            "api/v1/uploads",
            null,
            ("Upload-Length", $"{length ?? clip.Bytes.Length}"),
            ("Upload-Metadata", Metadata(recording, clip))
        );
        ((int)made.StatusCode).ShouldBe(201, await made.Content.ReadAsStringAsync());
        return made.Headers.Location!.OriginalString;
    }

    public Task<HttpResponseMessage> Patch(string upload, long offset, byte[] bytes, params (string, string)[] headers) =>
        Tus(HttpMethod.Patch, upload, bytes, [("Upload-Offset", $"{offset}"), .. headers]);

    public async Task<long> Offset(string upload)
    {
        var head = await Tus(HttpMethod.Head, upload);
        return long.Parse(head.Headers.GetValues("Upload-Offset").Single());
    }

    public async Task Upload(TestRecording recording)
    {
        foreach (var clip in recording.Clips)
        {
            var upload = await Create(recording, clip);
            if (clip.Bytes.Length > 0)
                ((int)(await Patch(upload, 0, clip.Bytes)).StatusCode).ShouldBe(204);
        }
    }

    public Task<HttpResponseMessage> Admit(byte[] envelope) =>
        Http.PostAsync("api/v1/admissions", new ByteArrayContent(envelope));

    public async Task<Receipt> UploadAndAdmit(TestRecording recording)
    {
        await Upload(recording);
        var answer = await Admit(recording.Envelope);
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient))!;
    }

    public static async Task<string> CodeOf(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!;

    public static string Sha256(byte[] bytes) => "sha256 " + Convert.ToBase64String(SHA256.HashData(bytes));

    public void Dispose()
    {
        Http.Dispose();
        Key.Dispose();
    }
}

public sealed record TestClip(ClipEntry Entry, byte[] Bytes, WrappedKey Key);

public sealed record TestRecording(Manifest Manifest, byte[] Envelope, IReadOnlyList<TestClip> Clips);
