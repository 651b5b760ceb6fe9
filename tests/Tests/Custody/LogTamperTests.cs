using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

/// <summary>
/// Somebody with full power over the log's disk, and for some also its signing key, changes history. A verifier with nothing but the
/// pinned key and one checkpoint it remembers must notice every time.
/// </summary>
public sealed class LogTamperTests
{
    const int Runs = 1_000;

    static readonly LogSigner Signer = LogSigner.NewFor("westvale");
    static readonly LogSigner Stranger = LogSigner.New(Signer.Origin);

    [Fact]
    public void The_log_as_it_is_passes() => ForEach((entries, _, remembered) => (entries, Sign(entries)), caught: false);

    [Fact]
    public void A_deleted_entry_is_noticed() =>
        ForEach((entries, random, _) => (Without(entries, random.Next(entries.Count)), Sign(entries)));

    [Fact]
    public void An_inserted_entry_is_noticed() =>
        ForEach((entries, random, _) => (With(entries, random.Next(entries.Count + 1)), Sign(entries)));

    [Fact]
    public void An_edited_entry_is_noticed() =>
        ForEach((entries, random, _) => (Edited(entries, random.Next(entries.Count), random), Sign(entries)));

    [Fact]
    public void Two_swapped_entries_are_noticed() => ForEach((entries, random, _) => (Swapped(entries, random), Sign(entries)));

    [Fact]
    public void A_truncated_log_is_noticed() =>
        ForEach((entries, random, _) => ([.. entries.Take(random.Next(entries.Count))], Sign(entries)));

    [Fact]
    public void A_log_rolled_back_to_an_honest_earlier_state_is_noticed() =>
        ForEach(
            (entries, random, remembered) =>
            {
                List<byte[]> earlier = [.. entries.Take(random.Next((int)remembered.Size))];
                return (earlier, Sign(earlier));
            }
        );

    [Fact]
    public void A_history_forked_with_the_real_key_is_noticed() =>
        ForEach(
            (entries, random, remembered) =>
            {
                var place = random.Next((int)remembered.Size);
                var forked = random.Next(3) switch
                {
                    0 => Edited(entries, place, random),
                    1 => [.. Without(entries, place), [1], [2]],
                    _ => With(entries, place),
                };
                return (forked, Sign(forked));
            }
        );

    [Fact]
    public void A_history_signed_again_by_another_key_of_the_same_name_is_noticed() =>
        ForEach(
            (entries, random, _) =>
                (entries, Stranger.Sign(new Checkpoint(Signer.Origin, entries.Count, SlowTree.Mth(entries))).ToString())
        );

    [Fact]
    public void A_flipped_bit_in_any_file_is_noticed()
    {
        var entries = SlowTree.Entries(300);
        var note = Sign(entries);
        var tiles = SlowTree.Tiles(entries);
        foreach (var (path, good) in tiles)
            for (var bit = 0; bit < good.Length * 8; bit += 1 + good.Length / 4)
            {
                var bad = new Dictionary<string, byte[]>(tiles) { [path] = (byte[])good.Clone() };
                bad[path][bit / 8] ^= (byte)(1 << bit % 8);
                LogChecks
                    .Log(n => bad.GetValueOrDefault(n.Path), note, Signer.Verifier, null)
                    .ShouldContain(c => !c.Passed, $"{path} {bit}");
            }
    }

    /// <summary>The attack returns the entries whose tiles now lie on the disk, and the checkpoint note beside them.</summary>
    static void ForEach(Func<List<byte[]>, Random, Checkpoint, (List<byte[]> Entries, string Note)> attack, bool caught = true)
    {
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            var entries = SlowTree.Entries(random.Next(20) == 0 ? random.Next(250, 300) : random.Next(2, 40));
            var seen = entries[..random.Next(1, entries.Count + 1)];
            var remembered = new Checkpoint(Signer.Origin, seen.Count, SlowTree.Mth(seen));
            var (now, note) = attack([.. entries], random, remembered);
            var tiles = SlowTree.Tiles(now);
            var checks = LogChecks.Log(n => tiles.GetValueOrDefault(n.Path), note, Signer.Verifier, remembered);
            checks.Any(c => !c.Passed).ShouldBe(caught, $"run {run}: {string.Join('\n', checks)}");
        }
    }

    static string Sign(List<byte[]> entries) => Signer.Sign(new(Signer.Origin, entries.Count, SlowTree.Mth(entries))).ToString();

    static List<byte[]> Without(List<byte[]> entries, int place) => [.. entries[..place], .. entries[(place + 1)..]];

    static List<byte[]> With(List<byte[]> entries, int place) => [.. entries[..place], [0xEE], .. entries[place..]];

    static List<byte[]> Edited(List<byte[]> entries, int place, Random random)
    {
        var edited = (byte[])entries[place].Clone();
        edited[random.Next(edited.Length)] ^= (byte)(1 << random.Next(8));
        return [.. entries[..place], edited, .. entries[(place + 1)..]];
    }

    static List<byte[]> Swapped(List<byte[]> entries, Random random)
    {
        var one = random.Next(entries.Count);
        var two = (one + random.Next(1, entries.Count)) % entries.Count;
        List<byte[]> swapped = [.. entries];
        (swapped[one], swapped[two]) = (swapped[two], swapped[one]);
        return swapped;
    }
}
