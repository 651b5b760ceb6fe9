using System.Buffers.Binary;
using System.Text;

namespace Lapel.Media;

/// <summary>
/// What is in a Matroska or WebM file (RFC 9559), as browsers record it: tracks and how long. It is never played as it is, so no place
/// in it is noted; a proxy is made of it. Elements that only hold others are walked into and all else is jumped over, so lengths that are
/// not known, which recorders write, need no end.
/// </summary>
sealed class Matroska(ReadAt read, long lengthBytes)
{
    // As in ClipReader: bounds on what a hostile file can make us do.
    const int MostElements = 4_000_000;
    const int MostTracks = 64;
    const long LongestUs = 7 * 86_400_000_000;
    const int LongestHeaderBytes = 12;

    // RFC 9559, section 5, and RFC 8794 for the first.
    const uint Ebml = 0x1A45DFA3;
    const uint Segment = 0x18538067;
    const uint Info = 0x1549A966;
    const uint TimestampScale = 0x2AD7B1;
    const uint Tracks = 0x1654AE6B;
    const uint TrackEntry = 0xAE;
    const uint TrackNumber = 0xD7;
    const uint TrackType = 0x83;
    const uint CodecId = 0x86;
    const uint Video = 0xE0;
    const uint PixelWidth = 0xB0;
    const uint PixelHeight = 0xBA;
    const uint Audio = 0xE1;
    const uint SamplingFrequency = 0xB5;
    const uint Channels = 0x9F;
    const uint Cluster = 0x1F43B675;
    const uint ClusterTimestamp = 0xE7;
    const uint BlockGroup = 0xA0;
    const uint Block = 0xA1;
    const uint SimpleBlock = 0xA3;

    readonly ClipWindow window = new(read, lengthBytes);
    readonly List<Track> tracks = [];
    Track? open;
    ulong scaleNs = 1_000_000;
    ulong cluster;
    Int128 first = Int128.MaxValue;
    Int128 last = Int128.MinValue;

    public static bool Begins(ReadOnlySpan<byte> file) => file is [0x1A, 0x45, 0xDF, 0xA3, ..];

    public ClipIndex Read()
    {
        var whole = Walk();
        Keep();
        var durationUs = last >= first ? (long)Int128.Clamp((last - first) * (Int128)scaleNs / 1000, 0, LongestUs) : 0;
        return new(lengthBytes, default, tracks, [], [], 0, durationUs, !whole, WhyNotPlayable());
    }

    string WhyNotPlayable()
    {
        var codecs = string.Join(" and ", tracks.Where(t => t.Kind != TrackKind.Other).Select(t => t.Codec));
        return codecs.Length == 0
            ? "It is Matroska or WebM, not MP4, and describes neither picture nor sound."
            : $"It is Matroska or WebM with {codecs}, not MP4.";
    }

    /// <returns>False when the file ends inside an element, or is damaged.</returns>
    bool Walk()
    {
        var at = 0L;
        for (var count = 0; at < lengthBytes; count++)
        {
            if (count == MostElements || !ReadHeader(at, out var id, out var headerBytes, out var bodyBytes))
                return false;
            at += headerBytes;
            if (id is Segment or Info or Tracks or TrackEntry or Video or Audio or Cluster or BlockGroup)
            {
                if (id == TrackEntry)
                    Begin();
                continue; // into it: what it holds comes next
            }
            // Only what holds others may be without a length.
            if (bodyBytes is not { } length || length > lengthBytes - at)
                return false;
            Take(id, at, length);
            at += length;
        }
        return true;
    }

    void Take(uint id, long at, long length)
    {
        switch (id)
        {
            case TimestampScale when Number(at, length) is > 0 and <= 1_000_000_000 and var scale:
                scaleNs = scale;
                break;
            case TrackNumber:
                Change(t => t with { Id = (uint)Math.Min(Number(at, length), uint.MaxValue) });
                break;
            case TrackType:
                var kind = Number(at, length) switch
                {
                    1 => TrackKind.Video,
                    2 => TrackKind.Sound,
                    _ => TrackKind.Other,
                };
                Change(t => t with { Kind = kind });
                break;
            case CodecId:
                var codec = Codec(at, length);
                Change(t => t with { Codec = codec });
                break;
            case PixelWidth:
                Change(t => t with { Width = Small(at, length) });
                break;
            case PixelHeight:
                Change(t => t with { Height = Small(at, length) });
                break;
            case Channels:
                Change(t => t with { Channels = Small(at, length) });
                break;
            case SamplingFrequency:
                Change(t => t with { SampleRateHz = Frequency(at, length) });
                break;
            case ClusterTimestamp:
                cluster = Number(at, length);
                break;
            case SimpleBlock or Block:
                Note(at, length);
                break;
        }
    }

