using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>A fragment and the camera's time of its first frame.</summary>
public sealed record TimedFragment(Fragment Fragment, Instant StartedAt)
{
    public Instant EndedAt => StartedAt + Duration.FromTicks(Fragment.DurationUs * 10);
}

/// <summary>
/// The last seconds before an activation, in memory and nowhere else: what nobody activates is never written. It keeps whole
/// fragments, always begins at a keyframe, and belongs to one init segment.
/// </summary>
/// <param name="length">How much is kept; zero keeps only the fragments a keyframe needs.</param>
public sealed class PreEventBuffer(Duration length)
{
    readonly LinkedList<TimedFragment> kept = new();

    /// <summary>What one fragment is cut from, so that its frames may be played; null while there is no source.</summary>
    public InitSegment? Init { get; private set; }

    public long LengthBytes { get; private set; }

    public Duration Held =>
        kept is { First: { } first, Last: { } last } ? last.Value.EndedAt - first.Value.StartedAt : Duration.Zero;

    /// <summary>Begins again with another init segment: fragments of two sources do not fit in one clip.</summary>
    public void Begin(InitSegment? init)
    {
        Init = init;
        kept.Clear();
        LengthBytes = 0;
    }

    public void Add(TimedFragment fragment)
    {
        kept.AddLast(fragment);
        LengthBytes += fragment.Fragment.Bytes.Length;
        Trim(fragment.EndedAt - length);
    }

    /// <summary>Hands over what is kept, oldest first, none that ended before <paramref name="now"/> less the length, and forgets it.</summary>
    public IReadOnlyList<TimedFragment> Take(Instant now)
    {
        Trim(now - length);
        IReadOnlyList<TimedFragment> all = [.. kept.SkipWhile(f => !f.Fragment.StartsWithKeyframe)];
        kept.Clear();
        LengthBytes = 0;
        return all;
    }

    /// <summary>The camera's clock was set: what is held is as old as before.</summary>
    public void Move(Duration by)
    {
        for (var node = kept.First; node is not null; node = node.Next)
            node.Value = node.Value with { StartedAt = node.Value.StartedAt + by };
    }

    /// <summary>Drops the oldest fragments up to the last keyframe that still covers <paramref name="from"/>.</summary>
    void Trim(Instant from)
    {
        while (NextKeyframe() is { } next && next.Value.StartedAt <= from)
        while (kept.First != next)
            DropFirst();
    }

    LinkedListNode<TimedFragment>? NextKeyframe()
    {
        var node = kept.First?.Next;
        while (node is not null && !node.Value.Fragment.StartsWithKeyframe)
            node = node.Next;
        return node;
    }

    void DropFirst()
    {
        LengthBytes -= kept.First!.Value.Fragment.Bytes.Length;
        kept.RemoveFirst();
    }
}
