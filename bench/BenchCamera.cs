using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Bench;

/// <summary>A recording that is sealed and signed, ready to be brought.</summary>
sealed record SealedRecording(RecordingId Id, ClipId Clip, WrappedKey Key, string File, byte[] Envelope);

/// <summary>A camera that seals ahead of time and then only uploads, as fast as it can: what is measured is the server.</summary>
sealed class BenchCamera : IDisposable
{
    readonly LapelHouse house;
    readonly CameraKey key;
    readonly CameraId id;
    readonly EvidencePublicKey evidence;
    readonly LogVerifier log;
    readonly string token;
    long sequence;
    Digest? previous;

    BenchCamera(LapelHouse house, CameraKey key, CameraId id, EvidencePublicKey evidence, LogVerifier log, string token)
    {
        this.house = house;
        this.key = key;
        this.id = id;
        this.evidence = evidence;
        this.log = log;
        this.token = token;
    }

    public static async Task<BenchCamera> Enrol(LapelHouse house, string serial)
    {
        var key = CameraKey.New();
        var expected = await house.Post("api/v1/cameras", new { serial, model = "bench" });
        var enrolled = await house.Post(
            "api/v1/cameras/enrol",
            new
            {
                code = expected.GetProperty("code").GetString(),
                publicKeySpki = Convert.ToBase64String(key.Spki),
                serial,
                software = "lapel-bench/1",
            }
        );
        var id = CameraId.Parse(enrolled.GetProperty("camera").GetString()!);
        var ask = new
        {
            camera = id,
            at = TimeProvider.System.Now(),
            nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        };
        using var body = new ByteArrayContent(
            Envelope.Sign(
                "application/vnd.lapel.camera-session+json",
                JsonSerializer.SerializeToUtf8Bytes(ask, LapelJson.Strict),
                key
            )
        );
        body.Headers.ContentType = new("application/json");
        var session = await LapelHouse.Must(await house.Http.PostAsync("api/v1/cameras/session", body));
        return new(
            house,
            key,
            id,
            EvidencePublicKey.FromSpki(Convert.FromBase64String(enrolled.GetProperty("evidencePublicKeySpki").GetString()!)),
            LogVerifier.Parse(enrolled.GetProperty("logVerifierKey").GetString()!),
            session.GetProperty("token").GetString()!
        );
    }

    /// <summary>One recording of one clip with this media, sealed into the folder.</summary>
    public SealedRecording Seal(string media, string folder)
    {
        var (recording, clip) = (RecordingId.New(), ClipId.New());
        using var content = ContentKey.New();
        var file = Path.Combine(folder, $"{clip}.sealed");
        using var to = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        using var writer = new SealedWriter(to, content, clip);
        using var from = File.OpenHandle(media);
        var buffer = new byte[1 << 20];
        for (long at = 0; RandomAccess.Read(from, buffer, at) is > 0 and var read; at += read)
            writer.Write(buffer.AsSpan(0, read));
        writer.Finish();
        var envelope = SignedManifest.Sign(ManifestOf(recording, clip, writer), key);
        previous = Digest.Of(envelope);
        return new(recording, clip, evidence.Wrap(content, clip), file, envelope);
    }

    Manifest ManifestOf(RecordingId recording, ClipId clip, SealedWriter written)
    {
        var ended = TimeProvider.System.Now();
        var began = ended - Duration.FromMinutes(1);
        var cause = new ActivationCause("button");
        return new(
            1,
            recording,
            id,
            null,
            ++sequence,
            previous is { } before ? new ClaimedDigest(before) : null,
            began,
            began,
            ended,
            cause,
            cause,
            Ending.Deactivated,
            0,
            false,
            false,
            null,
            [
                new(
                    1,
                    clip,
                    began,
                    ended,
                    written.SealedLengthBytes,
                    new(written.SealedDigest),
                    written.ClearLengthBytes,
                    new(written.ClearDigest),
                    true
                ),
            ],
            [],
            [],
            [],
            "lapel-bench/1"
        );
    }

    /// <summary>Creates the upload, sends the clip in one request, brings the manifest and checks the receipt.</summary>
    public async Task Bring(SealedRecording recording)
    {
        using var wire = new Wire(house.Port);
        await Upload(wire, recording);
        (string, string)[] headers = [("Authorization", $"Bearer {token}"), ("Content-Type", "application/json")];
        var admitted = (await wire.Send("POST", "/bench/api/v1/admissions", headers, recording.Envelope)).MustBe(200);
        var receipt = JsonSerializer.Deserialize<JsonElement>(admitted.Body).Deserialize<Receipt>(LapelJson.Lenient)!;
        if (receipt.WhyNotValid(log) is { } why)
            throw new InvalidDataException($"The receipt does not hold: {why}");
    }

    async Task Upload(Wire wire, SealedRecording recording)
    {
        (string, string)[] common = [("Tus-Resumable", "1.0.0"), ("Authorization", $"Bearer {token}")];
        var metadata =
            $"recording {Base64(recording.Id.Text)},clip {Base64(recording.Clip.Text)},number {Base64("1")},wrapped-key {Base64(recording.Key.ToBase64Url())}";
        var length = new FileInfo(recording.File).Length.ToString(CultureInfo.InvariantCulture);
        var made = (
            await wire.Send(
                "POST",
                "/bench/api/v1/uploads",
                [.. common, ("Upload-Length", length), ("Upload-Metadata", metadata)]
            )
        ).MustBe(201);
        var place = made.Headers["Location"];
        var path = place.StartsWith('/') ? place : new Uri(place).AbsolutePath;
        (
            await wire.Send(
                "PATCH",
                path,
                [.. common, ("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")],
                file: recording.File
            )
        ).MustBe(204);
    }

    static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    public void Dispose() => key.Dispose();
}
