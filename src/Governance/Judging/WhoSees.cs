namespace Lapel.Governance;

/// <summary>
/// The one decision about whose judgements and findings an account may see: officers their own; supervisors those of officers who
/// belonged to their unit, or one below it, at the time; professional standards, oversight and the programme manager all. What one may not
/// see looks like what does not exist. Recordings are another matter: <see cref="Access"/> decides about them.
/// </summary>
public static class WhoSees
{
    public static async Task<FindingReach> Of(Reading reading, Viewer viewer, CancellationToken stop)
    {
        var all = viewer.May(Permission.SeeFindings) || viewer.May(Permission.DecideCases);
        var units =
            !all && viewer.May(Permission.ReviewFindings) && viewer.Account.Unit is { } unit
                ? (await Units.Subtree(reading, unit, stop)).ToHashSet()
                : [];
        return new(all, units, viewer.May(Permission.AnswerFindings) ? viewer.Account.Officer : null);
    }
}

/// <param name="Units">The account's unit and all below it; empty when its role reviews no unit's.</param>
/// <param name="Own">The officer the account is, when its role answers its own.</param>
public sealed record FindingReach(bool All, IReadOnlySet<UnitId> Units, OfficerId? Own)
{
    /// <summary>Of the programme itself, for jobs and reports: everything.</summary>
    public static FindingReach Everything { get; } = new(true, new HashSet<UnitId>(), null);

    public bool Any => All || Units.Count > 0 || Own is not null;

    public bool Sees(Finding finding) => Sees(finding.Officer, finding.Unit);

    /// <param name="unit">The officer's unit at the time.</param>
    public bool Sees(OfficerId officer, UnitId? unit) =>
        All || (unit is { } its && Units.Contains(its)) || (Own is { } own && own == officer);

    /// <summary>The same as a condition on a table with the columns officer and unit; its parameters are added.</summary>
    public string Sql(string table, Dictionary<string, object> args)
    {
        if (All)
            return "1 = 1";
        var ways = new List<string>();
        if (Units.Count > 0)
            ways.Add(FindingQuery.InList($"{table}.unit", "reachUnit", Units.Cast<object>(), args));
        if (Own is { } own)
        {
            args["reachOwn"] = own;
            ways.Add($"{table}.officer = @reachOwn");
        }
        return ways.Count == 0 ? "1 = 0" : $"({string.Join(" OR ", ways)})";
    }
}
