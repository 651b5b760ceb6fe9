namespace Lapel.CameraProgram;

/// <summary>What the camera says to the server with every report: docs/operations/live.md.</summary>
public sealed record LiveReport(
    bool Recording,
    RecordingState? State = null,
    string? ReasonCode = null,
    string? Place = null,
    Position? Position = null
)
{
    /// <summary>The weightiest of the states that stand at the moment.</summary>
    public static LiveReport Of(RecordingStatus status, Position? position)
    {
        var open = status.States.Where(s => s.Until is null).ToList();
        var said = ((RecordingState[])[RecordingState.Stopped, RecordingState.Muted, RecordingState.Averted])
            .Select(state => open.Find(s => s.State == state))
            .FirstOrDefault(s => s is not null);
        // Nobody is followed while the recording is stopped.
        var shown = said?.State == RecordingState.Stopped ? null : position;
        return new(true, said?.State, said?.ReasonCode, open.Select(s => s.Place).FirstOrDefault(p => p is not null), shown);
    }
}

/// <summary>Somebody who watches at this moment, as the officer is told: a role, never a name.</summary>
public sealed record LiveWatcher(string As, string Reason, Instant Since);

/// <summary>Where to send, and with which token.</summary>
sealed record LiveWay(string Url, string Token);

/// <summary>The server's answer to a report, as far as the camera acts on it.</summary>
sealed record LiveNow(
    string Session,
    string State,
    string? Why = null,
    LiveWay? Publish = null,
    IReadOnlyList<LiveWatcher>? Watchers = null,
    string? ConsultState = null,
    string? Notice = null
);

/// <summary>How the camera's live side is, for its screen and for programs.</summary>
/// <param name="State">off (not recording, or the camera was started without), trying, live, paused, ended (for this recording).</param>
/// <param name="Rung">What is sent at the moment, see <see cref="LiveRung"/>; none while nothing is.</param>
/// <param name="ArrivingKbps">What of it arrived in the last second.</param>
/// <param name="Why">Code of what paused or ended it.</param>
/// <param name="Consult">asked, ringing, talking…: help that was asked for; none otherwise.</param>
/// <param name="Trouble">What keeps it from being live, as a sentence.</param>
public sealed record LiveStatus(
    string State,
    LiveRung? Rung = null,
    int? ArrivingKbps = null,
    string? Why = null,
    IReadOnlyList<LiveWatcher>? Watchers = null,
    string? Consult = null,
    string? Notice = null,
    string? Trouble = null
)
{
    public static LiveStatus Off { get; } = new("off");
}
