using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Tests.Web.Phone;

/// <summary>What a phone's browser seals, the server and docs/formats/unseal.py open; and it wraps as RFC 9180's vector says.</summary>
public sealed class PhoneSealTests
{
    // RFC 9180's set (test-vectors.json: mode 0, kem 16, kdf 1, aead 2), as in HpkeTests.
    const string Ephemeral = "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e";
    const string Recipient =
        "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c";
    const string Enc =
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0";
    const string Cipher = "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f";

    [Fact]
    public async Task A_key_is_wrapped_as_the_published_vector_says()
    {
        var enc = Convert.FromHexString(Enc);
        var recipient = Convert.FromHexString(Recipient);
        using var key = ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new() { X = recipient[1..33], Y = recipient[33..] },
            }
        );
        var answer = await PhoneFormats.Ask(
            new
            {
                ask = "hpke",
                recipient = key.ExportSubjectPublicKeyInfo(),
                ephemeral = new
                {
                    kty = "EC",
                    crv = "P-256",
                    d = Url(Convert.FromHexString(Ephemeral)),
                    x = Url(enc[1..33]),
                    y = Url(enc[33..]),
                },
                info = "Ode on a Grecian Urn"u8.ToArray(),
                aad = "Count-0"u8.ToArray(),
                clear = "Beauty is truth, truth beauty"u8.ToArray(),
            }
        );
        answer.GetProperty("enc").GetBytesFromBase64().ShouldBe(enc);
        answer.GetProperty("ciphertext").GetBytesFromBase64().ShouldBe(Convert.FromHexString(Cipher));
    }

    [Fact]
    public async Task A_clip_that_the_browser_sealed_is_opened_by_the_server_and_by_the_independent_script()
    {
        using var agency = EvidencePrivateKey.New();
        var folder = Directory.CreateTempSubdirectory("lapel-phone-seal-").FullName;
        agency.Save(Path.Combine(folder, "evidence.key"));
        int[][] all =
        [
            [0],
            [1],
            [16_327],
            [16_328],
            [16_329],
            [16_328, 16_368],
            [16_328, 16_368, 1],
            [7, 90_000, 0, 3_000],
        ];
        foreach (var finish in new[] { true, false })
        {
            var answer = await PhoneFormats.Ask(
                new
                {
                    ask = "seal",
                    evidence = agency.Public.Spki,
                    clips = all.Select(pieces => new
                    {
                        id = ClipId.New(),
                        pieces,
                        finish,
                    }),
                }
            );
            foreach (var (clip, pieces) in answer.EnumerateArray().Zip(all))
                Check(agency, folder, clip, [.. pieces.SelectMany(Pattern)], finish);
        }
        Directory.Delete(folder, recursive: true);
    }

    static void Check(EvidencePrivateKey agency, string folder, JsonElement clip, byte[] written, bool finish)
    {
        var id = ClipId.Parse(clip.GetProperty("id").GetString()!);
        var sealedBytes = clip.GetProperty("sealed").GetBytesFromBase64();
        var wrapped = clip.GetProperty("wrapped").GetBytesFromBase64();
        var soFar = clip.GetProperty("soFar");
        var kept = (int)SealedFormat.ClearLength(sealedBytes.Length, complete: finish);
        kept.ShouldBe(finish ? written.Length : Whole(written.Length));
        using var key = agency.Unwrap(new WrappedKey(wrapped), id);
        using var file = new MemoryStream(sealedBytes);
        var clear = new byte[kept];
        if (kept > 0 || finish)
            using (var reader = new SealedReader(file, sealedBytes.Length, key, id, complete: finish))
                reader.Read(0, clear).ShouldBe(kept);
        clear.ShouldBe(written[..kept]);
        soFar.GetProperty("sealedLengthBytes").GetInt64().ShouldBe(sealedBytes.Length);
        soFar.GetProperty("clearLengthBytes").GetInt64().ShouldBe(kept);
        soFar.GetProperty("sealedDigest").GetString().ShouldBe(Digest.Of(sealedBytes).ToString());
        soFar.GetProperty("clearDigest").GetString().ShouldBe(Digest.Of(clear).ToString());
        if (finish)
            Unsealed(folder, id, sealedBytes, wrapped).ShouldBe($"sealed {Digest.Of(sealedBytes)}\nclear  {Digest.Of(clear)}");
        else
            clip.GetProperty("gap").GetInt32().ShouldBe(GapAfter(written.Length));
    }

    static string Unsealed(string folder, ClipId id, byte[] sealedBytes, byte[] wrapped)
    {
        string In(string name) => Path.Combine(folder, name);
        File.WriteAllBytes(In("sealed"), sealedBytes);
        File.WriteAllBytes(In("wrapped"), wrapped);
        var script = PhoneFormats.Beside("../../../../docs/formats/unseal.py");
        using var python = Process.Start(
            new ProcessStartInfo(
                "/usr/bin/python3",
                [script, In("evidence.key"), In("wrapped"), id.Text, In("sealed"), In("clear")]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        var said = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return said.Trim();
    }

    [Fact]
    public async Task Ids_made_in_the_browser_are_ids() =>
        (await PhoneFormats.Ask(new { ask = "ids" }))
            .EnumerateArray()
            .Select(id => ClipId.Parse(id.GetString()!))
            .Distinct()
            .Count()
            .ShouldBe(50);

    [Fact]
    public async Task A_stream_is_known_to_stand_between_two_boxes_however_it_is_cut()
    {
        byte[] file = [.. Box("ftyp", 20), .. Box("moov", 300), .. Box("moof", 16), .. Wide("mdat", 5_000), .. Box("free", 8)];
        int[] ends = [20, 320, 336, 5_336, 5_344];
        var random = new Random(31);
        var cuts = Enumerable
            .Range(0, 100)
            .Select(_ =>
            {
                var at = ends.Where(_ => random.Next(2) == 0)
                    .Append(file.Length)
                    .Append(random.Next(1, 20))
                    .Distinct()
                    .Order()
                    .ToList();
                return at.Select((until, i) => new[] { i == 0 ? 0 : at[i - 1], until }).ToList();
            })
            .ToList();
        var answers = await PhoneFormats.Ask(
            new
            {
                ask = "boxes",
                file,
                cuts,
            }
        );
        foreach (var (answer, cut) in answers.EnumerateArray().Zip(cuts))
        foreach (var (edge, part) in answer.EnumerateArray().Zip(cut))
            // A header that was cut in two is given up on: then nothing is said to be an edge, which costs a moment and breaks nothing.
            if (edge.GetBoolean())
                ends.ShouldContain(part[1]);
        answers.EnumerateArray().Count(a => a.EnumerateArray().Last().GetBoolean()).ShouldBeGreaterThan(20);
    }

    static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 31 + (i >> 8)) % 251))];

    static int Whole(int clear) => clear < 16_328 ? 0 : 16_328 + (clear - 16_328) / 16_368 * 16_368;

    static int GapAfter(int clear) =>
        clear == 0 || clear == Whole(clear) ? 0 : (clear < 16_328 ? 16_328 : 16_368) - (clear - Whole(clear));

    static byte[] Box(string type, int length) =>
        [
            (byte)(length >> 24),
            (byte)(length >> 16),
            (byte)(length >> 8),
            (byte)length,
            .. Encoding.ASCII.GetBytes(type),
            .. new byte[length - 8],
        ];

    static byte[] Wide(string type, int length) =>
        [
            0,
            0,
            0,
            1,
            .. Encoding.ASCII.GetBytes(type),
            0,
            0,
            0,
            0,
            0,
            0,
            (byte)(length >> 8),
            (byte)length,
            .. new byte[length - 16],
        ];

    static string Url(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
}
