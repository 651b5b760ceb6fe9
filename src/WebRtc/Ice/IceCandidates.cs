using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Lapel.WebRtc;

/// <summary>Which of this machine's addresses go into answers.</summary>
static class IceCandidates
{
    const int Most = 16;

    public static IReadOnlyList<IceCandidate> Of(GatewayOptions options, int udpPort, int? tcpPort)
    {
        var addresses = options.Announce.Count > 0 ? options.Announce : [.. options.Bind.SelectMany(Reachable).Distinct()];
        List<IceCandidate> found = [];
        foreach (var address in addresses.Take(Most))
            found.Add(new(new(address, udpPort), Tcp: false, found.Count));
        if (tcpPort is { } port)
            foreach (var address in addresses.Take(Most))
                found.Add(new(new(address, port), Tcp: true, found.Count));
        return found;
    }

    static IEnumerable<IPAddress> Reachable(IPAddress bound)
    {
        if (!bound.Equals(IPAddress.IPv6Any) && !bound.Equals(IPAddress.Any))
            return [bound];
        var own = NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(n => n.OperationalStatus == OperationalStatus.Up)
            .SelectMany(n => n.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .Where(a => !a.IsIPv6LinkLocal && (a.AddressFamily == AddressFamily.InterNetwork || bound.Equals(IPAddress.IPv6Any)))
            .ToList();
        // A machine with no network but its own is a test or a demonstration: then that one is what clients can reach.
        var reachable = own.Where(a => !IPAddress.IsLoopback(a)).ToList();
        return reachable.Count > 0 ? reachable : own;
    }
}
