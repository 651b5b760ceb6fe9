using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Lapel.Media;
using Lapel.WebRtc;

namespace Lapel.CameraProgram;

/// <summary>
/// The camera's live side: a session for each recording while the agency's answers allow one, ended with it. It only looks at the recorder.
/// Every trouble here is said in one sentence, tried again, and costs the recording nothing.
/// </summary>
public sealed class LiveStreaming : IAsyncDisposable
{
    /// <summary>The server ends a session that is silent for twenty seconds.</summary>
    static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(4);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    static readonly Duration PositionIsOld = Duration.FromSeconds(30);

    readonly Recorder recorder;
    readonly LiveTap tap;
    readonly LiveDoor door;
    readonly LiveWatchers watchers;
    readonly Action<string> say;
    readonly SemaphoreSlim changed = new(0);
    readonly int recordedKbps;
    readonly bool withSound;
    volatile LiveOutput? output;
    volatile Position? position;
    volatile LiveStatus status = LiveStatus.Off;
    RecordingId? recording;
    string? session;
    (Uri Session, string Token)? hangUp;
    LiveLadder ladder;
    bool wasLost;
    int failures;

    public LiveStreaming(
        Recorder recorder,
        LiveTap tap,
        ServerLink link,
        HttpClient http,
        CaptureSettings capture,
        bool withSound,
        Action<string> say
    )
    {
        (this.recorder, this.tap, this.say, recordedKbps, this.withSound) = (recorder, tap, say, capture.VideoKbps, withSound);
        (door, watchers, ladder) = (new(link, http), new(link, say), new(recordedKbps));
        recorder.ShownChanged += () =>
        {
            if (!recorder.MayBeShown)
                output?.Hold();
            changed.Release();
        };
    }

    /// <summary>Where the source's ffmpeg sends its packets.</summary>
    public LiveTap Tap => tap;

    public LiveStatus Status
    {
        get
        {
            var on = output is { IsConnected: true } connected ? connected : null;
            return status with
            {
                Rung = on?.Ladder.Rung,
                ArrivingKbps = on?.Seen is { } seen ? (int)seen.ArrivedKbps : null,
                Watchers = watchers.Now is { Count: > 0 } now ? now : null,
            };
        }
    }

    /// <summary>Where the camera is; sent only inside a session.</summary>
    public void At(Position at) => position = at;

    /// <summary>The officer's press: a health professional is rung at once.</summary>
    public async Task<Refusal?> AskHelp(string? why, string? words, CancellationToken stop)
    {
        try
        {
            await door.AskHelp(why, words, stop);
            changed.Release();
            return null;
        }
        catch (ServerException no)
        {
            return new(no.Problem.Code, no.Problem.Sentence, RefusalKind.Conflict);
        }
        catch (Exception e) when (IsTrouble(e) && !stop.IsCancellationRequested)
        {
            return new("no-connection", $"The server cannot be reached: use the radio. ({e.Message})", RefusalKind.Conflict);
        }
    }

    public async Task<Refusal?> WithdrawHelp(string? why, CancellationToken stop)
    {
        try
        {
            await door.WithdrawHelp(why, stop);
            return null;
        }
        catch (ServerException no)
        {
            return new(no.Problem.Code, no.Problem.Sentence, RefusalKind.Conflict);
        }
        catch (Exception e) when (IsTrouble(e) && !stop.IsCancellationRequested)
        {
            return new("no-connection", $"The server cannot be reached: {e.Message}", RefusalKind.Conflict);
        }
    }

