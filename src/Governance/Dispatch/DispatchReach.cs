using System.Globalization;

namespace Lapel.Governance;

/// <summary>Which incidents a viewer may see, as the roster stands: all, those in which officers of their units took part, their own.</summary>
/// <param name="Units">The viewer's unit and all below it; empty when the role sees no unit's.</param>
public sealed record DispatchReach(bool All, IReadOnlySet<UnitId> Units, OfficerId? Own)
{
    public bool IsNothing => !All && Units.Count == 0 && Own is null;

    public bool SeesOthers => All || Units.Count > 0;

    public static async Task<DispatchReach> Of(Reading reading, Viewer viewer, CancellationToken stop)
    {
        var sees = viewer.May(Permission.SeeDispatch);
        var all = sees && (viewer.May(Permission.SeeFindings) || viewer.May(Permission.ImportDispatch));
        var units =
            sees && !all && viewer.Account.Unit is { } unit ? (await Roster.Units.Subtree(reading, unit, stop)).ToHashSet() : [];
        return new(all, units, viewer.May(Permission.AnswerFindings) ? viewer.Account.Officer : null);
    }

    /// <summary>A condition on attendance (as a): that the viewer may see this part.</summary>
    public string Condition(Dictionary<string, object?> args)
    {
        var ways = new List<string>();
        if (All)
            ways.Add("1 = 1");
        if (Units.Count > 0)
            ways.Add(InUnits(Units, args));
        if (Own is { } own)
        {
            args["own"] = own.Text;
            ways.Add("a.officer = @own");
        }
        return ways.Count == 0 ? "1 = 0" : $"({string.Join(" OR ", ways)})";
    }

    /// <summary>The officer belonged to one of the units when the part began.</summary>
    internal static string InUnits(IEnumerable<UnitId> units, Dictionary<string, object?> args)
    {
        var names = new List<string>();
        foreach (var unit in units)
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"@u{names.Count}"));
            args[names[^1][1..]] = unit.Text;
        }
        return names.Count == 0
            ? "1 = 0"
            : $"""
                EXISTS (SELECT 1 FROM membership m WHERE m.officer = a.officer AND m.from_at <= a.begins_at
                    AND (m.until_at IS NULL OR m.until_at > a.begins_at) AND m.unit IN ({string.Join(", ", names)}))
                """;
    }

    /// <summary>Whether the officer is one that the viewer may see, as things stand at that time.</summary>
    public async Task<bool> Has(Reading reading, OfficerId officer, Instant at, CancellationToken stop) =>
        All
        || Own == officer
        || (Units.Count > 0 && await Officers.UnitOn(reading, officer, at, stop) is { } unit && Units.Contains(unit.Id));
}
