using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lapel.Bench.Peers;

/// <summary>Another upload server, or a floor, as a process on loopback that takes a file from <see cref="Wire"/>.</summary>
/// <param name="Send">Brings one file over one connection.</param>
sealed record PeerServer(string Name, Process Process, int Port, string Folder, Func<Wire, string, Task> Send) : IDisposable
{
    // nginx works in children of the process that was started.
    public double CpuSeconds => Family().Sum(Proc.CpuSeconds);

    IEnumerable<int> Family()
    {
        yield return Process.Id;
        foreach (
            var child in File.ReadAllText($"/proc/{Process.Id}/task/{Process.Id}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        )
            yield return int.Parse(child, CultureInfo.InvariantCulture);
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public static async Task WaitFor(int port)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                using var wire = new Wire(port);
                return;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(50);
            }
    }

    /// <summary>What it has stored is not needed any more.</summary>
    public void Clear()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            File.Delete(file);
    }

    public void Dispose()
    {
        foreach (var pid in Family().ToList())
            try
            {
                System.Diagnostics.Process.GetProcessById(pid).Kill();
            }
            catch (ArgumentException)
            {
                // It followed its parent.
            }
        Process.WaitForExit();
        Process.Dispose();
    }
}
