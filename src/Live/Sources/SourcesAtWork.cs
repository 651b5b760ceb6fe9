using System.Collections.Concurrent;
using Lapel.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>What a running source uses of its agency.</summary>
sealed record SourceParts(
    AgencyRecords Records,
    Streaming Streaming,
    SourceUplink Uplink,
    TimeProvider Clock,
    ILogger<SourcesAtWork> Journal
)
{
    /// <summary>Asked before every session, so that one that was killed does not begin again.</summary>
    public async Task<Refusal?> WhyNot(LiveSource source, CancellationToken stop)
    {
        await using var reading = await Records.Read(stop);
        return await LiveSources.WhyNotShow(reading, source, Clock.Now(), stop);
    }
}

/// <summary>
/// An agency's sources as the records want them: one runs for each camera that is worn and allowed, and is ended within a second when it is
/// no longer. Where the server takes no streams nothing runs.
/// </summary>
sealed class SourcesAtWork(string agency, SourceWays? ways, SourceSecrets secrets, SourceParts parts) : IAsyncDisposable
{
    readonly ConcurrentDictionary<CameraId, SourceRun> runs = new();
    readonly ConcurrentDictionary<CameraId, string> idle = new();
    readonly SemaphoreSlim turn = new(1);

    /// <summary>What a source does now, in words.</summary>
    public string StateOf(CameraId camera) =>
        ways is null ? LiveSources.Off.Sentence
        : runs.TryGetValue(camera, out var run) ? run.State
        : idle.GetValueOrDefault(camera, "Starts");

    public bool IsRunning(CameraId camera) => runs.ContainsKey(camera);

    public async Task Keep(CancellationToken stop)
    {
        if (ways is null)
            return;
        await turn.WaitAsync(stop);
        try
        {
            var wanted = await Wanted(stop);
            foreach (var (camera, run) in runs)
                if (
                    !wanted.TryGetValue(camera, out var now)
                    || now.SecretAt != run.What.SecretAt
                    || now.GivenAt != run.What.GivenAt
                )
                    await EndRun(camera, run, stop);
            foreach (var (camera, source) in wanted)
                if (!runs.ContainsKey(camera) && Begin(source) is { } run)
                    runs[camera] = run;
        }
        finally
        {
            turn.Release();
        }
    }

    async Task<Dictionary<CameraId, LiveSource>> Wanted(CancellationToken stop)
    {
        var wanted = new Dictionary<CameraId, LiveSource>();
        await using var reading = await parts.Records.Read(stop);
        foreach (var source in await LiveSources.All(reading, stop))
            if (await LiveSources.WhyNotShow(reading, source, parts.Clock.Now(), stop) is { } no)
                idle[source.Camera] = no.Sentence;
            else
                wanted[source.Camera] = source;
        return wanted;
    }

    SourceRun? Begin(LiveSource source)
    {
        var secret = secrets.Find(source.Camera);
        if (source.Kind == SourceKind.Rtsp)
            return new(source, new ForeignSource.Rtsp(new(source.Address!), secret?.User, secret?.Password), null, parts);
        if (!ways!.Takes(source.Kind))
            idle[source.Camera] = LiveSources.OtherWay.Sentence;
        else if (secret?.Password is not { } shared)
            idle[source.Camera] = "Its passphrase or key is not in the keys folder: give another one.";
        else if (source.Kind == SourceKind.Rtmp)
            return new(source, new ForeignSource.Flv(), ways.Rtmp!.Await(agency, shared), parts);
        else
            return new(source, new ForeignSource.Srt(ways.Srt!.Bind.ToString(), source.Port!.Value, shared), null, parts);
        return null;
    }

    async Task EndRun(CameraId camera, SourceRun run, CancellationToken stop)
    {
        await run.End("source-ended", stop);
        await run.DisposeAsync();
        runs.TryRemove(camera, out _);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (camera, run) in runs)
            if (runs.TryRemove(camera, out _))
                await run.DisposeAsync();
        turn.Dispose();
    }
}

/// <summary>Looks at every agency's sources once a second, and ends their processes with the server.</summary>
sealed class SourceLoop(Agencies agencies, ILogger<SourceLoop> journal) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do foreach (var agency in agencies.All)
                try
                {
                    await agency.Get<SourcesAtWork>().Keep(stoppingToken);
                }
                catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
                {
                    journal.LogError(trouble, "Live sources of {Agency} could not be looked at", agency.Profile.Slug);
                }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            foreach (var agency in agencies.All)
                await agency.Get<SourcesAtWork>().DisposeAsync();
        }
    }
}