    /// <summary>A block begins with its track's number and its time within the cluster, signed.</summary>
    void Note(long at, long length)
    {
        var start = window.At(at, (int)Math.Min(length, LongestHeaderBytes));
        if (!TryVint(start, out _, out var numberBytes) || start.Length < numberBytes + 2)
            return;
        var time = (Int128)cluster + BinaryPrimitives.ReadInt16BigEndian(start[numberBytes..]);
        first = Int128.Min(first, time);
        last = Int128.Max(last, time);
    }

    void Begin()
    {
        Keep();
        open = new(0, TrackKind.Other, 1000, "unknown", 0, 0, 0, 0, 0);
    }

    void Change(Func<Track, Track> change) => open = open is null ? null : change(open);

    void Keep()
    {
        if (open is { } track && tracks.Count < MostTracks)
            tracks.Add(track);
        open = null;
    }

    bool ReadHeader(long at, out uint id, out int headerBytes, out long? bodyBytes)
    {
        (id, headerBytes, bodyBytes) = (0, 0, null);
        var header = window.At(at, LongestHeaderBytes);
        // An id is the vint with its marker, of at most four bytes; a size is the vint without it.
        var idBytes = header.IsEmpty ? 9 : System.Numerics.BitOperations.LeadingZeroCount((uint)header[0]) - 23;
        if (idBytes > 4 || header.Length <= idBytes)
            return false;
        for (var i = 0; i < idBytes; i++)
            id = id << 8 | header[i];
        if (!TryVint(header[idBytes..], out var size, out var sizeBytes))
            return false;
        headerBytes = idBytes + sizeBytes;
        var unknown = (1UL << 7 * sizeBytes) - 1;
        bodyBytes =
            size == unknown ? null
            : size > long.MaxValue / 2 ? long.MaxValue / 2
            : (long)size;
        return true;
    }

    static bool TryVint(ReadOnlySpan<byte> bytes, out ulong value, out int length)
    {
        (value, length) = (0, 0);
        if (bytes.IsEmpty || bytes[0] == 0)
            return false;
        length = System.Numerics.BitOperations.LeadingZeroCount((uint)bytes[0]) - 23;
        if (bytes.Length < length)
            return false;
        value = bytes[0] & (0xFFUL >> length);
        for (var i = 1; i < length; i++)
            value = value << 8 | bytes[i];
        return true;
    }

    /// <summary>An unsigned number of at most eight bytes; longer ones are 0, which means nothing anywhere here.</summary>
    ulong Number(long at, long length)
    {
        if (length is <= 0 or > 8)
            return 0;
        var value = 0UL;
        foreach (var part in window.At(at, (int)length))
            value = value << 8 | part;
        return value;
    }

    int Small(long at, long length) => (int)Math.Min(Number(at, length), 100_000);

    int Frequency(long at, long length)
    {
        var bytes = window.At(at, (int)Math.Min(length, 8));
        var hertz = bytes.Length switch
        {
            4 => BinaryPrimitives.ReadSingleBigEndian(bytes),
            8 => BinaryPrimitives.ReadDoubleBigEndian(bytes),
            _ => 0,
        };
        return hertz is > 0 and < 1_000_000 ? (int)hertz : 0;
    }

    string Codec(long at, long length)
    {
        var name = Encoding.ASCII.GetString(window.At(at, (int)Math.Min(length, 40))).TrimEnd('\0');
        return name switch
        {
            "V_VP8" => "vp8",
            "V_VP9" => "vp9",
            "V_AV1" => "av1",
            "V_MPEG4/ISO/AVC" => "H.264",
            "A_OPUS" => "opus",
            "A_VORBIS" => "vorbis",
            _ => new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' ? c : '?')]),
        };
    }
}
