using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Lapel.Media;

public enum TapKind
{
    /// <summary>The picture as it is recorded.</summary>
    Picture,
    Sound,

    /// <summary>The picture encoded once more, for a network that bears less.</summary>
    Smaller,
}

/// <summary>
/// Where ffmpeg's packets arrive for whoever sends them on live. They are datagrams on loopback: when nobody reads them in time the kernel drops them,
/// and ffmpeg knows nothing of it. Packets are told apart by SSRCs drawn anew for each ffmpeg. Nothing is kept here.
/// </summary>
public sealed class LiveTap : IDisposable
{
    const int BufferBytes = 1 << 20;

    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly Thread thread;
    volatile CaptureTap now;
    volatile int smaller;
    volatile bool closing;

    public LiveTap()
    {
        socket.ReceiveBufferSize = BufferBytes;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        now = NewRun();
        thread = new(Read) { IsBackground = true, Name = "live tap" };
        thread.Start();
    }

    public int Port { get; }

    /// <summary>Takes each packet, lent for the call; on a thread of the tap's own.</summary>
    public Action<TapKind, ReadOnlyMemory<byte>>? Taken { get; set; }

    /// <summary>For the ffmpeg that starts now; what an older one still sends is passed over.</summary>
    public CaptureTap NewRun() => now = new(Port, NewSsrc(), NewSsrc());

    /// <summary>The same for the encoder beside it.</summary>
    public int NewSmaller() => smaller = NewSsrc();

    static int NewSsrc() => RandomNumberGenerator.GetInt32(1, int.MaxValue);

    void Read()
    {
        var buffer = new byte[2048];
        while (!closing)
            try
            {
                var length = socket.Receive(buffer);
                if (length >= 12 && KindOf(buffer) is { } kind)
                    Taken?.Invoke(kind, buffer.AsMemory(0, length));
            }
            catch (SocketException)
            {
                if (closing)
                    return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
    }

    TapKind? KindOf(ReadOnlySpan<byte> packet)
    {
        if ((packet[0] & 0xC0) != 0x80 || packet[1] is >= 192 and <= 223)
            return null; // ffmpeg's own reports
        var ssrc = (int)BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        var run = now;
        return ssrc == run.PictureSsrc ? TapKind.Picture
            : ssrc == run.SoundSsrc ? TapKind.Sound
            : ssrc == smaller ? TapKind.Smaller
            : null;
    }

    /// <summary>Whether the ffmpeg installed here can do it: it lacks Opus where somebody built it without.</summary>
    public static async Task<bool> IsPossible(CancellationToken stop)
    {
        var said = await Ffmpeg.Find().Run(new FfmpegArguments().Add("-encoders"), null, 1 << 20, TimeSpan.FromSeconds(10), stop);
        return System.Text.Encoding.UTF8.GetString(said).Contains(" libopus ", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        closing = true;
        socket.Dispose();
        thread.Join();
    }
}
