using Lapel.Media;
using Lapel.WebRtc;

namespace Lapel.CameraProgram;

/// <summary>
/// One live connection and what goes into it: the tap's packets as far as the ladder allows, each only while the recorder says that it may be
/// shown. It takes from the recorder and gives it nothing; whatever breaks here ends here.
/// </summary>
sealed class LiveOutput : IAsyncDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly LivePublisher publisher;
    readonly LiveTap tap;
    readonly Func<bool> mayShow;
    readonly Action ended;
    readonly Action<string> say;
    readonly CancellationTokenSource ending = new();
    readonly Lock guard = new();
    readonly Task looking;
    LiveEncoder? encoder;
    bool recordedFlows;

    /// <param name="ended">Told once when the connection is over.</param>
    public LiveOutput(
        LivePublisher publisher,
        LiveTap tap,
        LiveLadder ladder,
        Func<bool> mayShow,
        Action ended,
        Action<string> say
    )
    {
        (this.publisher, this.tap, Ladder) = (publisher, tap, ladder);
        (this.mayShow, this.ended, this.say) = (mayShow, ended, say);
        tap.Taken = Take;
        looking = Look(ending.Token);
    }

    public LiveLadder Ladder { get; private set; }

    public Uplink? Seen { get; private set; }

    public string? EndedWhy => publisher.EndedWhy;

    public bool IsConnected => publisher.IsConnected;

    /// <summary>When this returns nothing leaves any more, whatever is still on its way through here.</summary>
    public void Hold() => publisher.LetPass(false);

    /// <summary>The opposite: whatever was held meanwhile is gone.</summary>
    public void GoOn() => publisher.LetPass(true);

    void Take(TapKind kind, ReadOnlyMemory<byte> packet)
    {
        // Asked for each packet: between the officer's press and the last packet lies no message that could be late.
        if (!mayShow())
        {
            publisher.LetPass(false);
            return;
        }
        lock (guard)
        {
            var rung = Ladder.Rung;
            switch (kind)
            {
                case TapKind.Sound when rung >= LiveRung.Sound:
                    publisher.Send(LiveMedia.Sound, packet.Span);
                    break;
                case TapKind.Picture:
                    TakePicture(packet.Span, rung);
                    break;
                case TapKind.Smaller when !recordedFlows && encoder?.Rung == rung:
                    publisher.Send(LiveMedia.Picture, packet.Span);
                    break;
            }
        }
    }

    // From one picture to the other only at a keyframe, and until it comes the one before goes on where the network bears it.
    void TakePicture(ReadOnlySpan<byte> packet, LiveRung rung)
    {
        var payload = packet[12..]; // ffmpeg writes neither extensions nor padding
        var marker = (packet[1] & 0x80) != 0;
        if (rung == LiveRung.Recorded)
        {
            recordedFlows |= AnnexB.BeginsKeyframe(payload);
            if (recordedFlows)
            {
                publisher.Send(LiveMedia.Picture, packet);
                return;
            }
        }
        else
        {
            recordedFlows = false;
        }
        encoder?.Take(payload, marker);
    }

    async Task Look(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                if (publisher.IsConnected)
                    await Climb();
                else if (publisher.EndedWhy is not null)
                {
                    ended();
                    return;
                }
        }
        catch (OperationCanceledException)
        {
            // the connection ends
        }
    }

    async Task Climb()
    {
        Seen = publisher.Measure();
        var before = Ladder.Rung;
        var next = Ladder.After(Seen, TimeProvider.System.Now());
        LiveEncoder? old = null;
        lock (guard)
        {
            Ladder = next;
            var needs = next.Rung is LiveRung.Picture or LiveRung.SmallPicture or LiveRung.Stills;
            if (
                encoder is { } there
                && (!needs || there.Rung != next.Rung || there.HasEnded)
                && !(next.Rung == LiveRung.Recorded && !recordedFlows)
            )
                (old, encoder) = (there, null);
            if (needs && encoder is null)
                Start(next);
        }
        if (old is not null)
            await old.DisposeAsync();
        if (before != next.Rung)
            say(
                $"Live: {Words(next.Rung)} now; {Seen.ArrivedKbps:0} kbit/s arrive{(Seen.LostShare > 0.01 ? $", {Seen.LostShare:P0} are lost" : "")}."
            );
    }

    void Start(LiveLadder ladder)
    {
        try
        {
            encoder = new(ladder.Rung, ladder.PictureKbpsOf(ladder.Rung), tap.Port, tap.NewSmaller());
        }
        catch (FfmpegException e)
        {
            say($"Live: no smaller picture can be made: {e.Message}");
        }
    }

    public static string Words(LiveRung rung) =>
        rung switch
        {
            LiveRung.Recorded => "the picture as recorded, and sound",
            LiveRung.Picture => "a reduced picture and sound",
            LiveRung.SmallPicture => "a small picture and sound",
            LiveRung.Sound => "sound alone",
            LiveRung.Stills => "a still every few seconds",
            _ => "position and state alone",
        };

    public async ValueTask DisposeAsync()
    {
        tap.Taken = null;
        Hold();
        await ending.CancelAsync();
        await looking;
        publisher.Dispose();
        if (encoder is not null)
            await encoder.DisposeAsync();
        ending.Dispose();
    }
}
