using Lapel.Evidence;
using Lapel.Ingest;
using Lapel.Records;

namespace Lapel.Tests;

public sealed class IngestFsckTests
{
    static readonly DateTime LongAgo = DateTime.UtcNow - TimeSpan.FromDays(3);

    static async Task<IReadOnlyList<string>> Codes(House house) => [.. (await house.Fsck()).Select(f => f.Code)];

    static async Task<IReadOnlyList<FsckFinding>> Notes(House house) =>
        (await Fsck.Report(house.Agency, TimeProvider.System, null, default)).Findings;

    static string OneFile(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Single();

    [Fact]
    public async Task An_upload_that_lost_bytes_which_its_camera_was_told_are_kept_is_a_fault()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(new byte[50_000]);
        var upload = await camera.Create(recording, recording.Clips[0]);
        await camera.Patch(upload, 0, recording.Clips[0].Bytes[..30_000]);
        (await Codes(house)).ShouldBeEmpty();

        var file = OneFile(house.Agency.Folder.Uploads);
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..20_000]);
        (await Codes(house)).ShouldBe(["upload-short"]);
        File.WriteAllBytes(file, bytes);
    }

    [Fact]
    public async Task A_complete_upload_that_changed_while_it_waited_for_its_manifest_is_a_fault_and_so_is_its_lost_key()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        await camera.Upload(camera.Record());
        var file = OneFile(house.Agency.Folder.Uploads);

        Flip(file, 40);
        (await Codes(house)).ShouldBe(["upload-damaged"]);
        Flip(file, 40);
        (await Codes(house)).ShouldBeEmpty();

        var key = OneFile(Path.Combine(house.Agency.Folder.Keys, "uploads"));
        File.Move(key, key + ".away");
        (await Codes(house)).ShouldBe(["upload-key-missing"]);
        File.Move(key + ".away", key);
    }

    [Fact]
    public async Task A_refused_recording_that_changed_in_quarantine_is_a_fault()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(change: manifest => manifest with { EndedAt = manifest.StartedAt - Duration.FromHours(1) });
        await camera.Upload(recording);
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(422);
        (await Codes(house)).ShouldBeEmpty();

        var folder = Directory.GetDirectories(house.Agency.Folder.Quarantine).Single();
        var clip = Directory.GetFiles(folder, "*.sealed").Single();
        Flip(clip, 50);
        (await house.Fsck()).Single().Sentence.ShouldContain("clip 1");
        Flip(clip, 50);
        File.Move(clip, clip + ".away");
        (await Codes(house)).ShouldBe(["quarantine-damaged"]);
        File.Move(clip + ".away", clip);

        Flip(Path.Combine(folder, "manifest.dsse.json"), 20);
        (await house.Fsck()).Single().Sentence.ShouldContain("the manifest");
        Flip(Path.Combine(folder, "manifest.dsse.json"), 20);
    }

    [Fact]
    public async Task Pieces_keys_and_folders_that_nobody_asks_for_are_notes_while_they_are_young_and_warnings_after_a_day()
    {
        await using var house = await House.Open();
        house.Damaged = true;
        var folder = house.Agency.Folder;
        var id = UploadId.New().Text;
        var keys = Path.Combine(folder.Keys, "uploads");
        Directory.CreateDirectory(keys);
        string[] files = [Path.Combine(folder.Uploads, $"{id}.part"), Path.Combine(keys, $"{id}.metadata")];
        string[] folders =
        [
            Path.Combine(folder.Quarantine, RecordingId.New().Text),
            Path.Combine(folder.Keys, "quarantine", RecordingId.New().Text),
        ];
        foreach (var file in files)
            File.WriteAllText(file, "x");
        foreach (var made in folders)
            Directory.CreateDirectory(made);
        string[] codes = ["upload-stray", "upload-key-orphan", "quarantine-stray", "quarantine-key-orphan"];

        // The server's own writes of this very moment may be among the notes.
        var young = (await Notes(house)).Where(f => f.Code != "leftover-file").ToList();
        young.Select(f => f.Code).ShouldBe(codes);
        young.ShouldAllBe(f => f.Severity == Severity.Note);

        foreach (var file in files)
            File.SetLastWriteTimeUtc(file, LongAgo);
        foreach (var made in folders)
            Directory.SetLastWriteTimeUtc(made, LongAgo);
        (await Codes(house)).ShouldBe(codes);

        // The server tidies up after itself what a death between two steps has left of uploads.
        await house.Agency.Get<Uploads>().Tidy(TimeSpan.FromHours(1), default);
        (await Codes(house)).ShouldBe(codes[2..]);
    }

    [Fact]
    public async Task A_file_that_a_live_server_is_writing_at_this_moment_is_no_fault_and_an_old_one_is_left_over()
    {
        await using var house = await House.Open();
        house.Damaged = true;
        var folder = house.Agency.Folder;
        string[] places = [folder.Root, folder.Uploads, Path.Combine(folder.Keys, "uploads"), folder.ContentKeys];
        var writing = places.Select(place => Path.Combine(place, $".x.{Guid.NewGuid():N}.new")).ToList();
        foreach (var file in writing)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "half");
        }
        (await Codes(house)).ShouldBeEmpty();
        (await Notes(house)).Count(f => f.Sentence.Contains("/.x.", StringComparison.Ordinal)).ShouldBe(writing.Count);

        foreach (var file in writing)
            File.SetLastWriteTimeUtc(file, LongAgo);
        (await Codes(house)).ShouldBe(["key-stray", "leftover-file", "leftover-file", "leftover-file"]);
        FsckFinding.Stray("leftover-file", "Gone again.", Path.Combine(folder.Root, ".gone.new")).ShouldBeNull();
    }

    static void Flip(string file, long at)
    {
        using var open = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        open.Position = at;
        var one = (byte)open.ReadByte();
        open.Position = at;
        open.WriteByte((byte)(one ^ 0x20));
    }
}
