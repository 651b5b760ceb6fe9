using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Lapel.Custody;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Custody;

public sealed class SealedClipTests
{
    const int Segment = SealedFormat.SegmentLengthBytes;
    const int First = SealedFormat.FirstSegmentClearBytes;
    const int Rest = SealedFormat.SegmentClearBytes;

    static readonly int[] Lengths =
    [
        0,
        1,
        15,
        16,
        17,
        4096,
        First - 1,
        First,
        First + 1,
        First + Rest - 1,
        First + Rest,
        First + Rest + 1,
        First + 2 * Rest + 777,
        First + 70 * Rest + 5,
    ];

    readonly ClipId clip = ClipId.New();
    readonly ContentKey key = ContentKey.New();

    [Fact]
    public void What_was_sealed_is_read_again_and_both_digests_are_right()
    {
        foreach (var length in Lengths)
        {
            var clear = RandomNumberGenerator.GetBytes(length);
            var (bytes, writer) = Seal(clear);

            writer.ClearLengthBytes.ShouldBe(length);
            writer.DurableClearBytes.ShouldBe(length);
            writer.SealedLengthBytes.ShouldBe(bytes.Length);
            writer.ClearDigest.ShouldBe(Digest.Of(clear));
            writer.SealedDigest.ShouldBe(Digest.Of(bytes));
            SealedFormat.ClearLength(bytes.Length, complete: true).ShouldBe(length);
            Open(bytes).ShouldBe(clear);
        }
    }

    [Fact]
    public void The_pieces_it_is_written_in_leave_no_trace()
    {
        var clear = RandomNumberGenerator.GetBytes(First + 3 * Rest + 99);
        var salt = new byte[32];
        var prefix = new byte[7];
        var whole = SealWith([clear.Length]);

        Prop.ForAll(
                ArbMap.Default.ArbFor<PositiveInt[]>(),
                pieces => SealWith(pieces.Select(p => p.Get * 997 % 40_000)).AsSpan().SequenceEqual(whole)
            )
            .QuickCheckThrowOnFailure();

        byte[] SealWith(IEnumerable<int> pieces)
        {
            using var to = new MemoryStream();
            using var writer = new SealedWriter(to, key, clip, salt, prefix);
            var rest = clear.AsSpan();
            foreach (var piece in pieces)
            {
                var now = rest[..Math.Min(piece, rest.Length)];
                writer.Write(now);
                rest = rest[now.Length..];
            }
            writer.Write(rest);
            writer.Finish();
            return to.ToArray();
        }
    }

