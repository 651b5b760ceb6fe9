using Lapel.Media;
using Lapel.WebRtc;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>
/// One source at work: an ffmpeg that waits for the camera or asks it, or is given what a camera pushes to the RTMP port; its packets sent
/// on to the gateway, and the session that they are shown in. An ffmpeg that ends or falls silent is started again; the session outlives that for as long as the live policy's silence.
/// </summary>
sealed class SourceRun : IAsyncDisposable
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    static readonly Duration Silence = Duration.FromSeconds(10);
    static readonly Duration ReportEvery = Duration.FromSeconds(3);
    static readonly Actor Self = Actor.System("live-source");

    readonly SourceParts parts;
    readonly ForeignSource source;
    readonly RtmpPlace? place;
    readonly LiveTap tap = new();
    readonly CancellationTokenSource ending = new();
    readonly Task going;
    volatile LivePublisher? publisher;
    volatile bool encodeAgain;
    volatile bool outOfOrder;
    long heardUs;
    LiveSession? session;
    Instant reportedAt;
    string? said;

    /// <param name="place">Where its camera comes in, when it pushes by RTMP; this run's from now on.</param>
    public SourceRun(LiveSource what, ForeignSource source, RtmpPlace? place, SourceParts parts)
    {
        (What, this.source, this.place, this.parts) = (what, source, place, parts);
        tap.Taken = Take;
        going = Go(ending.Token);
    }

    public LiveSource What { get; }

    /// <summary>What it did last, for its page.</summary>
    public string State { get; private set; } = "Starts";

    Instant Heard => Instant.FromUnixTimeTicks(Volatile.Read(ref heardUs) * 10);

    // On the tap's own thread, for each packet.
    void Take(TapKind kind, ReadOnlyMemory<byte> packet)
    {
        if (kind == TapKind.Picture)
        {
            Volatile.Write(ref heardUs, parts.Clock.Now().ToUnixTimeTicks() / 10);
            if (!encodeAgain && H264Slices.BeginsOutOfOrder(packet.Span[12..]))
                outOfOrder = true;
        }
        if (!outOfOrder)
            publisher?.Send(kind == TapKind.Picture ? LiveMedia.Picture : LiveMedia.Sound, packet.Span);
    }

    async Task Go(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
            try
            {
                failures = await Once(stop) ? 0 : failures + 1;
                // A camera that is pushed off by a failing network is back in a moment; an address that nobody answers at is not.
                await Task.Delay(What.Kind == SourceKind.Rtsp ? Pause(failures) : Look, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                Say($"It failed: {source.Redacted(trouble.Message)}");
                failures++;
                await Task.Delay(Pause(failures), stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
    }

    static TimeSpan Pause(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(failures, 5))));

    /// <returns>Whether packets came.</returns>
    async Task<bool> Once(CancellationToken stop)
    {
        State = What.Kind == SourceKind.Rtsp ? "Asks the camera" : "Waits for the camera";
        using var camera = place is null ? null : await place.Next(stop);
        var begun = parts.Clock.Now();
        outOfOrder = false;
        var ffmpeg = Ffmpeg.Find().Start(source.Arguments(tap.NewRun(), encodeAgain));
        var feeding = Feed(ffmpeg.Input, camera, stop);
        bool silent;
        try
        {
            silent = await FallsSilent(ffmpeg, begun, stop);
        }
        finally
        {
            camera?.Dispose(); // before ffmpeg: what is on the way to it has then no end that waits
            await ffmpeg.DisposeAsync();
        }
        var wrong = await feeding;
        var heard = Heard >= begun;
        if (silent)
            Say("No picture for ten seconds: it is started again");
        else if (outOfOrder)
            encodeAgain = Again("its pictures come out of order (B-frames)");
        else if (!encodeAgain && ForeignSource.SaysNoH264(ffmpeg.LastWords))
            encodeAgain = Again("its picture is not H.264");
        else
            Say(wrong ?? (heard ? "The camera has stopped" : $"No picture: {source.Redacted(ffmpeg.LastWords)}"));
        return heard || encodeAgain;
    }

    /// <returns>What is wrong with what a camera pushes, in a sentence; none when nothing is.</returns>
    async Task<string?> Feed(Stream stdin, RtmpConnection? camera, CancellationToken stop)
    {
        if (camera is not null)
            return await camera.Pump(stdin, stop);
        await stdin.WriteAsync(((ForeignSource.Listed)source).Script(), stop);
        stdin.Close();
        return null;
    }

    /// <summary>Shows what comes, until ffmpeg ends, or pictures come out of order, or none comes any more.</summary>
    async Task<bool> FallsSilent(FfmpegRun ffmpeg, Instant begun, CancellationToken stop)
    {
        while (!ffmpeg.HasEnded && !outOfOrder)
        {
            await Task.Delay(Look, stop);
            var now = parts.Clock.Now();
            if (Heard < begun)
                continue; // no packet yet: a camera that does not push is no fault
            if (now - Heard > Silence)
                return true;
            if (!outOfOrder)
                await Show(now, stop);
        }
        return false;
    }

    bool Again(string why)
    {
        Say($"Encoded once more from now on: {why}");
        return true;
    }

    async Task Show(Instant now, CancellationToken stop)
    {
        try
        {
            if (publisher?.EndedWhy is not null)
                HangUp();
            if (session is null)
            {
                if (await parts.WhyNot(What, stop) is { } no)
                    throw new RefusedException(no);
                session = await parts.Streaming.Begin(Self, What.Camera, RecordingId.New(), new(Recording: true), stop);
                reportedAt = now;
            }
            else if (now - reportedAt > ReportEvery)
            {
                session = await parts.Streaming.Report(Self, session, new(Recording: true), stop);
                reportedAt = now;
            }
            if (publisher is null)
            {
                if (!(await parts.Uplink.Connect(session, parts.Clock, stop)).IsTaken(out var connected, out var refusal))
                {
                    Say(refusal.Sentence);
                    return;
                }
                publisher = connected;
            }
            State = encodeAgain ? "Live, encoded once more" : "Live";
        }
        catch (RefusedException no)
        {
            HangUp();
            session = null; // it ended there, by silence or by a person: another one begins only if the records allow it
            Say(no.Refusal.Sentence);
        }
        catch (HttpRequestException away)
        {
            Say($"The gateway cannot be reached: {away.Message}");
        }
    }

    void HangUp()
    {
        var ended = publisher;
        publisher = null;
        ended?.LetPass(false);
        ended?.Dispose();
    }

    void Say(string what)
    {
        State = what;
        if (said == what)
            return; // a camera that is away for a week is one line
        said = what;
        parts.Journal.LogWarning("Live source of camera {Camera}: {What}", What.Camera, what);
    }

    /// <summary>Nothing leaves any more when this returns, and its session is over.</summary>
    /// <param name="why">None when the server stops: the session then ends by its silence, or goes on.</param>
    public async Task End(string? why, CancellationToken stop)
    {
        publisher?.LetPass(false);
        place?.Dispose(); // nobody is let in any more, whoever has the key
        await ending.CancelAsync();
        await going;
        HangUp();
        if (why is not null && session is { } shown)
            await parts.Streaming.End(Self, shown.Id, why, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await End(null, CancellationToken.None);
        tap.Dispose();
        ending.Dispose();
    }
}