    public async Task Run(CancellationToken stop)
    {
        Task listening = Task.CompletedTask;
        using var listens = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var pause = await Round(stop);
                if (session is not null && listening.IsCompleted)
                    listening = watchers.Listen(listens.Token);
                await changed.WaitAsync(pause, stop);
                while (changed.Wait(0, stop)) { } // several changes are one look
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the program ends
        }
        finally
        {
            await listens.CancelAsync();
            await Over("off", null, CancellationToken.None);
            await listening;
        }
    }

    /// <returns>How long until the next one, when nothing happens.</returns>
    async Task<TimeSpan> Round(CancellationToken stop)
    {
        var now = recorder.Status();
        if (now is { Ending: true } || now?.Recording != recording)
            await Over("off", null, stop);
        if (now is null or { Ending: true })
            return ReportEvery;
        if (recording != now.Recording)
            (recording, failures, wasLost, ladder) = (now.Recording, 0, false, new(recordedKbps));
        if (status.State == "ended")
            return ReportEvery;
        if (!recorder.MayBeShown)
            await HangUp(stop); // before the server is told, not after
        try
        {
            await Act(await Told(now, stop), stop);
            failures = 0;
            return ReportEvery;
        }
        catch (ServerException no) when (no.Problem.Code is "stream-killed" || no.Problem.Status is 400 or 403 or 422)
        {
            await Over("ended", no.Problem.Code, stop);
            say($"Not live: {no.Problem.Sentence}");
        }
        catch (DllNotFoundException e)
        {
            await Over("ended", "not-installed", stop);
            say($"Not live: OpenSSL 3 and libsrtp2 are needed for it. {e.Message}");
        }
        catch (Exception e) when (IsTrouble(e) && !stop.IsCancellationRequested)
        {
            if (failures == 0)
                say($"Not live at the moment: {e.Message}");
            status = new("trying", Trouble: e.Message);
        }
        failures++;
        return TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, failures));
    }

    static bool IsTrouble(Exception e) =>
        e
            is HttpRequestException
                or IOException
                or SocketException
                or JsonException
                or ServerException
                or CryptographicException
                or OperationCanceledException;

    async Task<LiveNow> Told(RecordingStatus now, CancellationToken stop)
    {
        var at =
            position is { } known && known.At >= now.ActivatedAt && TimeProvider.System.Now() - known.At < PositionIsOld
                ? known
                : null;
        var report = LiveReport.Of(now, at);
        if (session is { } there)
            try
            {
                return await door.Report(there, report, stop);
            }
            catch (ServerException gone) when (gone.Problem.Status is 404 or 409)
            {
                // Ended there while we were away: another one begins, unless the server says no.
                session = null;
                await HangUp(stop);
            }
        var begun = await door.Begin(now.Recording, report, stop);
        session = begun.Session;
        return begun;
    }

    async Task Act(LiveNow now, CancellationToken stop)
    {
        watchers.Are(now.Watchers ?? []);
        if (output is { EndedWhy: { } why })
        {
            say($"Live: the connection ended ({why}).");
            wasLost = why is "consent-lost" or "never-connected";
            await HangUp(stop);
        }
        if (now.State == "ended")
        {
            await Over("ended", now.Why, stop);
            return;
        }
        if (now.Publish is { } way && recorder.MayBeShown)
        {
            if (output is { } on)
                on.GoOn(); // a state came and went between two reports
            else
                await Publish(way, stop);
            status = new("live", Consult: now.ConsultState, Notice: now.Notice);
            return;
        }
        await HangUp(stop);
        status = new("paused", Why: now.Why, Consult: now.ConsultState, Notice: now.Notice);
    }

    async Task Publish(LiveWay way, CancellationToken stop)
    {
        var publisher = new LivePublisher(TimeProvider.System, withSound);
        try
        {
            hangUp = await door.Publish(way, publisher, stop) is { } at ? (at, way.Token) : null;
        }
        catch
        {
            publisher.Dispose();
            throw;
        }
        output = new(publisher, tap, wasLost ? ladder.Again() : ladder, () => recorder.MayBeShown, () => changed.Release(), say);
        wasLost = false;
    }

    /// <summary>The connection ends; the session goes on with reports.</summary>
    async Task HangUp(CancellationToken stop)
    {
        var ended = output;
        ended?.Hold();
        output = null;
        if (ended is not null)
        {
            ladder = ended.Ladder;
            await ended.DisposeAsync();
        }
        if (hangUp is not { } at)
            return;
        hangUp = null;
        try
        {
            await door.HangUp(at.Session, at.Token, stop);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            // Its good-bye went by the media's own way; and without any way the server notices by itself.
        }
    }

    async Task Over(string state, string? why, CancellationToken stop)
    {
        var ended = session;
        (session, status) = (null, new(state, Why: why));
        if (state == "off")
            recording = null;
        await HangUp(stop);
        watchers.Are([]);
        if (ended is null || state == "ended")
            return;
        try
        {
            await door.End(ended, stop);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            // The server ends a silent camera's session by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await HangUp(CancellationToken.None);
        tap.Dispose();
        changed.Dispose();
    }
}
