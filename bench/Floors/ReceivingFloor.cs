using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Bench.Floors;

/// <summary>
/// The least that receiving evidence can cost here: bare sockets, SHA-256, positional write, fdatasync, answer. It reads just enough
/// HTTP for our own client. Its last header line is the digest, which the client checks.
/// </summary>
static class ReceivingFloor
{
    public static async Task<int> Run(string folder)
    {
        using var door = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();
        Console.WriteLine(((IPEndPoint)door.LocalEndPoint!).Port);
        for (var number = 0; ; number++)
        {
            var caller = await door.AcceptAsync();
            var file = Path.Combine(folder, $"{number}.floor");
            // A thread for each caller: hashing keeps it busy anyway.
            new Thread(() => Serve(caller, file)) { IsBackground = true }.Start();
        }
    }

    static void Serve(Socket caller, string path)
    {
        using var _ = caller;
        var buffer = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
        while (true)
        {
            int filled = 0,
                end;
            while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                var read = caller.Receive(buffer.AsSpan(filled));
                if (read == 0)
                    return;
                filled += read;
            }
            var length = Encoding
                .ASCII.GetString(buffer, 0, end)
                .Split("\r\n")
                .First(l => l.StartsWith("Content-Length:", StringComparison.Ordinal))[15..];
            var left = long.Parse(length, CultureInfo.InvariantCulture);
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long at = 0;
            for (
                var piece = buffer.AsSpan(end + 4, filled - end - 4);
                ;
                piece = buffer.AsSpan(0, caller.Receive(buffer.AsSpan(0, (int)Math.Min(buffer.Length, left))))
            )
            {
                RandomAccess.Write(file, piece, at);
                hash.AppendData(piece);
                at += piece.Length;
                left -= piece.Length;
                if (left == 0)
                    break;
            }
            Durable.Sync(file);
            caller.Send(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 204 No Content\r\nDigest: {Convert.ToHexStringLower(hash.GetHashAndReset())}\r\n\r\n"
                )
            );
        }
    }
}
