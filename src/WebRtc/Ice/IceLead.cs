using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.WebRtc;

/// <summary>
/// The leading end of ICE (RFC 8445), as far as a publisher needs it: it checks each address of the answer in turn, takes the first that
/// answers with the right password, nominates it, and goes on asking for consent (RFC 7675). UDP only; it gathers nothing from STUN servers,
/// since whoever it checks sees its address anyway. Not thread-safe: its owner locks around it.
/// </summary>
sealed class IceLead(IceCredentials local, string remoteFragment, string remotePassword, IReadOnlyList<IPEndPoint> candidates)
{
    const long BetweenChecksUs = 50_000;

    /// <summary>Four to six seconds apart at random (RFC 7675, 5.1).</summary>
    const long ConsentEveryUs = 5_000_000;
    const int MostOpen = 64;

    readonly byte[] username = Encoding.ASCII.GetBytes($"{remoteFragment}:{local.Fragment}");
    readonly byte[] password = Encoding.ASCII.GetBytes(remotePassword);
    readonly byte[] tieBreaker = RandomNumberGenerator.GetBytes(8);
    readonly List<Open> open = [];
    long nextUs;
    int turn;
    bool nominated;

    sealed record Open(byte[] Transaction, IPEndPoint To, long SentUs, bool Nominates);

    /// <summary>Where to send; null until an address has answered.</summary>
    public IPEndPoint? Selected { get; private set; }

    /// <summary>Monotonic time of the last right answer; 0 before the first.</summary>
    public long HeardUs { get; private set; }

    /// <summary>Of the last answered check; 0 before the first.</summary>
    public long RoundTripUs { get; private set; }

    public bool HasConsent(long nowUs) => Selected is null || nowUs - HeardUs < IceLite.ConsentUs;

    /// <summary>The next check, when one is due.</summary>
    /// <returns>Its length; 0 when none is.</returns>
    public int WriteCheck(Span<byte> to, long nowUs, out IPEndPoint towards)
    {
        towards = Selected ?? candidates[turn % candidates.Count];
        if (nowUs < nextUs)
            return 0;
        turn++;
        nextUs = nowUs + (nominated ? ConsentEveryUs * RandomNumberGenerator.GetInt32(80, 121) / 100 : BetweenChecksUs);
        if (open.Count == MostOpen)
            open.RemoveAt(0);
        var check = new Open(RandomNumberGenerator.GetBytes(12), towards, nowUs, Selected is not null);
        open.Add(check);
        var writer = new StunWriter(to, StunType.BindingRequest, check.Transaction);
        writer.Attribute(StunAttribute.Username, username);
        writer.Attribute(StunAttribute.IceControlling, tieBreaker);
        Span<byte> priority = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(priority, (110u << 24) | (65535u << 8) | 255); // as a peer-reflexive one (5.1.2.1)
        writer.Attribute(StunAttribute.Priority, priority);
        if (check.Nominates)
            writer.Attribute(StunAttribute.UseCandidate, []);
        return writer.Finish(password);
    }

    /// <returns>False for an answer to nothing that was asked, from elsewhere than asked (7.2.5.2.1), or not signed by the other end.</returns>
    public bool Take(in StunReply reply, IPEndPoint from, long nowUs)
    {
        var transaction = reply.Transaction.ToArray();
        if (open.Find(o => o.Transaction.AsSpan().SequenceEqual(transaction)) is not { } asked)
            return false;
        if (!asked.To.Equals(from) || !reply.IsSignedWith(password) || !reply.IsSuccess)
            return false;
        open.Remove(asked);
        (HeardUs, RoundTripUs) = (nowUs, nowUs - asked.SentUs);
        if (Selected is null)
            (Selected, nextUs) = (asked.To, nowUs); // nominated by the very next check
        nominated |= asked.Nominates;
        return true;
    }

    /// <summary>The other end checks us too, when it is no lite agent: answered as long as it knows our password.</summary>
    /// <returns>The answer's length; 0 for none.</returns>
    public int Answer(in StunRequest request, IPEndPoint from, Span<byte> to)
    {
        if (!request.IsSignedWith(local.PasswordBytes))
            return 0;
        var writer = new StunWriter(to, StunType.BindingSuccess, request.Transaction);
        writer.MappedAddress(WireAddress.Of(from, 0));
        return writer.Finish(local.PasswordBytes);
    }
}
