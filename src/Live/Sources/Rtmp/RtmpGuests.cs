using System.Net;
using System.Net.Sockets;

namespace Lapel.Live;

/// <summary>
/// Who stands at the RTMP port without having shown a key: so many at once, so many refused a minute from one address, and so many lines
/// of them in the journal. Cameras behind one address should not be shut out by one that has an old key, so the limits are generous; a
/// key has 119 random bits, so they protect the server's time rather than the key.
/// </summary>
sealed class RtmpGuests(TimeProvider clock)
{
    public const int AtOnce = 64;
    public const int AtOnceFromOne = 16;
    public const int RefusalsPerMinute = 60;
    public const int LinesPerMinute = 20;
    const int MostAddresses = 4096;

    readonly Dictionary<IPAddress, Seen> seen = [];
    readonly HashSet<(IPAddress, string)> said = [];
    long saidMinute;
    int inHand;

    sealed class Seen
    {
        public long Minute;
        public int Refusals;
        public int InHand;
    }

    /// <summary>Takes a place at the door; <see cref="Leave"/> gives it back.</summary>
    public bool Enter(IPAddress from)
    {
        lock (seen)
        {
            var one = Find(Network(from));
            if (inHand >= AtOnce || one.InHand >= AtOnceFromOne || one.Refusals >= RefusalsPerMinute)
                return false;
            one.InHand++;
            inHand++;
            return true;
        }
    }

    public void Leave(IPAddress from, bool refused)
    {
        lock (seen)
        {
            var one = Find(Network(from));
            one.InHand--;
            inHand--;
            if (refused)
                one.Refusals++;
        }
    }

    /// <summary>Whether this may go into the journal: once a minute for each address.</summary>
    public bool MaySay(IPAddress from, string sentence)
    {
        lock (seen)
        {
            if (saidMinute != Minute)
                said.Clear();
            saidMinute = Minute;
            return said.Count < LinesPerMinute && said.Add((Network(from), sentence));
        }
    }

    long Minute => clock.GetUtcNow().ToUnixTimeSeconds() / 60;

    Seen Find(IPAddress from)
    {
        var minute = Minute;
        if (seen.TryGetValue(from, out var one))
        {
            if (one.Minute != minute)
                (one.Minute, one.Refusals) = (minute, 0);
            return one;
        }
        if (seen.Count >= MostAddresses) // somebody with that many addresses is not slowed by counting them
            foreach (var gone in seen.Where(s => s.Value.InHand == 0).Select(s => s.Key).ToList())
                seen.Remove(gone);
        return seen[from] = new() { Minute = minute };
    }

    // Whoever has one address of IPv6 has 2^64 of them.
    static IPAddress Network(IPAddress from)
    {
        if (from.IsIPv4MappedToIPv6)
            return from.MapToIPv4();
        if (from.AddressFamily != AddressFamily.InterNetworkV6)
            return from;
        var bytes = from.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(bytes);
    }
}
