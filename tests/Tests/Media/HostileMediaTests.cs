using System.Diagnostics;
using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Media;

/// <summary>
/// Mutated clips: whatever the bytes, an answer or a <see cref="BrokenMediaException"/>, within a second and without taking memory for
/// a length that is only claimed. Seeds are fixed, so that a failure can be repeated.
/// </summary>
public sealed class HostileMediaTests
{
    /// <summary>A run of every day does a tenth; LAPEL_MUTATIONS=100000 does what docs and releases promise.</summary>
    static readonly int Inputs = int.TryParse(Environment.GetEnvironmentVariable("LAPEL_MUTATIONS"), out var asked)
        ? asked
        : 10_000;

    const long MostBytesAtOnce = 64 << 20;

    [Fact]
    public void Mutated_clips_neither_crash_nor_hang_nor_eat_memory()
    {
        var seeds = new[]
        {
            "Normal",
            "NegativeOffsets",
            "AbsoluteOffsets",
            "TracksApart",
            "Hevc",
            "OrdinaryEarlyMoov",
            "Opus",
            "WebM",
        }
            .Select(Shortened)
            .ToArray();
        for (var i = 0; i < Inputs; i++)
        {
            var random = new Random(i);
            var clip = Mutation.Of(seeds[i % seeds.Length], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            try
            {
                ReadEveryWay(clip, random);
            }
            catch (Exception e) when (e is not BrokenMediaException)
            {
                throw new InvalidOperationException($"Input {i} of {seeds[i % seeds.Length].Length} bytes: {e.Message}", e);
            }
            Must(
                watch.Elapsed < TimeSpan.FromSeconds(20),
                $"input {i} takes a second, with room for a machine that does other things"
            );
            Must(GC.GetAllocatedBytesForCurrentThread() - before < MostBytesAtOnce, $"input {i} takes less than 64 MiB");
        }
    }

    static void ReadEveryWay(byte[] clip, Random random)
    {
        var index = ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length);
        Must(index.Fragments.All(f => f.Offset >= 0 && f.LengthBytes > 0 && f.End <= clip.Length) && index.DurationUs >= 0);
        var again = ClipIndex.FromBytes(index.ToBytes());
        Must(
            again.Fragments.SequenceEqual(index.Fragments)
                && again.SoundGaps.SequenceEqual(index.SoundGaps)
                && again.Tracks.SequenceEqual(index.Tracks)
        );
        if (index.IsBrowserPlayable)
            Playlist.Write([new(1, index, Time.FromMicroseconds(1_795_304_589_410_000))], _ => "media");
        IfWhole(() =>
        {
            var (init, fragments) = GoldenMedia.Split(clip, random.Next(1, clip.Length + 1));
            foreach (var fragment in fragments)
            foreach (var track in init.Tracks)
                IfWhole(() =>
                {
                    if (fragment.Tracks.Any(t => t.Id != track.Id))
                    {
                        Must(fragment.Silenced(track).Bytes.Length > 0);
                        Must(fragment.Without(track.Id).Tracks.All(t => t.Id != track.Id));
                    }
                    Must(fragment.EarlierBy(fragment.WholeSeconds).Tracks.Count == fragment.Tracks.Count);
                });
        });
    }

