namespace Lapel.Governance;

/// <summary>Who reviews: accounts that lead a unit and whose role lets them review.</summary>
/// <param name="Officer">The officer that the reviewer is: nobody reviews themselves.</param>
public sealed record Reviewer(AccountId Account, string Name, UnitId Unit, OfficerId? Officer);

public static class Reviewers
{
    /// <summary>All of the agency, in the order of their accounts.</summary>
    public static Task<IReadOnlyList<Reviewer>> All(Reading reading, CancellationToken stop) =>
        reading.Many(
            """
            SELECT account.id, account.full_name, account.unit, account.officer
            FROM account JOIN role_permission ON role_permission.role = account.role
            WHERE role_permission.permission = @may AND account.unit IS NOT NULL AND account.disabled_at IS NULL
            ORDER BY account.id
            """,
            new { may = Words<Permission>.Of(Permission.ReviewFindings) },
            row => new Reviewer(
                row.Id<Nouns.Account>("id"),
                row.Text("full_name"),
                row.Id<Nouns.Unit>("unit"),
                row.IdOrNull<Nouns.Officer>("officer")
            ),
            stop
        );

    /// <summary>Deals what was drawn to a unit's reviewers in turn. Nobody gets what they did themselves: it goes to the next, or up.</summary>
    /// <param name="drawn">With the officer whose it is, in the order of drawing.</param>
    public static IReadOnlyList<(AttendanceId Attendance, AccountId? Reviewer)> Deal(
        IReadOnlyList<(AttendanceId Attendance, OfficerId? Officer)> drawn,
        UnitId? unit,
        IReadOnlyList<Reviewer> all,
        IReadOnlyList<Unit> units
    )
    {
        var own = Of(unit, all, units);
        return
        [
            .. drawn.Select(
                (item, i) =>
                {
                    var others = own.Where(r => MayReview(r, item.Officer)).ToList();
                    var reviewer =
                        others.Count > 0
                            ? others[i % others.Count]
                            : Above(unit, all, units).FirstOrDefault(r => MayReview(r, item.Officer));
                    return (item.Attendance, reviewer?.Account);
                }
            ),
        ];
    }

    static bool MayReview(Reviewer reviewer, OfficerId? officer) => reviewer.Officer is null || reviewer.Officer != officer;

    /// <summary>The reviewers of a unit; for a unit without any the nearest above, for the whole agency all.</summary>
    static IReadOnlyList<Reviewer> Of(UnitId? unit, IReadOnlyList<Reviewer> all, IReadOnlyList<Unit> units)
    {
        var own = all.Where(r => r.Unit == unit).ToList();
        if (own.Count > 0)
            return own;
        return unit is null ? all : [.. Above(unit, all, units).Take(1)];
    }

    /// <summary>Reviewers of the units above, the nearest first.</summary>
    public static IEnumerable<Reviewer> Above(UnitId? unit, IReadOnlyList<Reviewer> all, IReadOnlyList<Unit> units)
    {
        for (var at = ParentOf(unit); at is not null; at = ParentOf(at))
            foreach (var reviewer in all.Where(r => r.Unit == at))
                yield return reviewer;

        UnitId? ParentOf(UnitId? below) => units.FirstOrDefault(u => u.Id == below)?.Parent;
    }
}
