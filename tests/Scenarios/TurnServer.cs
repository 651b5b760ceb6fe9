using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Lapel.Scenarios;

/// <summary>Debian's coturn on loopback, set up as docs/operations/live.md says: a secret shared with Lapel, and relaying to nowhere but the gateway.</summary>
sealed class TurnServer : IAsyncDisposable
{
    const string Program = "/usr/bin/turnserver";

    readonly string folder = LiveHouse.NewFolder();
    readonly int port = Ports.Free();
    readonly OwnProcess process;

    TurnServer()
    {
        File.WriteAllText(SecretFile, Secret + "\n");
        File.WriteAllText(
            Path.Combine(folder, "turnserver.conf"),
            $"""
            listening-ip=127.0.0.1
            relay-ip=127.0.0.1
            listening-port={port}
            realm=lapel
            use-auth-secret
            static-auth-secret={Secret}
            denied-peer-ip=0.0.0.0-255.255.255.255
            allowed-peer-ip=127.0.0.1
            allow-loopback-peers
            no-cli
            no-tls
            no-dtls
            log-file=stdout
            pidfile={Path.Combine(folder, "pid")}
            userdb={Path.Combine(folder, "users")}
            """
        );
        process = OwnProcess.Start(Program, ["-c", Path.Combine(folder, "turnserver.conf")]);
    }

    public string Secret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string SecretFile => Path.Combine(folder, "secret");

    /// <summary>What names it to a server or to a gateway alone.</summary>
    public string[] Options => ["--turn", $"{Url("udp")},{Url("tcp")}", "--turn-secret-file", SecretFile];

    public string Said => process.Said;

    /// <param name="transport">Between the client and this server: udp or tcp. It relays to the gateway by UDP in any case.</param>
    public string Url(string transport) => $"turn:127.0.0.1:{port}?transport={transport}";

    public static async Task<TurnServer> Start()
    {
        var server = new TurnServer();
        await Wait.Until("coturn listens", server.Listens);
        return server;
    }

    async Task<bool> Listens()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException) when (!process.HasExited)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
