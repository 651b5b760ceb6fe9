using System.Diagnostics;
using Lapel.Evidence;

namespace Lapel.Tests.Evidence;

[Trait("engine", "both")]
public sealed class An_exported_recording
{
    static async Task<(EvidenceRoom Room, Recording Recording, string Folder)> Exported()
    {
        var room = await EvidenceRoom.Open();
        var recording = await room.Admit(EvidenceRoom.Noise(50_000), EvidenceRoom.Noise(20_000, 9));
        var folder = Path.Combine(room.Data, "export");
        await room.Agency.Get<Export>().ToFolder(recording, folder, EvidenceRoom.Stop);
        return (room, recording, folder);
    }

    static string? FirstBroken(string folder, LogVerifier? pinned = null) =>
        ExportVerifier.Check(folder, pinned).FirstOrDefault(c => !c.Passed)?.Name;

    [Fact]
    public async Task Proves_itself_without_a_server()
    {
        var (room, recording, folder) = await Exported();
        await using var _ = room;
        var checks = ExportVerifier.Check(folder, room.Log.Verifier).ToList();
        checks.ShouldAllBe(c => c.Passed);
        checks.Select(c => c.Name).ShouldContain("media.2");
        var page = await File.ReadAllTextAsync(Path.Combine(folder, ExportFolder.Page));
        page.ShouldContain("<video");
        page.ShouldContain("Dana Reyes");
        page.ShouldNotContain("http");
        recording.Clips.ShouldBe(2);
    }

    [Fact]
    public async Task Names_the_first_broken_link_whatever_file_is_touched()
    {
        var (room, _, folder) = await Exported();
        await using var __ = room;
        var expected = new Dictionary<string, string>
        {
            [ExportFolder.Envelope] = "manifest.form",
            [ExportFolder.CameraKey] = "camera.signature",
            [ExportFolder.MediaOf(1)] = "media.1",
            [ExportFolder.MediaOf(2)] = "media.2",
            [ExportFolder.LogKey] = "log.key",
            [ExportFolder.Checkpoint] = "log.checkpoint",
            [ExportFolder.Manifest] = "copies",
            [ExportFolder.SignedBytes] = "copies",
            [ExportFolder.Signature] = "files",
            [ExportFolder.Page] = "files",
            [ExportFolder.ReadMe] = "files",
            [ExportFolder.Sums] = "files",
        };
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, file);
            var before = await File.ReadAllBytesAsync(file);
            EvidenceRoom.Flip(file, before.Length / 2);
            var broken = FirstBroken(folder, room.Log.Verifier);
            await File.WriteAllBytesAsync(file, before);
            broken.ShouldNotBeNull(name);
            if (expected.TryGetValue(name, out var link))
                broken.ShouldBe(link, name);
            else
                broken.ShouldStartWith("custody.", customMessage: name);
        }
        FirstBroken(folder).ShouldBeNull();
    }

    [Fact]
    public async Task Fails_when_media_are_taken_away_swapped_or_anything_is_added()
    {
        var (room, _, folder) = await Exported();
        await using var __ = room;
        var (one, two) = (Path.Combine(folder, ExportFolder.MediaOf(1)), Path.Combine(folder, ExportFolder.MediaOf(2)));
        File.Move(one, one + ".away");
        FirstBroken(folder).ShouldBe("media.1");
        File.Copy(two, one);
        FirstBroken(folder).ShouldBe("media.1");
        File.Move(one + ".away", one, overwrite: true);
        await File.WriteAllTextAsync(Path.Combine(folder, "extra.txt"), "x");
        FirstBroken(folder).ShouldBe("files");
    }

    [Fact]
    public async Task Does_not_pass_under_another_agencys_log_key()
    {
        var (room, _, folder) = await Exported();
        await using var __ = room;
        using var other = LogSigner.NewFor("peel");
        FirstBroken(folder, other.Verifier).ShouldBe("log.key");
    }

    [Fact]
    public async Task Is_checked_by_openssl_and_sha256sum_as_its_readme_says()
    {
        var (room, _, folder) = await Exported();
        await using var __ = room;
        Run(folder, "sha256sum", "--quiet", "-c", ExportFolder.Sums).ShouldBe(0);
        Run(
                folder,
                "openssl",
                "dgst",
                "-sha256",
                "-verify",
                ExportFolder.CameraKey,
                "-signature",
                ExportFolder.Signature,
                ExportFolder.SignedBytes
            )
            .ShouldBe(0);
        EvidenceRoom.Flip(Path.Combine(folder, ExportFolder.SignedBytes), 200);
        Run(
                folder,
                "openssl",
                "dgst",
                "-sha256",
                "-verify",
                ExportFolder.CameraKey,
                "-signature",
                ExportFolder.Signature,
                ExportFolder.SignedBytes
            )
            .ShouldNotBe(0);
    }

    [Fact]
    public async Task Is_there_whole_or_not_at_all_wherever_the_power_is_cut()
    {
        await using var room = await EvidenceRoom.Open();
        var recording = await room.Admit(EvidenceRoom.Noise(20_000));
        var export = room.Agency.Get<Export>();
        var steps = new List<string>();
        await export.ToFolder(recording, Path.Combine(room.Data, "whole"), EvidenceRoom.Stop, steps.Add);
        steps[^1].ShouldBe("renamed");
        foreach (var last in steps)
        {
            var folder = Path.Combine(room.Data, "cut-" + steps.IndexOf(last));
            await Should.ThrowAsync<TimeoutException>(() =>
                export.ToFolder(
                    recording,
                    folder,
                    EvidenceRoom.Stop,
                    step =>
                    {
                        if (step == last)
                            throw new TimeoutException();
                    }
                )
            );
            if (last == "renamed")
                FirstBroken(folder).ShouldBeNull();
            else
            {
                Path.Exists(folder).ShouldBeFalse(last);
                await export.ToFolder(recording, folder, EvidenceRoom.Stop);
                FirstBroken(folder).ShouldBeNull();
            }
        }
        await Should.ThrowAsync<IOException>(() =>
            export.ToFolder(recording, Path.Combine(room.Data, "whole"), EvidenceRoom.Stop)
        );
    }

    [Fact]
    public async Task Comes_as_a_zip_that_unpacks_to_the_same()
    {
        await using var room = await EvidenceRoom.Open();
        var recording = await room.Admit(EvidenceRoom.Noise(50_000));
        var zip = new MemoryStream();
        await room.Agency.Get<Export>().ToZip(recording, zip, EvidenceRoom.Stop);
        zip.Position = 0;
        var folder = Path.Combine(room.Data, "unpacked");
        ExportFolder.Unpack(zip, folder);
        FirstBroken(folder, room.Log.Verifier).ShouldBeNull();
        zip.Position = 0;
        Should.Throw<IOException>(() => ExportFolder.Unpack(zip, folder));

        var cut = new MemoryStream(zip.ToArray()[..^30]);
        Should.Throw<InvalidDataException>(() => ExportFolder.Unpack(cut, folder + "-cut"));
        Directory.EnumerateFileSystemEntries(room.Data, "*unpacked-cut*").ShouldBeEmpty();
    }

    static int Run(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
