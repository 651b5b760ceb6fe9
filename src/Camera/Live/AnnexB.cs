using System.Buffers;

namespace Lapel.CameraProgram;

/// <summary>
/// Puts H.264 back together from RTP (RFC 6184: single units, STAP-A, FU-A) as a decoder reads it from a pipe: units behind start codes,
/// and after each picture a delimiter, so that the decoder need not wait for the next one to know that this one is whole.
/// </summary>
public sealed class AnnexB
{
    const int Idr = 5;
    const int ParameterSet = 7;
    const int Aggregate = 24; // STAP-A
    const int Fragment = 28; // FU-A
    const int MostBytes = 4 << 20;

    static readonly byte[] StartCode = [0, 0, 0, 1];
    static readonly byte[] Delimiter = [0, 0, 0, 1, 9, 0xF0];

    readonly ArrayBufferWriter<byte> picture = new(64 << 10);
    bool whole = true;

    /// <summary>Whether the picture taken last can be decoded by itself.</summary>
    public bool IsKeyframe { get; private set; }

    bool keyframe;

    /// <returns>A whole picture with its delimiter when this packet was its last; else null.</returns>
    public byte[]? Add(ReadOnlySpan<byte> payload, bool last)
    {
        if (!payload.IsEmpty)
            Take(payload);
        if (!last)
            return null;
        picture.Write(Delimiter);
        (IsKeyframe, var made) = (
            keyframe,
            whole && picture.WrittenCount > Delimiter.Length ? picture.WrittenSpan.ToArray() : null
        );
        Clear();
        return made;
    }

    void Clear()
    {
        picture.ResetWrittenCount();
        (whole, keyframe) = (true, false);
    }

    void Take(ReadOnlySpan<byte> payload)
    {
        if (picture.WrittenCount + payload.Length > MostBytes)
        {
            whole = false;
            return;
        }
        switch (payload[0] & 0x1F)
        {
            case Aggregate:
                for (var at = 1; at + 2 < payload.Length; )
                {
                    var length = (payload[at] << 8) | payload[at + 1];
                    if (length == 0 || length > payload.Length - at - 2)
                    {
                        whole = false;
                        return;
                    }
                    Unit(payload.Slice(at + 2, length));
                    at += 2 + length;
                }
                break;
            case Fragment when payload.Length > 2:
                if ((payload[1] & 0x80) != 0)
                    Unit([(byte)((payload[0] & 0xE0) | (payload[1] & 0x1F))]);
                picture.Write(payload[2..]);
                break;
            case >= 1 and < Aggregate:
                Unit(payload);
                break;
            default:
                whole = false;
                break;
        }
    }

    void Unit(ReadOnlySpan<byte> unit)
    {
        keyframe |= (unit[0] & 0x1F) is Idr or ParameterSet;
        picture.Write(StartCode);
        picture.Write(unit);
    }

    /// <summary>Whether a packet is the first of a picture that needs none before it: ffmpeg puts the parameter sets there.</summary>
    public static bool BeginsKeyframe(ReadOnlySpan<byte> payload) =>
        payload.Length > 3
        && (payload[0] & 0x1F) switch
        {
            ParameterSet => true,
            Aggregate => (payload[3] & 0x1F) == ParameterSet,
            _ => false,
        };
}
