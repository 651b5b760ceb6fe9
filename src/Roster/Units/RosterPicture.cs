namespace Lapel.Roster;

/// <summary>
/// Who belonged where and wore what during one span, read from one consistent view. Of a large service only the units and how many
/// belonged to each: its officers are on the pages of the units.
/// </summary>
/// <param name="Counts">Officers who belonged to the unit itself at any time in the span.</param>
/// <param name="Unplaced">Officers who served during the span and belonged to no unit; at most <see cref="MostUnplaced"/>.</param>
public sealed record RosterPicture(
    Span Span,
    IReadOnlyList<Unit> Units,
    IReadOnlyDictionary<UnitId, int> Counts,
    IReadOnlyDictionary<OfficerId, Officer> Officers,
    IReadOnlyDictionary<CameraId, Camera> Cameras,
    ILookup<UnitId, Membership> MembersOf,
    ILookup<OfficerId, Assignment> WornBy,
    IReadOnlyList<Officer> Unplaced
)
{
    /// <summary>So few that one page shows everybody.</summary>
    const int Small = 150;

    const int MostUnplaced = 200;

    public bool IsSmall => Counts.Values.Sum() <= Small;

    public static async Task<RosterPicture> Read(Reading reading, Span span, CancellationToken stop)
    {
        var counts = (await Memberships.Count(reading, span, stop)).ToDictionary(c => c.Unit, c => c.Officers);
        var unplaced = await Roster.Officers.Unplaced(reading, span, MostUnplaced, stop);
        var units = await Roster.Units.All(reading, stop);
        if (counts.Values.Sum() > Small)
        {
            var worn = await Assignments.Of(reading, span, [.. unplaced.Select(o => o.Id)], stop);
            return await With(units, counts, unplaced, [], worn);
        }
        var memberships = await Memberships.During(reading, span, stop);
        return await With(
            units,
            counts,
            [.. unplaced, .. await Roster.Officers.Of(reading, memberships.Select(m => m.Officer), stop)],
            memberships,
            await Assignments.During(reading, span, stop)
        );

        async Task<RosterPicture> With(
            IReadOnlyList<Unit> units,
            IReadOnlyDictionary<UnitId, int> counts,
            IReadOnlyList<Officer> officers,
            IReadOnlyList<Membership> memberships,
            IReadOnlyList<Assignment> worn
        ) => Put(span, units, counts, officers, await CamerasOf(reading, worn, stop), memberships, worn, unplaced);
    }

    /// <summary>One unit, without those below it. Its officers are all who ever belonged to it.</summary>
    public static async Task<RosterPicture> OfUnit(Reading reading, Span span, UnitId unit, CancellationToken stop)
    {
        var ever = await Memberships.OfUnit(reading, unit, stop);
        var officers = await Roster.Officers.Of(reading, ever.Select(m => m.Officer), stop);
        var memberships = ever.Where(m => new Span(m.From, m.Until).Overlaps(span)).ToList();
        var worn = await Assignments.Of(reading, span, [.. memberships.Select(m => m.Officer).Distinct()], stop);
        return Put(
            span,
            await Roster.Units.All(reading, stop),
            new Dictionary<UnitId, int> { [unit] = memberships.Select(m => m.Officer).Distinct().Count() },
            officers,
            await CamerasOf(reading, worn, stop),
            memberships,
            worn,
            []
        );
    }

    static RosterPicture Put(
        Span span,
        IReadOnlyList<Unit> units,
        IReadOnlyDictionary<UnitId, int> counts,
        IReadOnlyList<Officer> officers,
        IReadOnlyDictionary<CameraId, Camera> cameras,
        IReadOnlyList<Membership> memberships,
        IReadOnlyList<Assignment> worn,
        IReadOnlyList<Officer> unplaced
    )
    {
        var known = officers.DistinctBy(o => o.Id).ToDictionary(o => o.Id);
        return new(
            span,
            units,
            counts,
            known,
            cameras,
            memberships.OrderBy(m => known[m.Officer].Badge, StringComparer.Ordinal).ToLookup(m => m.Unit),
            worn.ToLookup(a => a.Officer),
            unplaced
        );
    }

    static async Task<IReadOnlyDictionary<CameraId, Camera>> CamerasOf(
        Reading reading,
        IReadOnlyList<Assignment> worn,
        CancellationToken stop
    )
    {
        var cameras = new Dictionary<CameraId, Camera>();
        foreach (var camera in worn.Select(a => a.Camera).Distinct())
            cameras[camera] = (await Roster.Cameras.Find(reading, camera, stop))!;
        return cameras;
    }

    /// <summary>Whether the unit stood at any time in the span.</summary>
    public bool Stood(Unit unit) => unit.ClosedAt is not { } closed || closed > Span.From;

    public IEnumerable<Unit> Under(UnitId? parent) =>
        Units.Where(u => u.Parent == parent && Stood(u)).OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Officers in the unit or anywhere below it.</summary>
    public int CountIn(UnitId unit) => Counts.GetValueOrDefault(unit) + Under(unit).Sum(below => CountIn(below.Id));

    /// <summary>"31 Division, C Platoon": the unit with those above it, without the service.</summary>
    public string PathOf(UnitId id)
    {
        var names = new List<string>();
        for (
            var unit = Units.FirstOrDefault(u => u.Id == id);
            unit is not null;
            unit = Units.FirstOrDefault(u => u.Id == unit.Parent)
        )
            if (unit.Kind != UnitKind.Service || names.Count == 0)
                names.Insert(0, unit.Name);
        return string.Join(", ", names);
    }
}
