namespace Lapel.Live;

/// <summary>A live session with what people want to know beside it: whose camera, where, who watches, whether help was asked.</summary>
/// <param name="Track">Where the camera has been, oldest first.</param>
public sealed record LiveRow(
    LiveSession Session,
    string Serial,
    OfficerRef? Officer,
    string? Unit,
    IReadOnlyList<Watching> Watching,
    Consult? Consult,
    string? Clinician,
    IReadOnlyList<Position> Track
)
{
    public static async Task<LiveRow> Of(Reading reading, LiveSession session, CancellationToken stop)
    {
        var camera = await Cameras.Find(reading, session.Camera, stop);
        var officer = session.Officer is { } wearer ? await Officers.Find(reading, wearer, stop) : null;
        var unit = session.Unit is { } belongs ? await Units.Find(reading, belongs, stop) : null;
        var consult = session.Officer is { } asking ? await Consults.OpenOf(reading, asking, stop) : null;
        var clinician = consult?.Clinician is { } helping ? await Clinicians.Find(reading, helping, stop) : null;
        return new(
            session,
            camera?.Serial ?? "?",
            officer?.Ref,
            unit?.Name,
            [.. (await Watchings.OfSession(reading, session.Id, stop)).Where(w => w.LeftAt is null)],
            consult,
            clinician?.Name,
            await LiveSessions.Track(reading, session.Id, stop)
        );
    }

    /// <summary>The open sessions that this account may watch, so may know of.</summary>
    public static async Task<IReadOnlyList<LiveRow>> Visible(
        Reading reading,
        Viewer viewer,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        var who = await OnlookerOf(reading, viewer, stop);
        var rows = new List<LiveRow>();
        foreach (var session in await LiveSessions.Open(reading, stop))
            if (Leases.WhyNotWatch(who, session, null, policy) is not { Kind: RefusalKind.NotFound or RefusalKind.Forbidden })
                rows.Add(await Of(reading, session, stop));
        return rows;
    }

    public static async Task<Onlooker> OnlookerOf(Reading reading, Viewer viewer, CancellationToken stop) =>
        new(
            viewer.Account.Role,
            viewer.Permissions,
            viewer.Account.Unit is { } unit ? (await Units.Subtree(reading, unit, stop)).ToHashSet() : new HashSet<UnitId>()
        );
}
