namespace Lapel.WebRtc;

/// <summary>
/// For a viewer whose network does not carry the picture, not even its smallest layer: sound goes on untouched, and of the picture one
/// keyframe at a time, spread over as long as it takes, so that no word waits behind it. From time to time the whole picture is tried.
/// </summary>
sealed class Stills(Outgoing picture)
{
    /// <summary>Too much for this long, and stills it is.</summary>
    const long EnoughUs = 3_000_000;
    const long BetweenUs = 3_000_000;
    const long AskUs = 1_000_000;
    const long FirstPauseUs = 10_000_000;
    const long LongestPauseUs = 60_000_000;
    const double ShareOfPath = 0.6;
    const double LeastKbps = 40;

    long tooMuchSinceUs;
    long pauseUs = FirstPauseUs;
    long tryAtUs;
    long triedUs;
    Incoming? source;
    long next = -1;
    long shown = -1;
    uint timestamp;
    long dueUs;
    long askedUs;
    long spentUs;
    double budgetBits;

    public bool On { get; private set; }

    /// <summary>How the viewer fares, twice a second.</summary>
    /// <param name="leastKbps">What the smallest picture there is takes.</param>
    public void Consider(double leastKbps, ViewerPath path, Moment now)
    {
        if (On)
        {
            if (now.Us < tryAtUs)
                return;
            (On, triedUs, tooMuchSinceUs) = (false, now.Us, 0);
            Abandon();
            picture.Stop();
            return;
        }
        // What a browser believes is slow to rise again, so it counts only together with a queue or with loss.
        if (!(path.LostFraction > 0.35 || (path.Estimate(now) < 0.7 * leastKbps && path.Strains)))
        {
            tooMuchSinceUs = 0;
            return;
        }
        if (tooMuchSinceUs == 0)
            tooMuchSinceUs = now.Us;
        if (now.Us - tooMuchSinceUs < EnoughUs)
            return;
        pauseUs = triedUs != 0 && now.Us - triedUs < 2 * FirstPauseUs ? Math.Min(pauseUs * 2, LongestPauseUs) : FirstPauseUs;
        (On, tryAtUs, dueUs, spentUs, budgetBits) = (true, now.Us + pauseUs, now.Us, now.Us, 0);
    }

    /// <summary>Sends what the path bears of the still that is under way, or begins the next one.</summary>
    public void Send(Publisher publisher, Incoming smallest, double kbps, Moment now, Outbox outbox)
    {
        budgetBits += (now.Us - spentUs) / 1000.0 * Math.Max(LeastKbps, kbps * ShareOfPath);
        spentUs = now.Us;
        if (next < 0 && !Begin(publisher, smallest, now, outbox))
        {
            budgetBits = 0; // what was not needed is not saved up for a burst
            return;
        }
        while (budgetBits > 0)
        {
            if (!source!.Ring.TryFind(next, out var kept, out var bytes))
            {
                if (source.Highest - next >= source.Ring.Places)
                    Abandon();
                return; // still on its way to us, or lost for good: then the next one
            }
            if (kept.Timestamp != timestamp || !RtpPacket.TryRead(bytes, out var packet))
            {
                Done(now);
                return;
            }
            picture.Send(packet, kept, now, outbox);
            budgetBits -= bytes.Length * 8.0;
            next++;
            if (packet.Marker)
            {
                Done(now);
                return;
            }
        }
    }

    bool Begin(Publisher publisher, Incoming smallest, Moment now, Outbox outbox)
    {
        if (now.Us < dueUs)
            return false;
        if (
            smallest.KeyframeAt <= shown && source == smallest
            || !smallest.Ring.TryFind(smallest.KeyframeAt, out var start, out _)
        )
        {
            if (now.Us - askedUs >= AskUs)
                publisher.AskKeyframe(smallest, now, outbox);
            askedUs = now.Us - askedUs >= AskUs ? now.Us : askedUs;
            return false;
        }
        (source, next, timestamp) = (smallest, start.Sequence, start.Timestamp);
        shown = next;
        dueUs = now.Us + BetweenUs;
        picture.Begin(smallest, start, now);
        return true;
    }

    void Done(Moment now)
    {
        next = -1;
        dueUs = Math.Max(dueUs, now.Us + (BetweenUs / 3));
    }

    /// <summary>The stream is held or gone: nothing of it is sent any more.</summary>
    public void Abandon() => next = -1;
}
