using Lapel.Evidence;

namespace Lapel.Tests.Evidence;

[Trait("engine", "both")]
public sealed class Verifying_a_recording
{
    static string? FirstBroken(IReadOnlyList<LogCheck> checks) => checks.FirstOrDefault(c => !c.Passed)?.Name;

    [Fact]
    public async Task Finds_every_link_whole_when_nothing_was_touched()
    {
        await using var room = await EvidenceRoom.Open();
        await room.Admit(EvidenceRoom.Noise(50_000));
        var second = await room.Admit(EvidenceRoom.Noise(70_000, 2), EvidenceRoom.Noise(10, 3));

        var checks = await room.Verify(second);
        checks.ShouldAllBe(c => c.Passed);
        checks
            .Select(c => c.Name)
            .ShouldBe([
                "Manifest",
                "Camera signature",
                "Chain",
                "Records",
                "Clip 1, sealed",
                "Clip 1, media",
                "Clip 2, sealed",
                "Clip 2, media",
                "Custody log",
                "Inclusion",
                "Checkpoint",
            ]);
    }

    [Fact]
    public async Task Names_the_first_broken_link()
    {
        await using var room = await EvidenceRoom.Open();
        var one = await room.Admit(EvidenceRoom.Noise(50_000));
        var clip = (await room.ClipsOf(one)).Single();
        EvidenceRoom.Flip(room.SealedFile(clip), 30_000);
        FirstBroken(await room.Verify(one)).ShouldBe("Clip 1, sealed");
        EvidenceRoom.Flip(room.SealedFile(clip), 30_000);
        FirstBroken(await room.Verify(one)).ShouldBeNull();

        await Broken("UPDATE manifest SET sequence = 7", "UPDATE manifest SET sequence = 1", "Chain");
        await Broken("UPDATE recording SET sequence = 7", "UPDATE recording SET sequence = 1", "Records");
        await Broken("UPDATE manifest SET camera_key = 'sha256:" + new string('0', 64) + "'", null, "Camera signature");

        room.Keys.Destroy(clip.Sealed);
        (await room.Verify(one)).Where(c => !c.Passed).Select(c => c.Name).ShouldContain("Clip 1, media");

        async Task Broken(string sql, string? mend, string link)
        {
            await Change(room, sql);
            FirstBroken(await room.Verify(one)).ShouldBe(link);
            if (mend is not null)
                await Change(room, mend);
        }
    }

    internal static async Task Change(EvidenceRoom room, string sql)
    {
        await using var work = await room.Begin();
        await work.Execute(sql, null, EvidenceRoom.Stop);
        await work.Commit(EvidenceRoom.Stop);
    }
}

[Trait("engine", "both")]
public sealed class Fsck_of_an_agency
{
    static async Task<IReadOnlyList<string>> Codes(EvidenceRoom room) =>
        [.. (await Fsck.Report(room.Agency, room.Clock, null, EvidenceRoom.Stop)).Findings.Select(f => f.Code).Distinct()];

    [Fact]
    public async Task Is_clean_when_nothing_was_touched_and_leaves_a_report()
    {
        await using var room = await EvidenceRoom.Open();
        await room.Admit(EvidenceRoom.Noise(50_000));
        await room.Admit(EvidenceRoom.Noise(20_000, 3), EvidenceRoom.Noise(10_000, 4));

        var report = await Fsck.Report(room.Agency, room.Clock, null, EvidenceRoom.Stop);
        report.Findings.ShouldBeEmpty();
        (report.ExitCode, report.Recordings, report.Clips).ShouldBe((0, 2, 3));
        LastFsck.Of(room.Agency.Folder)!.Bytes.ShouldBe(report.SealedBytes);
    }

