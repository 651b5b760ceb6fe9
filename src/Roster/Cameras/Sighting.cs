using System.Globalization;

namespace Lapel.Roster;

/// <summary>When a camera was last in touch with the server. Ingest knows; the roster only shows it beside the camera.</summary>
/// <param name="At">Server's clock.</param>
/// <param name="ClockOffset">The camera's clock minus the server's when it last came in, network delay included.</param>
public sealed record Sighting(Instant At, Duration ClockOffset)
{
    static readonly Duration Slight = Duration.FromSeconds(2);

    /// <summary>More than a delay of the network can explain.</summary>
    public bool IsClockOff => ClockOffset > Slight || ClockOffset < -Slight;

    public string ClockInWords
    {
        get
        {
            var by = ClockOffset < Duration.Zero ? -ClockOffset : ClockOffset;
            var length =
                by < Duration.FromMinutes(2) ? $"{by.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
                : by < Duration.FromHours(2) ? $"{by.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} min"
                : by < Duration.FromDays(2) ? $"{by.TotalHours.ToString("0.0", CultureInfo.InvariantCulture)} h"
                : $"{by.TotalDays.ToString("N0", CultureInfo.InvariantCulture)} days";
            return IsClockOff ? $"{length} {(ClockOffset > Duration.Zero ? "ahead" : "behind")}" : "right";
        }
    }
}

/// <summary>Asks for the cameras that are about to be shown; those that never came in are not among the answers.</summary>
public delegate Task<IReadOnlyDictionary<CameraId, Sighting>> AskSightings(
    Reading reading,
    IReadOnlyCollection<CameraId> cameras,
    CancellationToken stop
);
