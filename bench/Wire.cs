using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lapel.Bench;

sealed record WireAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, long BodyLengthBytes)
{
    public WireAnswer MustBe(params ReadOnlySpan<int> statuses) =>
        statuses.Contains(Status) ? this : throw new IOException($"Answered {Status}: {Encoding.UTF8.GetString(Body)}");
}

/// <summary>
/// One HTTP/1.1 connection by hand. A file's bytes go out by sendfile, so that the client takes as little as can be of the CPU that
/// it shares with the server under measurement; every server gets its bytes from this same client.
/// </summary>
sealed class Wire : IDisposable
{
    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 20);
    int filled;

    public Wire(int port) => socket.Connect(IPAddress.Loopback, port);

    public async Task<WireAnswer> Send(
        string method,
        string path,
        IEnumerable<(string Name, string Value)> headers,
        byte[]? body = null,
        string? file = null
    )
    {
        var length = file is null ? body?.Length ?? 0 : new FileInfo(file).Length;
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (method != "GET")
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        var bytes = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
        if (file is not null)
            await socket.SendFileAsync(file, bytes, Array.Empty<byte>(), TransmitFileOptions.UseDefaultWorkerThread);
        else
            for (ReadOnlyMemory<byte> rest = (byte[])[.. bytes, .. body ?? []]; rest.Length > 0; )
                rest = rest[await socket.SendAsync(rest)..];
        return await Receive(keep: method != "GET" || !headers.Any(h => h.Name == "X-Drop"));
    }

    /// <param name="keep">False: a long body is counted and dropped.</param>
    async Task<WireAnswer> Receive(bool keep)
    {
        int end;
        while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            await Fill();
        var lines = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines[1..]
            .Select(l => l.Split(": ", 2))
            .GroupBy(p => p[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First()[1], StringComparer.OrdinalIgnoreCase);
        Drop(end + 4);
        if (status is 100)
            return await Receive(keep);
        var body = new MemoryStream();
        long counted = 0;
        if (headers.TryGetValue("Content-Length", out var stated))
            for (var left = long.Parse(stated, CultureInfo.InvariantCulture); left > 0; )
                left -= await Take(left);
        else if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
            await Chunks();
        return new(status, headers, body.ToArray(), counted);

        async Task<long> Take(long most)
        {
            if (filled == 0)
                await Fill();
            var taken = (int)Math.Min(most, filled);
            if (keep)
                body.Write(buffer, 0, taken);
            counted += taken;
            Drop(taken);
            return taken;
        }

        async Task Chunks()
        {
            while (true)
            {
                int line;
                while ((line = buffer.AsSpan(0, filled).IndexOf("\r\n"u8)) < 0)
                    await Fill();
                var size = int.Parse(
                    Encoding.ASCII.GetString(buffer, 0, line).Split(';')[0],
                    NumberStyles.HexNumber,
                    CultureInfo.InvariantCulture
                );
                Drop(line + 2);
                for (long left = size; left > 0; )
                    left -= await Take(left);
                while (filled < 2)
                    await Fill();
                Drop(2);
                if (size == 0)
                    return;
            }
        }
    }

    async Task Fill()
    {
        var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
        if (read == 0)
            throw new IOException("The server closed the connection.");
        filled += read;
    }

    void Drop(int bytes)
    {
        buffer.AsSpan(bytes, filled - bytes).CopyTo(buffer);
        filled -= bytes;
    }

    public void Dispose() => socket.Dispose();
}