    // Shouldly compiles an expression for each question, which is more work than reading the clip.
    static void Must(bool held, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(held))] string what = "") =>
        _ = held ? true : throw new InvalidOperationException("It did not hold that " + what);

    static void IfWhole(Action read)
    {
        try
        {
            read();
        }
        catch (BrokenMediaException refused)
        {
            Must(refused.Message.EndsWith('.'));
        }
    }

    /// <summary>The first two fragments, with little media: most of what is mutated should be boxes.</summary>
    static byte[] Shortened(string name)
    {
        var clip = FragmentTests.Clip(name);
        var index = ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length);
        return index.Fragments.Count < 2 ? clip[..Math.Min(clip.Length, 20_000)] : clip[..(int)index.Fragments[1].End];
    }

    [Fact]
    public void A_count_of_four_thousand_million_samples_without_a_table_costs_nothing()
    {
        var (init, fragments) = GoldenMedia.Split(GoldenMedia.WithoutSound);
        var bytes = fragments[0].Bytes.ToArray();
        var trun = bytes.AsSpan(bytes.AsSpan().IndexOf("trun"u8) + 4);
        ((ReadOnlySpan<byte>)[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]).CopyTo(trun); // only a data offset, no columns
        var watch = Stopwatch.StartNew();
        byte[] clip = [.. init.Bytes, .. bytes];
        ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length).Fragments.ShouldBeEmpty();
        Should.Throw<BrokenMediaException>(() => GoldenMedia.Split(clip));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10)); // to count them would take longer
    }

    [Fact]
    public void A_file_of_nothing_but_tiny_boxes_ends()
    {
        var clip = new byte[32 << 20];
        for (var at = 0; at < clip.Length; at += 8)
            ((ReadOnlySpan<byte>)[0, 0, 0, 8, .. "free"u8]).CopyTo(clip.AsSpan(at));
        var watch = Stopwatch.StartNew();
        ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length).NotPlayableDirectly.ShouldNotBeNull();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_box_inside_itself_a_thousand_times_ends()
    {
        var clip = new byte[8 * 1000];
        for (var i = 0; i < 1000; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(clip.AsSpan(i * 8), clip.Length - i * 8);
            (i % 2 == 0 ? "moov"u8 : "trak"u8).CopyTo(clip.AsSpan(i * 8 + 4));
        }
        ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length).NotPlayableDirectly.ShouldNotBeNull();
    }

    [Fact]
    public void A_damaged_stored_index_is_refused_or_read_but_never_worse()
    {
        var clip = GoldenMedia.Normal;
        var stored = ClipIndex.Read(GoldenMedia.Reader(clip), clip.Length).ToBytes();
        for (var i = 0; i < 20_000; i++)
        {
            var random = new Random(i);
            var bytes = stored.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            IfWhole(() => ClipIndex.FromBytes(bytes.AsSpan(0, random.Next(bytes.Length + 1))));
        }
    }
}

/// <summary>Changes that find parsers' mistakes: lengths at their limits, boxes moved, doubled, dropped, and plain noise.</summary>
static class Mutation
{
    static readonly uint[] Limits = [0, 1, 7, 8, 15, 16, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF8, 0xFFFF_FFFF];

    public static byte[] Of(byte[] seed, Random random)
    {
        var clip = new List<byte>(seed.Length + 1024);
        clip.AddRange(seed);
        for (var n = random.Next(1, 6); n > 0 && clip.Count > 64; n--)
            switch (random.Next(8))
            {
                case 0 or 1 or 2: // a number in a header or a table
                    Put(clip, Somewhere(clip, random), Limits[random.Next(Limits.Length)]);
                    break;
                case 3:
                    clip[Somewhere(clip, random)] = (byte)random.Next(256);
                    break;
                case 4:
                    clip[Somewhere(clip, random)] ^= (byte)(1 << random.Next(8));
                    break;
                case 5:
                    clip.RemoveRange(random.Next(clip.Count - 32), random.Next(32));
                    break;
                case 6:
                    clip.InsertRange(random.Next(clip.Count), clip.GetRange(random.Next(clip.Count - 64), 64));
                    break;
                default:
                    if (random.Next(4) == 0) // cut off
                        clip.RemoveRange(clip.Count / 2, random.Next(clip.Count / 2));
                    break;
            }
        return [.. clip];
    }

    // Nine times in ten where the boxes are: in the first 1,500 bytes, or after a 'moof'.
    static int Somewhere(List<byte> clip, Random random) =>
        random.Next(10) > 0 ? random.Next(Math.Min(2600, clip.Count - 4)) : random.Next(clip.Count - 4);

    static void Put(List<byte> clip, int at, uint number)
    {
        for (var i = 0; i < 4; i++)
            clip[at + i] = (byte)(number >> (24 - 8 * i));
    }
}
