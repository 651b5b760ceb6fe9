using System.Globalization;

namespace Lapel.Cli;

/// <summary>
/// One day of the demo's week: server and cameras run on the same set-back clock, the cameras do what <see cref="DemoWeek"/> says, dock,
/// and everything they recorded is admitted before the day ends.
/// </summary>
sealed class DemoDay(DemoWeek.Day day, SetBack clock, string homes, string cameraProgram)
{
    /// <summary>Seconds that a camera runs before the day's zero, so that its buffer is full.</summary>
    public const int BufferSeconds = 6;

    static readonly TimeSpan LongestUpload = TimeSpan.FromSeconds(60);

    /// <summary>The day's zero: the seconds of the table count from here.</summary>
    public Instant Zero { get; private set; }

    public async Task Live(CancellationToken stop)
    {
        var running = new List<(DemoWeek.Lane Lane, Child Camera)>();
        try
        {
            var late = day.Lanes.ToDictionary(l => l.Camera, l => l.Steps.Min(s => s.At) < 0);
            foreach (var lane in day.Lanes.Where(l => !late[l.Camera]))
                running.Add((lane, Start(lane)));
            await Task.Delay(TimeSpan.FromSeconds(BufferSeconds), stop);
            foreach (var lane in day.Lanes.Where(l => late[l.Camera]))
                running.Add((lane, Start(lane)));
            foreach (var (lane, _) in running)
                await Filming(lane.Camera, stop);
            Zero = clock.Now + Duration.FromSeconds(3);
            await Task.WhenAll(day.Lanes.Select(lane => Wear(lane, stop)));
            foreach (var lane in day.Lanes.Where(l => l.Docks))
                await Admitted(lane.Camera, stop);
        }
        finally
        {
            foreach (var (_, camera) in running)
                await camera.DisposeAsync();
        }
    }

    string HomeOf(int camera) => Path.Combine(homes, $"camera-{camera}");

    Child Start(DemoWeek.Lane lane) =>
        Child.Start(
            cameraProgram,
            [
                "run",
                "--home",
                HomeOf(lane.Camera),
                "--source",
                "scene",
                .. lane.Docks ? ["--docked"] : Array.Empty<string>(),
                "--pre-event",
                BufferSeconds.ToString(CultureInfo.InvariantCulture),
                "--size",
                "640x360",
                "--fps",
                "15",
                "--video-kbps",
                "500",
                "--position",
                $"route:{DemoAgency.RouteFile(homes, lane.Camera - 1)}",
            ],
            clock: clock
        );

    async Task Wear(DemoWeek.Lane lane, CancellationToken stop)
    {
        foreach (var step in lane.Steps)
        {
            var wait = Zero + Duration.FromSeconds(step.At) - clock.Now;
            if (wait > Duration.Zero)
                await Task.Delay(wait.ToTimeSpan(), stop);
            await Tell(lane.Camera, step.Verb, stop);
        }
    }

    async Task Tell(int camera, string[] verb, CancellationToken stop)
    {
        var (code, said) = await Child.Run(cameraProgram, ["ctl", "--home", HomeOf(camera), .. verb], stop, clock);
        if (code != 0)
            throw new ServerSaidNo($"Demo camera {camera} did not take '{verb[0]}': {said}");
    }

    async Task Filming(int camera, CancellationToken stop)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var (code, said) = await Child.Run(cameraProgram, ["ctl", "--home", HomeOf(camera), "status", "--json"], stop, clock);
            if (code == 0 && said.Contains("\"state\":\"ready\"", StringComparison.Ordinal))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
        }
        throw new ServerSaidNo($"Demo camera {camera} shows no picture.");
    }

    async Task Admitted(int camera, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LongestUpload);
        while (true)
        {
            var (code, said) = await Child.Run(
                cameraProgram,
                ["ctl", "--home", HomeOf(camera), "status", "--json"],
                patience.Token,
                clock
            );
            if (code == 0 && said.Contains("\"waitingRecordings\":0", StringComparison.Ordinal))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(300), patience.Token);
        }
    }
}
