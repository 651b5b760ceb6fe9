using System.Globalization;

namespace Lapel.Governance;

/// <param name="Outcome">Code of what was decided; none while it is open.</param>
/// <param name="Appealed">An appeal waits or was decided.</param>
public sealed record ListedCase(
    ConductCase Case,
    string Officer,
    string Badge,
    FindingKind Kind,
    string? Outcome,
    int PenaltyDays,
    bool Appealed
);

/// <param name="Older">Where the next page begins; none when this is the last.</param>
public sealed record CaseRows(IReadOnlyList<ListedCase> Rows, string? Older);

/// <summary>Cases that somebody may see, the newest first.</summary>
static class CaseList
{
    const int Size = 50;

    /// <param name="open">Only those that wait for a decision.</param>
    /// <param name="before">A place that a page gave as older.</param>
    public static async Task<CaseRows> Page(Reading reading, Viewer viewer, bool open, string? before, CancellationToken stop)
    {
        var reach = CaseReach.Of(viewer);
        if (!reach.Any)
            throw new RefusedException(WhoMay.Nothing);
        var args = new Dictionary<string, object> { ["size"] = Size + 1 };
        var where = new List<string> { "1 = 1" };
        if (!reach.All)
        {
            where.Add("c.officer = @own");
            args["own"] = reach.Own!.Value;
        }
        if (open)
            where.Add("(c.decided_at IS NULL OR (a.conduct_case IS NOT NULL AND a.outcome IS NULL))");
        if (before is not null)
        {
            if (
                before.Split('.') is not [var at, var id]
                || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var us)
                || !CaseId.TryParse(id, null, out var place)
            )
                throw new RefusedException(new("filter-invalid", "The filter 'before' is not understood."));
            where.Add("(c.opened_at, c.id) < (@placeAt, @placeId)");
            args["placeAt"] = us;
            args["placeId"] = place;
        }
        var rows = await reading.Many(
            $"""
            SELECT c.*, o.name AS officer_name, o.badge AS officer_badge, r.kind, d.outcome, d.penalty_days,
                a.conduct_case AS appealed, a.penalty_days AS appeal_days
            FROM conduct_case c
            JOIN officer o ON o.id = c.officer
            JOIN finding_review r ON r.finding = c.finding
            LEFT JOIN case_decision d ON d.conduct_case = c.id
            LEFT JOIN appeal a ON a.conduct_case = c.id
            WHERE {string.Join(" AND ", where)} ORDER BY c.opened_at DESC, c.id DESC LIMIT @size
            """,
            args,
            row => new ListedCase(
                ConductCases.From(row),
                row.Text("officer_name"),
                row.Text("officer_badge"),
                row.Word<FindingKind>("kind"),
                row.TextOrNull("outcome"),
                (int)(row.NumberOrNull("appeal_days") ?? row.NumberOrNull("penalty_days") ?? 0),
                row.TextOrNull("appealed") is not null
            ),
            stop
        );
        var shown = rows.Take(Size).ToList();
        return new(
            shown,
            rows.Count > Size
                ? string.Create(CultureInfo.InvariantCulture, $"{shown[^1].Case.OpenedAt.ToMicroseconds()}.{shown[^1].Case.Id}")
                : null
        );
    }
}
