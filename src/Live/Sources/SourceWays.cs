namespace Lapel.Live;

/// <summary>By which ways this server takes streams of cameras that are not ours. Where there is any, it also asks cameras by RTSP.</summary>
/// <param name="Srt">None: it takes none by SRT.</param>
/// <param name="Rtmp">None: it takes none by RTMP.</param>
public sealed record SourceWays(SourceRange? Srt, RtmpPort? Rtmp)
{
    public bool Takes(SourceKind kind) =>
        kind switch
        {
            SourceKind.Srt => Srt is not null,
            SourceKind.Rtmp => Rtmp is not null,
            _ => true,
        };

    /// <summary>Where a camera pushes to; none for one that is asked.</summary>
    /// <param name="host">The server's name, as whoever wants to know reached it.</param>
    public string? PushTo(LiveSource source, string host, string agency) =>
        source.Kind switch
        {
            SourceKind.Srt => $"srt://{host}:{source.Port}",
            SourceKind.Rtmp => Rtmp?.Address(host, agency),
            _ => null,
        };
}
