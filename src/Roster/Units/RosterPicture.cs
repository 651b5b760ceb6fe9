namespace Lapel.Roster;

/// <summary>Who belonged where and wore what during one span: all of it, read from one consistent view.</summary>
public sealed record RosterPicture(
    Span Span,
    IReadOnlyList<Unit> Units,
    IReadOnlyDictionary<OfficerId, Officer> Officers,
    IReadOnlyDictionary<CameraId, Camera> Cameras,
    ILookup<UnitId, Membership> MembersOf,
    ILookup<OfficerId, Membership> UnitsOf,
    ILookup<OfficerId, Assignment> WornBy
)
{
    public static async Task<RosterPicture> Read(Reading reading, Span span, CancellationToken stop)
    {
        var officers = await Roster.Officers.All(reading, stop);
        var memberships = await Memberships.During(reading, span, stop);
        var assignments = await Assignments.During(reading, span, stop);
        var badges = officers.ToDictionary(o => o.Id);
        return new(
            span,
            await Roster.Units.All(reading, stop),
            badges,
            (await Roster.Cameras.All(reading, stop)).ToDictionary(c => c.Id),
            memberships.OrderBy(m => badges[m.Officer].Badge, StringComparer.Ordinal).ToLookup(m => m.Unit),
            memberships.ToLookup(m => m.Officer),
            assignments.ToLookup(a => a.Officer)
        );
    }

    /// <summary>Whether the unit stood at any time in the span.</summary>
    public bool Stood(Unit unit) => unit.ClosedAt is not { } closed || closed > Span.From;

    public IEnumerable<Unit> Under(UnitId? parent) =>
        Units.Where(u => u.Parent == parent && Stood(u)).OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Officers in the unit or anywhere below it.</summary>
    public int CountIn(UnitId unit) =>
        MembersOf[unit].Select(m => m.Officer).Distinct().Count() + Under(unit).Sum(below => CountIn(below.Id));

    /// <summary>Officers who served during the span and belonged to no unit.</summary>
    public IEnumerable<Officer> Unplaced =>
        Officers
            .Values.Where(o =>
                !UnitsOf[o.Id].Any()
                && (o.LeftAt is not { } left || left > Span.From)
                && (Span.Until is not { } until || o.EnteredAt < until)
            )
            .OrderBy(o => o.Badge, StringComparer.Ordinal);

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
