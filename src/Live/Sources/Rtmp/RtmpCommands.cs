using System.Buffers.Binary;

namespace Lapel.Live;

/// <summary>A command as a camera gives it (Adobe RTMP 1.0, section 7.2): its name, its number, and what it is about.</summary>
/// <param name="Transaction">An answer carries it again; 0 asks for none.</param>
/// <param name="Application">Of <c>connect</c>.</param>
/// <param name="Key">Of <c>publish</c>: which stream; here, the secret that opens the door.</param>
sealed record RtmpCommand(string Name, double Transaction, string? Application, string? Key)
{
    /// <exception cref="FormatException">It is no command.</exception>
    public static RtmpCommand Read(RtmpMessage message)
    {
        // A command in AMF 3 begins with a byte that says so, and cameras go on in AMF 0.
        var values = Amf0.Read(
            message.Kind == RtmpKind.Command3 && message.Body.Length > 0 ? message.Body.Span[1..] : message.Body.Span
        );
        if (values is not [string name, ..])
            throw new FormatException("A command without a name.");
        var about = values.ElementAtOrDefault(2) as IReadOnlyDictionary<string, object?>;
        return new(
            name,
            values.ElementAtOrDefault(1) as double? ?? 0,
            name == "connect" ? about?.GetValueOrDefault("app") as string : null,
            name == "publish" ? values.ElementAtOrDefault(3) as string : null
        );
    }

    /// <summary>Nothing: a journal shall not show a key by accident.</summary>
    public override string ToString() => nameof(RtmpCommand);
}

/// <summary>What a camera is answered, as bytes for the wire.</summary>
static class RtmpAnswers
{
    /// <summary>The one stream that a connection may make.</summary>
    public const uint Stream = 1;

    /// <summary>After so many bytes each side says how many it has (section 5.4.3).</summary>
    public const int WindowBytes = 2_500_000;

    /// <summary>To <c>connect</c> (section 7.2.1.1).</summary>
    public static byte[] Connected(double transaction) =>
        [
            .. RtmpChunkWriter.Write(RtmpKind.WindowSize, 0, Big(WindowBytes)),
            .. RtmpChunkWriter.Write(RtmpKind.PeerBandwidth, 0, [.. Big(WindowBytes), 2]), // 2: dynamic
            .. Command(
                0,
                "_result",
                transaction,
                new (string, object?)[] { ("fmsVer", "Lapel/1"), ("capabilities", 31.0) },
                Status("status", "NetConnection.Connect.Success", "Connected.", ("objectEncoding", 0.0))
            ),
        ];

    /// <summary>To <c>createStream</c> (section 7.2.1.3).</summary>
    public static byte[] StreamMade(double transaction) => Command(0, "_result", transaction, null, (double)Stream);

    /// <summary>To what other programs ask for before they publish, and what means nothing here.</summary>
    public static byte[] Done(double transaction) => Command(0, "_result", transaction, null, null);

    /// <summary>To <c>publish</c> (section 7.2.2.6): its stream begins (section 7.1.7), and the camera may send.</summary>
    public static byte[] Published() =>
        [
            .. RtmpChunkWriter.Write(RtmpKind.UserControl, 0, [0, 0, .. Big((int)Stream)]),
            .. Command(Stream, "onStatus", 0.0, null, Status("status", "NetStream.Publish.Start", "Published.")),
        ];

    /// <summary>To <c>publish</c>, when it may not.</summary>
    public static byte[] Refused(string sentence) =>
        Command(Stream, "onStatus", 0.0, null, Status("error", "NetStream.Publish.BadName", sentence));

    public static byte[] Acknowledged(long bytes) =>
        RtmpChunkWriter.Write(RtmpKind.Acknowledgement, 0, Big(unchecked((int)bytes)));

    /// <summary>The answer to a ping (section 7.1.7); none to anything else of that kind.</summary>
    public static byte[]? ToUserControl(ReadOnlySpan<byte> body) =>
        body.Length == 6 && body[..2].SequenceEqual<byte>([0, 6])
            ? RtmpChunkWriter.Write(RtmpKind.UserControl, 0, [0, 7, .. body[2..]])
            : null;

    static (string, object?)[] Status(string level, string code, string sentence, params ReadOnlySpan<(string, object?)> more) =>
        [("level", level), ("code", code), ("description", sentence), .. more];

    static byte[] Command(uint stream, params ReadOnlySpan<object?> values) =>
        RtmpChunkWriter.Write(RtmpKind.Command, stream, Amf0.Write(values));

    static byte[] Big(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
