namespace Lapel.WebRtc;

/// <summary>What the way to the gateway carried since the measurement before.</summary>
/// <param name="LostShare">Of the packets that the gateway should have had, 0 to 1, before any was sent again; none while nothing was sent.</param>
/// <param name="ArrivedKbps">What of the sent arrived.</param>
/// <param name="Queue">How much longer a round trip takes than the shortest one known: what waits in a router on the way.</param>
/// <param name="Quiet">Since anything at all came back.</param>
public sealed record Uplink(double? LostShare, double SentKbps, double ArrivedKbps, Duration Queue, Duration Quiet);

/// <summary>
/// Measures the way to the gateway from what the gateway tells: transport-wide feedback names each packet that arrived, report blocks give
/// the round trip. Not thread-safe: its owner locks around it.
/// </summary>
sealed class UplinkMeter
{
    /// <summary>A gateway that stays silent about this many packets for this long has not received them.</summary>
    const int Unanswered = 10;
    const long UnansweredUs = 1_000_000;

    /// <summary>What was sent longer ago says nothing about the way as it is now.</summary>
    const long ForgottenUs = 6_000_000;

    long sinceUs;
    long sentBytes;
    long told;
    long arrived;
    long sentSinceTold;
    long toldUs;
    long lastSentUs;
    long heardUs;
    long tripUs;
    long shortestUs;

    public void Begin(long nowUs) => sinceUs = toldUs = heardUs = nowUs;

    public void Sent(int lengthBytes, long nowUs)
    {
        if (sentSinceTold == 0)
            toldUs = Math.Max(toldUs, nowUs); // a pause in which nothing was sent is no silence
        sentBytes += lengthBytes;
        lastSentUs = nowUs;
        sentSinceTold++;
    }

    public void Heard(long nowUs) => heardUs = nowUs;

    public void Told(int count, int thereOf, long nowUs)
    {
        told += count;
        arrived += thereOf;
        sentSinceTold = 0;
        toldUs = nowUs;
    }

    public void Trip(long us)
    {
        tripUs = us;
        shortestUs = shortestUs == 0 || us < shortestUs ? us : shortestUs + ((us - shortestUs) / 64);
    }

    public Uplink Read(long nowUs)
    {
        if (nowUs - lastSentUs > ForgottenUs)
            sentSinceTold = 0;
        var seconds = Math.Max(0.05, (nowUs - sinceUs) / 1e6);
        var kbps = sentBytes * 8 / 1000.0 / seconds;
        double? lost =
            sentSinceTold >= Unanswered && nowUs - toldUs > UnansweredUs ? 1
            : told > 0 ? Math.Clamp(1 - ((double)arrived / told), 0, 1)
            : null;
        var read = new Uplink(
            lost,
            kbps,
            kbps * (1 - (lost ?? 0)),
            Duration.FromTicks(Math.Max(0, tripUs - shortestUs) * 10),
            Duration.FromTicks(Math.Max(0, nowUs - heardUs) * 10)
        );
        (sinceUs, sentBytes, told, arrived) = (nowUs, 0, 0, 0);
        return read;
    }
}
