using System.Buffers.Binary;

namespace Lapel.Live;

/// <summary>
/// Messages of a camera as an FLV file without an end (Flash Video File Format 10.1, annex E), which is what one ffmpeg reads. Picture and
/// sound only: what a camera says of itself in script data nobody needs, since codecs begin with headers of their own.
/// </summary>
sealed class FlvWriter(Stream to)
{
    const int HeaderLength = 11;
    readonly byte[] header = new byte[HeaderLength];
    readonly byte[] length = new byte[4];

    /// <summary>Annex E.2: signature, version 1, picture and sound announced, and the length of the tag before the first, which is none.</summary>
    static readonly byte[] Beginning = [.. "FLV"u8, 1, 0b101, 0, 0, 0, 9, 0, 0, 0, 0];

    public Task Begin(CancellationToken stop) => to.WriteAsync(Beginning, stop).AsTask();

    /// <summary>A tag (annex E.4.1): kind, length, time, its body, and its length once more.</summary>
    /// <param name="timestamp">Milliseconds of the camera's own clock; bits 24 to 31 stand apart in FLV.</param>
    public async Task Write(RtmpKind kind, uint timestamp, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(0), (uint)kind << 24 | (uint)body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), timestamp << 8 | timestamp >> 24);
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)(HeaderLength + body.Length));
        await to.WriteAsync(header, stop);
        await to.WriteAsync(body, stop);
        await to.WriteAsync(length, stop);
        await to.FlushAsync(stop);
    }

    /// <summary>
    /// Why a picture cannot go on as it is; none when it can. The first byte says how it is coded (annex E.4.3.1); its highest bit is
    /// Enhanced RTMP's, where four letters name the codec.
    /// </summary>
    public static string? WhyNotShow(ReadOnlySpan<byte> picture) =>
        picture.IsEmpty || (picture[0] & 0x80) == 0
            ? null
            : "It sends another codec than H.264 by Enhanced RTMP (HEVC, AV1 or VP9), which is not taken: set it to H.264.";
}
