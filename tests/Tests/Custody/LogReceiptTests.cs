using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class LogReceiptTests
{
    static readonly RecordingId Recording = RecordingId.New();
    static readonly Digest Manifest = Digest.Of("manifest"u8);
    static readonly Digest[] Clips = [Digest.Of("clip 1"u8), Digest.Of("clip 2"u8)];

    [Fact]
    public void A_receipt_proves_the_admission_of_one_manifest_and_its_clips()
    {
        using var fixture = new LogFixture();
        var receipt = Admit(fixture);
        var read = JsonSerializer.Deserialize<Receipt>(JsonSerializer.Serialize(receipt, LapelJson.Strict), LapelJson.Strict)!;
        var log = LogVerifier.Parse(fixture.Signer.VerifierKey);
        read.WhyNotAdmission(log, Recording, Manifest, Clips).ShouldBeNull();
        read.WhyNotAdmission(log, RecordingId.New(), Manifest, Clips).ShouldNotBeNull().ShouldContain("for recording");
        read.WhyNotAdmission(log, Recording, Digest.Of("other"u8), Clips).ShouldNotBeNull().ShouldContain("another manifest");
        read.WhyNotAdmission(log, Recording, Manifest, [Clips[1], Clips[0]]).ShouldNotBeNull().ShouldContain("other clips");
        LogChecks
            .Receipt(read, log)
            .Select(c => c.Name)
            .ShouldBe(["receipt.entry", "receipt.proof", "receipt.signed", "receipt.included"]);
    }

    [Fact]
    public void A_receipt_outlives_the_growth_of_the_log()
    {
        using var fixture = new LogFixture();
        var receipt = Admit(fixture);
        using (var log = fixture.Open())
            log.Append(SlowTree.Entries(1000).AsMemory());
        receipt.WhyNotValid(fixture.Signer.Verifier).ShouldBeNull();
    }

    [Fact]
    public void A_receipt_of_another_log_is_refused()
    {
        using var fixture = new LogFixture();
        using var other = LogSigner.New(fixture.Signer.Origin);
        Admit(fixture).WhyNotValid(other.Verifier).ShouldBe("No known key signed the note.");
    }

    [Fact]
    public void A_receipt_for_another_fact_is_no_admission()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        var entry = LogEntry.Of(
            new CustodyEvent.SignedIn(AccountId.New(), "password"),
            Actor.System("test"),
            Instant.FromUnixTimeSeconds(9)
        );
        log.Append([entry.ToBytes()]);
        log.ReceiptFor(0)
            .WhyNotAdmission(log.Verifier, Recording, Manifest, Clips)
            .ShouldNotBeNull()
            .ShouldContain("another kind");
    }

    [Fact]
    public void No_changed_character_of_a_receipt_goes_unnoticed()
    {
        using var fixture = new LogFixture();
        var receipt = Admit(fixture);
        var log = fixture.Signer.Verifier;
        for (var i = 0; i < receipt.Entry.Length; i++)
            (receipt with { Entry = Change(receipt.Entry, i) }).WhyNotValid(log).ShouldNotBeNull($"entry {i}");
        for (var i = 0; i < receipt.Proof.Length; i++)
            (receipt with { Proof = Change(receipt.Proof, i) })
                .WhyNotValid(log)
                .ShouldNotBeNull($"proof {i}: {Change(receipt.Proof, i)}");
    }

    [Fact]
    public void A_proof_file_reads_back_and_may_have_extra_data()
    {
        using var fixture = new LogFixture();
        var text = Admit(fixture).Proof;
        TlogProof.Parse(text).ToString().ShouldBe(text);
        TlogProof.Parse(text).Index.ShouldBe(4);
        var extra = text.Replace("\nindex", "\nextra AQID\nindex");
        TlogProof.Parse(extra).ShouldBe(TlogProof.Parse(text));
        Should.Throw<FormatException>(() => TlogProof.Parse(text.Replace("\nindex", "\nextra A?ID\nindex")));
        Should.Throw<FormatException>(() => TlogProof.Parse(text.Replace("index 4", "index 04")));
        Should.Throw<FormatException>(() => TlogProof.Parse(text.Replace("@v1", "@v2")));
    }

    [Fact]
    public void Checkpoints_that_do_not_belong_to_one_history_are_told_apart()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        log.Append(SlowTree.Entries(5).AsMemory());
        var old = log.HeadNote;
        log.Append(SlowTree.Entries(9)[5..].AsMemory());
        var proof = log.Consistency(5, 9);
        LogChecks.Growth(old, log.HeadNote, proof, log.Verifier).ShouldAllBe(c => c.Passed);
        LogChecks.Growth(log.HeadNote, old, proof, log.Verifier)[^1].Passed.ShouldBeFalse();
        var fork = fixture.Signer.Sign(new(log.Head.Origin, 5, SlowTree.Mth(SlowTree.Entries(6)[1..]))).ToString();
        LogChecks.Growth(fork, log.HeadNote, proof, log.Verifier).Select(c => c.Passed).ShouldBe([true, true, false]);
        LogChecks.Growth("rubbish", log.HeadNote, proof, log.Verifier)[^1].WhyNot.ShouldNotBeNull().ShouldContain("Not checked");
    }

    [Fact]
    public void The_example_in_the_documents_verifies()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/formats/receipt.md"));
        var lines = page[page.IndexOf("## Example", StringComparison.Ordinal)..].Split('\n');
        string Indented(string start) => lines.Single(l => l.StartsWith($"    {start}", StringComparison.Ordinal))[4..];
        var log = LogVerifier.Parse(Indented("lapel/example/139e3940+"));
        var entry = Encoding.UTF8.GetBytes(Indented("{"));
        var proof = string.Join(
            '\n',
            lines.SkipWhile(l => l != "Proof:").Skip(2).Select(l => l.StartsWith("    ", StringComparison.Ordinal) ? l[4..] : l)
        );
        LogChecks.Receipt(new Receipt(Convert.ToBase64String(entry), proof), log).ShouldAllBe(c => c.Passed);
        page.ShouldContain(Convert.ToHexStringLower(Merkle.LeafHash(entry)));
        LogEntry.Read(entry).ToBytes().ShouldBe(entry);
    }

    static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    static Receipt Admit(LogFixture fixture)
    {
        using var log = fixture.Open();
        var admitted = new CustodyEvent.RecordingAdmitted(Recording, CameraId.New(), null, Manifest, Clips);
        var entry = LogEntry.Of(admitted, Actor.System("test"), Instant.FromUnixTimeSeconds(9));
        log.Append(SlowTree.Entries(4).Append(entry.ToBytes()).Append([7]).Append([8]).AsMemory());
        return log.ReceiptFor(4);
    }

    static string Change(string text, int place)
    {
        var changed = new StringBuilder(text);
        changed[place] = changed[place] == 'A' ? 'B' : 'A';
        return changed.ToString();
    }
}
