namespace Lapel.Cli;

/// <summary>
/// What the three demo officers do: short recordings at once, so that there is something to see, then one every few minutes, some with
/// a mute, an averted lens or a mark. The pictures and words are made on the spot by the camera program's test scene.
/// </summary>
sealed class DemoShift(string homes, string cameraProgram) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    const int MostRecordings = 8; // a camera; the demo may stand for days and must not fill the disk

    readonly List<Child> running = [];

    /// <summary>One step of a recording: wait, then say it to the camera.</summary>
    sealed record Step(double AfterSeconds, params string[] Verb);

    static readonly Step[][] Recordings =
    [
        [
            new(0, "activate", "--trigger", "dispatch", "--detail", "Traffic stop, Keele St"),
            new(6, "mark", "--label", "Licence checked"),
            new(10, "deactivate", "--trigger", "button"),
        ],
        [
            new(0, "activate", "--trigger", "button", "--urgent"),
            new(4, "mute", "--reason", "medical", "--text", "Nurse talks with the patient", "--said-aloud"),
            new(5, "unmute"),
            new(4, "mark", "--label", "Statement begins"),
            new(5, "deactivate", "--trigger", "button"),
        ],
        [
            new(0, "activate", "--trigger", "light-bar"),
            new(5, "avert", "--reason", "dignity", "--text", "Person undressed", "--said-aloud"),
            new(5, "unavert"),
            new(6, "deactivate", "--trigger", "button"),
        ],
        [
            new(0, "activate", "--trigger", "button"),
            new(
                6,
                "stop",
                "--reason",
                "private-place-refusal",
                "--text",
                "Occupant asked for the camera to be off",
                "--said-aloud"
            ),
            new(6, "resume"),
            new(6, "deactivate", "--trigger", "button"),
        ],
    ];

    public async Task Work(CancellationToken stop)
    {
        var officers = DemoAgency.Officers;
        for (var i = 0; i < officers.Count; i++)
        {
            running.Add(
                Child.Start(
                    cameraProgram,
                    [
                        "run",
                        "--home",
                        HomeOf(i),
                        "--source",
                        "scene",
                        "--docked",
                        "--pre-event",
                        "10",
                        "--size",
                        "640x360",
                        "--fps",
                        "15",
                        "--video-kbps",
                        "700",
                        "--position",
                        $"route:{DemoAgency.RouteFile(homes, i)}",
                    ]
                )
            );
        }
        await Task.WhenAll(officers.Select((_, i) => Wear(i, stop)));
    }

    string HomeOf(int officer) => Path.Combine(homes, $"camera-{officer + 1}");

    async Task Wear(int officer, CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromSeconds(3 + (officer * 4)), stop); // the buffer fills, and three encoders do not start at once
        for (var number = 0; number < MostRecordings; number++)
        {
            foreach (var step in Recordings[(officer + number) % Recordings.Length])
            {
                await Task.Delay(TimeSpan.FromSeconds(step.AfterSeconds), stop);
                await Tell(officer, step.Verb, stop);
            }
            await Task.Delay(number == 0 ? TimeSpan.FromSeconds(20) : Pause, stop);
        }
    }

    async Task Tell(int officer, string[] verb, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (code, said) = await Child.Run(cameraProgram, ["ctl", "--home", HomeOf(officer), .. verb], stop);
            if (code == 0)
                return;
            if (attempt == 5)
            {
                await Console.Error.WriteLineAsync($"Demo camera {officer + 1} did not take '{verb[0]}': {said}");
                return;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), stop); // it may still be starting
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var camera in running)
            await camera.DisposeAsync();
    }
}
