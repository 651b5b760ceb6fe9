using System.Buffers.Binary;

namespace Lapel.Media;

/// <summary>What a rewritten fragment keeps of a track.</summary>
/// <param name="Frame">Replaces every sample when set.</param>
/// <param name="MovedTicks">Added to the decode time.</param>
/// <param name="FirstSampleOnly">Leaves out all samples but the first.</param>
sealed record KeptRun(TrackRun Run, byte[]? Frame = null, long MovedTicks = 0, bool FirstSampleOnly = false);

delegate void CopyRun(DataRun run, Span<byte> into);

/// <summary>
/// Writes a fragment from parts of another: boxes in the same order, data offsets counted from the 'moof' (default-base-is-moof), one
/// 'mdat' with exactly the samples that are named.
/// </summary>
static class FragmentBytes
{
    /// <summary>More than any camera's fragment; what follows would be held in memory at once.</summary>
    public const int MostBytes = 256 << 20;

    const long MostReplacedSamples = 1 << 20;

    /// <param name="copy">Fetches a run's samples from the original.</param>
    public static byte[] Write(ReadOnlySpan<byte> moof, IReadOnlyList<KeptRun> kept, CopyRun copy)
    {
        var data = kept.Sum(DataLengthBytes);
        if (data > MostBytes)
            throw new BrokenMediaException("A fragment is larger than Lapel handles in one piece.");
        var header = new ByteWriter(moof.Length + 64);
        var dataOffsets = new List<(int At, long FromData)>();
        header.Begin(Boxes.Moof);
        if (Boxes.Find(moof[8..], Moof.Mfhd) is { Length: > 0 } mfhd)
        {
            header.Begin(Moof.Mfhd);
            header.Bytes(mfhd);
            header.End();
        }
        long fromData = 0;
        foreach (var part in kept)
            WriteTrack(header, moof[part.Run.TrafBody], part, dataOffsets, ref fromData);
        header.End();

        var moofLength = header.Length;
        foreach (var (at, from) in dataOffsets)
            header.Patch(at, (uint)(moofLength + 8 + from));
        var bytes = new byte[moofLength + 8 + data];
        header.Written.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(moofLength), (uint)(8 + data));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(moofLength + 4), Boxes.Mdat);
        CopyData(kept, copy, bytes.AsSpan(moofLength + 8));
        return bytes;
    }

    static long DataLengthBytes(KeptRun kept) =>
        kept.FirstSampleOnly ? kept.Run.FirstSampleSizeBytes
        : kept.Frame is { } frame ? checked(Math.Min(kept.Run.Samples, MostReplacedSamples + 1) * frame.Length)
        : kept.Run.Runs.Sum(r => r.LengthBytes);

    static void CopyData(IReadOnlyList<KeptRun> kept, CopyRun copy, Span<byte> into)
    {
        foreach (var part in kept)
        foreach (var run in part.Run.Runs)
        {
            if (part.FirstSampleOnly && run.Samples == 0)
                continue;
            var length =
                part.FirstSampleOnly ? part.Run.FirstSampleSizeBytes
                : part.Frame is { } f ? run.Samples * f.Length
                : run.LengthBytes;
            var place = into[..(int)length];
            if (part.Frame is { } frame)
                for (var at = 0; at < place.Length; at += frame.Length)
                    frame.CopyTo(place[at..]);
            else if (place.Length > 0) // an empty run may claim to be anywhere
                copy(run, place);
            into = into[place.Length..];
            if (part.FirstSampleOnly)
                break;
        }
    }

    static void WriteTrack(ByteWriter to, ReadOnlySpan<byte> traf, KeptRun part, List<(int, long)> dataOffsets, ref long fromData)
    {
        if (part.Frame is not null && part.Run.Samples > MostReplacedSamples)
            throw new BrokenMediaException("A fragment has more samples than a million.");
        to.Begin(Moof.Traf);
        var next = 0;
        var walk = Boxes.In(traf);
        while (walk.Next())
            if (walk.Box.Type == Moof.Tfhd)
                WriteHeader(to, walk.Body, part);
            else if (walk.Box.Type == Moof.Tfdt)
                WriteStart(to, Math.Max(0, part.Run.StartTicks + part.MovedTicks));
            else if (walk.Box.Type != Moof.Trun)
                CopyBox(to, walk.Box.Type, walk.Body, skip: part.FirstSampleOnly);
            else if (next < part.Run.Runs.Count)
            {
                var run = part.Run.Runs[next++];
                if (!part.FirstSampleOnly)
                    fromData += WriteRun(to, walk.Body, part, run, fromData, dataOffsets);
                else if (run.Samples > 0)
                {
                    fromData += WriteFirstSample(to, part.Run, fromData, dataOffsets);
                    next = int.MaxValue;
                }
            }
        to.End();
    }

    // Boxes about single samples (sdtp, sbgp…) would speak of samples that are gone.
    static void CopyBox(ByteWriter to, uint type, ReadOnlySpan<byte> body, bool skip)
    {
        if (skip)
            return;
        to.Begin(type);
        to.Bytes(body);
        to.End();
    }

    static void WriteHeader(ByteWriter to, ReadOnlySpan<byte> tfhd, KeptRun part)
    {
        var header = TrackHeader.Read(tfhd, part.Run.Of.Defaults ?? default);
        var fields = header.Flags & 0x3A & ~(part.Frame is null ? 0u : 0x10u);
        fields |= header.Flags & 0x10 | (part.Frame is null ? 0u : 0x10u);
        to.Begin(Moof.Tfhd);
        to.Number(0x02_0000 | fields | (header.Flags & 0x01_0000));
        to.Number(part.Run.TrackId);
        if ((fields & 2) != 0)
            to.Number(header.SampleEntry ?? 1);
        if ((fields & 8) != 0)
            to.Number(header.Defaults.DurationTicks);
        if ((fields & 0x10) != 0)
            to.Number(part.Frame is { } frame ? (uint)frame.Length : header.Defaults.SizeBytes);
        if ((fields & 0x20) != 0)
            to.Number(header.Defaults.Flags);
        to.End();
    }

    static void WriteStart(ByteWriter to, long ticks)
    {
        to.Begin(Moof.Tfdt);
        to.Number(0x0100_0000);
        to.Number((uint)(ticks >> 32));
        to.Number((uint)ticks);
        to.End();
    }

    static long WriteRun(
        ByteWriter to,
        ReadOnlySpan<byte> trun,
        KeptRun part,
        DataRun run,
        long fromData,
        List<(int, long)> dataOffsets
    )
    {
        var layout = RunLayout.Of(trun);
        var dropped = part.Frame is null ? 0 : RunLayout.Size;
        to.Begin(Moof.Trun);
        to.Number(((uint)trun[0] << 24) | ((layout.Bits | 1) & ~dropped));
        to.Bytes(trun.Slice(4, 4));
        dataOffsets.Add((to.Length, fromData));
        to.Number(0);
        if (layout.HasFirstFlags)
            to.Bytes(trun.Slice(layout.TableAt - 4, 4));
        var table = trun[layout.TableAt..];
        if (dropped == 0 || (layout.Bits & RunLayout.Size) == 0)
            to.Bytes(table[..(int)Math.Min(table.Length, layout.EntryBytes * run.Samples)]);
        else
            for (var i = 0; i < run.Samples; i++)
                foreach (
                    var column in (ReadOnlySpan<uint>)[RunLayout.Duration, RunLayout.Size, RunLayout.Flags, RunLayout.Offset]
                )
                    if (layout.Take(ref table, column) is { } value && column != dropped)
                        to.Number(value);
        to.End();
        return part.Frame is { } frame ? run.Samples * frame.Length : run.LengthBytes;
    }

    static long WriteFirstSample(ByteWriter to, TrackRun run, long fromData, List<(int, long)> dataOffsets)
    {
        to.Begin(Moof.Trun);
        to.Number(0x0100_0000 | 1 | RunLayout.Duration | RunLayout.Size | RunLayout.Flags | RunLayout.Offset);
        to.Number(1);
        dataOffsets.Add((to.Length, fromData));
        to.Number(0);
        to.Number((uint)Math.Max(1, run.FirstSampleDurationTicks));
        to.Number((uint)run.FirstSampleSizeBytes);
        to.Number(run.FirstSampleFlags);
        to.Number((uint)(int)run.FirstSampleOffsetTicks);
        to.End();
        return run.FirstSampleSizeBytes;
    }
}

/// <summary>A growing array of boxes, big-endian; lengths are filled in when a box ends.</summary>
sealed class ByteWriter(int expectedBytes)
{
    readonly Stack<int> open = new();
    byte[] bytes = new byte[Math.Max(16, expectedBytes)];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public void Begin(uint type)
    {
        open.Push(Length);
        Number(0);
        Number(type);
    }

    public void End()
    {
        var at = open.Pop();
        Patch(at, (uint)(Length - at));
    }

    public void Number(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void Bytes(ReadOnlySpan<byte> more) => more.CopyTo(Take(more.Length));

    public void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);

    Span<byte> Take(int count)
    {
        if (bytes.Length - Length < count)
            Array.Resize(ref bytes, Math.Max(checked(Length + count), bytes.Length * 2));
        var place = bytes.AsSpan(Length, count);
        Length += count;
        return place;
    }
}
