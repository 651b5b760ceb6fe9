using System.Collections.Immutable;
using System.Threading.Channels;

namespace Lapel.Records;

/// <summary>
/// "Something about this changed": tells open pages to look again. It promises nothing, and carries no facts but how far something
/// has come; whoever missed a pulse sees the truth with the next reading.
/// </summary>
public sealed class Pulse
{
    ImmutableList<Channel<Beat>> listeners = [];

    /// <param name="Topic">What changed, in one word that pages know: recordings, uploads, cameras, log…</param>
    /// <param name="Json">One line of JSON for the page.</param>
    public readonly record struct Beat(string Topic, string Json = "{}");

    public bool IsHeard => !listeners.IsEmpty;

    public void Send(string topic) => Send(new Beat(topic));

    public void Send(Beat beat)
    {
        foreach (var listener in listeners)
            listener.Writer.TryWrite(beat); // a slow page drops its oldest pulses
    }

    public async IAsyncEnumerable<Beat> Listen([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var channel = Channel.CreateBounded<Beat>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        ImmutableInterlocked.Update(ref listeners, all => all.Add(channel));
        try
        {
            await foreach (var beat in channel.Reader.ReadAllAsync(stop))
                yield return beat;
        }
        finally
        {
            ImmutableInterlocked.Update(ref listeners, all => all.Remove(channel));
        }
    }
}
