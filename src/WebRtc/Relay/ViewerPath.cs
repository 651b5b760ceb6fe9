namespace Lapel.WebRtc;

/// <summary>
/// What a viewer's network is believed to bear, and so which of the layers it gets. What a browser believes never rises far above what it
/// receives, so on a small layer it says nothing about a larger one: a larger one is shown where the path is clean, and left where it strains.
/// </summary>
sealed class ViewerPath
{
    const long EstimateFreshUs = 5_000_000;

    /// <summary>A queue this much longer than it ever was is filling up.</summary>
    const long QueueUs = 150_000;
    const double CleanLoss = 0.02;
    const double StrainedLoss = 0.05;
    const double HeavyLoss = 0.10;

    /// <summary>Upward only with room to spare, so that a viewer at the edge does not go back and forth.</summary>
    const double Room = 0.8;
    const long SettleUs = 5_000_000;
    const long FirstPauseUs = 10_000_000;
    const long LongestPauseUs = 60_000_000;

    /// <summary>A larger layer that was left within this time was more than the path bears; later, the path has changed.</summary>
    const long ProvenUs = 20_000_000;

    /// <summary>What is said of packets in a second says little: what comes in lumps is lost in lumps.</summary>
    const long CarriedUs = 3_000_000;
    const int FewestPackets = 30;
    const double LeastCarried = 0.65;

    /// <summary>Reports that come faster are not kept one by one.</summary>
    const long BetweenReportsUs = 200_000;

    readonly Queue<(long AtUs, long Sent, long Came)> reports = new();
    (long AtUs, long Sent, long Came) last;
    (uint Highest, int LostTotal) lastBlock;
    long came;
    double lossKbps = 2500;
    double estimateKbps;
    long estimateUs = long.MinValue / 2;
    long shortestTripUs;
    long pauseUs = FirstPauseUs;
    long climbedUs = long.MinValue / 2;
    long tryAtUs;

    /// <summary>0 until it was measured.</summary>
    public long RoundTripUs { get; private set; }

    /// <summary>Of the picture's packets since the last report; null until one came.</summary>
    public double? LostFraction { get; private set; }

    /// <summary>
    /// Of the picture's packets that were sent in the last three seconds or a little longer, the share that came; null where few were sent or the
    /// viewer has not said. A viewer whom nothing reaches reports no loss, since it knows of nothing: so what came is held against what was sent,
    /// and not against what the viewer knows to be missing. What was under way at both ends of that time cancels out.
    /// </summary>
    public double? Carried(Moment now)
    {
        if (reports.Count == 0 || now.Us - last.AtUs > EstimateFreshUs)
            return null;
        var first = reports.Peek();
        return last.AtUs - first.AtUs >= CarriedUs && last.Sent - first.Sent >= FewestPackets
            ? (double)(last.Came - first.Came) / (last.Sent - first.Sent)
            : null;
    }

    /// <summary>Of the picture so much is missing that hardly one is whole.</summary>
    public bool Starves(Moment now) => Carried(now) < LeastCarried;

    /// <summary>Another way of sending begins: what was carried of the one before says nothing about it.</summary>
    public void Afresh() => reports.Clear();

    public bool Strains => RoundTripUs - shortestTripUs > QueueUs || LostFraction > StrainedLoss;

    public void Estimated(double kbps, Moment now) => (estimateKbps, estimateUs) = (kbps, now.Us);

    /// <summary>What the viewer itself believes; null where it has not said so lately.</summary>
    public double? Estimate(Moment now) => now.Us - estimateUs < EstimateFreshUs ? estimateKbps : null;

    /// <summary>Kilobits a second.</summary>
    public double Kbps(Moment now) => Math.Min(Estimate(now) ?? lossKbps, lossKbps);

    /// <summary>As <see cref="Kbps"/>, however old.</summary>
    public double LastKbps => estimateUs < 0 ? lossKbps : Math.Min(estimateKbps, lossKbps);

    public void TripTook(long tripUs)
    {
        RoundTripUs = tripUs;
        shortestTripUs =
            shortestTripUs == 0 || tripUs < shortestTripUs ? tripUs : shortestTripUs + ((tripUs - shortestTripUs) / 256);
    }

    /// <summary>A report of the picture.</summary>
    /// <param name="sent">Packets until now.</param>
    public void Reported(in ReportBlock block, long sent, Moment now)
    {
        came += (int)(block.Highest - lastBlock.Highest) - (block.LostTotal - lastBlock.LostTotal);
        lastBlock = (block.Highest, block.LostTotal);
        if (reports.Count == 0 || now.Us - last.AtUs >= BetweenReportsUs)
            reports.Enqueue(last = (now.Us, sent, came));
        while (reports.Count > 2 && now.Us - reports.ElementAt(1).AtUs >= CarriedUs)
            reports.Dequeue();
        var known = block.LostFraction / 256.0;
        Lost(Starves(now) ? Math.Max(known, 1 - Carried(now)!.Value) : known);
    }

    void Lost(double fraction)
    {
        LostFraction = fraction;
        if (fraction > HeavyLoss)
            lossKbps = Math.Max(50, lossKbps * (1 - (0.5 * fraction)));
        else if (fraction < CleanLoss)
            lossKbps = Math.Min(lossKbps * 1.08, 20_000);
    }

    /// <summary>Which layer to show, asked twice a second.</summary>
    /// <param name="layersKbps">What each takes, the smallest first; at least one.</param>
    /// <param name="shown">Place of the one that is shown or was last chosen; -1 for none yet.</param>
    public int Choose(ReadOnlySpan<double> layersKbps, int shown, Moment now)
    {
        var bears = Kbps(now);
        if (shown < 0)
        {
            tryAtUs = now.Us + SettleUs;
            return Largest(layersKbps, bears * Room);
        }
        if (bears < layersKbps[shown] && (Strains || lossKbps < layersKbps[shown]))
        {
            var smaller = Math.Min(Largest(layersKbps, bears), shown);
            if (smaller < shown)
            {
                pauseUs = now.Us - climbedUs < ProvenUs ? Math.Min(pauseUs * 2, LongestPauseUs) : FirstPauseUs;
                tryAtUs = now.Us + pauseUs;
            }
            return smaller;
        }
        if (Largest(layersKbps, bears * Room) is var larger && larger > shown)
            return larger;
        var mayTry = now.Us >= tryAtUs && !Strains && !(LostFraction >= CleanLoss);
        if (shown + 1 == layersKbps.Length || !mayTry || layersKbps[shown + 1] > lossKbps * Room)
            return shown;
        (climbedUs, tryAtUs) = (now.Us, now.Us + FirstPauseUs);
        return shown + 1;
    }

    static int Largest(ReadOnlySpan<double> layersKbps, double kbps)
    {
        var largest = 0;
        for (var i = 1; i < layersKbps.Length; i++)
            if (layersKbps[i] <= kbps)
                largest = i;
        return largest;
    }
}
