namespace Lapel.CameraProgram;

/// <summary>The camera's buttons on a terminal. Where a reason is needed the program asks for it and goes on recording meanwhile.</summary>
static class Keyboard
{
    public const string Keys =
        "space start/stop recording · b bookmark · m mute/unmute · a avert/unavert · s stop/resume inside · h help from a health professional · d dock/undock · u upload now · ? status · q quit";

    /// <returns>When the person quits or the program ends.</returns>
    public static async Task Run(Controls controls, Func<RecordingStatus?> current, Func<bool> docked, CancellationToken stop)
    {
        Console.WriteLine(Keys);
        while (!stop.IsCancellationRequested)
        {
            if (!Console.KeyAvailable)
            {
                await Task.Delay(50, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            var key = Console.ReadKey(intercept: true).KeyChar;
            if (key == 'q')
                return;
            if (Request(key, current(), docked()) is not { } ask)
                continue;
            var answer = await controls.Do(ask, stop);
            if (answer.Status is { } status)
                Console.WriteLine(Talk.About(status));
            else if (!answer.Ok)
                Console.WriteLine(answer.Sentence);
        }
    }

    static ControlRequest? Request(char key, RecordingStatus? recording, bool docked) =>
        key switch
        {
            ' ' => new(recording is null ? "activate" : "deactivate", Trigger: "keyboard"),
            'b' => new("mark"),
            'm' => Toggle(RecordingState.Muted, "mute", "unmute", recording),
            'a' => Toggle(RecordingState.Averted, "avert", "unavert", recording),
            's' => Toggle(RecordingState.Stopped, "stop", "resume", recording),
            'h' => new("help"),
            'd' => new(docked ? "undock" : "dock"),
            'u' => new("upload-now"),
            '?' => new("status"),
            _ => null,
        };

    static ControlRequest Toggle(RecordingState state, string begin, string end, RecordingStatus? recording)
    {
        if (recording is null || recording.States.Any(s => s.State == state && s.Until is null))
            return new(end);
        Console.Write($"Reason code to {begin}: ");
        var code = Console.ReadLine();
        Console.Write("In words, if you like: ");
        var text = Console.ReadLine();
        Console.Write("Did you say it aloud on the recording? (y/n) ");
        var aloud = Console.ReadLine();
        Console.Write("What kind of place is it (public, private-home, hospital, …; empty: not said)? ");
        var place = Console.ReadLine();
        Console.Write("Who asked for it (self, occupant, victim, witness, medical, supervisor, other; empty: not said)? ");
        var askedBy = Console.ReadLine();
        return new(
            begin,
            Reason: code,
            Text: string.IsNullOrWhiteSpace(text) ? null : text,
            SaidAloud: aloud?.Trim() is "y" or "Y",
            Place: string.IsNullOrWhiteSpace(place) ? null : place.Trim(),
            AskedBy: string.IsNullOrWhiteSpace(askedBy) ? null : askedBy.Trim()
        );
    }
}