    [Fact]
    public async Task Names_each_damage_by_its_code()
    {
        await using var room = await EvidenceRoom.Open();
        var one = await room.Admit(EvidenceRoom.Noise(50_000));
        var clip = (await room.ClipsOf(one)).Single();

        EvidenceRoom.Flip(room.SealedFile(clip), 100);
        (await Codes(room)).ShouldBe(["sealed-clip-damaged", "media-damaged"]);
        EvidenceRoom.Flip(room.SealedFile(clip), 100);

        await VerifyingChange("UPDATE recording SET muted_us = 5", "UPDATE recording SET muted_us = 1000000", "records-differ");
        await VerifyingChange(
            "UPDATE custody_entry SET entry = (SELECT entry FROM custody_entry WHERE position = 0) WHERE position = 1",
            null,
            "entry-changed"
        );

        async Task VerifyingChange(string sql, string? mend, string code)
        {
            await Verifying_a_recording.Change(room, sql);
            (await Codes(room)).ShouldBe([code]);
            if (mend is not null)
                await Verifying_a_recording.Change(room, mend);
        }
    }

    [Fact]
    public async Task Says_so_when_the_logs_files_or_a_tile_are_damaged()
    {
        await using var room = await EvidenceRoom.Open();
        await room.Admit(EvidenceRoom.Noise(5_000));
        var tile = Directory
            .EnumerateFiles(Path.Combine(room.Agency.Folder.Log, "tile", "0"), "*", SearchOption.AllDirectories)
            .First();
        EvidenceRoom.Flip(tile, 5);
        (await Codes(room)).ShouldContain("log-tiles-broken");
        EvidenceRoom.Flip(tile, 5);
        (await Codes(room)).ShouldBeEmpty();
        var checkpoint = Path.Combine(room.Agency.Folder.Log, "checkpoint");
        EvidenceRoom.Flip(checkpoint, 30);
        (await Codes(room)).ShouldBe(["log-checkpoint-broken"]);
        File.Delete(checkpoint);
        (await Codes(room)).ShouldBe(["log-missing"]);
    }

    [Fact]
    public async Task Tells_orphans_strays_and_leftovers_from_damage()
    {
        await using var room = await EvidenceRoom.Open();
        var file = Path.Combine(room.Agency.Folder.Uploads, "x");
        File.WriteAllBytes(file, [1, 2, 3]);
        var digest = Digest.Of([1, 2, 3]);
        room.Vault.Keep(digest, file);

        var fresh = await Fsck.Report(room.Agency, room.Clock, null, EvidenceRoom.Stop);
        fresh
            .Findings.Single()
            .ShouldSatisfyAllConditions(f => f.Code.ShouldBe("vault-orphan"), f => f.Severity.ShouldBe(Severity.Note));
        fresh.ExitCode.ShouldBe(0);

        File.SetLastWriteTimeUtc(((DiskVault)room.Vault).PathOf(digest), DateTime.UtcNow - TimeSpan.FromDays(2));
        File.WriteAllText(Path.Combine(room.Agency.Folder.Vault, "notes.txt"), "x");
        (await Fsck.Run(room.Agency, EvidenceRoom.Stop)).Select(f => f.Code).ShouldBe(["vault-orphan", "vault-stray"]);
    }

    [Fact]
    public async Task Finds_a_recording_that_the_log_admitted_and_the_records_lost()
    {
        await using var room = await EvidenceRoom.Open();
        await room.Admit(EvidenceRoom.Noise(5_000));
        foreach (var table in new[] { "clip", "manifest", "recording" })
            await Verifying_a_recording.Change(room, $"DELETE FROM {table}");
        (await Codes(room)).ShouldBe(["recording-missing", "vault-orphan", "key-orphan"]);
    }

    [Fact]
    public async Task Takes_a_destroyed_key_for_what_it_is()
    {
        await using var room = await EvidenceRoom.Open();
        var one = await room.Admit(EvidenceRoom.Noise(5_000));
        var clip = (await room.ClipsOf(one)).Single();
        room.Keys.Destroy(clip.Sealed);
        (await Codes(room)).ShouldBe(["media-damaged"]);

        await using (var work = await room.Begin())
        {
            work.Append(new CustodyEvent.ContentKeyDestroyed(one.Id, clip.Sealed, "court order"), one.Id);
            await work.Commit(EvidenceRoom.Stop);
        }
        await room.Integrate();
        (await Codes(room)).ShouldBeEmpty();
    }
}
