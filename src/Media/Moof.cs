using System.Buffers.Binary;

namespace Lapel.Media;

/// <summary>
/// One track's part of a fragment, with every default resolved and every place counted from the first byte of the 'moof'.
/// </summary>
/// <param name="TrafBody">Where the 'traf' box's body is inside the 'moof' box, header included in the count.</param>
sealed record TrackRun(
    MovieTrack Of,
    Range TrafBody,
    long StartTicks,
    long DurationTicks,
    long EarliestTicks,
    long Samples,
    bool StartsWithKeyframe,
    uint FirstSampleFlags,
    long FirstSampleSizeBytes,
    long FirstSampleDurationTicks,
    long FirstSampleOffsetTicks,
    long SmallestSampleBytes,
    long LargestSampleBytes,
    IReadOnlyList<DataRun> Runs
)
{
    public uint TrackId => Of.Track.Id;
}

/// <summary>The samples of one 'trun', side by side in the 'mdat'. <paramref name="Offset"/> counts from the first byte of the 'moof'.</summary>
readonly record struct DataRun(long Offset, long LengthBytes, long Samples);

/// <summary>Reads a 'moof' box (ISO/IEC 14496-12, 8.8). Times and sizes are summed; no list of samples is ever built.</summary>
static class Moof
{
    public static readonly uint Mfhd = Boxes.TypeOf("mfhd"u8);
    public static readonly uint Traf = Boxes.TypeOf("traf"u8);
    public static readonly uint Tfhd = Boxes.TypeOf("tfhd"u8);
    public static readonly uint Tfdt = Boxes.TypeOf("tfdt"u8);
    public static readonly uint Trun = Boxes.TypeOf("trun"u8);

    public const uint NotSync = 0x0001_0000;
    const int MostTracks = 64;
    const int MostRuns = 4096;
    const long Most = long.MaxValue / 16;

    /// <param name="moof">The whole box, header included.</param>
    /// <param name="offset">Where the box stands in the stream: old files count data from the stream's beginning.</param>
    /// <exception cref="BrokenMediaException">A table is shorter than it says, or a number cannot be true.</exception>
    public static List<TrackRun> Read(ReadOnlySpan<byte> moof, long offset, InitSegment init)
    {
        if (Boxes.Read(moof, 0, moof.Length, out var box) != BoxReading.Whole || box.Type != Boxes.Moof)
            throw new BrokenMediaException("A fragment's 'moof' box is cut off.");
        var found = new List<TrackRun>();
        long previousEnd = 0; // where data goes on when a 'traf' does not say (8.8.7.1)
        var walk = Boxes.In(moof[(int)box.BodyOffset..]);
        while (walk.Next())
        {
            if (walk.Box.Type != Traf)
                continue;
            if (found.Count == MostTracks)
                throw new BrokenMediaException("A fragment has more than 64 tracks.");
            var at = (int)(box.BodyOffset + walk.Box.BodyOffset);
            if (ReadTrack(moof, new(at, at + walk.Body.Length), offset, init, ref previousEnd) is { } run)
                found.Add(run);
        }
        return found;
    }

    static TrackRun? ReadTrack(ReadOnlySpan<byte> moof, Range where, long offset, InitSegment init, ref long previousEnd)
    {
        var traf = moof[where];
        var tfhd = Boxes.Find(traf, Tfhd);
        if (tfhd.Length < 8)
            throw new BrokenMediaException("A fragment does not say which track it belongs to.");
        if (init.Find(BinaryPrimitives.ReadUInt32BigEndian(tfhd[4..])) is not { } of)
            return null; // announced nowhere: no player can show it
        var header = TrackHeader.Read(tfhd, of.Defaults ?? default);
        var start = ReadStart(Boxes.Find(traf, Tfdt));
        var place =
            header.BaseOffset is { } absolute ? Math.Clamp(absolute - offset, -Most, Most)
            : header.FromMoof ? 0
            : previousEnd;
        var from = place;

        var sum = new Sums(header.Defaults);
        var runs = new List<DataRun>();
        var walk = Boxes.In(traf);
        while (walk.Next())
        {
            if (walk.Box.Type != Trun)
                continue;
            if (runs.Count == MostRuns)
                throw new BrokenMediaException("A fragment's track has more than 4,096 runs.");
            var before = sum;
            if (sum.Add(walk.Body) is { } dataOffset)
                place = from + dataOffset;
            var run = new DataRun(place, sum.SizeBytes - before.SizeBytes, sum.Samples - before.Samples);
            place += run.LengthBytes;
            runs.Add(run);
        }
        previousEnd = Math.Clamp(place, -Most, Most);
        return new(
            of,
            where,
            start,
            sum.DurationTicks,
            Math.Clamp(start + (sum.Samples == 0 ? 0 : sum.EarliestTicks), -Most, Most),
            sum.Samples,
            sum.Samples > 0 && (sum.FirstFlags & NotSync) == 0,
            sum.FirstFlags,
            sum.FirstSizeBytes,
            sum.FirstDurationTicks,
            sum.FirstOffsetTicks,
            sum.Samples == 0 ? 0 : sum.SmallestBytes,
            sum.LargestBytes,
            runs
        );
    }

    static long ReadStart(ReadOnlySpan<byte> tfdt)
    {
        if (tfdt.Length >= 12 && tfdt[0] == 1)
            return (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(tfdt[4..]), (ulong)Most);
        return tfdt.Length >= 8 && tfdt[0] == 0
            ? BinaryPrimitives.ReadUInt32BigEndian(tfdt[4..])
            : throw new BrokenMediaException("A fragment does not say when it begins.");
    }

