using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lapel.Bench.Floors;

/// <summary>The least that sending a stored file can cost: sendfile, with no decryption and no question who asks.</summary>
static class SendingFloor
{
    public static async Task<int> Run(string file)
    {
        using var door = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();
        Console.WriteLine(((IPEndPoint)door.LocalEndPoint!).Port);
        var head = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {new FileInfo(file).Length}\r\n\r\n")
        );
        while (true)
        {
            using var caller = await door.AcceptAsync();
            var buffer = new byte[4096];
            while (await caller.ReceiveAsync(buffer) > 0)
                await caller.SendFileAsync(file, head, Array.Empty<byte>(), TransmitFileOptions.UseDefaultWorkerThread);
        }
    }
}
