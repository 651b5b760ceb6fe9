namespace Lapel.Renditions;

/// <summary>
/// The clips of a recording read as if they were one: the first clip's beginning, then the fragments of all. This is how a filmstrip of
/// the whole recording is one picture. A clip that begins otherwise (another size or codec) is left out; its time stays empty.
/// Not for two threads at once.
/// </summary>
sealed class Joined : IDisposable
{
    readonly List<(long From, ClearClip Media)> parts = [];

    Joined(ClipIndex index) => Index = index;

    public ClipIndex Index { get; private set; }

    /// <param name="open">Opens the media of a clip, or of its proxy; none when there is nothing to read.</param>
    public static Joined? Of(IEnumerable<(ClipIndex Index, Func<ClearClip?> Open)> clips)
    {
        Joined? all = null;
        byte[]? beginning = null;
        var (offset, startUs) = (0L, 0L);
        var fragments = new List<IndexedFragment>();
        foreach (var (index, open) in clips)
        {
            if (index.Fragments.Count > 0 && open() is { } media)
            {
                var init = new byte[index.Init.LengthBytes];
                _ = media.Read(index.Init.Offset, init);
                beginning ??= init;
                if (init.AsSpan().SequenceEqual(beginning))
                {
                    (all ??= new(index)).parts.Add((offset, media));
                    fragments.AddRange(
                        index.Fragments.Select(f => f with { Offset = f.Offset + offset, StartUs = f.StartUs + startUs })
                    );
                    offset += media.LengthBytes;
                }
                else
                    media.Dispose();
            }
            startUs += index.DurationUs;
        }
        if (all is not null)
            all.Index = all.Index with { LengthBytes = offset, Fragments = fragments, DurationUs = startUs };
        return all;
    }

    public int Read(long offset, Span<byte> into)
    {
        var part = parts.FindLastIndex(p => p.From <= offset);
        return part < 0 ? 0 : parts[part].Media.Read(offset - parts[part].From, into);
    }

    public void Dispose()
    {
        foreach (var (_, media) in parts)
            media.Dispose();
    }
}
