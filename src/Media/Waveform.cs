using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lapel.Media;

/// <summary>Lowest and highest sample of each slice of a clip's sound, as signed bytes: what a player draws. Derived and disposable.</summary>
/// <param name="Peaks">Lowest and highest of each slice in turn, from the clip's first picture: min, max, min, max…</param>
public sealed record Waveform(int SlicesPerSecond, sbyte[] Peaks)
{
    const byte Version = 1;
    const int SampleRateHz = 8000; // enough to see speech, and a sixth of the work
    const int LongestSeconds = 86_400;

    /// <summary>
    /// Decodes the sound alone; pictures are neither read nor decrypted. Holes in the sound are drawn as silence where they are.
    /// Null when the clip has no fragments with sound.
    /// </summary>
    /// <param name="slicesPerSecond">A divisor of 8,000; 10 to 50 are useful.</param>
    public static async Task<Waveform?> Make(
        Ffmpeg ffmpeg,
        ClipIndex index,
        ReadAt read,
        int slicesPerSecond,
        CancellationToken stop
    )
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(SampleRateHz % slicesPerSecond, 0);
        if (index.Sound is null || ClipPieces.Of(index, read) is not { } pieces)
            return null;
        var seconds = Math.Clamp(index.DurationUs / 1_000_000.0, 0, LongestSeconds);
        var slices = new Slices(SampleRateHz / slicesPerSecond, (int)Math.Ceiling(seconds * slicesPerSecond));
        var arguments = new FfmpegArguments()
            .Add("-threads", "1")
            .FragmentsOnStdin()
            .Map("0:a:0")
            .Add("-af", "aresample=8000:async=1", "-ac", "1", "-ar", "8000", "-c:a", "pcm_s16le")
            .ToStdout("s16le");
        // Holes are filled by ffmpeg, but for one at the beginning: its own first_pts=0 pads again after every later hole.
        if (index.SoundGaps is [{ StartUs: 0, Silenced: false } late, ..])
            slices.Skip(late.DurationUs * SampleRateHz / 1_000_000);
        var any = false;
        await ffmpeg.Run(arguments, Feed, Take, TimeSpan.FromMinutes(10), stop);
        return any ? new(slicesPerSecond, slices.Peaks) : null;

        async Task Feed(Stream to, CancellationToken within)
        {
            await to.WriteAsync(pieces.Init, within);
            foreach (var fragment in index.Fragments)
                if (pieces.SoundAlone(fragment) is { } sound)
                    await to.WriteAsync(sound, within);
        }

        async Task Take(Stream from, CancellationToken within)
        {
            var buffer = new byte[32 << 10];
            var kept = 0;
            while (await from.ReadAsync(buffer.AsMemory(kept), within) is > 0 and var got)
            {
                any = true;
                kept += got;
                slices.Add(buffer.AsSpan(0, kept & ~1));
                if ((kept & 1) != 0)
                    buffer[0] = buffer[kept - 1];
                kept &= 1;
            }
        }
    }

    /// <summary>A version, slices a second (16 bits, big-endian), then the peaks.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[3 + Peaks.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)SlicesPerSecond);
        MemoryMarshal.AsBytes(Peaks.AsSpan()).CopyTo(bytes.AsSpan(3));
        return bytes;
    }

    /// <exception cref="BrokenMediaException">Not a waveform of this version: make it again.</exception>
    public static Waveform FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 3 && bytes[0] == Version && (bytes.Length - 3) % 2 == 0
            ? new(BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), MemoryMarshal.Cast<byte, sbyte>(bytes[3..]).ToArray())
            : throw new BrokenMediaException("The stored waveform is damaged or of another version; it has to be made again.");

    /// <summary>Folds samples into slices. What comes after the last slice is not kept.</summary>
    sealed class Slices(int samplesPerSlice, int count)
    {
        int slice;
        int inSlice;
        short lowest;
        short highest;

        public sbyte[] Peaks { get; } = new sbyte[count * 2];

        public void Skip(long samples) =>
            (slice, inSlice) =
                samples / samplesPerSlice < count
                    ? ((int)(samples / samplesPerSlice), (int)(samples % samplesPerSlice))
                    : (count, 0);

        public void Add(ReadOnlySpan<byte> littleEndian)
        {
            for (var at = 0; at + 1 < littleEndian.Length && slice < count; at += 2)
            {
                var sample = BinaryPrimitives.ReadInt16LittleEndian(littleEndian[at..]);
                (lowest, highest) = inSlice == 0 ? (sample, sample) : (Math.Min(lowest, sample), Math.Max(highest, sample));
                (Peaks[slice * 2], Peaks[slice * 2 + 1]) = ((sbyte)(lowest >> 8), (sbyte)(highest >> 8));
                if (++inSlice == samplesPerSlice)
                    (slice, inSlice) = (slice + 1, 0);
            }
        }
    }
}
