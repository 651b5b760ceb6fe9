using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>
/// The log as seen by Go's x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev), see go/verifylog.go. Go's tests and ours agree on
/// nothing but the published formats.
/// </summary>
public sealed class LogGoTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(700)]
    [InlineData(66_000)]
    public async Task Go_accepts_checkpoint_tiles_entries_and_proofs(int size)
    {
        using var fixture = new LogFixture();
        Fill(fixture, size);
        var (code, said) = await Verify(fixture.Folder);
        said.ShouldStartWith($"ok: {size} entries");
        code.ShouldBe(0);
    }

    [Theory]
    [InlineData("tile/entries/001", 40)]
    [InlineData("tile/entries/002.p/188", 2)]
    [InlineData("tile/0/001", 8_000)]
    [InlineData("tile/1/000.p/2", 33)]
    [InlineData("checkpoint", 40)]
    [InlineData("proofs/300.tlog-proof", 60)]
    [InlineData("old-checkpoint", 35)]
    public async Task Go_refuses_a_changed_byte(string path, int place)
    {
        using var fixture = new LogFixture();
        Fill(fixture, 700);
        var file = Path.Combine(fixture.Folder, path);
        var bytes = File.ReadAllBytes(file);
        bytes[place] ^= 1;
        File.WriteAllBytes(file, bytes);
        var (code, said) = await Verify(fixture.Folder);
        said.ShouldStartWith("FALSE:");
        code.ShouldBe(1);
    }

    static void Fill(LogFixture fixture, int size)
    {
        var entries = SlowTree.Entries(size);
        using var log = fixture.Open();
        foreach (var part in entries.Take(Math.Max(1, size * 2 / 3)).Chunk(10_000))
            log.Append(part.AsMemory());
        var old = log.Head;
        Write("old-checkpoint", log.HeadNote);
        foreach (var part in entries.Skip(Math.Max(1, size * 2 / 3)).Chunk(777))
            log.Append(part.AsMemory());
        Write("vkey", $"{log.Verifier}\n");
        Write("consistency", string.Join('\n', log.Consistency(old.Size, size).Select(Convert.ToBase64String)));
        for (var i = 0; i < size; i += 1 + size / 20)
            Write($"proofs/{i}.tlog-proof", log.Prove(i).ToString());
        if (size > 300)
            Write("proofs/300.tlog-proof", log.Prove(300).ToString());

        void Write(string name, string text)
        {
            var path = Path.Combine(fixture.Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    static readonly Lazy<Task<string>> Program = new(Build);

    static async Task<(int Code, string Said)> Verify(string folder) => await Run(await Program.Value, [folder]);

    /// <summary>Go keeps what it compiled in its cache, so that this takes seconds once and nothing later.</summary>
    static async Task<string> Build()
    {
        Assert.SkipUnless(
            Directory.Exists("/usr/share/gocode/src/golang.org/x/mod/sumdb"),
            "golang-golang-x-mod-dev is not installed"
        );
        var folder = Path.Combine(Path.GetTempPath(), $"lapel-go-{Environment.UserName}");
        var program = Path.Combine(folder, $"verifylog-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        var (code, said) = await Run("go", ["build", "-o", program, Source()], ("GOCACHE", Path.Combine(folder, "cache")));
        code.ShouldBe(0, said);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(program);
        return program;
    }

    static async Task<(int Code, string Said)> Run(
        string program,
        string[] arguments,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var (name, value) in (ReadOnlySpan<(string, string)>)
                [("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode"), .. environment]
        )
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said + await errors);
    }

    static string Source([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "go", "verifylog.go");
}
