namespace Lapel.Cli;

/// <summary>
/// What the three demo officers do: short recordings at once, so that there is something to see, then one every few minutes, some with
/// a mute, an averted lens or a mark. The first of them is seen live, and after the first recording is on long calls, so that the operations
/// view has a tile. The pictures and words are made on the spot by the camera program's test scene.
/// </summary>
sealed class DemoShift(string homes, string cameraProgram) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    const int MostRecordings = 8; // a camera; the demo may stand for days and must not fill the disk

    readonly List<Child> running = [];

    /// <summary>One step of a recording: wait, then say it to the camera.</summary>
    sealed record Step(double AfterSeconds, Say Say);

    static readonly Say Begin = new("activate", Trigger: "button");
    static readonly Say End = new("deactivate", Trigger: "button");

    static readonly Step[][] Recordings =
    [
        [
            new(0, new("activate", Trigger: "dispatch", Detail: "Traffic stop, Keele St")),
            new(6, new("mark", Label: "Licence checked")),
            new(10, End),
        ],
        [
            new(0, Begin with { Urgent = true }),
            new(4, new("mute", Reason: "medical", Text: "Nurse talks with the patient", SaidAloud: true)),
            new(5, new("unmute")),
            new(4, new("mark", Label: "Statement begins")),
            new(5, End),
        ],
        [
            new(0, new("activate", Trigger: "light-bar")),
            new(5, new("avert", Reason: "dignity", Text: "Person undressed", SaidAloud: true)),
            new(5, new("unavert")),
            new(6, End),
        ],
        [
            new(0, Begin),
            new(
                6,
                new("stop", Reason: "private-place-refusal", Text: "Occupant asked for the camera to be off", SaidAloud: true)
            ),
            new(6, new("resume")),
            new(6, End),
        ],
    ];

    /// <summary>The one whose camera goes live: on two cores the others' pictures are better spent on recording.</summary>
    const int LiveOfficer = 0;

    static readonly TimeSpan PauseBetweenCalls = TimeSpan.FromMinutes(1);

    static readonly Step[] LongCall =
    [
        new(0, new("activate", Trigger: "dispatch", Detail: "Person in crisis, Jane St")),
        new(20, new("mark", Label: "Talks through the door")),
        new(600, End),
    ];

    public async Task Work(CancellationToken stop)
    {
        var officers = DemoAgency.Officers;
        for (var i = 0; i < officers.Count; i++)
            running.Add(CameraOf(i).Start(preEventSeconds: 10, videoKbps: 700, docked: true, live: i == LiveOfficer));
        await Task.WhenAll(officers.Select((_, i) => Wear(i, stop)));
    }

    DemoCamera CameraOf(int officer) => new(homes, officer + 1, cameraProgram);

    async Task Wear(int officer, CancellationToken stop)
    {
        while (await CameraOf(officer).Status(stop) is not { } status || status.GetProperty("state").GetString() != "ready")
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        await Task.Delay(TimeSpan.FromSeconds(6 + (officer * 3)), stop); // the policy's five seconds are in the buffer, and not all of them begin at once
        for (var number = 0; number < MostRecordings; number++)
        {
            var isLongCall = officer == LiveOfficer && number > 0;
            foreach (var step in isLongCall ? LongCall : Recordings[(officer + number) % Recordings.Length])
            {
                await Task.Delay(TimeSpan.FromSeconds(step.AfterSeconds), stop);
                await Tell(officer, step.Say, stop);
            }
            var pause = isLongCall ? PauseBetweenCalls : Pause;
            await Task.Delay(number == 0 ? TimeSpan.FromSeconds(20) : pause, stop);
        }
    }

    async Task Tell(int officer, Say say, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await CameraOf(officer).Tell(say, stop) is not { } trouble)
                return;
            if (attempt == 10)
            {
                await Console.Error.WriteLineAsync($"Demo camera {officer + 1} did not take '{say.Verb}': {trouble}");
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
