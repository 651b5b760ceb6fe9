namespace Lapel.Live;

/// <summary>
/// What must reach the packet path at once when a decision has been committed. The gateway listens; the records stay the truth, so a
/// gateway that starts later reads them and misses nothing.
/// </summary>
public sealed class LiveSignals
{
    /// <summary>This lease sends no packet from now on.</summary>
    public event Action<LeaseId>? OnLeaseEnded;

    /// <summary>The lease lasts until then.</summary>
    public event Action<LeaseId, Instant>? OnLeaseRenewed;

    /// <summary>Nothing of this session goes anywhere while it is paused (true), and again when not.</summary>
    public event Action<LiveSessionId, bool>? OnPaused;

    /// <summary>The session is over; with true the gateway forgets what it holds of it and lets nobody in again.</summary>
    public event Action<LiveSessionId, bool>? OnSessionEnded;

    /// <summary>The clinician of a consult is heard no more.</summary>
    public event Action<ConsultId>? OnConsultEnded;

    internal void LeaseEnded(LeaseId lease) => OnLeaseEnded?.Invoke(lease);

    internal void LeaseRenewed(LeaseId lease, Instant until) => OnLeaseRenewed?.Invoke(lease, until);

    internal void Paused(LiveSessionId session, bool paused) => OnPaused?.Invoke(session, paused);

    internal void SessionEnded(LiveSessionId session, bool frozen) => OnSessionEnded?.Invoke(session, frozen);

    internal void ConsultEnded(ConsultId consult) => OnConsultEnded?.Invoke(consult);
}
