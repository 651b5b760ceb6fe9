using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Media;

/// <summary>
/// Gives one ffmpeg random access to a clip over HTTP on the loopback interface, so that clear evidence never stands on a disk. The URL
/// has a secret of 128 bits; since command lines can be read by everyone on the machine, a connection must also come from this program's own
/// account.
/// </summary>
sealed class LoopbackClip : IAsyncDisposable
{
    const int MostHeaderBytes = 8 << 10;

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource closing = new();
    readonly SemaphoreSlim reading = new(1);
    readonly ReadAt read;
    readonly long lengthBytes;
    readonly string path = "/" + RandomNumberGenerator.GetHexString(32, lowercase: true);
    readonly Task accepting;

    public LoopbackClip(ReadAt read, long lengthBytes)
    {
        (this.read, this.lengthBytes) = (read, lengthBytes);
        listener.Start();
        accepting = Accept();
    }

    int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        closing.Dispose();
        reading.Dispose();
    }

    async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(closing.Token);
                serving.RemoveAll(t => t.IsCompleted);
                serving.Add(Serve(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving); // nobody may still be reading the clip when this is over
        }
    }

    async Task Serve(TcpClient client)
    {
        using (client)
            try
            {
                if (!OwnAccount((IPEndPoint)client.Client.RemoteEndPoint!))
                    return;
                var stream = client.GetStream();
                var request = await ReadRequest(stream);
                if (!request.StartsWith($"GET {path} HTTP/1.", StringComparison.Ordinal))
                    return;
                await Answer(stream, FirstByte(request));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or BrokenMediaException)
            {
                // ffmpeg closes a connection whenever it wants to read elsewhere.
            }
    }

    async Task Answer(NetworkStream to, long from)
    {
        var head =
            from >= lengthBytes
                ? $"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{lengthBytes}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                : $"HTTP/1.1 206 Partial Content\r\nAccept-Ranges: bytes\r\nContent-Range: bytes {from}-{lengthBytes - 1}/{lengthBytes}\r\n"
                    + $"Content-Length: {lengthBytes - from}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n";
        await to.WriteAsync(Encoding.ASCII.GetBytes(head), closing.Token);
        var buffer = new byte[64 << 10];
        for (var at = from; at < lengthBytes; )
        {
            await reading.WaitAsync(closing.Token); // a reader of sealed clips serves one at a time
            int got;
            try
            {
                got = read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, lengthBytes - at)));
            }
            finally
            {
                reading.Release();
            }
            if (got <= 0)
                return;
            await to.WriteAsync(buffer.AsMemory(0, got), closing.Token);
            at += got;
        }
    }

    async Task<string> ReadRequest(NetworkStream from)
    {
        var bytes = new byte[MostHeaderBytes];
        var count = 0;
        while (count < bytes.Length && bytes.AsSpan(0, count).IndexOf("\r\n\r\n"u8) < 0)
        {
            var got = await from.ReadAsync(bytes.AsMemory(count), closing.Token);
            if (got == 0)
                break;
            count += got;
        }
        return Encoding.ASCII.GetString(bytes, 0, count);
    }

    static long FirstByte(string request)
    {
        const string Range = "\r\nRange: bytes=";
        var at = request.IndexOf(Range, StringComparison.OrdinalIgnoreCase);
        var digits = at < 0 ? "" : new string([.. request.Skip(at + Range.Length).TakeWhile(char.IsAsciiDigit)]);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 0;
    }

    // The kernel lists every TCP socket with the account that owns it: theirs must be the one that owns our listening socket.
    bool OwnAccount(IPEndPoint peer)
    {
        string? ours = null,
            theirs = null;
        var (ourPort, theirPort) = (
            Port.ToString("X4", CultureInfo.InvariantCulture),
            peer.Port.ToString("X4", CultureInfo.InvariantCulture)
        );
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 8)
                continue;
            if (fields[1].EndsWith(":" + ourPort, StringComparison.Ordinal) && fields[3] == "0A")
                ours = fields[7];
            else if (
                fields[1].EndsWith(":" + theirPort, StringComparison.Ordinal)
                && fields[2].EndsWith(":" + ourPort, StringComparison.Ordinal)
            )
                theirs = fields[7];
        }
        return ours is not null && ours == theirs;
    }
}
