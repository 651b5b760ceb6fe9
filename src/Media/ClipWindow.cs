namespace Lapel.Media;

/// <summary>
/// A sliding view of a clip. It reads little where boxes are far apart (headers between pictures) and more where they are close, so
/// that neither an hour of video nor a million tiny boxes costs many reads.
/// </summary>
sealed class ClipWindow(ReadAt read, long lengthBytes)
{
    /// <summary>A second's 'prft' and 'moof' with sound fit into this, so one read a fragment is usual.</summary>
    const int SmallBytes = 1024;

    const int LargeBytes = 64 << 10;

    byte[] buffer = new byte[SmallBytes];
    long start;
    int filled;
    int near;

    /// <summary>The bytes from <paramref name="offset"/>, at most <paramref name="count"/>, fewer only at the end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> At(long offset, int count)
    {
        if (offset < 0 || offset >= lengthBytes)
            return default;
        count = (int)Math.Min(count, lengthBytes - offset);
        if (offset < start || offset + count > start + filled)
            Fill(offset, count);
        var from = (int)(offset - start);
        return buffer.AsSpan(from, Math.Min(count, filled - from));
    }

    void Fill(long offset, int count)
    {
        near = offset >= start && offset - start - filled < SmallBytes ? near + 1 : 0;
        var want = (int)Math.Min(Math.Max(count, near > 16 ? LargeBytes : SmallBytes), lengthBytes - offset);
        if (buffer.Length < want)
            buffer = new byte[want];
        (start, filled) = (offset, 0);
        while (filled < want && read(offset + filled, buffer.AsSpan(filled, want - filled)) is > 0 and var got)
            filled += Math.Min(got, want - filled);
    }
}