    [Fact]
    public void Any_range_read_equals_that_slice_of_the_clear_bytes()
    {
        var clear = RandomNumberGenerator.GetBytes(First + 66 * Rest + 4321);
        var (bytes, _) = Seal(clear);
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        using var file = File.OpenHandle(path);
        using var fromFile = new SealedReader(file, bytes.Length, key, clip, complete: true);
        using var fromStream = new SealedReader(new MemoryStream(bytes), bytes.Length, key, clip, complete: true);
        try
        {
            var range =
                from start in Gen.Choose(0, clear.Length + 10)
                from length in Gen.OneOf(Gen.Choose(0, 200), Gen.Choose(0, 3 * Segment), Gen.Choose(0, clear.Length))
                select (start, length);
            Prop.ForAll(
                    Arb.From(range),
                    r =>
                    {
                        var expected = clear.AsSpan(Math.Min(r.start, clear.Length));
                        expected = expected[..Math.Min(r.length, expected.Length)];
                        var one = new byte[r.length];
                        var two = new byte[r.length];
                        return fromFile.Read(r.start, one) == expected.Length
                            && fromStream.Read(r.start, two) == expected.Length
                            && one.AsSpan(0, expected.Length).SequenceEqual(expected)
                            && two.AsSpan(0, expected.Length).SequenceEqual(expected);
                    }
                )
                .QuickCheckThrowOnFailure();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_found_in_the_segment_where_it_is()
    {
        var (bytes, _) = Seal(RandomNumberGenerator.GetBytes(First + Rest + 200));
        for (var at = 0; at < bytes.Length; at++)
        {
            // Every byte of header, tags and last segment; of the long middles every 61st.
            if (at > 64 && at < 2 * Segment - 32 && at % 61 != 0)
                continue;
            bytes[at] ^= (byte)(1 << (at % 8));
            // A damaged salt or prefix makes another key or nonce: it shows in the first segment.
            Should.Throw<SealBrokenException>(() => Open(bytes)).Segment.ShouldBe(at / Segment);
            bytes[at] ^= (byte)(1 << (at % 8));
        }
        Open(bytes);
    }

    [Fact]
    public void A_clip_cut_anywhere_is_not_taken_for_a_complete_one()
    {
        var (bytes, _) = Seal(RandomNumberGenerator.GetBytes(First + 2 * Rest + 50));
        var cuts = Enumerable.Range(0, bytes.Length).Where(c => c < 100 || c % Segment is < 40 or > Segment - 20 || c % 211 == 0);
        foreach (var cut in cuts)
        {
            Should.Throw<SealBrokenException>(() => Open(bytes[..cut]));
            // The same file, opened with the length the manifest states.
            Should.Throw<SealBrokenException>(() => Open(bytes[..cut], statedLength: bytes.Length));
        }
        Should.Throw<SealBrokenException>(() => Open([.. bytes, 0]));
        Should.Throw<SealBrokenException>(() => Open([.. bytes, .. new byte[Segment]]));
    }

    [Fact]
    public void Segments_that_change_places_or_come_from_another_clip_are_found_out()
    {
        var (mine, _) = Seal(RandomNumberGenerator.GetBytes(First + 4 * Rest));
        var (other, _) = Seal(RandomNumberGenerator.GetBytes(First + 4 * Rest));

        for (var a = 1; a < 5; a++)
        {
            for (var b = a + 1; b < 5; b++)
            {
                var swapped = mine.ToArray();
                Part(mine, a).CopyTo(Part(swapped, b));
                Part(mine, b).CopyTo(Part(swapped, a));
                Should.Throw<SealBrokenException>(() => Open(swapped)).Segment.ShouldBe(a);
            }
            var mixed = mine.ToArray();
            Part(other, a).CopyTo(Part(mixed, a));
            Should.Throw<SealBrokenException>(() => Open(mixed)).Segment.ShouldBe(a);
        }
        // A segment left out, and one told twice.
        Should.Throw<SealBrokenException>(() => Open([.. mine[..Segment], .. mine[(2 * Segment)..]])).Segment.ShouldBe(1);
        Should.Throw<SealBrokenException>(() => Open([.. mine[..(2 * Segment)], .. mine[Segment..]])).Segment.ShouldBe(2);

        static Span<byte> Part(byte[] bytes, int i) => bytes.AsSpan(i * Segment, Segment);
    }

    [Fact]
    public void Another_key_or_another_clips_id_opens_nothing()
    {
        var (bytes, _) = Seal([1, 2, 3]);
        using var stranger = ContentKey.New();
        using var wrongKey = new SealedReader(new MemoryStream(bytes), bytes.Length, stranger, clip, complete: true);
        using var wrongClip = new SealedReader(new MemoryStream(bytes), bytes.Length, key, ClipId.New(), complete: true);
        Should.Throw<SealBrokenException>(() => wrongKey.Read(0, new byte[3]));
        Should.Throw<SealBrokenException>(() => wrongClip.Read(0, new byte[3]));
    }

    [Fact]
    public void A_broken_segment_gives_out_nothing_of_the_whole_read()
    {
        var (bytes, _) = Seal(RandomNumberGenerator.GetBytes(First + 3 * Rest));
        bytes[2 * Segment + 5] ^= 1;
        using var reader = new SealedReader(new MemoryStream(bytes), bytes.Length, key, clip, complete: true);
        var into = new byte[First + 3 * Rest];
        Should.Throw<SealBrokenException>(() => reader.Read(0, into)).Segment.ShouldBe(2);
        into.ShouldAllBe(b => b == 0);
        reader.Read(0, into.AsSpan(0, First + Rest)).ShouldBe(First + Rest); // the segments before it stay readable
    }

    [Fact]
    public void After_a_power_cut_every_whole_segment_is_read_and_the_torn_one_ignored()
    {
        var clear = RandomNumberGenerator.GetBytes(First + 2 * Rest + 300);
        var (bytes, _) = Seal(clear);
        int[] cuts = [0, 10, 56, Segment - 1, Segment, Segment + 1, 2 * Segment, 3 * Segment - 1, 3 * Segment, 3 * Segment + 9];
        foreach (var cut in cuts)
        {
            var torn = bytes[..cut];
            var whole = cut / Segment;
            var expected = whole == 0 ? 0 : First + (whole - 1) * Rest;
            SealedFormat.ClearLength(cut, complete: false).ShouldBe(expected);
            Open(torn, complete: false).ShouldBe(clear[..expected]);
        }
    }

    [Fact]
    public void A_whole_clip_does_not_pass_for_an_incomplete_one_that_ends_at_a_segment()
    {
        var (bytes, _) = Seal(RandomNumberGenerator.GetBytes(First + Rest));
        Should.Throw<SealBrokenException>(() => Open(bytes, complete: false)).Segment.ShouldBe(1);
    }

    [Fact]
    public void Filling_to_the_boundary_and_flushing_saves_every_byte_from_a_power_cut()
    {
        using var to = new MemoryStream();
        using var writer = new SealedWriter(to, key, clip);
        writer.BytesToBoundary.ShouldBe(0);
        var clear = new MemoryStream();
        for (var i = 0; i < 5; i++)
        {
            var fragment = RandomNumberGenerator.GetBytes(10_000 + i * 9_001);
            writer.Write(fragment);
            clear.Write(fragment);
            var padding = new byte[writer.BytesToBoundary];
            writer.Write(padding);
            clear.Write(padding);
            writer.BytesToBoundary.ShouldBe(0);
            writer.Flush();

            writer.DurableClearBytes.ShouldBe(writer.ClearLengthBytes);
            (to.Length % Segment).ShouldBe(0);
            Open(to.ToArray(), complete: false).ShouldBe(clear.ToArray());
            writer.SoFar().ShouldBe(new(to.Length, Digest.Of(to.ToArray()), clear.Length, Digest.Of(clear.ToArray())));
        }
        writer.Finish(); // an empty last segment of 16 bytes, since all before it went out already
        (to.Length % Segment).ShouldBe(SealedFormat.TagLengthBytes);
        Open(to.ToArray()).ShouldBe(clear.ToArray());
        var cut = to.ToArray()[..^SealedFormat.TagLengthBytes];
        Should.Throw<SealBrokenException>(() => Open(cut));
        var damaged = to.ToArray();
        damaged[^1] ^= 1;
        Should.Throw<SealBrokenException>(() => Open(damaged));
    }

    [Fact]
    public void A_full_segment_waits_for_a_flush_because_it_could_be_the_last()
    {
        using var to = new MemoryStream();
        using var writer = new SealedWriter(to, key, clip);
        writer.Write(new byte[First]);
        (writer.DurableClearBytes, writer.BytesToBoundary, to.Length).ShouldBe((0, 0, 0));
        writer.Finish();
        to.Length.ShouldBe(Segment);
    }

    [Fact]
    public void After_a_failed_write_nothing_more_is_sealed()
    {
        var disk = new FullDisk(2 * Segment);
        using var writer = new SealedWriter(disk, key, clip);
        Should.Throw<IOException>(() => writer.Write(new byte[10 * Segment]));
        Should.Throw<InvalidOperationException>(() => writer.Write([1]));
        Should.Throw<InvalidOperationException>(writer.Flush);
        Should.Throw<InvalidOperationException>(writer.Finish);
        writer.DurableClearBytes.ShouldBe(First + Rest);
    }

    [Fact]
    public void A_finished_clip_takes_nothing_more()
    {
        var (_, writer) = Seal([1]);
        Should.Throw<InvalidOperationException>(() => writer.Write([2]));
        Should.Throw<InvalidOperationException>(writer.Finish);
    }

    [Fact]
    public void Sealing_allocates_nothing_for_a_segment()
    {
        using var writer = new SealedWriter(Stream.Null, key, clip);
        var fragment = new byte[50_000];
        writer.Write(fragment);
        writer.Write(fragment);
        // The runtime may recompile the path meanwhile and book that on this thread: one round of three must be free of it.
        var least = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
                writer.Write(fragment);
            writer.Flush();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        least.ShouldBe(0);
    }

    [Fact]
    public void No_length_that_the_format_cannot_have_is_accepted()
    {
        foreach (var length in new long[] { -1, 0, 39, 40, 55, Segment + 1, Segment + 15, 3L * Segment + 3, long.MaxValue })
            Should.Throw<SealBrokenException>(() => SealedFormat.ClearLength(length, complete: true));
        Should.Throw<SealBrokenException>(() => SealedFormat.ClearLength(-1, complete: false));
        SealedFormat.ClearLength(SealedFormat.MaxSealedLengthBytes, complete: true).ShouldBeGreaterThan(0);
    }

    (byte[] Bytes, SealedWriter Writer) Seal(byte[] clear)
    {
        var to = new MemoryStream();
        var writer = new SealedWriter(to, key, clip);
        writer.Write(clear);
        writer.Finish();
        return (to.ToArray(), writer);
    }

    byte[] Open(byte[] bytes, bool complete = true, long? statedLength = null)
    {
        using var reader = new SealedReader(new MemoryStream(bytes), statedLength ?? bytes.Length, key, clip, complete);
        var clear = new byte[reader.ClearLengthBytes];
        reader.Read(0, clear).ShouldBe(clear.Length);
        return clear;
    }

    /// <summary>A stream that, like a disk, refuses what no longer fits.</summary>
    sealed class FullDisk(long capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > capacity)
                throw new IOException("No space left on device.");
            base.Write(buffer);
        }
    }
}
