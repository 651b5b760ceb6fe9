using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Lapel.Media;

/// <summary>The first entry of an 'stsd': which codec, as RFC 6381 writes it, and the size of the picture or the shape of the sound.</summary>
readonly record struct SampleEntry(string Codec, int Width, int Height, int Channels, int SampleRateHz)
{
    static readonly uint AvcC = Boxes.TypeOf("avcC"u8);
    static readonly uint HvcC = Boxes.TypeOf("hvcC"u8);
    static readonly uint Esds = Boxes.TypeOf("esds"u8);

    public static SampleEntry Read(ReadOnlySpan<byte> stsd, TrackKind kind)
    {
        if (stsd.Length < 8)
            return new("none", 0, 0, 0, 0);
        var walk = Boxes.In(stsd[8..]);
        if (!walk.Next())
            return new("none", 0, 0, 0, 0);
        var name = walk.Box.Name.Trim();
        var body = walk.Body;
        return kind switch
        {
            TrackKind.Video when body.Length >= 78 => Picture(name, body),
            TrackKind.Sound when body.Length >= 28 => Sound(name, body),
            _ => new(name, 0, 0, 0, 0),
        };
    }

    static SampleEntry Picture(string name, ReadOnlySpan<byte> entry)
    {
        var boxes = entry[78..];
        var codec = name switch
        {
            "avc1" or "avc3" when Boxes.Find(boxes, AvcC) is { Length: >= 4 } avcC =>
                $"{name}.{Convert.ToHexStringLower(avcC.Slice(1, 3))}",
            "hvc1" or "hev1" when Boxes.Find(boxes, HvcC) is { Length: >= 13 } hvcC => $"{name}.{Hevc(hvcC)}",
            _ => name,
        };
        return new(
            codec,
            BinaryPrimitives.ReadUInt16BigEndian(entry[24..]),
            BinaryPrimitives.ReadUInt16BigEndian(entry[26..]),
            0,
            0
        );
    }

    // ISO/IEC 14496-15, annex E.3: profile, reversed compatibility flags, tier and level, constraint bytes without trailing zeros.
    static string Hevc(ReadOnlySpan<byte> hvcC)
    {
        var space = (hvcC[1] >> 6) switch
        {
            1 => "A",
            2 => "B",
            3 => "C",
            _ => "",
        };
        var compatible = BinaryPrimitives.ReadUInt32BigEndian(hvcC[2..]);
        uint reversed = 0;
        for (var bit = 0; bit < 32; bit++)
            reversed |= ((compatible >> bit) & 1) << (31 - bit);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{space}{hvcC[1] & 0x1F}.{reversed:X}.");
        text.Append(CultureInfo.InvariantCulture, $"{((hvcC[1] & 0x20) != 0 ? 'H' : 'L')}{hvcC[12]}");
        foreach (var constraint in hvcC.Slice(6, 6).TrimEnd((byte)0))
            text.Append(CultureInfo.InvariantCulture, $".{constraint:X}");
        return text.ToString();
    }

    static SampleEntry Sound(string name, ReadOnlySpan<byte> entry)
    {
        // QuickTime's versions 1 and 2 of this entry are longer than ISO's.
        var boxesAt = BinaryPrimitives.ReadUInt16BigEndian(entry[8..]) switch
        {
            1 => 44,
            2 => 64,
            _ => 28,
        };
        var boxes = entry.Length > boxesAt ? entry[boxesAt..] : default;
        var codec = name switch
        {
            "mp4a" when Boxes.Find(boxes, Esds) is { Length: > 4 } esds => Mpeg4(esds[4..]),
            "Opus" => "opus",
            _ => name,
        };
        return new(
            codec,
            0,
            0,
            BinaryPrimitives.ReadUInt16BigEndian(entry[16..]),
            (int)(BinaryPrimitives.ReadUInt32BigEndian(entry[24..]) >> 16)
        );
    }

    // ISO/IEC 14496-1: ES descriptor (3), in it the decoder's configuration (4), in it the decoder's own bytes (5).
    static string Mpeg4(ReadOnlySpan<byte> es)
    {
        if (!Descriptor(ref es, 3) || es.Length < 3)
            return "mp4a";
        var flags = es[2];
        var skip = 3 + ((flags & 0x80) != 0 ? 2 : 0) + ((flags & 0x20) != 0 ? 2 : 0);
        if ((flags & 0x40) != 0)
            skip += es.Length > skip ? 1 + es[skip] : 1;
        if (es.Length <= skip)
            return "mp4a";
        var config = es[skip..];
        if (!Descriptor(ref config, 4) || config.Length < 13)
            return "mp4a";
        var objectType = config[0];
        if (objectType != 0x40)
            return string.Create(CultureInfo.InvariantCulture, $"mp4a.{objectType:x2}");
        var own = config[13..];
        if (!Descriptor(ref own, 5) || own.Length < 2)
            return "mp4a.40";
        var audioObject = own[0] >> 3;
        if (audioObject == 31)
            audioObject = 32 + ((own[0] & 7) << 3) + (own[1] >> 5);
        return string.Create(CultureInfo.InvariantCulture, $"mp4a.40.{audioObject}");
    }

    static bool Descriptor(ref ReadOnlySpan<byte> bytes, byte tag)
    {
        if (bytes.Length < 2 || bytes[0] != tag)
            return false;
        var at = 1;
        var length = 0;
        for (var i = 0; i < 4 && at < bytes.Length; i++)
        {
            var b = bytes[at++];
            length = (length << 7) | (b & 0x7F);
            if ((b & 0x80) == 0)
                break;
        }
        bytes = bytes.Slice(at, Math.Min(length, bytes.Length - at));
        return true;
    }
}