    /// <summary>Adds up the samples of one track's 'trun' boxes.</summary>
    struct Sums(SampleDefaults defaults)
    {
        public long Samples,
            SizeBytes,
            DurationTicks,
            FirstSizeBytes,
            FirstDurationTicks,
            FirstOffsetTicks,
            LargestBytes;
        public long SmallestBytes = long.MaxValue;
        public long EarliestTicks = long.MaxValue;
        public uint FirstFlags;

        /// <returns>The data offset, if this run has one.</returns>
        public int? Add(ReadOnlySpan<byte> trun)
        {
            if (trun.Length < 8)
                throw new BrokenMediaException("A fragment's table of samples is cut off.");
            var layout = RunLayout.Of(trun);
            var count = BinaryPrimitives.ReadUInt32BigEndian(trun[4..]);
            if (
                trun.Length < layout.TableAt
                || (trun.Length - layout.TableAt) / Math.Max(layout.EntryBytes, 1) < (layout.EntryBytes == 0 ? 0 : count)
            )
                throw new BrokenMediaException("A fragment's table of samples is shorter than it says.");
            int? dataOffset = layout.HasDataOffset ? BinaryPrimitives.ReadInt32BigEndian(trun[8..]) : null;
            uint? firstFlags = layout.HasFirstFlags ? BinaryPrimitives.ReadUInt32BigEndian(trun[(layout.TableAt - 4)..]) : null;

            // Without a table all samples are alike and counted at once: a count of four thousand million costs nothing.
            var looped = layout.EntryBytes == 0 ? Math.Min(count, 1) : count;
            for (var i = 0; i < looped; i++)
            {
                var entry = trun.Slice(layout.TableAt + i * layout.EntryBytes, layout.EntryBytes);
                var duration = layout.Take(ref entry, RunLayout.Duration) ?? defaults.DurationTicks;
                var size = layout.Take(ref entry, RunLayout.Size) ?? defaults.SizeBytes;
                var flags = layout.Take(ref entry, RunLayout.Flags) ?? defaults.Flags;
                var raw = layout.Take(ref entry, RunLayout.Offset) ?? 0;
                var offset = layout.SignedOffsets ? (int)raw : (long)raw;
                if (Samples == 0)
                    (FirstFlags, FirstSizeBytes, FirstDurationTicks, FirstOffsetTicks) = (
                        firstFlags ?? flags,
                        size,
                        duration,
                        offset
                    );
                EarliestTicks = Math.Min(EarliestTicks, DurationTicks + offset);
                SmallestBytes = Math.Min(SmallestBytes, size);
                LargestBytes = Math.Max(LargestBytes, size);
                var alike = layout.EntryBytes == 0 ? count : 1u;
                Samples += alike;
                DurationTicks = Math.Min(DurationTicks + Product(duration, alike), Most);
                SizeBytes = Math.Min(SizeBytes + Product(size, alike), Most);
            }
            return dataOffset;
        }

        static long Product(uint each, uint count) => (long)Math.Min((ulong)each * count, (ulong)Most);
    }
}

/// <summary>'tfhd': what holds for the track's samples unless a 'trun' says otherwise.</summary>
readonly record struct TrackHeader(long? BaseOffset, uint? SampleEntry, SampleDefaults Defaults, uint Flags)
{
    public bool FromMoof => (Flags & 0x02_0000) != 0;

    public static TrackHeader Read(ReadOnlySpan<byte> tfhd, SampleDefaults trex)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(tfhd) & 0xFF_FFFF;
        var rest = tfhd[8..];
        var baseOffset = (flags & 1) != 0 ? (long)Math.Min(Wide(ref rest), long.MaxValue / 16) : (long?)null;
        var entry = (flags & 2) != 0 ? Narrow(ref rest) : (uint?)null;
        var duration = (flags & 8) != 0 ? Narrow(ref rest) : trex.DurationTicks;
        var size = (flags & 0x10) != 0 ? Narrow(ref rest) : trex.SizeBytes;
        var sample = (flags & 0x20) != 0 ? Narrow(ref rest) : trex.Flags;
        return new(baseOffset, entry, new(duration, size, sample), flags);
    }

    static uint Narrow(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 4)
            throw new BrokenMediaException("A fragment's track header is cut off.");
        var value = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[4..];
        return value;
    }

    static ulong Wide(ref ReadOnlySpan<byte> rest) => ((ulong)Narrow(ref rest) << 32) | Narrow(ref rest);
}

/// <summary>Which columns a 'trun' has.</summary>
readonly record struct RunLayout(uint Bits, bool SignedOffsets)
{
    public const uint Duration = 0x100;
    public const uint Size = 0x200;
    public const uint Flags = 0x400;
    public const uint Offset = 0x800;

    public static RunLayout Of(ReadOnlySpan<byte> trun) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(trun) & 0xFF_FFFF, trun[0] != 0);

    public bool HasDataOffset => (Bits & 1) != 0;

    public bool HasFirstFlags => (Bits & 4) != 0;

    /// <summary>Counted from the body: version and flags, count, then the two fields that may be there.</summary>
    public int TableAt => 8 + (HasDataOffset ? 4 : 0) + (HasFirstFlags ? 4 : 0);

    public int EntryBytes => 4 * System.Numerics.BitOperations.PopCount(Bits & (Duration | Size | Flags | Offset));

    public uint? Take(ref ReadOnlySpan<byte> entry, uint column)
    {
        if ((Bits & column) == 0)
            return null;
        var value = BinaryPrimitives.ReadUInt32BigEndian(entry);
        entry = entry[4..];
        return value;
    }
}
