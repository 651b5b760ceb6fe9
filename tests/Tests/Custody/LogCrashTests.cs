using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>
/// What an append leaves behind when it dies: any part of its files, since the disk may keep them in any order until they are synced,
/// but never the checkpoint without all of them.
/// </summary>
public sealed class LogCrashTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 5)]
    [InlineData(200, 56)]
    [InlineData(200, 100)]
    [InlineData(255, 1)]
    [InlineData(256, 1)]
    [InlineData(300, 700)]
    public void An_append_that_died_anywhere_is_finished_by_appending_again(int before, int added)
    {
        using var fixture = new LogFixture();
        var entries = SlowTree.Entries(before + added);
        using (var log = fixture.Open())
            foreach (var part in entries.Take(before).Chunk(90))
                log.Append(part.AsMemory());
        var old = fixture.Files();
        using (var log = fixture.Open())
            log.Append(entries.Skip(before).AsMemory());
        var finished = fixture.Files();

        var random = new Random(before * 1000 + added);
        var fresh = finished.Keys.Where(p => p != "checkpoint" && !old.ContainsKey(p)).ToList();
        for (var run = 0; run < 12; run++)
        {
            var survivors = run == 0 ? fresh : [.. fresh.Where(_ => random.Next(2) == 0)];
            Restore(fixture.Folder, old);
            foreach (var path in survivors)
                Put(fixture.Folder, path, finished[path]);
            if (fresh.Except(survivors).FirstOrDefault() is { } lost) // the temporary neighbour of a file that did not make it, torn
                Put(fixture.Folder, Path.Combine(Path.GetDirectoryName(lost)!, $".{Path.GetFileName(lost)}.new"), [1, 2, 3]);

            using var log = fixture.Open();
            log.Size.ShouldBe(before);
            var batch = run % 3 == 0 ? added : random.Next(1, added + 1);
            foreach (var part in entries.Skip(before).Chunk(batch))
                log.Append(part.AsMemory());
            var files = fixture.Files();
            foreach (var (path, bytes) in SlowTree.Tiles(entries))
                files[path].ShouldBe(bytes, path);
            files["checkpoint"]
                .ShouldBe(finished["checkpoint"], "the signature has nothing of its own: the same head is the same file");
            LogChecks.Log(n => TileTree.ReadFile(fixture.Folder, n), log.HeadNote, log.Verifier, null).ShouldAllBe(c => c.Passed);
        }
    }

    [Fact]
    public void Other_entries_than_those_of_the_append_that_died_are_refused_and_overwrite_nothing()
    {
        using var fixture = new LogFixture();
        fixture.Open().Dispose();
        var empty = fixture.Files();
        using (var log = fixture.Open())
            log.Append(SlowTree.Entries(5).AsMemory());
        File.WriteAllBytes(Path.Combine(fixture.Folder, "checkpoint"), empty["checkpoint"]);
        var died = fixture.Files();
        using (var log = fixture.Open())
        {
            Should.Throw<LogBrokenException>(() => log.Append(SlowTree.Entries(6).Skip(1).AsMemory()));
            log.Size.ShouldBe(0);
            fixture.Files().Keys.ShouldBe(died.Keys);
            fixture.Files().Values.ShouldBe(died.Values);
            log.Append(SlowTree.Entries(5).AsMemory()).Size.ShouldBe(5);
        }
    }

    [Fact]
    public void A_failed_append_leaves_the_head_and_can_be_made_again()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        log.Append(SlowTree.Entries(3).AsMemory());
        var head = log.Head;
        var obstacle = Path.Combine(fixture.Folder, "tile", "0", "000.p", "5"); // a folder where the file must go
        Directory.CreateDirectory(Path.Combine(obstacle, "in the way"));
        Should.Throw<IOException>(() => log.Append(SlowTree.Entries(5).Skip(3).AsMemory()));
        log.Head.ShouldBe(head);
        log.ReadEntry(2).ShouldBe(SlowTree.Entry(2));
        Directory.Delete(obstacle, recursive: true);
        log.Append(SlowTree.Entries(5).Skip(3).AsMemory()).Root.ShouldBe(SlowTree.Mth(SlowTree.Entries(5)));
    }

    [Fact]
    public void A_lost_checkpoint_is_not_replaced_by_a_new_beginning()
    {
        using var fixture = new LogFixture();
        using (var log = fixture.Open())
            log.Append(SlowTree.Entries(5).AsMemory());
        File.Delete(Path.Combine(fixture.Folder, "checkpoint"));
        Should.Throw<LogBrokenException>(fixture.Open);
        File.Exists(Path.Combine(fixture.Folder, "checkpoint")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/0/001.p/44")]
    [InlineData("tile/1/000.p/1")]
    [InlineData("tile/entries/001.p/44")]
    public void A_flipped_bit_at_the_right_edge_is_found_at_opening(string path)
    {
        using var fixture = new LogFixture();
        using (var log = fixture.Open())
            log.Append(SlowTree.Entries(300).AsMemory());
        var good = fixture.Files()[path];
        for (var bit = 0; bit < good.Length * 8; bit += 1 + good.Length / 8)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(Path.Combine(fixture.Folder, path), bad);
            Should.Throw<LogBrokenException>(fixture.Open, $"bit {bit}");
        }
        File.WriteAllBytes(Path.Combine(fixture.Folder, path), good);
        fixture.Open().Dispose();
    }

    static void Restore(string folder, IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (var path in LogFixture.FilesOf(folder).Keys)
            File.Delete(Path.Combine(folder, path));
        foreach (var (path, bytes) in files)
            Put(folder, path, bytes);
    }

    static void Put(string folder, string path, byte[] bytes)
    {
        var target = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, bytes);
    }
}
