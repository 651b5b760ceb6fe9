namespace Lapel.WebRtc;

/// <summary>
/// How a publisher's clock stands to ours. Each sender report carries its time of sending; the shortest of the recent differences
/// is that offset and the fastest way here, of which half the round trip is taken off. Good to half the asymmetry of the way.
/// </summary>
sealed class CaptureClock
{
    const int Kept = 16;

    readonly long[] differences = new long[Kept];
    int count;

    /// <summary>0 until it was measured.</summary>
    public long RoundTripUs { get; set; }

    public bool IsKnown => count > 0;

    public void Reported(ulong ntp, long arrivedWallUs)
    {
        differences[count % Kept] = arrivedWallUs - Ntp.ToMicroseconds(ntp);
        count++;
    }

    /// <summary>To be added to a time of the publisher's to have it by our clock.</summary>
    public long OffsetUs
    {
        get
        {
            var shortest = long.MaxValue;
            for (var i = 0; i < Math.Min(count, Kept); i++)
                shortest = Math.Min(shortest, differences[i]);
            return shortest - (RoundTripUs / 2);
        }
    }
}

/// <summary>The last delays of one viewer's pictures, for their middle and their slow end.</summary>
sealed class DelaySamples
{
    readonly int[] ms10 = new int[512]; // tenths of a millisecond
    int count;

    public bool Any => count > 0;

    public void Add(long us)
    {
        ms10[count % ms10.Length] = (int)Math.Clamp(us / 100, 0, 600_000);
        count++;
    }

    public (Duration P50, Duration P95) Read()
    {
        Span<int> sorted = stackalloc int[Math.Min(count, ms10.Length)];
        ms10.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return (Of(sorted[sorted.Length / 2]), Of(sorted[(int)(sorted.Length * 0.95)]));

        static Duration Of(int tenths) => Duration.FromTicks(tenths * 1000L);
    }
}

/// <summary>Bits a second over the last second or so.</summary>
struct BitrateMeter
{
    long startUs;
    long bytes;

    public double Kbps { get; private set; }

    public void Add(int lengthBytes) => bytes += lengthBytes;

    public void Tick(long nowUs)
    {
        if (startUs == 0)
        {
            startUs = nowUs;
            return;
        }
        if (nowUs - startUs < 500_000)
            return;
        var now = bytes * 8_000.0 / (nowUs - startUs);
        Kbps = Kbps == 0 ? now : (0.4 * Kbps) + (0.6 * now);
        (startUs, bytes) = (nowUs, 0);
    }
}
