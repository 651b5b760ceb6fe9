using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Lapel.Scenarios;

/// <summary>
/// A bad network between one browser and the gateway: a UDP relay that loses, delays and narrows. The browser is led to it by the SDP
/// answer, in which this address stands instead of the gateway's. (Not every kernel has tc's netem; a relay does the same everywhere.)
/// </summary>
sealed partial class LossyPath : IAsyncDisposable
{
    /// <summary>What a router holds back for at most this long; what comes on top is lost.</summary>
    static readonly TimeSpan LongestQueue = TimeSpan.FromMilliseconds(500);

    readonly Socket front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly ConcurrentDictionary<EndPoint, Socket> ways = new();
    readonly CancellationTokenSource closing = new();
    readonly Random chance = new(20_61);
    readonly Lock turn = new();
    IPEndPoint? gateway;
    DateTime uplinkFree;
    DateTime downlinkFree;
    long passed;
    long lost;

    public LossyPath()
    {
        front.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Carry(front, null);
    }

    /// <summary>Of all packets, either way: 0 to 1.</summary>
    public double Loss
    {
        get;
        set
        {
            lock (turn)
                (field, passed, lost) = (value, 0, 0);
        }
    }

    /// <summary>Each way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>From the browser to the gateway; 0 for as much as it likes.</summary>
    public int UplinkKbps { get; set; }

    /// <summary>From the gateway to the browser; 0 for as much as it likes.</summary>
    public int DownlinkKbps { get; set; }

    /// <summary>Whether the gateway's TCP candidates stay in the answer: a way around this one, as where a firewall drops UDP.</summary>
    public bool LeavesTcp { get; init; }

    /// <summary>Since <see cref="Loss"/> is what it is.</summary>
    public double LostShare => passed + lost == 0 ? 0 : (double)lost / (passed + lost);

    /// <summary>The gateway's answer with this path in it, and no way around it.</summary>
    public string Lead(string answer)
    {
        var candidate = UdpCandidate().Match(answer);
        if (!candidate.Success)
            return answer;
        gateway = new(
            IPAddress.Loopback,
            int.Parse(candidate.Groups["port"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
        );
        var mine = ((IPEndPoint)front.LocalEndPoint!).Port;
        var kept = false;
        return Candidate()
            .Replace(
                answer,
                line =>
                {
                    if (LeavesTcp && line.Value.Contains(" 1 tcp ", StringComparison.OrdinalIgnoreCase))
                        return line.Value;
                    if (kept || !UdpCandidate().IsMatch(line.Value))
                        return "";
                    kept = true;
                    return UdpCandidate().Replace(line.Value, m => $"{m.Groups["head"].Value}127.0.0.1 {mine}");
                }
            );
    }

    async Task Carry(Socket from, EndPoint? browser)
    {
        var bytes = new byte[65536];
        while (!closing.IsCancellationRequested)
        {
            try
            {
                var came = await from.ReceiveFromAsync(bytes, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), closing.Token);
                var packet = bytes[..came.ReceivedBytes];
                if (browser is not null)
                    Pass(packet, up: false, () => front.SendTo(packet, browser));
                else if (gateway is { } to)
                {
                    var way = ways.GetOrAdd(came.RemoteEndPoint, Open);
                    Pass(packet, up: true, () => way.SendTo(packet, to));
                }
            }
            catch (OperationCanceledException) { }
            catch (SocketException) { } // a gateway that is being restarted answers "port unreachable"
            catch (ObjectDisposedException) { }
        }
    }

    Socket Open(EndPoint browser)
    {
        var way = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        way.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Carry(way, browser);
        return way;
    }

    void Pass(byte[] packet, bool up, Action send)
    {
        var wait = Delay;
        lock (turn)
        {
            var now = DateTime.UtcNow;
            ref var free = ref up ? ref uplinkFree : ref downlinkFree;
            var kbps = up ? UplinkKbps : DownlinkKbps;
            var queue = kbps > 0 && free > now ? free - now : TimeSpan.Zero;
            if (chance.NextDouble() < Loss || queue > LongestQueue)
            {
                lost++;
                return;
            }
            passed++;
            if (kbps > 0)
            {
                var takes = TimeSpan.FromMilliseconds(packet.Length * 8.0 / kbps);
                free = now + queue + takes;
                wait += queue + takes;
            }
        }
        if (wait <= TimeSpan.Zero)
            send();
        else
            _ = Task.Delay(wait, closing.Token).ContinueWith(_ => send(), TaskContinuationOptions.OnlyOnRanToCompletion);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        front.Dispose();
        foreach (var way in ways.Values)
            way.Dispose();
    }

    [GeneratedRegex(@"a=candidate:[^\r\n]*\r?\n")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"(?<head>a=candidate:\S+ 1 udp \d+ )127\.0\.0\.1 (?<port>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex UdpCandidate();
}
