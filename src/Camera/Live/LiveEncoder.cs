using System.Globalization;
using System.Threading.Channels;
using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>
/// One ffmpeg that makes the live picture smaller, for a network that does not carry the recorded one. It is fed pictures by a queue that
/// drops when ffmpeg is slow or dead; nothing that happens to it reaches the recorder.
/// </summary>
sealed class LiveEncoder : IAsyncDisposable
{
    const int MostWaiting = 60;

    readonly Channel<byte[]> pictures = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );
    readonly CancellationTokenSource ending = new();
    readonly FfmpegRun run;
    readonly Task feeding;
    readonly AnnexB pieces = new();
    bool begun;

    /// <exception cref="FfmpegException">ffmpeg cannot be started.</exception>
    public LiveEncoder(LiveRung rung, int kbps, int port, int ssrc)
    {
        Rung = rung;
        run = Ffmpeg.Find().Start(Arguments(rung, kbps, port, ssrc));
        feeding = Feed(ending.Token);
    }

    public LiveRung Rung { get; }

    /// <summary>It died: another one is needed.</summary>
    public bool HasEnded => run.HasEnded;

    /// <summary>For whoever wants to see that it may die.</summary>
    public int ProcessId => run.ProcessId;

    static FfmpegArguments Arguments(LiveRung rung, int kbps, int port, int ssrc)
    {
        var rate = kbps.ToString(CultureInfo.InvariantCulture) + "k";
        var arguments = new FfmpegArguments().PicturesOnStdin().NoInventedFrames();
        arguments.Add(
            "-vf",
            rung switch
            {
                LiveRung.Picture => "scale=-2:'min(ih,480)'",
                LiveRung.SmallPicture => "scale=-2:'min(ih,240)'",
                _ => @"select='isnan(prev_selected_t)+gte(t-prev_selected_t\,4)',scale=-2:'min(ih,240)'",
            }
        );
        arguments.Add("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p");
        arguments.Add("-profile:v", "baseline", "-threads", "1", "-sc_threshold", "0");
        if (rung == LiveRung.Stills)
            arguments.Add("-qp", "34", "-g", "1");
        else
            arguments
                .Add("-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", "600")
                .Add("-force_key_frames", "expr:gte(t,n_forced*2)");
        return arguments.PicturesTo(port, ssrc);
    }

    /// <summary>Takes a packet of the recorded picture; never waits.</summary>
    public void Take(ReadOnlySpan<byte> payload, bool marker)
    {
        if (pieces.Add(payload, marker) is not { } picture)
            return;
        begun |= pieces.IsKeyframe; // before the first keyframe and after a dropped picture there is nothing to decode
        if (begun)
            begun = pictures.Reader.Count < MostWaiting && pictures.Writer.TryWrite(picture);
    }

    async Task Feed(CancellationToken stop)
    {
        try
        {
            await foreach (var picture in pictures.Reader.ReadAllAsync(stop))
            {
                await run.Input.WriteAsync(picture, stop);
                await run.Input.FlushAsync(stop);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It died or is being ended: whoever holds it looks at HasEnded.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await run.DisposeAsync();
        await feeding;
        ending.Dispose();
    }
}
