using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class FreeingTests
{
    [Fact]
    public async Task Clips_go_on_a_receipt_that_proves_their_admission_and_manifest_journal_and_receipt_stay()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        var folder = camera.Record(2);
        var receipt = camera.Admit(folder);
        Freeing.WhyNotFree(File.ReadAllBytes(folder.Manifest), receipt, camera.Enrolment.Log()).ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => Freeing.Free(folder)); // the receipt is not on disk yet
        File.WriteAllText(folder.Receipt, "{}");
        Freeing.Free(folder).ShouldBeGreaterThan(0);
        Directory
            .EnumerateFiles(folder.Path)
            .Select(Path.GetFileName)
            .Order()
            .ShouldBe(["journal.jsonl", "manifest.json", "receipt.json"]);
    }

    [Fact]
    public async Task A_receipt_for_anything_else_frees_nothing()
    {
        using var camera = await TestCamera.On();
        using var impostor = LogSigner.NewFor("testford");
        camera.Film(2);
        var folder = camera.Record(2);
        var other = camera.Record(1);
        var envelope = File.ReadAllBytes(folder.Manifest);
        var log = camera.Enrolment.Log();
        var good = camera.Admit(folder);
        Receipt[] bad =
        [
            camera.Admit(folder, signedBy: impostor),
            camera.Admit(folder, manifest: Digest.Of("another"u8)),
            camera.Admit(folder, clips: []),
            camera.Admit(folder, clips: [Digest.Of("another"u8)]),
            camera.Admit(other),
            good with
            {
                Proof = good.Proof.Replace("index 1", "index 0", StringComparison.Ordinal),
            },
            good with
            {
                Entry = camera.Admit(folder).Entry,
            },
            good with
            {
                Entry = "",
            },
            good with
            {
                Proof = "",
            },
        ];
        foreach (var receipt in bad)
            Freeing.WhyNotFree(envelope, receipt, log).ShouldNotBeNull().Sentence.ShouldNotBeEmpty();
        Freeing.WhyNotFree(envelope[..^1], good, log).ShouldNotBeNull();
        Freeing.WhyNotFree(envelope, good, log).ShouldBeNull();
    }
}
