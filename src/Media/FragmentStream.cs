using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lapel.Media;

/// <summary>
/// Splits fragmented MP4, as ffmpeg writes it to a pipe, into the init segment and whole fragments, whatever the pieces it arrives in.
/// Memory follows the bytes that have arrived, never a length that was only announced.
/// </summary>
/// <param name="longestBoxBytes">A longer box is refused when its header arrives, not after it has been collected.</param>
public sealed class FragmentStream(int longestBoxBytes = 64 << 20)
{
    readonly Queue<Fragment> ready = new();
    byte[] buffer = new byte[64 << 10];
    int buffered;
    long consumed; // offset in the stream of buffer[0]
    byte[]? ftyp;
    byte[]? moof;
    long moofAt;
    Instant? capturedAt;

    /// <summary>Null until the whole of it has arrived.</summary>
    public InitSegment? Init { get; private set; }

    /// <summary>Bytes of what has begun and not ended: what a cut here would lose.</summary>
    public long PendingBytes => buffered + (moof?.Length ?? 0);

    /// <exception cref="BrokenMediaException">The stream is not fragmented MP4, or a box is longer than the limit.</exception>
    public void Write(ReadOnlySpan<byte> piece)
    {
        if (buffer.Length - buffered < piece.Length)
            Array.Resize(ref buffer, Math.Max(checked(buffered + piece.Length), buffer.Length * 2));
        piece.CopyTo(buffer.AsSpan(buffered));
        buffered += piece.Length;

        var at = 0;
        while (
            Boxes.Read(buffer.AsSpan(at, buffered - at), 0, long.MaxValue, out var box) is var reading
            && reading != BoxReading.Cut
        )
        {
            Refuse(reading, box);
            if (box.LengthBytes > buffered - at)
                break;
            Take(box, buffer.AsSpan(at, (int)box.LengthBytes), consumed + at);
            at += (int)box.LengthBytes;
        }
        if (at == 0)
            return; // moving nothing on every small piece of a long box would cost the square of its length
        buffer.AsSpan(at, buffered - at).CopyTo(buffer);
        buffered -= at;
        consumed += at;
    }

    /// <summary>The next whole fragment, in order.</summary>
    public bool TryRead([NotNullWhen(true)] out Fragment? fragment) => ready.TryDequeue(out fragment);

    void Refuse(BoxReading reading, Box box)
    {
        if (reading == BoxReading.Broken)
            throw new BrokenMediaException("The stream has a box that is shorter than its own header.");
        if (ftyp is null && Init is null && box.Type != Boxes.Ftyp)
            throw new BrokenMediaException($"The stream does not begin like MP4 but with '{box.Name}'.");
        if (box.LengthBytes > longestBoxBytes)
            throw new BrokenMediaException(
                $"The stream has a '{box.Name}' box longer than {longestBoxBytes} bytes, or without an end."
            );
    }

    void Take(Box box, ReadOnlySpan<byte> bytes, long offset)
    {
        switch (box.Type)
        {
            case Boxes.Ftyp when Init is null:
                ftyp = bytes.ToArray();
                break;
            case Boxes.Moov when Init is null:
                Init = InitSegment.Parse([.. ftyp ?? [], .. bytes]);
                break;
            case Boxes.Prft:
                capturedAt = ProducerTime.Read(bytes[box.HeaderLengthBytes..]);
                break;
            case Boxes.Moof when Init is not null:
                moof = bytes.ToArray();
                moofAt = offset;
                break;
            case Boxes.Mdat when Init is not null && moof is not null:
                var whole = new byte[moof.Length + bytes.Length];
                moof.CopyTo(whole, 0);
                bytes.CopyTo(whole.AsSpan(moof.Length));
                ready.Enqueue(Fragment.Parse(whole, Init, moofAt, capturedAt));
                (moof, capturedAt) = (null, null);
                break;
            case Boxes.Moof:
            case Boxes.Mdat:
                throw new BrokenMediaException($"The stream has a '{box.Name}' box where none can be: it is not fragmented MP4.");
            default:
                break; // padding, segment marks and the index at the end say nothing about a fragment
        }
    }
}

/// <summary>'prft', the producer reference time box (ISO/IEC 14496-12, 8.16.5).</summary>
static class ProducerTime
{
    /// <summary>Seconds from 1900, where NTP begins, to 1970.</summary>
    const long NtpToUnixSeconds = 2_208_988_800;

    public static Instant? Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < 16)
            return null;
        long seconds = BinaryPrimitives.ReadUInt32BigEndian(body[8..]);
        long fraction = BinaryPrimitives.ReadUInt32BigEndian(body[12..]);
        // The 32 bits of seconds run out in 2036 and begin again; nothing here was recorded before 2000.
        if (seconds < NtpToUnixSeconds)
            seconds += 1L << 32;
        return Time.FromMicroseconds((seconds - NtpToUnixSeconds) * 1_000_000 + (fraction * 1_000_000 >> 32));
    }
}
