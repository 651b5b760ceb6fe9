using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class EnvelopeTests : IDisposable
{
    const string Type = "application/vnd.lapel.manifest+json";

    readonly CameraKey key = CameraKey.New();

    public void Dispose() => key.Dispose();

    // The example in DSSE's protocol.md.
    [Fact]
    public void What_is_signed_is_DSSEs_pre_authentication_encoding() =>
        Encoding
            .UTF8.GetString(Envelope.PreAuthEncoding("http://example.com/HelloWorld", "hello world"u8))
            .ShouldBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");

    [Fact]
    public void Lengths_in_the_encoding_count_bytes_not_letters() =>
        Encoding.UTF8.GetString(Envelope.PreAuthEncoding("é", "ü"u8)).ShouldBe("DSSEv1 2 é 2 ü");

    [Fact]
    public void What_was_signed_is_read_again_with_its_signer()
    {
        byte[] payload = [0, 1, 2, 255];
        var bytes = Envelope.Sign(Type, payload, key);
        var envelope = Envelope.Parse(bytes);

        envelope.PayloadType.ShouldBe(Type);
        envelope.Payload.ShouldBe(payload);
        envelope.KeyId.ShouldBe(Digest.Of(key.Spki));
        envelope.Digest.ShouldBe(Digest.Of(bytes));
        envelope.IsSignedBy(new(key.Spki)).ShouldBeTrue();
        using var stranger = CameraKey.New();
        envelope.IsSignedBy(new(stranger.Spki)).ShouldBeFalse();
    }

    [Fact]
    public void A_signature_does_not_pass_for_another_payload_type_or_key()
    {
        using var stranger = CameraKey.New();
        Changed("payloadType", "application/vnd.lapel.camera-session+json").IsSignedBy(new(key.Spki)).ShouldBeFalse();
        Changed("payload", Convert.ToBase64String("other"u8)).IsSignedBy(new(key.Spki)).ShouldBeFalse();

        var renamed = JsonNode.Parse(Envelope.Sign(Type, "x"u8, key))!;
        renamed["signatures"]![0]!["keyid"] = stranger.KeyId.ToString();
        var envelope = Envelope.Parse(Encoding.UTF8.GetBytes(renamed.ToJsonString()));
        envelope.IsSignedBy(new(key.Spki)).ShouldBeFalse();
        envelope.IsSignedBy(new(stranger.Spki)).ShouldBeFalse();

        Envelope Changed(string field, string value)
        {
            var json = JsonNode.Parse(Envelope.Sign(Type, "x"u8, key))!;
            json[field] = value;
            return Envelope.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
        }
    }

    [Fact]
    public void An_envelope_with_anything_more_less_or_else_is_refused_with_a_sentence()
    {
        var good = Encoding.UTF8.GetString(Envelope.Sign(Type, "x"u8, key));
        var id = key.KeyId.ToString();
        var sig = Convert.ToBase64String(new byte[64]);
        var one = $$"""{"keyid":"{{id}}","sig":"{{sig}}"}""";
        string[] bad =
        [
            "",
            "null",
            "[]",
            "{}",
            "\"text\"",
            "{",
            good + good,
            good + "x",
            good.Replace("{\"payloadType\"", "{\"extra\":1,\"payloadType\""),
            good.Replace("\"payload\"", "\"Payload\""),
            good.Replace("\"signatures\":[", "\"signatures\":[null,"),
            Of("eA==", ""),
            Of("eA==", "null"),
            Of("eA==", $"{one},{one}"),
            Of("eA", one),
            Of("eB==", one),
            Of("e A==", one),
            Of("eA==\\n", one),
            Of("-_8=", one),
            Of("é", one),
            Of("eA==", one.Replace("sha256:", "sha512:")),
            Of("eA==", one.Replace(sig, "")),
            Of("eA==", one.Replace(sig, "eA==")),
            Of("eA==", one.Replace("\"sig\"", "\"sig\":\"\",\"sig\"")),
            """{"payloadType":null,"payload":"eA==","signatures":[]}""",
            $$"""{"payloadType":"t","payloadType":"t","payload":"eA==","signatures":[{{one}}]}""",
        ];
        foreach (var text in bad)
            Should.Throw<FormatException>(() => Envelope.Parse(Encoding.UTF8.GetBytes(text)), text).Message.ShouldNotBeEmpty();
        Envelope.Parse(Encoding.UTF8.GetBytes(Of("eA==", one))).IsSignedBy(new(key.Spki)).ShouldBeFalse();

        static string Of(string payload, string signatures) =>
            $$"""{"payloadType":"t","payload":"{{payload}}","signatures":[{{signatures}}]}""";
    }

    [Fact]
    public void An_envelope_over_eight_mebibytes_is_not_even_parsed() =>
        Should
            .Throw<FormatException>(() => Envelope.Parse(new byte[Envelope.MaxLengthBytes + 1]))
            .Message.ShouldContain(Envelope.MaxLengthBytes.ToString());

    [Fact]
    public void No_change_of_a_signed_manifest_is_believed_and_none_throws_anything_but_a_format_error()
    {
        var trusted = new CameraPublicKey(key.Spki);
        var good = SignedManifest.Sign(ManifestTests.Good(), key);
        var (original, _) = SignedManifest.Read(good);
        var random = new Random(20_261_121);
        var believed = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var changed = Mutation.Of(good, random);
            try
            {
                var (envelope, _) = SignedManifest.Read(changed);
                // Verifying costs 100 times more than parsing: only where the signed content could have changed.
                if (!envelope.Payload.AsSpan().SequenceEqual(original.Payload) && envelope.IsSignedBy(trusted))
                    believed++;
            }
            catch (FormatException e)
            {
                e.Message.ShouldNotBeEmpty();
            }
        }
        believed.ShouldBe(0);
    }

    // The first test seldom gets behind the base64; this one changes the JSON inside and signs it, as a stolen camera could.
    [Fact]
    public void Whatever_a_stolen_camera_signs_is_read_or_refused_but_never_throws_anything_else()
    {
        var good = Envelope.Parse(SignedManifest.Sign(ManifestTests.Good(), key)).Payload;
        var random = new Random(20_261_122);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            var payload = Mutation.Of(good, random);
            try
            {
                _ = Manifests.WhyNotConsistent(SignedManifest.ReadPayload(payload));
                read++;
            }
            catch (FormatException e)
            {
                e.Message.ShouldNotBeEmpty();
                refused++;
            }
        }
        read.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Noise_is_refused()
    {
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            Should.Throw<FormatException>(() => SignedManifest.Read(noise));
        }
    }

    [Fact]
    public void A_manifests_signature_verifies_with_another_implementations_view_of_the_key()
    {
        var envelope = Envelope.Parse(Envelope.Sign(Type, "x"u8, key));
        using var plain = ECDsa.Create();
        plain.ImportSubjectPublicKeyInfo(key.Spki, out _);
        var pae = "DSSEv1 35 application/vnd.lapel.manifest+json 1 x"u8.ToArray();
        var signature = Convert.FromBase64String(
            (string)JsonNode.Parse(Envelope.Sign(Type, "x"u8, key))!["signatures"]![0]!["sig"]!
        );
        signature.Length.ShouldBe(64);
        plain.VerifyData(pae, signature, HashAlgorithmName.SHA256).ShouldBeTrue();
        envelope.Payload.ShouldBe("x"u8.ToArray());
    }
}
