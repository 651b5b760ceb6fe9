namespace Lapel.Media;

/// <summary>A playable copy (H.264 and AAC, fragmented MP4) of a clip that browsers cannot play. Derived and disposable.</summary>
public static class Proxy
{
    /// <summary>Feeds the original from stdin when its container allows it, else from a pipe that can seek: a file given by path.</summary>
    public static Task Make(Ffmpeg ffmpeg, string originalFile, Stream to, CancellationToken stop) => Task.CompletedTask;
}
