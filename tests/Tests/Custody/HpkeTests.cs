using System.Security.Cryptography;
using System.Text;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>
/// RFC 9180's own vectors for DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, base mode: appendix A.3.1 (AES-128-GCM), and the
/// AES-256-GCM one of the same set (test-vectors.json, mode 0, kem 16, kdf 1, aead 2), which the RFC references without printing
/// it.
/// </summary>
public sealed class HpkeTests
{
    sealed record Vector(
        HpkeAead Aead,
        string SkE,
        string SkR,
        string PkR,
        string Enc,
        string Key,
        string BaseNonce,
        IReadOnlyDictionary<int, string> Ciphers
    );

    const string Info = "4f6465206f6e2061204772656369616e2055726e";
    const string Clear = "4265617574792069732074727574682c20747275746820626561757479";

    static readonly Vector Aes128 = new(
        HpkeAead.Aes128Gcm,
        "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
        "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
        "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        "868c066ef58aae6dc589b6cfdd18f97e",
        "4e0bc5018beba4bf004cca59",
        new Dictionary<int, string>
        {
            [0] = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
            [1] = "fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06646e0329cbdf3c3cd655b28e82",
            [2] = "895cabfac50ce6c6eb02ffe6c048bf53b7f7be9a91fc559402cbc5b8dcaeb52b2ccc93e466c28fb55fed7a7fec",
            [4] = "8787491ee8df99bc99a246c4b3216d3d57ab5076e18fa27133f520703bc70ec999dd36ce042e44f0c3169a6a8f",
            [255] = "2ad71c85bf3f45c6eca301426289854b31448bcf8a8ccb1deef3ebd87f60848aa53c538c30a4dac71d619ee2cd",
            [256] = "10f179686aa2caec1758c8e554513f16472bd0a11e2a907dde0b212cbe87d74f367f8ffe5e41cd3e9962a6afb2",
        }
    );

    static readonly Vector Aes256 = new(
        HpkeAead.Aes256Gcm,
        "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e",
        "317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2",
        "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c",
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0",
        "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d",
        "9bc50980832a7b4b58c40161",
        new Dictionary<int, string>
        {
            [0] = "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f",
        }
    );

    [Fact]
    public void The_sender_gives_the_published_key_nonce_and_ciphers_for_AES_128() => SenderGives(Aes128);

    [Fact]
    public void The_sender_gives_the_published_key_nonce_and_ciphers_for_AES_256() => SenderGives(Aes256);

    [Fact]
    public void The_recipient_opens_the_published_ciphers_for_AES_128() => RecipientOpens(Aes128);

    [Fact]
    public void The_recipient_opens_the_published_ciphers_for_AES_256() => RecipientOpens(Aes256);

    // Go's crypto/hpke keeps, for this suite, a SHAKE128 digest over a thousand messages whose texts come from SHAKE128("").
    [Fact]
    public void A_thousand_messages_agree_with_the_digest_that_Go_publishes_for_AES_256()
    {
        var source = Shake128.HashData([], 2 * 1000 * 256);
        var at = 0;
        using var sink = new Shake128();
        using var recipient = PrivateKey(Aes256.SkR, Aes256.PkR);
        using var context = Hpke.SetupRecipient(Bytes(Aes256.Enc), recipient, Bytes(Info), Aes256.Aead);
        for (var i = 0; i < 1000; i++)
        {
            var aad = Draw();
            var clear = Draw();
            sink.AppendData(context.Seal(aad, clear));
        }
        Convert.ToHexStringLower(sink.GetCurrentHash(16)).ShouldBe("8d3263541fc1695b6e88ff3a1208577c");

        byte[] Draw()
        {
            int length = source[at++];
            at += length;
            return source[(at - length)..at];
        }
    }

    [Fact]
    public void An_encapsulated_key_that_is_no_point_of_the_curve_is_refused()
    {
        using var recipient = PrivateKey(Aes256.SkR, Aes256.PkR);
        byte[][] bad =
        [
            [.. Bytes(Aes256.Enc)[..64], 0],
            [0x02, .. Bytes(Aes256.Enc)[1..]],
            [0x04, .. new byte[64]],
            new byte[65],
            Bytes(Aes256.Enc)[..64],
            [.. Bytes(Aes256.Enc), 0],
        ];
        foreach (var enc in bad)
            Should.Throw<CryptographicException>(() => Hpke.SetupRecipient(enc, recipient, Bytes(Info), Aes256.Aead));
    }

    static void SenderGives(Vector vector)
    {
        using var ephemeral = PrivateKey(vector.SkE, vector.Enc);
        using var context = Hpke.SetupSender(ephemeral, Bytes(vector.PkR), Bytes(Info), vector.Aead);
        Convert.ToHexStringLower(context.Key).ShouldBe(vector.Key);
        Convert.ToHexStringLower(context.BaseNonce).ShouldBe(vector.BaseNonce);
        for (var i = 0; i <= vector.Ciphers.Keys.Max(); i++)
        {
            var cipher = Convert.ToHexStringLower(context.Seal(Count(i), Bytes(Clear)));
            if (vector.Ciphers.TryGetValue(i, out var published))
                cipher.ShouldBe(published);
        }
    }

    static void RecipientOpens(Vector vector)
    {
        using var recipient = PrivateKey(vector.SkR, vector.PkR);
        using var context = Hpke.SetupRecipient(Bytes(vector.Enc), recipient, Bytes(Info), vector.Aead);
        var clear = new byte[Clear.Length / 2];
        for (var i = 0; vector.Ciphers.TryGetValue(i, out var published); i++)
        {
            context.Open(Count(i), Bytes(published), clear);
            Convert.ToHexStringLower(clear).ShouldBe(Clear);
        }
    }

    static byte[] Count(int i) => Encoding.ASCII.GetBytes($"Count-{i}");

    static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    static ECDiffieHellman PrivateKey(string d, string point) =>
        ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                D = Bytes(d),
                Q = new() { X = Bytes(point)[1..33], Y = Bytes(point)[33..] },
            }
        );
}
