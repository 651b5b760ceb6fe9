using System.Buffers.Binary;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// What RTMP commands are written in (AMF 0 specification, section 2). What comes is a stranger's: depth and number of values are
/// bounded, and of what no command needs only the length is read. A value is a <see cref="double"/>, <see cref="bool"/>,
/// <see cref="string"/>, a dictionary, or none.
/// </summary>
static class Amf0
{
    const int DeepestNesting = 8;
    const int MostValues = 256;

    // Section 2.1.
    const byte Number = 0x00;
    const byte Boolean = 0x01;
    const byte String = 0x02;
    const byte Object = 0x03;
    const byte Null = 0x05;
    const byte Undefined = 0x06;
    const byte EcmaArray = 0x08;
    const byte ObjectEnd = 0x09;
    const byte StrictArray = 0x0A;
    const byte Date = 0x0B;
    const byte LongString = 0x0C;
    const byte Unsupported = 0x0D;
    const byte XmlDocument = 0x0F;
    const byte TypedObject = 0x10;

    /// <summary>All values of a command, one after the other.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static IReadOnlyList<object?> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes);
        var values = new List<object?>();
        while (!reader.AtEnd)
            values.Add(reader.Value(DeepestNesting));
        return values;
    }

    ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        int count;

        public readonly bool AtEnd => rest.IsEmpty;

        public object? Value(int depth)
        {
            if (++count > MostValues || depth == 0)
                throw new FormatException("A command of more values, or deeper ones, than any camera sends.");
            return Take(1)[0] switch
            {
                Number => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
                Boolean => Take(1)[0] != 0,
                String => Short(),
                LongString or XmlDocument => Text(Long()),
                Object => Members(depth),
                EcmaArray when Take(4).Length == 4 => Members(depth), // its count is a hint only, section 2.10
                TypedObject when Short() is not null => Members(depth),
                StrictArray => Items(depth),
                Date => Skip(10),
                Null or Undefined or Unsupported => null,
                var marker => throw new FormatException($"A command with a value of the kind {marker}, which is not known here."),
            };
        }

        string Short() => Text(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));

        uint Long() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

        string Text(uint length) => Encoding.UTF8.GetString(Take(length));

        Dictionary<string, object?> Members(int depth)
        {
            var members = new Dictionary<string, object?>();
            while (true)
            {
                var name = Short();
                if (name.Length == 0 && !rest.IsEmpty && rest[0] == ObjectEnd)
                {
                    Take(1);
                    return members;
                }
                members[name] = Value(depth - 1);
            }
        }

        object? Items(int depth)
        {
            for (var left = Long(); left > 0; left--)
                Value(depth - 1);
            return null;
        }

        object? Skip(uint length)
        {
            Take(length);
            return null;
        }

        ReadOnlySpan<byte> Take(uint length)
        {
            if (length > rest.Length)
                throw new FormatException("A command ends in the middle of a value.");
            var taken = rest[..(int)length];
            rest = rest[(int)length..];
            return taken;
        }
    }

    /// <param name="values">A <see cref="double"/>, <see cref="string"/>, an array of named values, or none.</param>
    public static byte[] Write(params ReadOnlySpan<object?> values)
    {
        var to = new MemoryStream();
        foreach (var value in values)
            Write(to, value);
        return to.ToArray();
    }

    static void Write(MemoryStream to, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteByte(Null);
                break;
            case double number:
                to.WriteByte(Number);
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(eight, number);
                to.Write(eight);
                break;
            case string text:
                to.WriteByte(String);
                WriteName(to, text);
                break;
            case (string Name, object? Value)[] members:
                to.WriteByte(Object);
                foreach (var (name, member) in members)
                {
                    WriteName(to, name);
                    Write(to, member);
                }
                WriteName(to, "");
                to.WriteByte(ObjectEnd);
                break;
            default:
                throw new ArgumentException($"No command of ours has a {value.GetType().Name}.", nameof(value));
        }
    }

    static void WriteName(MemoryStream to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)bytes.Length));
        to.Write(length);
        to.Write(bytes);
    }
}
