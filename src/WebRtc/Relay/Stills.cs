using System.Numerics;

namespace Lapel.WebRtc;

/// <summary>
/// For a viewer whose network does not carry the picture, not even its smallest layer: sound goes on untouched, and of the picture one
/// keyframe at a time, spread over as long as it takes, so that no word waits behind it. From time to time the whole picture is tried.
/// </summary>
sealed class Stills(Outgoing picture)
{
    /// <summary>A queue for this long, and stills it is.</summary>
    const long EnoughUs = 3_000_000;
    const long BetweenUs = 3_000_000;
    const long AskUs = 1_000_000;
    const long FirstPauseUs = 10_000_000;
    const long LongestPauseUs = 60_000_000;
    const double ShareOfPath = 0.6;
    const double LeastKbps = 40;

    /// <summary>Packets of the largest still, 600 kB: no keyframe of a picture that goes through a gateway is so large.</summary>
    const int MostPackets = 512;

    // A rich source writes its ring over in less time than a thin path takes for one still: so a still is kept until the next one.
    PacketRing? still;
    long strainsSinceUs;
    long pauseUs = FirstPauseUs;
    long tryAtUs;
    long triedUs;
    long next = -1;
    long last;
    (Incoming? Source, long At) shown;
    long dueUs;
    long askedUs;
    long spentUs;
    double budgetBits;

    public bool On { get; private set; }

    /// <summary>How the viewer fares, twice a second.</summary>
    public void Consider(Incoming smallest, ViewerPath path, Moment now)
    {
        if (On)
        {
            if (now.Us < tryAtUs || next >= 0)
                return;
            (On, triedUs, strainsSinceUs) = (false, now.Us, 0);
            Abandon();
            picture.Stop();
            return;
        }
        // What a browser believes is slow to rise again, so it counts only together with a queue or with loss.
        if (!(path.Estimate(now) < 0.7 * smallest.Kbps && path.Strains))
            strainsSinceUs = 0;
        else if (strainsSinceUs == 0)
            strainsSinceUs = now.Us;
        var strainsLong = strainsSinceUs != 0 && now.Us - strainsSinceUs >= EnoughUs;
        if (!strainsLong && !(picture.Source == smallest && path.Starves(now)))
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
            if (!still!.TryFind(next, out var kept, out var bytes) || !RtpPacket.TryRead(bytes, out var packet))
            {
                Done(now);
                return;
            }
            picture.Send(packet, kept, now, outbox);
            budgetBits -= bytes.Length * 8.0;
            if (next++ != last)
                continue;
            Done(now);
            return;
        }
    }

    bool Begin(Publisher publisher, Incoming smallest, Moment now, Outbox outbox)
    {
        if (now.Us < dueUs)
            return false;
        if ((smallest, smallest.KeyframeAt) == shown || !Keep(smallest))
        {
            if (now.Us - askedUs < AskUs)
                return false;
            publisher.AskKeyframe(smallest, now, outbox);
            askedUs = now.Us;
            return false;
        }
        shown = (smallest, next);
        dueUs = now.Us + BetweenUs;
        still!.TryFind(next, out var start, out _);
        picture.Begin(smallest, start, now, still);
        return true;
    }

    /// <summary>Keeps the source's last keyframe; false while it is not all there.</summary>
    bool Keep(Incoming smallest)
    {
        if (EndOf(smallest) is not { } end)
            return false;
        var count = (int)(end - smallest.KeyframeAt + 1);
        if (still is null || still.Places < count || shown.Source != smallest)
        {
            // A ring of its own for each source: two sources may use one number, and what is sent again under it must be the same packet.
            still?.Clear();
            still = new((int)BitOperations.RoundUpToPowerOf2((uint)count));
        }
        (next, last) = (smallest.KeyframeAt, end);
        for (var sequence = next; sequence <= last; sequence++)
            if (smallest.Ring.TryFind(sequence, out var kept, out var bytes))
                still.Keep(bytes, kept);
        return true;
    }

    static long? EndOf(Incoming smallest)
    {
        if (!smallest.Ring.TryFind(smallest.KeyframeAt, out var start, out _))
            return null;
        for (var at = smallest.KeyframeAt; at < smallest.KeyframeAt + MostPackets; at++)
        {
            if (!smallest.Ring.TryFind(at, out var kept, out var bytes) || kept.Timestamp != start.Timestamp)
                return null;
            if (RtpPacket.TryRead(bytes, out var packet) && packet.Marker)
                return at;
        }
        return null;
    }

    void Done(Moment now)
    {
        next = -1;
        dueUs = Math.Max(dueUs, now.Us + (BetweenUs / 3));
    }

    /// <summary>The stream is held or gone: nothing of it is sent any more, or kept.</summary>
    public void Abandon()
    {
        next = -1;
        still?.Clear();
    }
}
