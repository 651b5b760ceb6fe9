using System.Net;
using System.Net.Sockets;

namespace Lapel.Scenarios;

/// <summary>
/// Ports of the machine for what a test starts, each given once. They lie below those that the kernel gives to whoever does not care, so that a
/// server which is killed and started again finds its own still free.
/// </summary>
static class Ports
{
    const int First = 11_000; // browsers refuse some below
    const int Past = 32_000;

    static int given = Random.Shared.Next(Past - First); // another run beside this one begins elsewhere

    public static int Free()
    {
        for (var tries = 0; tries < Past - First; tries++)
            if (First + Interlocked.Increment(ref given) % (Past - First) is var port && IsFree(port))
                return port;
        throw new InvalidOperationException("This machine has no port left.");
    }

    static bool IsFree(int port)
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            tcp.Bind(new IPEndPoint(IPAddress.Any, port));
            udp.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
