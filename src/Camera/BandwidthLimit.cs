namespace Lapel.CameraProgram;

/// <summary>
/// Keeps an upload under a rate. Each piece books its place in time; whoever comes before his place waits. A quarter of a second may
/// be saved up, so that a pause in the network is not lost.
/// </summary>
/// <param name="rateKbps">Kilobits a second, asked before each piece since the server may change it; none is no limit.</param>
public sealed class BandwidthLimit(Func<int?> rateKbps, TimeProvider time)
{
    /// <summary>Small enough for a smooth flow at low rates, and one TLS record.</summary>
    public const int PieceBytes = 16 * 1024;

    static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);

    readonly long origin = time.GetTimestamp();
    TimeSpan next;

    public int? RateKbps => rateKbps();

    public async ValueTask Take(int bytes, CancellationToken stop)
    {
        if (rateKbps() is not (> 0 and var kbps))
            return;
        var now = time.GetElapsedTime(origin);
        if (next < now - Burst)
            next = now - Burst;
        next += TimeSpan.FromSeconds(bytes * 8 / (kbps * 1000.0));
        if (next > now)
            await Task.Delay(next - now, time, stop);
    }
}
