using System.Runtime.InteropServices;
using Lapel.Media;

namespace Lapel.CameraProgram;

/// <param name="Source">As written on the command line.</param>
/// <param name="Live">Whether the camera asks its agency to be seen live while it records.</param>
public sealed record RunSettings(
    string Source,
    RecorderSettings Recorder,
    CaptureSettings Capture,
    bool Docked,
    int? LimitKbps,
    string? BadgeText,
    string? Position,
    bool Live = true
);

/// <summary>The running camera: every part of it is named and joined here.</summary>
public static class Running
{
    static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(5);

    public static async Task Run(Home home, RunSettings settings, HttpClient http)
    {
        using var held = home.Lock();
        var enrolment = Enrolment.Load(home);
        using var key = CameraKey.Load(home.KeyFile);
        var clock = new CameraClock(TimeProvider.System);
        clock.Load(home.ClockFile);
        var chain = ManifestChain.Load(home, key);
        foreach (var recording in PowerCut.Recover(home, chain))
            Say($"Recording {recording} was cut by loss of power and is closed now.");
        home.KeepReserve();

        var link = new ServerLink(http, enrolment, key, clock, home);
        using var recorder = new Recorder(home, enrolment, chain, clock, settings.Recorder, Say) { Officer = link.Officer };
        link.OfficerNamed += officer => recorder.Officer = officer;
        var queue = new UploadQueue(home, recorder.Status, TimeProvider.System);
        var limit = new BandwidthLimit(() => Lower(settings.LimitKbps, link.BandwidthKbps), TimeProvider.System);
        var uploader = new Uploader(home, link, queue, new TusUpload(link, limit), enrolment.Log(), Say);
        recorder.ClipReady += uploader.Wake;
        if (settings.Docked)
            uploader.Dock(true);
        var badge = settings.BadgeText ?? link.Officer?.Badge ?? enrolment.Serial;
        var scene = CameraProgram.Source.Parse(settings.Source, badge, await Speech(home, settings.Source, badge));
        await using var live =
            settings.Live && await LiveTap.IsPossible(CancellationToken.None)
                ? new LiveStreaming(
                    recorder,
                    new LiveTap(),
                    link,
                    http,
                    settings.Capture,
                    scene is not CaptureSource.Devices { SoundDevice: null },
                    Say
                )
                : null;
        var controls = new Controls(home, enrolment, recorder, uploader, chain, clock, settings.Recorder, live);

        using var ends = new CancellationTokenSource();
        using var leaving = new SemaphoreSlim(0);
        using var signals = new Signals(recorder, () => leaving.Release());
        var source = new Source(scene, settings.Capture, recorder, clock, Say, live?.Tap);
        List<Task> parts =
        [
            source.Run(ends.Token),
            uploader.Run(ends.Token),
            new ControlSocket(home.ControlSocketPath, controls).Run(ends.Token),
            Tick(recorder, ends.Token),
        ];
        if (settings.Position is { } position)
            parts.Add(new PositionLog(PositionSource.Parse(position), clock, Moved, Say).Run(ends.Token));
        if (live is not null)
            parts.Add(live.Run(ends.Token));
        void Moved(Position to)
        {
            recorder.Take(to);
            live?.At(to);
        }
        Say($"Camera {enrolment.Serial} of {enrolment.AgencyName} is on.");
        var quits = Console.IsInputRedirected
            ? leaving.WaitAsync()
            : Task.WhenAny(leaving.WaitAsync(), Keyboard.Run(controls, recorder.Status, () => uploader.Docked, ends.Token));

        await AnyFailed(parts, quits);
        if (recorder.Deactivate(new("shutdown")) is null)
            await Task.WhenAny(recorder.WaitForClose(), Task.Delay(LongestGoodbye), leaving.WaitAsync());
        await ends.CancelAsync();
        await Task.WhenAll(parts);
        Say("The camera is off.");
    }

    /// <summary>Waits for the person or for the first part that breaks; a part that ends in order, as a file's source, is no reason.</summary>
    static async Task AnyFailed(IReadOnlyList<Task> parts, Task quits)
    {
        var waiting = parts.Append(quits).ToList();
        while (true)
        {
            var done = await Task.WhenAny(waiting);
            if (done == quits)
                return;
            await done;
            waiting.Remove(done);
        }
    }

    static async Task Tick(Recorder recorder, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TickEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                recorder.Tick();
        }
        catch (OperationCanceledException)
        {
            // the program ends
        }
    }

    /// <summary>Lines for the test scene to speak; none when nothing here can speak.</summary>
    static async Task<string?> Speech(Home home, string source, string badge)
    {
        if (!source.StartsWith("scene", StringComparison.Ordinal))
            return null;
        var spelled = string.Join(' ', badge.ToCharArray());
        string[] lines =
        [
            $"This is officer {spelled}. My camera is recording.",
            "I am at the front door now. Nobody has answered yet.",
            "Dispatch, show me on scene.",
            "Good evening. Is everybody here all right?",
        ];
        return await Lapel.Media.Speech.Speak(lines, home.SpeechFile, CancellationToken.None) ? home.SpeechFile : null;
    }

    static int? Lower(int? ours, int? servers) =>
        ours is null ? servers
        : servers is null ? ours
        : Math.Min(ours.Value, servers.Value);

    static void Say(string sentence) => Console.WriteLine($"{TimeProvider.System.Now().ToText()} {sentence}");

    /// <summary>USR1 activates, USR2 deactivates; TERM, INT, QUIT and HUP ask the program to end in order, and twice means now.</summary>
    sealed class Signals : IDisposable
    {
        const int Usr1 = 10; // Linux on x86, ARM and RISC-V
        const int Usr2 = 12;

        readonly List<PosixSignalRegistration> registered = [];

        public Signals(Recorder recorder, Action leave)
        {
            On((PosixSignal)Usr1, () => Tell(recorder.Activate(new("signal"), urgent: false)));
            On((PosixSignal)Usr2, () => Tell(recorder.Deactivate(new("signal"))));
            foreach (var end in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP])
                On(end, leave);
        }

        void On(PosixSignal signal, Action act) =>
            registered.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = true;
                        act();
                    }
                )
            );

        static void Tell(Refusal? refusal)
        {
            if (refusal is not null)
                Say(refusal.Sentence);
        }

        public void Dispose() => registered.ForEach(r => r.Dispose());
    }
}
