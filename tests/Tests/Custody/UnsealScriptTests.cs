using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>
/// docs/formats/unseal.py shares no code with Lapel and agrees with Tink's and RFC 9180's published vectors. What it opens,
/// anyone can open. Needs Debian's python3-cryptography.
/// </summary>
public sealed class UnsealScriptTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lapel-unseal-").FullName;
    readonly EvidencePrivateKey agency = EvidencePrivateKey.New();
    readonly ClipId clip = ClipId.New();

    public void Dispose()
    {
        agency.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_script_agrees_with_the_published_vectors() =>
        Run(null, "--self-test").ShouldBe((0, "5 published vectors agree"));

    [Fact]
    public void A_clip_sealed_by_Lapel_is_opened_by_the_script()
    {
        foreach (var length in new[] { 0, 1, 16_328, 16_329, 100_000 })
        {
            var clear = RandomNumberGenerator.GetBytes(length);
            var writer = Seal(clear, finish: true);
            var (exit, said) = Unseal();
            said.ShouldBe($"sealed {writer.SealedDigest}\nclear  {writer.ClearDigest}");
            exit.ShouldBe(0);
            File.ReadAllBytes(In("clear")).ShouldBe(clear);
        }
    }

    [Fact]
    public void A_clip_cut_by_loss_of_power_is_opened_as_incomplete_only()
    {
        var clear = RandomNumberGenerator.GetBytes(60_000);
        Seal(clear, finish: false);
        Unseal("--incomplete").Exit.ShouldBe(0);
        File.ReadAllBytes(In("clear")).ShouldBe(clear[..(16_328 + 2 * 16_368)]);

        var (exit, said) = Unseal();
        exit.ShouldBe(1);
        said.ShouldBe("The seal is broken at segment 2.");
    }

    [Fact]
    public void The_script_names_the_broken_segment_and_refuses_another_clips_key()
    {
        Seal(new byte[50_000], finish: true);
        var bytes = File.ReadAllBytes(In("sealed"));
        bytes[20_000] ^= 1;
        File.WriteAllBytes(In("sealed"), bytes);
        Unseal().ShouldBe((1, "The seal is broken at segment 1."));

        File.WriteAllText(In("wrapped"), agency.Public.Wrap(ContentKey.New(), ClipId.New()).ToBase64Url());
        Unseal().ShouldBe((1, "The wrapped key was not made for this evidence key and this clip."));
    }

    [Fact]
    public void The_script_opens_an_encrypted_evidence_key_with_its_passphrase()
    {
        var writer = Seal([1, 2, 3], finish: true);
        using var key = ECDiffieHellman.Create();
        KeyFile.Load(In("evidence.key"), key, passphrase: null);
        KeyFile.Save(In("evidence.key"), key, "correct horse");

        string[] arguments = [In("evidence.key"), In("wrapped"), clip.Text, In("sealed"), In("clear")];
        Run("correct horse", arguments).ShouldBe((0, $"sealed {writer.SealedDigest}\nclear  {writer.ClearDigest}"));
        Run("wrong", arguments).ShouldBe((1, "The evidence key does not open: is LAPEL_KEY_PASSPHRASE its passphrase?"));
        Run(null, arguments).ShouldBe((1, "The evidence key does not open: is LAPEL_KEY_PASSPHRASE its passphrase?"));
    }

    SealedWriter Seal(byte[] clear, bool finish)
    {
        using var content = ContentKey.New();
        agency.Save(In("evidence.key"));
        File.WriteAllBytes(In("wrapped"), agency.Public.Wrap(content, clip).Bytes);
        using var to = File.Create(In("sealed"));
        var writer = new SealedWriter(to, content, clip);
        writer.Write(clear);
        if (finish)
            writer.Finish();
        return writer;
    }

    (int Exit, string Said) Unseal(params string[] more) =>
        Run(null, [In("evidence.key"), In("wrapped"), clip.Text, In("sealed"), In("clear"), .. more]);

    string In(string name) => Path.Combine(folder, name);

    static (int Exit, string Said) Run(string? passphrase, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Script(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[KeyFile.PassphraseVariable] = passphrase;
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var said = python.StandardOutput.ReadToEnd() + errors.Result;
        python.WaitForExit();
        return (python.ExitCode, said.Trim());
    }

    static string Script([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/formats/unseal.py"));
}
