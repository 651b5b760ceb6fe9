using System.Buffers.Binary;

namespace Lapel.WebRtc;

/// <summary>
/// Transport-wide congestion feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): when each numbered packet of a publisher arrived,
/// so that its own congestion control can see the queues on the way and set its bitrate. Kept in a fixed ring; made every 50 ms.
/// </summary>
sealed class TransportFeedback
{
    const int Places = 4096;
    const int MostPackets = 400;
    const int TickUs = 250;
    const int ReferenceUs = 64_000;

    readonly long[] arrivedUs = new long[Places];
    readonly long[] numbers = new long[Places];
    long next = -1; // first number that the next feedback speaks of
    long highest = -1;
    byte made;

    public TransportFeedback() => Array.Fill(numbers, -1);

    public bool HasNews => next >= 0 && highest >= next;

    public void Arrived(ushort number, long atUs)
    {
        var full = highest < 0 ? number + 0x1_0000 : highest + (short)(number - (ushort)highest);
        if (highest >= 0 && full < highest - (Places / 2))
            return; // half a ring late: already reported as lost
        if (highest < 0 || full - highest > Places / 2)
            next = full; // the first, or a sender that began anew
        highest = Math.Max(highest, full);
        next = Math.Min(next, full); // late, after it was reported lost: said again with its time
        if (numbers[full & (Places - 1)] == full)
            return; // a copy
        numbers[full & (Places - 1)] = full;
        arrivedUs[full & (Places - 1)] = atUs;
    }

    /// <returns>The whole RTCP packet's length; 0 when there is nothing to say.</returns>
    public int Write(Span<byte> to, uint ssrc, uint media)
    {
        if (!HasNews)
            return 0;
        while (next <= highest && !Has(next))
            next++; // begins with one that arrived: its time is the reference
        if (next > highest)
            return 0;
        var count = (int)Math.Min(highest - next + 1, MostPackets);
        var reference = arrivedUs[next & (Places - 1)] / ReferenceUs;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], media);
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], (ushort)next);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], ((uint)reference << 8) | made++);

        Span<byte> symbols = stackalloc byte[MostPackets];
        Span<short> deltas = stackalloc short[MostPackets];
        var before = reference * ReferenceUs;
        for (var i = 0; i < count; i++)
        {
            if (!Has(next + i))
                continue;
            var ticks = (long)Math.Round((arrivedUs[(next + i) & (Places - 1)] - before) / (double)TickUs);
            if (ticks is < short.MinValue or > short.MaxValue)
            {
                count = i; // a pause longer than a delta can say: the rest goes into the next one
                break;
            }
            (symbols[i], deltas[i]) = ((byte)(ticks is >= 0 and <= 255 ? 1 : 2), (short)ticks);
            before += ticks * TickUs;
        }
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], (ushort)count);
        var at = WriteChunks(to, 20, symbols[..count]);
        for (var i = 0; i < count; i++)
        {
            if (symbols[i] == 1)
                to[at++] = (byte)deltas[i];
            else if (symbols[i] == 2)
            {
                BinaryPrimitives.WriteInt16BigEndian(to[at..], deltas[i]);
                at += 2;
            }
        }
        var padding = -at & 3;
        to.Slice(at, padding).Clear();
        if (padding > 0)
            to[at + padding - 1] = (byte)padding;
        at += padding;
        to[0] = (byte)(0x80 | (padding > 0 ? 0x20 : 0) | 15);
        to[1] = (byte)RtcpType.TransportFeedback;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)((at / 4) - 1));
        next += count;
        return at;
    }

    bool Has(long number) => numbers[number & (Places - 1)] == number;

    static int WriteChunks(Span<byte> to, int at, ReadOnlySpan<byte> symbols)
    {
        for (var i = 0; i < symbols.Length; )
        {
            var run = 1;
            while (i + run < symbols.Length && symbols[i + run] == symbols[i] && run < 0x1FFF)
                run++;
            if (run >= 7 || i + run == symbols.Length)
            {
                BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)((symbols[i] << 13) | run));
                i += run;
            }
            else
            {
                var chunk = 0xC000; // a vector of seven symbols of two bits
                for (var k = 0; k < 7 && i + k < symbols.Length; k++)
                    chunk |= symbols[i + k] << (12 - (2 * k));
                BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)chunk);
                i += 7;
            }
            at += 2;
        }
        return at;
    }

    /// <summary>Reads such a feedback back: which numbers it speaks of, and how many of them arrived.</summary>
    /// <returns>False when chunks or times do not fit the packet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out ushort first, out int count, out int arrived)
    {
        (first, count, arrived) = (0, 0, 0);
        if (body.Length < 16)
            return false;
        first = BinaryPrimitives.ReadUInt16BigEndian(body[8..]);
        count = BinaryPrimitives.ReadUInt16BigEndian(body[10..]);
        int at = 16,
            left = count,
            times = 0;
        while (left > 0)
        {
            if (at + 2 > body.Length)
                return false;
            int chunk = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            at += 2;
            if ((chunk & 0x8000) == 0)
            {
                var (symbol, run) = ((chunk >> 13) & 3, Math.Min(chunk & 0x1FFF, left));
                if (run == 0 || symbol == 3)
                    return false;
                arrived += symbol == 0 ? 0 : run;
                times += symbol * run;
                left -= run;
                continue;
            }
            var (bits, held) = (chunk & 0x4000) == 0 ? (1, 14) : (2, 7);
            for (var k = 0; k < held && left > 0; k++, left--)
            {
                var symbol = (chunk >> (14 - (bits * (k + 1)))) & ((1 << bits) - 1);
                if (symbol == 3)
                    return false;
                arrived += symbol == 0 ? 0 : 1;
                times += symbol;
            }
        }
        return body.Length - at >= times;
    }
}
