using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lapel.Live;

namespace Lapel.Tests.Live;

/// <summary>A camera's side of RTMP, as bytes.</summary>
static class RtmpWire
{
    public static readonly byte[] Hello = [3, .. new byte[1536]];

    /// <summary>What a camera sends from C2 on until it publishes.</summary>
    public static byte[] UpToPublish(string application, string key) =>
        [
            .. new byte[1536],
            .. Command(0, "connect", 1.0, new (string, object?)[] { ("app", application), ("type", "nonprivate") }),
            .. Command(0, "releaseStream", 2.0, null, key),
            .. Command(0, "createStream", 3.0, null),
            .. Command(1, "publish", 4.0, null, key, "live"),
        ];

    public static byte[] Command(uint stream, params object?[] values) =>
        RtmpChunkWriter.Write(RtmpKind.Command, stream, Amf0.Write(values));

    /// <summary>A chunk with a whole header (section 5.3.1.2.1), and as much of the body as is given.</summary>
    public static byte[] Chunk(RtmpKind kind, uint timestamp, int length, params byte[] body)
    {
        var bytes = new byte[12 + body.Length];
        bytes[0] = 4;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), timestamp << 8);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)length << 8 | (byte)kind);
        bytes[8] = 1;
        body.CopyTo(bytes, 12);
        return bytes;
    }

    public static async Task<Socket> Connect(IPEndPoint to)
    {
        var camera = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await camera.ConnectAsync(to);
        return camera;
    }

    /// <summary>All that it is answered until the other side hangs up.</summary>
    public static async Task<byte[]> Rest(this Socket camera)
    {
        var all = new MemoryStream();
        var some = new byte[4096];
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            while (await camera.ReceiveAsync(some, enough.Token) is > 0 and var got)
                all.Write(some, 0, got);
        }
        catch (SocketException) { } // it hung up with something of ours unread
        return all.ToArray();
    }
}
