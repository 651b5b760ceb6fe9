using System.Text;

namespace Lapel.Media;

// The form in which an index stands in a database: a version, then numbers of 7 bits a byte, places and times as differences.
// About ten bytes a fragment. Disposable: it can be read from the clip again at any time.
public sealed partial record ClipIndex
{
    const byte Version = 1;

    public byte[] ToBytes()
    {
        var to = new MemoryStream();
        to.WriteByte(Version);
        Number(to, LengthBytes);
        Number(to, Init.Offset);
        Number(to, Init.LengthBytes);
        Signed(to, MediaStartUs);
        Signed(to, DurationUs);
        Number(to, Cut ? 1 : 0);
        Text(to, NotPlayableDirectly ?? "");
        Number(to, Tracks.Count);
        foreach (var t in Tracks)
        {
            foreach (
                var number in (ReadOnlySpan<long>)
                    [t.Id, (long)t.Kind, t.Timescale, t.Width, t.Height, t.RotationDegrees, t.Channels, t.SampleRateHz]
            )
                Number(to, number);
            Text(to, t.Codec);
        }
        Number(to, Fragments.Count);
        var (end, endUs) = (0L, 0L);
        foreach (var f in Fragments)
        {
            Signed(to, f.Offset - end);
            Number(to, (f.LengthBytes << 1) | (f.StartsWithKeyframe ? 1L : 0));
            Signed(to, f.StartUs - endUs);
            Signed(to, f.DurationUs);
            (end, endUs) = (f.End, f.StartUs + f.DurationUs);
        }
        Number(to, SoundGaps.Count);
        foreach (var g in SoundGaps)
        {
            Signed(to, g.StartUs);
            Signed(to, g.DurationUs);
            Number(to, g.Silenced ? 1 : 0);
        }
        return to.ToArray();
    }

    /// <exception cref="BrokenMediaException">Not an index, or of a version this build does not know: read the clip again.</exception>
    public static ClipIndex FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != Version)
            throw new BrokenMediaException("The stored index is of another version; it has to be read from the clip again.");
        var from = bytes[1..];
        var length = Number(ref from);
        var init = new ByteRange(Number(ref from), Number(ref from));
        var startUs = Signed(ref from);
        var durationUs = Signed(ref from);
        var cut = Number(ref from) != 0;
        var reason = Text(ref from);
        var tracks = new Track[Count(ref from)];
        for (var i = 0; i < tracks.Length; i++)
            tracks[i] = ReadTrack(ref from);
        var fragments = new IndexedFragment[Count(ref from)];
        var (end, endUs) = (0L, 0L);
        for (var i = 0; i < fragments.Length; i++)
        {
            var offset = end + Signed(ref from);
            var size = Number(ref from);
            var fragmentUs = endUs + Signed(ref from);
            var f = fragments[i] = new(offset, size >> 1, fragmentUs, Signed(ref from), (size & 1) != 0);
            (end, endUs) = (f.End, f.StartUs + f.DurationUs);
        }
        var gaps = new SoundGap[Count(ref from)];
        for (var i = 0; i < gaps.Length; i++)
            gaps[i] = new(Signed(ref from), Signed(ref from), Number(ref from) != 0);
        return new(length, init, tracks, fragments, gaps, startUs, durationUs, cut, reason.Length == 0 ? null : reason);
    }

    static Track ReadTrack(ref ReadOnlySpan<byte> from)
    {
        Span<long> n = stackalloc long[8];
        foreach (ref var number in n)
            number = Number(ref from);
        return new(
            (uint)n[0],
            (TrackKind)n[1],
            (uint)n[2],
            Text(ref from),
            (int)n[3],
            (int)n[4],
            (int)n[5],
            (int)n[6],
            (int)n[7]
        );
    }

    static void Number(MemoryStream to, long value)
    {
        for (var rest = (ulong)value; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                to.WriteByte((byte)rest);
                return;
            }
            to.WriteByte((byte)(rest | 0x80));
        }
    }

    // Small numbers of either sign stay small: 0, -1, 1, -2 …
    static void Signed(MemoryStream to, long value) => Number(to, (value << 1) ^ (value >> 63));

    static void Text(MemoryStream to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(to, bytes.Length);
        to.Write(bytes);
    }

    static long Number(ref ReadOnlySpan<byte> from)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (from.IsEmpty)
                throw Short();
            var b = from[0];
            from = from[1..];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return (long)value;
        }
        throw Short();
    }

    static long Signed(ref ReadOnlySpan<byte> from) => Number(ref from) is var n ? (long)((ulong)n >> 1) ^ -(n & 1) : 0;

    /// <summary>How many follow. Each takes a byte or more, so a lie is found before memory is taken for it.</summary>
    static int Count(ref ReadOnlySpan<byte> from) =>
        Number(ref from) is >= 0 and var n && n <= from.Length ? (int)n : throw Short();

    static string Text(ref ReadOnlySpan<byte> from)
    {
        var length = Count(ref from);
        var text = Encoding.UTF8.GetString(from[..length]);
        from = from[length..];
        return text;
    }

    static BrokenMediaException Short() => new("The stored index is cut off or damaged; it has to be read from the clip again.");
}
