using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <param name="Port">TCP; 0 picks a free one.</param>
/// <param name="Certificate">None: RTMPS is not possible.</param>
/// <param name="Unencrypted">Whether RTMP without TLS is taken too, where everybody on the way can read the key.</param>
public sealed record RtmpOptions(IPAddress Bind, int Port, RtmpCertificate? Certificate, bool Unencrypted);

/// <summary>
/// The one port that cameras of all agencies push to by RTMPS, or RTMP where that is allowed. ffmpeg can listen for RTMP, but takes whatever
/// key it is given; so the key is checked here, and no ffmpeg is even started for a stranger.
/// </summary>
public sealed class RtmpPort(RtmpOptions options, TimeProvider clock)
{
    const byte TlsHandshake = 0x16; // RFC 8446, section 5.1: the first byte of whoever begins with TLS

    readonly List<RtmpPlace> places = [];
    readonly RtmpGuests guests = new(clock);
    readonly CancellationTokenSource closing = new();
    Socket? listener;
    Task accepting = Task.CompletedTask;
    ILogger journal = null!;

    /// <summary>Where a camera pushes to, without its key.</summary>
    public string Address(string host, string agency) => $"{Scheme}://{host}:{Port}/{agency}";

    /// <summary><c>rtmps</c>, or <c>rtmp</c> where there is no certificate.</summary>
    public string Scheme => options.Certificate is null ? "rtmp" : "rtmps";

    /// <summary>None of the two is the other's: whether the address without TLS works as well.</summary>
    public bool TakesBoth => options is { Certificate: not null, Unencrypted: true };

    int Port => (listener?.LocalEndPoint as IPEndPoint)?.Port ?? options.Port;

    /// <summary>From now on a camera with this key is let in. Dispose it to end that.</summary>
    internal RtmpPlace Await(string agency, string key)
    {
        var place = new RtmpPlace(
            agency,
            key,
            gone =>
            {
                lock (places)
                    places.Remove(gone);
            }
        );
        lock (places)
            places.Add(place);
        return place;
    }

    /// <exception cref="IOException">The port is somebody else's.</exception>
    internal void Open(ILogger to)
    {
        journal = to;
        var opening = new Socket(options.Bind.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (options.Bind.Equals(IPAddress.IPv6Any))
                opening.DualMode = true;
            opening.Bind(new IPEndPoint(options.Bind, options.Port));
            opening.Listen(RtmpGuests.AtOnce);
        }
        catch (SocketException taken)
        {
            opening.Dispose();
            throw new IOException($"No camera can push by RTMP to port {options.Port} of {options.Bind}: {taken.Message}", taken);
        }
        listener = opening;
        accepting = Accept(opening, closing.Token);
    }

    internal async Task Close()
    {
        await closing.CancelAsync();
        listener?.Dispose();
        await accepting;
    }

    async Task Accept(Socket from, CancellationToken stop)
    {
        var serving = new HashSet<Task>();
        while (!stop.IsCancellationRequested)
            try
            {
                var camera = await from.AcceptAsync(stop);
                serving.RemoveWhere(t => t.IsCompleted);
                serving.Add(Serve(camera, stop));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException) // that connection was gone again, or the process has no handle left for another
            {
                await Task.Delay(50, CancellationToken.None);
            }
        await Task.WhenAll(serving);
    }

    async Task Serve(Socket socket, CancellationToken stop)
    {
        await Task.Yield(); // whoever accepts does not wait for anybody's first byte
        using var closed = socket;
        IPAddress? from = null;
        try
        {
            from = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            if (!guests.Enter(from))
            {
                Say(from, "Too many connections at once, or too many refused within a minute.");
                return;
            }
            if (await AtTheDoor(socket, from, stop) is { } camera)
                await camera.Over.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception trouble)
        {
            journal.LogError(trouble, "A connection at the RTMP port from {Address} failed", from);
        }
    }

    /// <returns>The camera, once it has its place; none when it has none.</returns>
    async Task<RtmpConnection?> AtTheDoor(Socket socket, IPAddress from, CancellationToken stop)
    {
        string? why = null;
        var (spoke, hungUp) = (false, false);
        RtmpConnection? stranger = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(RtmpConnection.Greeting);
        try
        {
            var first = await FirstByte(socket, patience.Token);
            spoke = true;
            stranger = new(await Stream(socket, first, patience.Token));
            var (agency, key) = await stranger.Greet(patience.Token);
            why = WhyNotTake(stranger, agency, key);
            if (why is null)
            {
                var camera = stranger;
                stranger = null;
                return camera;
            }
            await stranger.Refuse(why, patience.Token);
        }
        catch (FormatException wrong)
        {
            why = wrong.Message;
        }
        catch (AuthenticationException)
        {
            why = "TLS was not agreed on: perhaps it does not know the certificate.";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            why = "It showed no key within ten seconds.";
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
        {
            hungUp = true; // no reason to say anything; but whoever begins TLS again and again costs something
        }
        finally
        {
            if (why is not null)
                Say(from, why);
            guests.Leave(from, refused: why is not null || (spoke && hungUp));
            stranger?.Dispose(); // last: who is turned away has been counted by then
        }
        return null;
    }

    /// <summary>Every key is compared, whichever is right.</summary>
    string? WhyNotTake(RtmpConnection camera, string agency, string key)
    {
        var digest = RtmpPlace.DigestOf(key);
        RtmpPlace? found = null;
        lock (places)
            foreach (var place in places)
                if (place.IsFor(agency.Trim('/'), digest))
                    found = place;
        return found is null ? "No camera is awaited at this address under this key."
            : found.TryTake(camera) ? null
            : "Another connection pushes under this key already.";
    }

    /// <summary>It stays where it is.</summary>
    static async Task<byte> FirstByte(Socket socket, CancellationToken stop)
    {
        var first = new byte[1];
        return await socket.ReceiveAsync(first, SocketFlags.Peek, stop) == 1 ? first[0] : throw new EndOfStreamException();
    }

    async Task<Stream> Stream(Socket socket, byte first, CancellationToken stop)
    {
        socket.NoDelay = true;
        var clear = new NetworkStream(socket, ownsSocket: true);
        switch (first)
        {
            case RtmpHandshake.Version when options.Unencrypted:
                return clear;
            case RtmpHandshake.Version: // said before it has sent its key
                throw new FormatException("It pushes without TLS, by rtmp: and not rtmps:, which is not allowed here.");
            case TlsHandshake when options.Certificate is { } certificate:
                return await Tls(clear, certificate, stop);
            case TlsHandshake:
                throw new FormatException("It pushes by rtmps:, for which no certificate is configured here.");
            default:
                throw new FormatException("It speaks neither TLS nor RTMP.");
        }
    }

    async Task<SslStream> Tls(NetworkStream clear, RtmpCertificate certificate, CancellationToken stop)
    {
        var tls = new SslStream(clear);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new()
                {
                    ServerCertificateContext = certificate.Now(trouble => Say(IPAddress.None, trouble)),
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                stop
            );
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    void Say(IPAddress from, string sentence)
    {
        if (guests.MaySay(from, sentence))
            journal.LogWarning("At the RTMP port, from {Address}: {Sentence}", from, sentence);
    }
}

/// <summary>Opens the port with the server and closes it with it.</summary>
sealed class RtmpPortHost(RtmpPort port, ILogger<RtmpPort> journal) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        port.Open(journal);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => port.Close();
}
