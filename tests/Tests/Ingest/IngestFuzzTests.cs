using System.Text;
using Lapel.Ingest;

namespace Lapel.Tests;

/// <summary>Hostile headers and bodies, by a mutator with a fixed seed: parsers answer or refuse, and the server goes on.</summary>
public sealed class IngestFuzzTests
{
    const int Inputs = 100_000;

    [Fact]
    public void Upload_metadata_answers_or_says_why_for_any_header()
    {
        var random = new Random(31);
        var key = new WrappedKey(new byte[WrappedKey.LengthBytes]).ToBase64Url();
        var good = string.Join(
            ',',
            new[]
            {
                ("recording", RecordingId.New().Text),
                ("clip", ClipId.New().Text),
                ("number", "1"),
                ("wrapped-key", key),
            }.Select(p => $"{p.Item1} {Convert.ToBase64String(Encoding.ASCII.GetBytes(p.Item2))}")
        );
        UploadMetadata.TryParse(good, out _, out _).ShouldBeTrue();
        for (var i = 0; i < Inputs; i++)
        {
            var header = Encoding.Latin1.GetString(Mutate(random, Encoding.Latin1.GetBytes(good)));
            if (UploadMetadata.TryParse(header, out var metadata, out var why))
            {
                metadata.Number.ShouldBeInRange(1, UploadMetadata.MaxClipNumber);
                metadata.Header.ShouldAllBe(c => c >= ' ' && c <= '~'); // nothing that could end a header line
            }
            else
                why.ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Fact]
    public void Session_requests_and_manifests_answer_or_throw_one_kind_of_exception_for_any_bytes()
    {
        var random = new Random(33);
        using var key = CameraKey.New();
        var session = Envelope.Sign(
            SessionRequest.PayloadType,
            Encoding.ASCII.GetBytes(
                $$"""{"camera":"{{CameraId.New()}}","at":"2026-11-21T08:00:00Z","nonce":"0123456789abcdef"}"""
            ),
            key
        );
        var manifest = Envelope.Sign(SignedManifest.PayloadType, "{\"v\":1,\"clips\":[null],\"states\":[]}"u8, key);
        SessionRequest.Read(session).Asked.Nonce.ShouldBe("0123456789abcdef");
        for (var i = 0; i < Inputs; i++)
        {
            Refuses(() => SessionRequest.Read(Mutate(random, session)));
            Refuses(() => ReadManifest.Of(Mutate(random, manifest)));
        }

        static void Refuses(Action read)
        {
            try
            {
                read();
            }
            catch (FormatException refused)
            {
                refused.Message.ShouldNotBeNullOrWhiteSpace();
            }
        }
    }

    [Fact]
    public async Task Two_thousand_junk_requests_are_answered_and_the_next_recording_is_admitted()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var random = new Random(37);
        var recording = camera.Record();
        var metadata = Encoding.ASCII.GetBytes(camera.Metadata(recording, recording.Clips[0]));
        string Junk(string good) =>
            new([
                .. Encoding
                    .Latin1.GetString(Mutate(random, Encoding.Latin1.GetBytes(good)))
                    .Where(c => c is > ' ' and < (char)127),
            ]);
        for (var i = 0; i < 500; i++)
        {
            var made = await camera.Tus(
                HttpMethod.Post,
                "api/v1/uploads",
                null,
                ("Upload-Length", Junk("1000")),
                ("Upload-Metadata", Junk(Encoding.ASCII.GetString(metadata)))
            );
            ((int)made.StatusCode).ShouldBeOneOf(201, 400, 413, 507);
            var patched = await camera.Tus(
                HttpMethod.Patch,
                $"api/v1/uploads/{Uri.EscapeDataString(Junk(UploadId.New().Text))}",
                [1, 2, 3],
                ("Upload-Offset", Junk("0")),
                ("Upload-Checksum", Junk("sha256") + " " + Junk("AAAA"))
            );
            ((int)patched.StatusCode).ShouldBeOneOf(400, 404, 405);
            ((int)(await camera.Admit(Mutate(random, recording.Envelope))).StatusCode).ShouldBeOneOf(400, 409, 422);
            (
                (int)
                    (
                        await camera.Http.PostAsync(
                            "api/v1/cameras/session",
                            new ByteArrayContent(Mutate(random, recording.Envelope))
                        )
                    ).StatusCode
            ).ShouldBe(400);
        }
        var next = camera.Record(change: m => m with { Sequence = 1, Previous = null });
        (await camera.UploadAndAdmit(next)).WhyNotValid(camera.Log).ShouldBeNull();
    }

    static byte[] Mutate(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1 when at < bytes.Count:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(40, bytes.Count - at) + 1));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3 when at < bytes.Count:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(30, bytes.Count - at)));
                    break;
                case 4 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. bytes];
    }
}
