using System.Collections.Immutable;
using System.Threading.Channels;

namespace Lapel.Records;

/// <summary>
/// "Something about this changed": tells open pages to look again. It carries no facts and promises nothing; whoever missed a pulse
/// sees the truth with the next reading.
/// </summary>
public sealed class Pulse
{
    ImmutableList<Channel<string>> listeners = [];

    /// <param name="topic">What changed, in one word that pages know: recordings, uploads, cameras, log…</param>
    public void Send(string topic)
    {
        foreach (var listener in listeners)
            listener.Writer.TryWrite(topic); // a slow page drops its oldest pulses
    }

    public async IAsyncEnumerable<string> Listen([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var channel = Channel.CreateBounded<string>(
            new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        ImmutableInterlocked.Update(ref listeners, all => all.Add(channel));
        try
        {
            await foreach (var topic in channel.Reader.ReadAllAsync(stop))
                yield return topic;
        }
        finally
        {
            ImmutableInterlocked.Update(ref listeners, all => all.Remove(channel));
        }
    }
}
