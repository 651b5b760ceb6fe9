using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class LogTileTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(3, 999, 1, "tile/3/999.p/1")]
    [InlineData(TileName.Entries, 1000, 255, "tile/entries/x001/000.p/255")]
    [InlineData(63, 0, 7, "tile/63/000.p/7")]
    public void A_tile_has_one_name_and_it_reads_back(int level, long number, int width, string path)
    {
        new TileName(level, number, width).Path.ShouldBe(path);
        TileName.TryParse(path, out var name).ShouldBeTrue();
        name.ShouldBe(new TileName(level, number, width));
    }

    [Theory]
    [InlineData("")]
    [InlineData("checkpoint")]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x001/x002")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0/../../checkpoint")]
    [InlineData("tile/entries/000.p/1.p/1")]
    [InlineData("tile/0/x999999999999999999999/000")]
    public void What_is_not_the_one_name_of_a_tile_is_refused(string path) => TileName.TryParse(path, out _).ShouldBeFalse();

    [Fact]
    public void The_specifications_example_of_70_000_entries_has_the_tiles_it_says()
    {
        TileName.At(0, 272, 70_000)!.Value.IsFull.ShouldBeTrue();
        TileName.At(0, 273, 70_000)!.Value.Width.ShouldBe(112);
        TileName.At(0, 274, 70_000).ShouldBeNull();
        TileName.At(1, 0, 70_000)!.Value.IsFull.ShouldBeTrue();
        TileName.At(1, 1, 70_000)!.Value.Width.ShouldBe(17);
        TileName.At(2, 0, 70_000)!.Value.Width.ShouldBe(1);
        TileName.At(3, 0, 70_000).ShouldBeNull();
        TileName.At(1, 0, 256)!.Value.Width.ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    [InlineData(256, 256)]
    [InlineData(257, 100)]
    [InlineData(1000, 77)]
    [InlineData(70_000, 4_096)]
    public void The_files_are_exactly_those_of_the_slow_tree(int size, int batch)
    {
        using var fixture = new LogFixture();
        var entries = SlowTree.Entries(size);
        using (var log = fixture.Open())
            foreach (var part in entries.Chunk(batch))
                log.Append(part.AsMemory());
        var expected = SlowTree.Tiles(entries);
        var files = fixture.Files();
        foreach (var (path, bytes) in expected)
            files[path].ShouldBe(bytes, path);
        // Older partial tiles remain until their full tile is there, and nothing else does.
        var partials = files.Keys.Where(p => p != "checkpoint" && !expected.ContainsKey(p)).ToList();
        foreach (var path in partials)
        {
            TileName.TryParse(path, out var name).ShouldBeTrue(path);
            files.ShouldNotContainKey(name.Full.Path);
        }
    }

    [Fact]
    public void Every_checkpoint_ever_given_has_its_tiles_and_proofs_for_ever()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        var heads = new List<Checkpoint> { log.Head };
        var random = new Random(7);
        for (var next = 0; next < 700; )
        {
            var count = random.Next(1, 40);
            heads.Add(log.Append(SlowTree.Entries(next + count)[next..].AsMemory()));
            next += count;
        }
        foreach (var old in heads)
        {
            Merkle
                .VerifyConsistency(old.Size, old.Root, log.Size, log.Head.Root, log.Consistency(old.Size, log.Size))
                .ShouldBeTrue();
            // As a client of the web site sees it, with the checkpoint it has.
            var client = new TileTree(name => log.ReadResource(name.Path), old.Size);
            client.Root().ShouldBe(old.Root);
            client.ReadEntries().Select(e => e.ToArray()).ShouldBe(SlowTree.Entries((int)old.Size));
            for (var i = 0; i < old.Size; i += 37)
                Merkle
                    .VerifyInclusion(Merkle.LeafHash(log.ReadEntry(i)), i, old.Size, log.Inclusion(i, old.Size), old.Root)
                    .ShouldBeTrue();
        }
        log.ReadEntries(690).First().ToArray().ShouldBe(SlowTree.Entry(690));
    }

    [Fact]
    public void Only_what_the_head_has_is_served()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        log.ReadResource("tile/0/000.p/1").ShouldBeNull();
        log.Append(SlowTree.Entries(300).AsMemory());
        log.ReadResource("checkpoint").ShouldBe(System.Text.Encoding.UTF8.GetBytes(log.HeadNote));
        log.ReadResource("tile/0/001.p/44")!.Length.ShouldBe(44 * 32);
        log.ReadResource("tile/0/001.p/45").ShouldBeNull();
        log.ReadResource("tile/0/001").ShouldBeNull();
        log.ReadResource("tile/1/000.p/1")!.ShouldBe(log.Inclusion(299, 300)[^1]);
        log.ReadResource(".lock").ShouldBeNull();
        log.ReadResource("tile/0/../../.lock").ShouldBeNull();
        log.ReadResource("tile/0/000.p/3").ShouldBe(log.ReadResource("tile/0/000")![..96], "the full tile begins with it");
        log.ReadResource("tile/entries/000.p/3").ShouldBe(SlowTree.Tiles(SlowTree.Entries(3))["tile/entries/000.p/3"]);
    }

    [Fact]
    public void An_entry_of_65535_bytes_is_logged_and_one_byte_more_is_refused_before_anything_is_added()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        var longest = new byte[65_535];
        Should
            .Throw<ArgumentException>(() => log.Append([new byte[1], new byte[65_536]]))
            .Message.ShouldContain("Entry 1 has 65536 bytes");
        log.Size.ShouldBe(0);
        log.Append([longest, Array.Empty<byte>()]);
        log.ReadEntry(0).ShouldBe(longest);
        log.ReadEntry(1).ShouldBeEmpty();
    }

    [Fact]
    public void A_log_has_one_writer()
    {
        using var fixture = new LogFixture();
        using (fixture.Open())
            Should.Throw<IOException>(fixture.Open);
        fixture.Open().Dispose();
    }

    [Fact]
    public void Appending_nothing_changes_nothing()
    {
        using var fixture = new LogFixture();
        using var log = fixture.Open();
        log.Append([]).Size.ShouldBe(0);
        fixture.Files().Keys.ShouldBe(["checkpoint"]);
    }
}
