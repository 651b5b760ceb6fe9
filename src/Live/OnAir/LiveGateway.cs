using System.Net.Sockets;
using System.Threading.Channels;
using Lapel.WebRtc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>
/// The process's one gateway, and what it tells brought into each agency's records, in order. A server without it still keeps evidence:
/// when it cannot start, live help has no picture and no voice, and says so.
/// </summary>
/// <param name="fallBack">Whether another free port will do when the one named is taken; not when the operator named it.</param>
public sealed class LiveGateway(GatewayOptions options, bool fallBack, TimeProvider clock)
{
    Gateway? gateway;

    /// <summary>None while it does not run.</summary>
    public Gateway? Running => gateway;

    /// <summary>Why it does not run, for the operator; none when it does.</summary>
    public string? Trouble { get; private set; } = "It was not started.";

    /// <summary>Opens the ports, before the first request can ask for them.</summary>
    public void Open()
    {
        try
        {
            try
            {
                gateway = Begin(options);
            }
            catch (SocketException) when (fallBack)
            {
                gateway = Begin(options with { UdpPort = 0, TcpPort = 0 });
            }
            Trouble = null;
        }
        catch (Exception cannot) when (cannot is SocketException or DllNotFoundException or InvalidOperationException)
        {
            Trouble = $"Live picture and sound are off: {cannot.Message}";
        }
    }

    Gateway Begin(GatewayOptions with)
    {
        var made = new Gateway(with, clock);
        made.Start();
        return made;
    }

    internal async Task Stop()
    {
        if (Interlocked.Exchange(ref gateway, null) is { } running)
            await running.Stop();
    }
}

/// <summary>Writes down what the gateway tells: who joined, who left, how late the picture was.</summary>
sealed class LiveGatewayHost(LiveGateway gateway, Agencies agencies, ILogger<LiveGatewayHost> journal) : BackgroundService
{
    readonly Channel<GatewayEvent> told = Channel.CreateUnbounded<GatewayEvent>();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (gateway.Running is { } running)
            running.Happened += happened => told.Writer.TryWrite(happened);
        if (gateway.Trouble is { } trouble)
            journal.LogWarning("{Trouble}", trouble);
        // Who was watching when the server stopped is not watching now; whoever still wants to comes again within seconds.
        foreach (var agency in agencies.All)
            await agency.Get<Streaming>().LeaveEverybody(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var happened in told.Reader.ReadAllAsync(stoppingToken))
            if (agencies.Find(happened.Stream.Agency) is { } agency)
                try
                {
                    agency.Get<OwnCarrier>().Forget(happened);
                    await agency.Get<OnAir>().Happened(happened, stoppingToken);
                }
                catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
                {
                    journal.LogError(
                        trouble,
                        "{Event} of {Stream} could not be written down",
                        happened.GetType().Name,
                        happened.Stream
                    );
                }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await gateway.Stop();
        await base.StopAsync(cancellationToken);
    }
}
