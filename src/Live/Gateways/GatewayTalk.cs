using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Lapel.WebRtc;

namespace Lapel.Live;

/// <summary>What a gateway that stands alone says to the agency's records. See docs/formats/gateway-control.md.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "say")]
[JsonDerivedType(typeof(Knocked), "knocked")]
[JsonDerivedType(typeof(PublisherUp), "publisher-up")]
[JsonDerivedType(typeof(PublisherDown), "publisher-down")]
[JsonDerivedType(typeof(Joined), "joined")]
[JsonDerivedType(typeof(Left), "left")]
[JsonDerivedType(typeof(Late), "late")]
abstract record GatewayNews
{
    /// <summary>Somebody is at the door with a token that is the agency's own; nobody is let in before the answer.</summary>
    /// <param name="Ask">Numbers the question; the answer has it.</param>
    public sealed record Knocked(long Ask, string Stream, LiveRole Role, string Token) : GatewayNews;

    public sealed record PublisherUp(string Stream) : GatewayNews;

    public sealed record PublisherDown(string Stream, string Why) : GatewayNews;

    /// <summary>Packets under this lease flow to a viewer.</summary>
    public sealed record Joined(string Stream, string Lease) : GatewayNews;

    public sealed record Left(string Stream, string Lease, string Why) : GatewayNews;

    /// <summary>From capture to leaving the gateway, and half the viewer's round trip; once a second for each viewer.</summary>
    public sealed record Late(string Lease, Duration P50, Duration P95) : GatewayNews;
}

/// <summary>What the records say to a gateway. Each is obeyed before the next is read.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(EndLease), "end-lease")]
[JsonDerivedType(typeof(RenewLease), "renew-lease")]
[JsonDerivedType(typeof(Hold), "hold")]
[JsonDerivedType(typeof(EndStream), "end-stream")]
abstract record GatewayOrder
{
    /// <param name="Until">Until when the connection may last; none when it is refused.</param>
    public sealed record Answer(long Ask, Instant? Until, Refusal? Refusal) : GatewayOrder;

    public sealed record EndLease(string Lease, string Why) : GatewayOrder;

    public sealed record RenewLease(string Lease, Instant Until) : GatewayOrder;

    public sealed record Hold(string Stream, StreamHold Held) : GatewayOrder;

    public sealed record EndStream(string Stream, string Why) : GatewayOrder;
}

/// <summary>One conversation over a WebSocket: a message is one JSON text. It ends when either side does, or says nothing for a few seconds.</summary>
static class GatewayTalk
{
    public const string Path = "live/control";

    /// <summary>The stream and holder that a control token names; a token is for one gateway.</summary>
    public const string ControlStream = "control";

    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    /// <summary>A gateway that hears nothing from the records for so long carries nothing of theirs any more.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(4);

    const int MostBytes = 64 << 10;

    /// <summary>Sends what is in the channel and gives each message that comes to <paramref name="hear"/>, until one side ends.</summary>
    public static async Task Run<TSay, THear>(
        WebSocket socket,
        ChannelReader<TSay> say,
        Action<THear> hear,
        CancellationToken stop
    )
        where THear : class
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sending = Send(socket, say, over.Token);
        var receiving = Receive(socket, hear, over.Token);
        await Task.WhenAny(sending, receiving);
        await over.CancelAsync();
        try
        {
            await Task.WhenAll(sending, receiving);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested) { }
    }

    static async Task Send<T>(WebSocket socket, ChannelReader<T> say, CancellationToken stop)
    {
        await foreach (var one in say.ReadAllAsync(stop))
            await socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(one, LapelJson.Strict),
                WebSocketMessageType.Text,
                endOfMessage: true,
                stop
            );
    }

    static async Task Receive<T>(WebSocket socket, Action<T> hear, CancellationToken stop)
        where T : class
    {
        var buffer = new byte[MostBytes];
        for (var length = 0; ; )
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (part.MessageType == WebSocketMessageType.Close)
                return;
            length += part.Count;
            if (!part.EndOfMessage)
            {
                if (length == buffer.Length)
                    throw new WebSocketException($"A message longer than {MostBytes} bytes.");
                continue;
            }
            T? said;
            try
            {
                said = JsonSerializer.Deserialize<T>(buffer.AsSpan(0, length), LapelJson.Strict);
            }
            catch (JsonException wrong)
            {
                throw new WebSocketException($"A message that is not understood: {wrong.Message}", wrong);
            }
            hear(said ?? throw new WebSocketException("An empty message."));
            length = 0;
        }
    }
}
