namespace Lapel.WebRtc;

/// <summary>
/// The time-boxed right to publish or to watch. The gateway asks it for every packet: from the moment it ends or runs out no media
/// passes, and within a twentieth of a second the connection is closed. Thread-safe. A lease carries one connection at a time: whoever comes
/// with it again (a reloaded page) takes the place of the one before, so that a copied link shows one viewer, not two.
/// </summary>
public sealed class Lease
{
    long expiresUs;
    string? ended;

    /// <param name="id">The right's own name; unique.</param>
    /// <param name="holder">Who holds it: a camera, an account, a clinician's link. A publisher's holder may take its own stream over.</param>
    /// <param name="role">In which capacity, in the programme's words ("camera", "clinician", "supervisor"): shown to the officer.</param>
    public Lease(string id, string holder, string role, Instant expires)
    {
        (Id, Holder, Role) = (id, holder, role);
        expiresUs = expires.ToMicroseconds();
    }

    public string Id { get; }

    public string Holder { get; }

    public string Role { get; }

    public Instant Expires => Time.FromMicroseconds(Volatile.Read(ref expiresUs));

    /// <summary>Why it was ended before its time; null while it was not.</summary>
    public string? Ended => Volatile.Read(ref ended);

    /// <summary>Moves the end, forward or back. An ended lease stays ended.</summary>
    public void Renew(Instant until) => Volatile.Write(ref expiresUs, until.ToMicroseconds());

    /// <param name="why">A stable word for the record: "left", "killed", "consult-over".</param>
    public void End(string why) => Interlocked.CompareExchange(ref ended, why, null);

    internal bool IsLiveAt(long wallUs) => Volatile.Read(ref ended) is null && wallUs < Volatile.Read(ref expiresUs);
}
