namespace Lapel.Roster;

/// <summary>A line on a camera's page that leads to what another module keeps of it.</summary>
/// <param name="Term">What it is, as <c>Live source</c>.</param>
/// <param name="Href">Relative to the agency's pages.</param>
public sealed record CameraLine(string Term, string Text, string Href);

/// <summary>Asks for that line; none where there is nothing. It is shown only to those who may edit cameras.</summary>
public delegate Task<CameraLine?> AskCameraLine(Reading reading, CameraId camera, CancellationToken stop);

/// <summary>What other modules know of cameras. The server's composition says who does; nobody, where they are not part of it.</summary>
sealed record CameraElsewhere(AskSightings? AskSightings, AskCameraLine? AskLine)
{
    public async Task<IReadOnlyDictionary<CameraId, Sighting>> Sightings(
        Reading reading,
        IReadOnlyCollection<CameraId> cameras,
        CancellationToken stop
    ) => AskSightings is null ? new Dictionary<CameraId, Sighting>() : await AskSightings(reading, cameras, stop);

    public async Task<CameraLine?> Line(Reading reading, CameraId camera, CancellationToken stop) =>
        AskLine is null ? null : await AskLine(reading, camera, stop);
}
