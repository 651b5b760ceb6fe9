using System.Text;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class LogNoteTests
{
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )]
    public void Ed25519_signs_as_in_the_vectors_of_RFC_8032(string seed, string publicKey, string message, string signature)
    {
        var bytes = Convert.FromHexString(message);
        using var key = Ed25519.FromSeed(Convert.FromHexString(seed));
        Convert.ToHexStringLower(key.PublicKey).ShouldBe(publicKey);
        Convert.ToHexStringLower(key.Sign(bytes)).ShouldBe(signature);
        Ed25519.Verify(key.PublicKey, bytes, key.Sign(bytes)).ShouldBeTrue();
        Ed25519.Verify(key.PublicKey, [.. bytes, 0], key.Sign(bytes)).ShouldBeFalse();
    }

    [Fact]
    public void Ed25519_refuses_wrong_lengths_and_impossible_keys_without_throwing()
    {
        Ed25519.Verify(new byte[31], [1], new byte[64]).ShouldBeFalse();
        Ed25519.Verify(new byte[32], [1], new byte[63]).ShouldBeFalse();
        Ed25519.Verify(Enumerable.Repeat((byte)0xff, 32).ToArray(), [1], new byte[64]).ShouldBeFalse();
    }

    [Fact]
    public void A_note_that_Go_signed_verifies()
    {
        var key = NoteKey.Parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        const string Note =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
            + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        SignedNote.Open(Note, key).Signatures.Count.ShouldBe(1);
        SignedNote.Parse(Note).ToString().ShouldBe(Note);
        key.ToString().ShouldBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        Should.Throw<FormatException>(() => SignedNote.Open(Note.Replace("your problem", "my problem"), key));
    }

    [Fact]
    public void Signatures_of_unknown_keys_are_ignored_even_under_a_known_name()
    {
        using var ours = LogSigner.New("example.com/log");
        using var impostor = LogSigner.New("example.com/log");
        var note = ours.SignNote("text\n").With(impostor.SignNote("text\n").Signatures);
        SignedNote.Open(note.ToString(), ours.Verifier.Key).Signatures.ShouldBe(ours.SignNote("text\n").Signatures);
        Should.Throw<FormatException>(() => SignedNote.Open(impostor.SignNote("text\n").ToString(), ours.Verifier.Key));
    }

    [Fact]
    public void A_false_signature_of_a_known_key_rejects_the_note_although_another_is_right()
    {
        using var one = LogSigner.New("one");
        using var two = LogSigner.New("two");
        var note = one.SignNote("text\n").With(two.SignNote("other text\n").Signatures).ToString();
        Should.Throw<FormatException>(() => SignedNote.Open(note, one.Verifier.Key, two.Verifier.Key));
        SignedNote.Open(note, one.Verifier.Key).Signatures.Count.ShouldBe(1);
    }

    [Fact]
    public void Sixteen_signatures_are_accepted()
    {
        var signers = Enumerable.Range(0, 16).Select(i => LogSigner.New($"signer{i}")).ToList();
        var note = signers.Aggregate(signers[0].SignNote("text\n"), (n, s) => n.With(s.SignNote("text\n").Signatures));
        SignedNote.Open(note.ToString(), [.. signers.Select(s => s.Verifier.Key)]).Signatures.Count.ShouldBe(16);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— a AAAAAAA=")]
    [InlineData("text\n\n- a AAAAAAA=\n")]
    [InlineData("text\n\n— a AAAA\n")]
    [InlineData("text\n\n— a AAAAAAB=\n")]
    [InlineData("text\n\n— a  AAAAAAA=\n")]
    [InlineData("text\n\n— a+b AAAAAAA=\n")]
    [InlineData("text\n\n—  AAAAAAA=\n")]
    [InlineData("te\txt\n\n— a AAAAAAA=\n")]
    [InlineData("te\rxt\n\n— a AAAAAAA=\n")]
    public void What_is_not_a_note_is_refused(string note) => Should.Throw<FormatException>(() => SignedNote.Parse(note));

    [Theory]
    [InlineData("origin\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("origin\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("origin\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("origin\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("origin\n1\nAAAA\n")]
    [InlineData("origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n")]
    [InlineData("origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n")]
    public void What_is_not_a_checkpoint_is_refused(string text) => Should.Throw<FormatException>(() => Checkpoint.Parse(text));

    [Fact]
    public void Extension_lines_are_accepted_and_covered_by_the_signature()
    {
        using var signer = LogSigner.New("example.com/log");
        var text = new Checkpoint("example.com/log", 7, new byte[32]).ToText() + "extension\n";
        signer.Verifier.Open(signer.SignNote(text).ToString()).Size.ShouldBe(7);
        Should.Throw<FormatException>(() =>
            signer.Verifier.Open(signer.SignNote(text).ToString().Replace("extension", "extensions"))
        );
    }

    [Fact]
    public void A_checkpoint_of_another_origin_is_refused_although_the_key_signed_it()
    {
        using var signer = LogSigner.New("example.com/log");
        var note = signer.SignNote(new Checkpoint("example.com/other", 7, new byte[32]).ToText()).ToString();
        Should.Throw<FormatException>(() => signer.Verifier.Open(note)).Message.ShouldContain("example.com/other");
    }

    [Fact]
    public void A_log_key_is_kept_in_a_file_that_only_its_owner_reads_and_that_is_never_overwritten()
    {
        using var folder = new LogFixture();
        var path = Path.Combine(folder.Folder, "log.key");
        folder.Signer.Save(path);
        new FileInfo(path).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var loaded = LogSigner.Load(path);
        loaded.VerifierKey.ShouldBe(folder.Signer.VerifierKey);
        loaded.SignNote("text\n").ShouldBe(folder.Signer.SignNote("text\n"), "the signatures are the same");
        using var other = LogSigner.NewFor("westvale");
        Should.Throw<IOException>(() => other.Save(path));
        File.WriteAllText(path, File.ReadAllText(path).Replace("westvale", "eastvale"));
        Should.Throw<FormatException>(() => LogSigner.Load(path));
    }

    [Fact]
    public void A_cosignature_states_its_time_and_a_changed_time_is_a_false_one()
    {
        using var log = LogSigner.New("example.com/log");
        using var key = Ed25519.FromSeed(new byte[32]);
        var witness = NoteKey.Of("witness.example/w1", NoteKeyKind.Witness, key.PublicKey);
        var checkpoint = new Checkpoint("example.com/log", 7, new byte[32]);
        var at = Instant.FromUnixTimeSeconds(1679315147);
        var line = Cosignature.Sign(checkpoint, witness.Name, key, at);
        var note = log.Sign(checkpoint).With([line]);

        Cosignature.On(note.ToString(), [NoteKey.Parse(witness.ToString())]).ShouldBe([new Cosignature(witness, at)]);
        Cosignature.On(note.ToString(), []).ShouldBeEmpty();
        log.Verifier.Open(note.ToString()).ShouldBe(checkpoint);

        line.Bytes[7]++;
        Should.Throw<FormatException>(() => Cosignature.On(note.ToString(), [witness]));
        Encoding.UTF8.GetString(line.Bytes[..4]).ShouldBe("\0\0\0\0");
    }
}
