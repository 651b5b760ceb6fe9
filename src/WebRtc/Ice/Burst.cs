namespace Lapel.WebRtc;

/// <summary>
/// What one reading of a port brings, and what goes out for it. A stream's lock is kept from the first of its packets to the last; only then are
/// they given out, viewer by viewer: one viewer's keys stay in the processor's cache, and its packets go to the kernel as one message.
/// One per thread.
/// </summary>
sealed class Burst(GatewayCounters counters) : IDisposable
{
    LiveStream? stream;
    Moment at;

    public Outbox Outbox { get; } = new(counters);

    /// <summary>From here under the lock of this stream, until a packet of another one comes or the burst ends.</summary>
    public void Enter(LiveStream next, Moment now)
    {
        at = now;
        if (stream == next)
            return;
        Leave();
        next.Gate.Enter();
        stream = next;
    }

    void Leave()
    {
        if (stream is not { } left)
            return;
        stream = null;
        try
        {
            left.GiveOut(at, Outbox);
        }
        finally
        {
            left.Gate.Exit();
        }
    }

    /// <summary>Nothing more was read: no lock is held after this, and everything is with the kernel.</summary>
    public void End()
    {
        try
        {
            Leave();
        }
        catch (Exception)
        {
            Interlocked.Increment(ref counters.Faults);
        }
        Outbox.Flush();
    }

    public void Dispose() => Outbox.Dispose();
}
