using System.Buffers.Binary;

namespace Lapel.Media;

/// <summary>
/// 'free' boxes, which every reader of MP4 skips. The camera fills up to a sealed segment's boundary with one, so that a fragment
/// can be put on disk, whole and encrypted, before the next one is there.
/// </summary>
public static class Padding
{
    public const int ShortestBytes = 8;

    /// <summary>A 'free' box of exactly that length, header included, its body zeros.</summary>
    public static byte[] Free(int lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, ShortestBytes);
        var box = new byte[lengthBytes];
        BinaryPrimitives.WriteInt32BigEndian(box, lengthBytes);
        BinaryPrimitives.WriteUInt32BigEndian(box.AsSpan(4), Boxes.Free);
        return box;
    }
}
