using System.Buffers.Binary;
using System.Text;

namespace Lapel.Media;

/// <summary>
/// One box of ISO/IEC 14496-12: four letters, and a length that has already been checked against what surrounds it.
/// Offsets are bytes from the start of whatever was read: the file for top-level boxes, the span for children.
/// </summary>
public readonly record struct Box(uint Type, long Offset, int HeaderLengthBytes, long LengthBytes)
{
    public long BodyOffset => Offset + HeaderLengthBytes;

    public long BodyLengthBytes => LengthBytes - HeaderLengthBytes;

    public long End => Offset + LengthBytes;

    /// <summary>The box's type as people write it; bytes outside printable ASCII are dots.</summary>
    public string Name => Boxes.NameOf(Type);
}

public enum BoxReading
{
    /// <summary>The header is whole and the box fits in what surrounds it.</summary>
    Whole,

    /// <summary>The header is not all there, or the box ends after what surrounds it: cut off, or a lie.</summary>
    Cut,

    /// <summary>No such box can exist: its length is smaller than its own header, or larger than 63 bits.</summary>
    Broken,
}

/// <summary>
/// Walks boxes in bytes that anyone may have written. Every length is compared with what is left before it is used, nothing is
/// allocated by a length, and a walk always moves forward, so it ends.
/// </summary>
public static class Boxes
{
    /// <summary>A header with a 64-bit length. A 'uuid' box's sixteen extra bytes count as its body.</summary>
    public const int LongestHeaderBytes = 16;

    public const uint Ftyp = 0x66747970;
    public const uint Styp = 0x73747970;
    public const uint Moov = 0x6D6F6F76;
    public const uint Moof = 0x6D6F6F66;
    public const uint Mdat = 0x6D646174;
    public const uint Free = 0x66726565;
    public const uint Prft = 0x70726674;

    /// <param name="bytes">Bytes from <paramref name="offset"/> on; sixteen are enough.</param>
    /// <param name="limit">Where the surrounding box or file ends. A length of zero ('to the end') ends there.</param>
    public static BoxReading Read(ReadOnlySpan<byte> bytes, long offset, long limit, out Box box)
    {
        box = default;
        if (bytes.Length < 8 || limit - offset < 8)
            return BoxReading.Cut;
        long length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var type = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var header = 8;
        if (length == 0)
            length = limit - offset;
        else if (length == 1)
        {
            if (bytes.Length < 16 || limit - offset < 16)
                return BoxReading.Cut;
            var wide = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
            header = 16;
            if (wide > long.MaxValue)
                return BoxReading.Broken;
            length = (long)wide;
        }
        if (length < header)
            return BoxReading.Broken;
        box = new(type, offset, header, length);
        return length > limit - offset ? BoxReading.Cut : BoxReading.Whole;
    }

    /// <summary>The boxes one after the other in a span. Ends quietly at the first that is cut or broken; ask <see cref="Walk.Ended"/>.</summary>
    public static Walk In(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>The body of the first child of that type; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, uint type)
    {
        var walk = In(bytes);
        while (walk.Next())
            if (walk.Box.Type == type)
                return walk.Body;
        return default;
    }

    /// <summary>The four letters of a literal such as "trak"u8 as the number that stands in the file.</summary>
    public static uint TypeOf(ReadOnlySpan<byte> letters) => BinaryPrimitives.ReadUInt32BigEndian(letters);

    public static string NameOf(uint type)
    {
        Span<byte> letters = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(letters, type);
        foreach (ref var letter in letters)
            if (letter is < 0x20 or > 0x7E)
                letter = (byte)'.';
        return Encoding.ASCII.GetString(letters);
    }

    public ref struct Walk
    {
        readonly ReadOnlySpan<byte> bytes;
        int at;

        internal Walk(ReadOnlySpan<byte> bytes)
        {
            this.bytes = bytes;
            Ended = BoxReading.Whole;
        }

        public Box Box { get; private set; }

        /// <summary>Why the walk ended: Whole when it came to the end, otherwise what was wrong with the next box.</summary>
        public BoxReading Ended { get; private set; }

        public readonly ReadOnlySpan<byte> Body => bytes.Slice((int)Box.BodyOffset, (int)Box.BodyLengthBytes);

        public bool Next()
        {
            if (at >= bytes.Length)
                return false;
            Ended = Read(bytes[at..], at, bytes.Length, out var box);
            if (Ended != BoxReading.Whole)
                return false;
            Box = box;
            at = (int)box.End;
            return true;
        }
    }
}

/// <summary>Media that does not follow its own format. The message is a sentence for people.</summary>
public sealed class BrokenMediaException(string message) : FormatException(message);
