namespace Lapel.Media;

/// <summary>
/// Takes single samples and single tracks out of a clip, so that ffmpeg is given what it needs and the rest is neither read nor decrypted.
/// </summary>
sealed class ClipPieces
{
    const int LongestInitBytes = 33 << 20;
    const int LongestMoofBytes = 4 << 20;

    /// <summary>A keyframe of 8K at the best quality is half of this.</summary>
    const int LongestPictureBytes = 16 << 20;

    readonly ReadAt read;
    readonly InitSegment init;
    readonly ClipIndex index;

    ClipPieces(ReadAt read, ClipIndex index, InitSegment init) => (this.read, this.index, this.init) = (read, index, init);

    /// <summary>Null when the clip has no fragments to take from.</summary>
    public static ClipPieces? Of(ClipIndex index, ReadAt read)
    {
        if (index.Fragments.Count == 0 || index.Init.LengthBytes is <= 0 or > LongestInitBytes)
            return null;
        var bytes = new byte[index.Init.LengthBytes];
        Fill(read, index.Init.Offset, bytes);
        return new(read, index, InitSegment.Parse(bytes));
    }

    public byte[] Init => init.Bytes;

    /// <summary>The fragment cut down to its first picture; null when it does not begin with one that can be decoded alone.</summary>
    public byte[]? FirstPicture(IndexedFragment fragment)
    {
        var (moof, runs) = ReadMoof(fragment);
        var picture = runs.Find(r => r.Of.Track.Kind == TrackKind.Video && r.StartsWithKeyframe);
        return picture is { FirstSampleSizeBytes: > 0 and <= LongestPictureBytes }
            ? Write(fragment, moof, new(picture, FirstSampleOnly: true))
            : null;
    }

    /// <summary>The fragment with its sound alone, its time counted from the clip's first picture; null when it has none.</summary>
    public byte[]? SoundAlone(IndexedFragment fragment)
    {
        var (moof, runs) = ReadMoof(fragment);
        if (runs.Find(r => r.TrackId == init.Sound?.Id && r.Samples > 0) is not { } sound)
            return null;
        var moved = sound.Of.ShiftTicks - Ticks.FromMicroseconds(index.MediaStartUs, sound.Of.Track.Timescale);
        return Write(fragment, moof, new(sound, MovedTicks: moved));
    }

    byte[] Write(IndexedFragment fragment, byte[] moof, KeptRun kept) =>
        FragmentBytes.Write(
            moof,
            [kept],
            (run, into) =>
            {
                if (run.Offset < 0 || run.Offset + into.Length > fragment.LengthBytes)
                    throw new BrokenMediaException("A fragment's samples are not inside it.");
                Fill(read, fragment.Offset + run.Offset, into);
            }
        );

    (byte[] Moof, List<TrackRun> Runs) ReadMoof(IndexedFragment fragment)
    {
        Span<byte> header = stackalloc byte[Boxes.LongestHeaderBytes];
        Fill(read, fragment.Offset, header);
        if (
            Boxes.Read(header, 0, fragment.LengthBytes, out var box) != BoxReading.Whole
            || box.Type != Boxes.Moof
            || box.LengthBytes > LongestMoofBytes
        )
            throw new BrokenMediaException("The clip is not the one its index was made from.");
        var moof = new byte[box.LengthBytes];
        Fill(read, fragment.Offset, moof);
        return (moof, Moof.Read(moof, fragment.Offset, init));
    }

    static void Fill(ReadAt read, long offset, Span<byte> into)
    {
        while (into.Length > 0)
        {
            var got = read(offset, into);
            if (got <= 0)
                throw new BrokenMediaException("The clip is shorter than its index says.");
            offset += got;
            into = into[got..];
        }
    }
}
