namespace Lapel.CameraProgram;

/// <summary>One line to the control socket. Format: docs/formats/camera-control.md.</summary>
/// <param name="Verb">See <see cref="Controls.Verbs"/>.</param>
/// <param name="Trigger">activate, deactivate: what asks (button, dispatch, holster, light-bar…); <c>control</c> when not said.</param>
/// <param name="Reason">mute, avert, stop: the reason's code; help: a reason of the live policy; withdraw: why.</param>
/// <param name="Text">mute, avert, stop, help: in words.</param>
/// <param name="Place">mute, avert, stop: what kind of place it is, in a word of the policy.</param>
/// <param name="AskedBy">mute, avert, stop: who asked for it, in a word of the policy.</param>
/// <param name="Supervisor">mute, avert, stop: badge of the supervisor who was told or agreed.</param>
public sealed record ControlRequest(
    string Verb,
    string? Trigger = null,
    string? Detail = null,
    bool Urgent = false,
    string? Label = null,
    string? Reason = null,
    string? Text = null,
    bool SaidAloud = false,
    string? Place = null,
    string? AskedBy = null,
    string? Supervisor = null
)
{
    public StateReason Why() => new(Reason, Text, SaidAloud, Place, AskedBy, Supervisor);
}

/// <summary>Why a state begins, as the officer gave it; the fields are those of <see cref="StateSpan"/>.</summary>
public sealed record StateReason(
    string? Code,
    string? Text = null,
    bool SaidAloud = false,
    string? Place = null,
    string? AskedBy = null,
    string? Supervisor = null
);

/// <summary>The line that comes back. <paramref name="Recording"/> is the one the verb was about.</summary>
public sealed record ControlAnswer(
    bool Ok,
    string? Code = null,
    string? Sentence = null,
    RecordingId? Recording = null,
    CameraStatus? Status = null
);

/// <summary>How the camera is, in numbers and words for people and programs alike.</summary>
/// <param name="State">recording, stopped (inside a recording), ready, no-picture or disk-full: the worst that is true.</param>
/// <param name="WaitingRecordings">Ended, and not yet held by the server.</param>
/// <param name="RefusedRecordings">In the server's quarantine; their clips stay here until somebody decides.</param>
/// <param name="WithoutMedia">Ended without a single frame; only their journals are kept.</param>
/// <param name="UploadTrouble">What keeps uploads from going on, as a sentence.</param>
/// <param name="Live">Who watches, and what they are sent; none on a camera without live.</param>
public sealed record CameraStatus(
    CameraId Camera,
    string Serial,
    string State,
    OfficerRef? Officer,
    Instant Now,
    ClockReading? Clock,
    double PreEventSeconds,
    bool PreEventSound,
    bool Docked,
    RecordingStatus? Recording,
    int WaitingRecordings,
    long WaitingBytes,
    int RefusedRecordings,
    int WithoutMedia,
    UploadingNow? Uploading,
    string? UploadTrouble,
    long FreeBytes,
    long LastSequence,
    LiveStatus? Live = null
);

/// <summary>What a person or another program can tell the camera, whichever way it comes: keyboard, signal or socket.</summary>
public sealed class Controls(
    Home home,
    Enrolment enrolment,
    Recorder recorder,
    Uploader uploader,
    ManifestChain chain,
    CameraClock clock,
    RecorderSettings settings,
    LiveStreaming? live = null
)
{
    static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<string> Verbs { get; } =
    [
        "activate",
        "deactivate",
        "mark",
        "urgent",
        "mute",
        "unmute",
        "avert",
        "unavert",
        "stop",
        "resume",
        "dock",
        "undock",
        "upload-now",
        "help",
        "withdraw",
        "status",
    ];

    /// <summary>Deactivation answers when the manifest is signed; everything else at once.</summary>
    public async Task<ControlAnswer> Do(ControlRequest ask, CancellationToken stop)
    {
        var before = recorder.Status()?.Recording;
        var cause = new ActivationCause(ask.Trigger ?? "control", ask.Detail);
        Refusal? refusal = null;
        switch (ask.Verb)
        {
            case "activate":
                refusal = recorder.Activate(cause, ask.Urgent);
                break;
            case "deactivate":
                refusal = recorder.Deactivate(cause);
                if (refusal is null)
                    await recorder
                        .WaitForClose()
                        .WaitAsync(LongestClose, stop)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "mark":
                refusal = recorder.Mark(ask.Label);
                break;
            case "urgent":
                refusal = recorder.MakeUrgent();
                break;
            case "mute":
                refusal = recorder.Begin(RecordingState.Muted, ask.Why());
                break;
            case "unmute":
                refusal = recorder.End(RecordingState.Muted);
                break;
            case "avert":
                refusal = recorder.Begin(RecordingState.Averted, ask.Why());
                break;
            case "unavert":
                refusal = recorder.End(RecordingState.Averted);
                break;
            case "stop":
                refusal = recorder.Begin(RecordingState.Stopped, ask.Why());
                break;
            case "resume":
                refusal = recorder.End(RecordingState.Stopped);
                break;
            case "dock":
                uploader.Dock(true);
                break;
            case "undock":
                uploader.Dock(false);
                break;
            case "upload-now":
                uploader.UploadNow();
                break;
            case "help":
                refusal = live is null ? NoLive : await live.AskHelp(ask.Reason, ask.Text, stop);
                break;
            case "withdraw":
                refusal = live is null ? NoLive : await live.WithdrawHelp(ask.Reason, stop);
                break;
            case "status":
                return new(true, Status: Status());
            default:
                refusal = new("unknown-verb", $"'{ask.Verb}' is nothing the camera can do; it knows {string.Join(", ", Verbs)}.");
                break;
        }
        return refusal is null
            ? new(true, Recording: recorder.Status()?.Recording ?? before)
            : new(false, refusal.Code, refusal.Sentence, recorder.Status()?.Recording);
    }

    static Refusal NoLive { get; } =
        new("live-off", "This camera runs without live: use the radio, or ask for help on a phone.", RefusalKind.Conflict);

    public CameraStatus Status()
    {
        var recording = recorder.Status();
        var folders = home.Folders();
        var waiting = folders.Where(f => File.Exists(f.Manifest) && !File.Exists(f.Receipt) && !File.Exists(f.Refused)).ToList();
        var freeBytes = home.FreeBytes;
        return new(
            enrolment.Camera,
            enrolment.Serial,
            State(recording, freeBytes),
            recorder.Officer,
            clock.Now(),
            clock.Reading,
            Math.Round(recorder.PreEventHeld.TotalSeconds, 1),
            settings.PreEventSound,
            uploader.Docked,
            recording,
            waiting.Count,
            waiting.Sum(SealedBytes),
            folders.Count(f => File.Exists(f.Refused)),
            folders.Count(f => !File.Exists(f.Manifest) && f.Id != recording?.Recording),
            uploader.Now,
            uploader.Trouble,
            freeBytes,
            chain.Sequence,
            live?.Status
        );
    }

    string State(RecordingStatus? recording, long freeBytes)
    {
        if (freeBytes < settings.KeepFreeBytes)
            return "disk-full";
        if (!recorder.HasPicture)
            return "no-picture";
        if (recording is null)
            return "ready";
        return recording.States.Any(s => s.State == RecordingState.Stopped && s.Until is null) ? "stopped" : "recording";
    }

    static long SealedBytes(RecordingFolder folder)
    {
        try
        {
            return new DirectoryInfo(folder.Path).EnumerateFiles("*.sealed").Sum(f => f.Length);
        }
        catch (IOException)
        {
            return 0; // freed while we looked
        }
    }
}
