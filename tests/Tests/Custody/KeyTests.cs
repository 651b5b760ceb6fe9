using System.Runtime.Versioning;
using System.Security.Cryptography;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

[UnsupportedOSPlatform("windows")] // file modes
public sealed class KeyTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lapel-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_agency_opens_what_was_wrapped_to_it()
    {
        using var agency = EvidencePrivateKey.New();
        using var content = ContentKey.New();
        var clip = ClipId.New();
        var wrapped = EvidencePublicKey.FromSpki(agency.Public.Spki).Wrap(content, clip);

        wrapped.Bytes.Length.ShouldBe(113);
        using var opened = agency.Unwrap(wrapped, clip);
        opened.Bytes.ToArray().ShouldBe(content.Bytes.ToArray());
    }

    [Fact]
    public void A_wrapped_key_is_worth_nothing_to_another_agency_for_another_clip_or_with_a_changed_byte()
    {
        using var agency = EvidencePrivateKey.New();
        using var other = EvidencePrivateKey.New();
        using var content = ContentKey.New();
        var clip = ClipId.New();
        var wrapped = agency.Public.Wrap(content, clip);

        Should.Throw<CryptographicException>(() => other.Unwrap(wrapped, clip));
        Should.Throw<CryptographicException>(() => agency.Unwrap(wrapped, ClipId.New()));
        Should.Throw<CryptographicException>(() => agency.Unwrap(default, clip));
        for (var i = 0; i < WrappedKey.LengthBytes; i++)
        {
            var changed = wrapped.Bytes.ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            Should.Throw<CryptographicException>(() => agency.Unwrap(new(changed), clip));
        }
    }

    [Fact]
    public void Wrapping_twice_gives_two_texts()
    {
        using var agency = EvidencePrivateKey.New();
        using var content = ContentKey.New();
        var clip = ClipId.New();
        agency.Public.Wrap(content, clip).ShouldNotBe(agency.Public.Wrap(content, clip));
    }

    [Fact]
    public void A_wrapped_key_travels_as_base64url_in_its_one_spelling()
    {
        var key = new WrappedKey(RandomNumberGenerator.GetBytes(113));
        var text = key.ToBase64Url();
        WrappedKey.TryParse(text, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(key);

        // 113 bytes leave four bits over in the last letter; they must be zero.
        var odd = text[..^1] + (char)(text[^1] == 'A' ? 'B' : text[^1] + 1);
        string?[] others =
        [
            null,
            "",
            "A",
            text + "=",
            text + "A",
            text[1..],
            " " + text,
            "+" + text[1..],
            odd,
            text[..^1] + "\n",
            "é" + text[1..],
        ];
        foreach (var bad in others)
            WrappedKey.TryParse(bad, out _).ShouldBeFalse(bad);
    }

    [Fact]
    public void Only_its_owner_may_read_a_key_file()
    {
        using var evidence = EvidencePrivateKey.New();
        using var camera = CameraKey.New();
        evidence.Save(In("evidence.key"));
        camera.Save(In("camera.key"));
        camera.Save(In("camera.key")); // again, over the old one

        foreach (var file in Directory.GetFiles(folder))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(folder).Length.ShouldBe(2);
    }

    [Fact]
    public void A_saved_key_is_the_same_key_when_loaded()
    {
        using var evidence = EvidencePrivateKey.New();
        using var camera = CameraKey.New();
        evidence.Save(In("evidence.key"));
        camera.Save(In("camera.key"));

        using var evidenceAgain = EvidencePrivateKey.Load(In("evidence.key"));
        using var cameraAgain = CameraKey.Load(In("camera.key"));
        evidenceAgain.Public.KeyDigest.ShouldBe(evidence.Public.KeyDigest);
        cameraAgain.KeyId.ShouldBe(camera.KeyId);
        new CameraPublicKey(camera.Spki).Verify([1, 2], cameraAgain.Sign([1, 2])).ShouldBeTrue();
        new CameraPublicKey(camera.Spki).Verify([1, 3], cameraAgain.Sign([1, 2])).ShouldBeFalse();
    }

    // The passphrase is passed in here, since the environment is shared with every other test.
    [Fact]
    public void With_a_passphrase_the_file_is_encrypted_and_needs_it_again()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var again = ECDsa.Create();
        KeyFile.Save(In("plain.key"), key, passphrase: null);
        KeyFile.Save(In("locked.key"), key, "correct horse");
        File.ReadAllText(In("locked.key")).ShouldStartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");

        KeyFile.Load(In("locked.key"), again, "correct horse");
        again.ExportPkcs8PrivateKey().ShouldBe(key.ExportPkcs8PrivateKey());
        KeyFile.Load(In("plain.key"), again, "correct horse"); // set later: plain files stay readable
        again.ExportPkcs8PrivateKey().ShouldBe(key.ExportPkcs8PrivateKey());

        Should.Throw<CryptographicException>(() => KeyFile.Load(In("locked.key"), again, "wrong"));
        Should
            .Throw<CryptographicException>(() => KeyFile.Load(In("locked.key"), again, null))
            .Message.ShouldContain("LAPEL_KEY_PASSPHRASE");
    }

    [Fact]
    public void A_file_that_is_no_P256_private_key_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] texts =
        [
            "",
            "nonsense",
            rsa.ExportPkcs8PrivateKeyPem(),
            p384.ExportPkcs8PrivateKeyPem(),
            p256.ExportSubjectPublicKeyInfoPem(),
            p256.ExportECPrivateKeyPem(),
            p256.ExportPkcs8PrivateKeyPem().Replace('M', 'N'),
        ];
        foreach (var text in texts)
        {
            File.WriteAllText(In("bad.key"), text);
            Should.Throw<CryptographicException>(() => CameraKey.Load(In("bad.key")));
            Should.Throw<CryptographicException>(() => EvidencePrivateKey.Load(In("bad.key")));
        }
    }

    [Fact]
    public void A_public_key_has_one_spelling_and_one_curve()
    {
        using var camera = CameraKey.New();
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        byte[][] bad =
        [
            [],
            [1, 2, 3],
            [.. camera.Spki, 0],
            camera.Spki[..^1],
            p384.ExportSubjectPublicKeyInfo(),
        ];
        foreach (var spki in bad)
        {
            Should.Throw<FormatException>(() => new CameraPublicKey(spki));
            Should.Throw<FormatException>(() => EvidencePublicKey.FromSpki(spki));
        }
        for (var i = 0; i < camera.Spki.Length; i++)
        {
            var changed = camera.Spki.ToArray();
            changed[i] ^= 1;
            Should.Throw<FormatException>(() => new CameraPublicKey(changed));
        }
    }

    [Fact]
    public void A_disposed_content_key_is_zero_and_gives_nothing_out()
    {
        var key = ContentKey.New();
        var bytes = key.Bytes;
        key.Dispose();
        bytes.ToArray().ShouldAllBe(b => b == 0);
        Should.Throw<ObjectDisposedException>(() => key.Bytes.Length);
    }

    string In(string name) => Path.Combine(folder, name);
}
