using System.Text.Json;

namespace Lapel.Cli;

/// <summary>
/// The cameras of one day of the demo's week: on the day's set-back clock they do what <see cref="DemoWeek"/> says, dock, and everything
/// they recorded is admitted before the day ends.
/// </summary>
sealed class DemoDay(DemoWeek.Day day, SetBack clock, string homes, string cameraProgram) : IAsyncDisposable
{
    /// <summary>Seconds that a camera runs before the day's zero, so that its buffer is full.</summary>
    public const int BufferSeconds = 5;

    const int VideoKbps = 500;
    static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    static readonly TimeSpan LongestUpload = TimeSpan.FromSeconds(90);

    readonly List<Child> running = [];
    Task filling = Task.CompletedTask;

    readonly TaskCompletionSource<Instant> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The day's zero, once it is known: the seconds of the table count from it. Whole, as dispatch writes its times.</summary>
    public Task<Instant> Begun => begun.Task;

    /// <summary>What goes on before zero is recorded into the buffer; a camera that is put on late has none.</summary>
    public void SwitchOn(CancellationToken stop)
    {
        var early = day.Lanes.Where(l => !l.IsPutOnLate).ToList();
        running.AddRange(early.Select(Start));
        filling = Task.WhenAll(early.Select(lane => Full(lane, stop)));
    }

    async Task Full(DemoWeek.Lane lane, CancellationToken stop)
    {
        await Filming(lane, stop);
        await Task.Delay(TimeSpan.FromSeconds(BufferSeconds), stop);
    }

    public async Task Live(CancellationToken stop)
    {
        try
        {
            await Begin(stop);
        }
        catch (Exception trouble)
        {
            begun.TrySetException(trouble);
            throw;
        }
        var zero = await Begun;
        await Task.WhenAll(day.Lanes.Select(lane => Wear(lane, zero, stop)));
        await Task.WhenAll(day.Lanes.Where(l => l.Docks).Select(lane => Admitted(lane, stop)));
    }

    async Task Begin(CancellationToken stop)
    {
        await filling;
        foreach (var lane in day.Lanes.Where(l => l.IsPutOnLate))
        {
            running.Add(Start(lane));
            await Filming(lane, stop);
        }
        begun.SetResult(Instant.FromUnixTimeSeconds(clock.Now.ToUnixTimeSeconds() + 1));
    }

    DemoCamera CameraOf(DemoWeek.Lane lane) => new(homes, lane.Camera, cameraProgram);

    Child Start(DemoWeek.Lane lane) =>
        CameraOf(lane)
            .Start(
                BufferSeconds,
                VideoKbps,
                lane.Docks,
                clock,
                live: DemoHelp.On(day).Any(p => p.Camera == lane.Camera),
                covered: lane.LensIsCovered
            );

    async Task Wear(DemoWeek.Lane lane, Instant zero, CancellationToken stop)
    {
        foreach (var step in lane.Steps)
        {
            var wait = zero + Duration.FromSeconds(step.At) - clock.Now;
            if (wait > Duration.Zero)
                await Task.Delay(wait.ToTimeSpan(), stop);
            if (await CameraOf(lane).Tell(step.Say, stop) is { } trouble)
                throw new ServerSaidNo($"Demo camera {lane.Camera} did not take '{step.Say.Verb}': {trouble}");
        }
    }

    Task Filming(DemoWeek.Lane lane, CancellationToken stop) =>
        Until(
            lane,
            LongestStart,
            status => status.GetProperty("state").GetString() == "ready",
            $"Demo camera {lane.Camera} shows no picture.",
            stop
        );

    Task Admitted(DemoWeek.Lane lane, CancellationToken stop) =>
        Until(
            lane,
            LongestUpload,
            status => status.GetProperty("waitingRecordings").GetInt32() == 0,
            $"What demo camera {lane.Camera} recorded is not with the server.",
            stop
        );

    async Task Until(DemoWeek.Lane lane, TimeSpan longest, Func<JsonElement, bool> so, string otherwise, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(longest);
        while (await CameraOf(lane).Status(stop) is not { } status || !so(status))
        {
            if (patience.IsCancellationRequested)
                throw new ServerSaidNo(otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(running.Select(camera => camera.DisposeAsync().AsTask()));
}
