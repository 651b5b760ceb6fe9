using System.Buffers.Binary;

namespace Lapel.Live;

/// <summary>
/// One camera's connection: it is greeted, asks to publish, and only when a key was right is a byte of its picture read. Whose key that is
/// others decide; from then on the source's run reads here, and nobody else.
/// </summary>
sealed class RtmpConnection(Stream camera) : IDisposable
{
    /// <summary>Within this a camera has to have shown a key.</summary>
    public static readonly TimeSpan Greeting = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A camera that sends no whole message for so long has gone. Longer than a source waits for a picture: it says first what is the matter.
    /// </summary>
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    const int MostCommands = 32;
    const int SmallestWindow = 64 * 1024;
    const int LongestPicture = 4 << 20;

    readonly RtmpChunkReader chunks = new(camera);
    readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long acknowledged;
    int window = RtmpAnswers.WindowBytes;

    /// <summary>Ends when nobody has a use for the connection any more.</summary>
    public Task Over => over.Task;

    /// <summary>Up to where it asks to publish, and under which key.</summary>
    /// <exception cref="FormatException">It does something else.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public async Task<(string Application, string Key)> Greet(CancellationToken stop)
    {
        await RtmpHandshake.Answer(camera, stop);
        var application = (string?)null;
        for (var commands = 0; commands < MostCommands; )
        {
            var message = await Next(stop);
            if (message.Kind is RtmpKind.Sound or RtmpKind.Picture or RtmpKind.Aggregate)
                throw new FormatException("It sends a picture before it has shown a key.");
            if (message.Kind is not (RtmpKind.Command or RtmpKind.Command3))
                continue;
            commands++;
            var command = RtmpCommand.Read(message);
            switch (command.Name)
            {
                case "connect":
                    application = command.Application ?? throw new FormatException("It connects to no application.");
                    await camera.WriteAsync(RtmpAnswers.Connected(command.Transaction), stop);
                    break;
                case "createStream":
                    await camera.WriteAsync(RtmpAnswers.StreamMade(command.Transaction), stop);
                    break;
                case "publish":
                    return (
                        application ?? throw new FormatException("It publishes before it connects."),
                        command.Key ?? throw new FormatException("It publishes without a key.")
                    );
                case "play":
                    throw new FormatException("It asks for a picture: this door only takes them.");
                default:
                    if (command.Transaction > 0)
                        await camera.WriteAsync(RtmpAnswers.Done(command.Transaction), stop);
                    break;
            }
        }
        throw new FormatException("It gives many commands and none to publish.");
    }

    public Task Refuse(string sentence, CancellationToken stop) =>
        camera.WriteAsync(RtmpAnswers.Refused(sentence), stop).AsTask();

    /// <summary>Tells it that it may send, and writes picture and sound as FLV until either side has enough.</summary>
    /// <returns>Why it ended, when the camera did something that is not taken.</returns>
    public async Task<string?> Pump(Stream to, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        chunks.MostMessageBytes = LongestPicture;
        var flv = new FlvWriter(to);
        try
        {
            patience.CancelAfter(Idle);
            await camera.WriteAsync(RtmpAnswers.Published(), patience.Token);
            await flv.Begin(patience.Token);
            while (true)
            {
                patience.CancelAfter(Idle);
                var message = await Next(patience.Token);
                switch (message.Kind)
                {
                    case RtmpKind.Picture when FlvWriter.WhyNotShow(message.Body.Span) is { } no:
                        return no;
                    case RtmpKind.Picture or RtmpKind.Sound when message.Stream == RtmpAnswers.Stream:
                        await flv.Write(message.Kind, message.Timestamp, message.Body, patience.Token);
                        break;
                    case RtmpKind.Aggregate:
                        return "It sends several pictures in one message, which is not taken.";
                    case RtmpKind.Command
                    or RtmpKind.Command3 when RtmpCommand.Read(message).Name is "FCUnpublish" or "deleteStream" or "closeStream":
                        return null;
                }
            }
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return null; // the camera, or ffmpeg, or whoever started it
        }
        finally
        {
            await to.DisposeAsync(); // ffmpeg then ends by itself
        }
    }

    /// <summary>The next message that is not about the connection itself.</summary>
    async ValueTask<RtmpMessage> Next(CancellationToken stop)
    {
        while (true)
        {
            var message = await chunks.Read(stop);
            if (chunks.BytesRead - acknowledged >= window)
            {
                acknowledged = chunks.BytesRead;
                await camera.WriteAsync(RtmpAnswers.Acknowledged(acknowledged), stop);
            }
            switch (message.Kind)
            {
                case RtmpKind.UserControl when RtmpAnswers.ToUserControl(message.Body.Span) is { } answer:
                    await camera.WriteAsync(answer, stop);
                    break;
                case RtmpKind.WindowSize when message.Body.Length == 4: // section 5.4.4
                    window = Math.Max(SmallestWindow, BinaryPrimitives.ReadInt32BigEndian(message.Body.Span));
                    break;
                case RtmpKind.Acknowledgement or RtmpKind.PeerBandwidth or RtmpKind.UserControl or RtmpKind.WindowSize:
                    break;
                default:
                    return message;
            }
        }
    }

    public void Dispose()
    {
        camera.Dispose();
        over.TrySetResult();
    }
}
