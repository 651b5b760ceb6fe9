using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Lapel.Governance;

/// <summary>A finding as lists show it.</summary>
public sealed record ListedFinding(Finding Finding, string Officer, string Badge, FindingState State, FindingStage Stage);

public sealed record FindingRows(IReadOnlyList<ListedFinding> Rows, FindingCursor? Older);

/// <summary>
/// The list's filter as it stands in a URL, the same for page and API: <c>stage</c>, <c>kind</c>, <c>officer</c> (id or badge),
/// <c>unit</c> (with all below it), <c>days</c> (at least so old), <c>before</c> (a place in the list).
/// </summary>
static class FindingFilter
{
    public static readonly IReadOnlyList<string> Names = ["stage", "kind", "officer", "unit", "days"];

    /// <exception cref="RefusedException">The viewer sees no findings at all, or the filter is not understood.</exception>
    public static async Task<FindingRows> Run(
        HttpRequest request,
        Reading reading,
        Viewer viewer,
        Instant now,
        CancellationToken stop
    )
    {
        var reach = await WhoSees.Of(reading, viewer, stop);
        if (!reach.Any)
            throw new RefusedException(WhoMay.Nothing);
        string? Asked(string name) => request.Query[name].ToString().Trim() is { Length: > 0 } text ? text : null;

        var query = new FindingQuery(reach);
        if (Asked("stage") is { } stage)
        {
            var (sql, args) = FindingState.Where(Known<FindingStage>("stage", stage), now);
            query = query with { And = sql, AndArgs = args, Withdrawn = true };
        }
        if (Asked("kind") is { } kind)
            query = query with { Kinds = [Known<FindingKind>("kind", kind)] };
        if (Asked("officer") is { } officer)
        {
            var id = OfficerId.TryParse(officer, null, out var parsed)
                ? parsed
                : (await Officers.FindByBadge(reading, officer, stop))?.Id;
            if (id is null)
                return new([], null);
            query = query with { Officer = id };
        }
        if (Asked("unit") is { } unit)
            query = query with
            {
                Units = UnitId.TryParse(unit, null, out var id) ? await Units.Subtree(reading, id, stop) : throw Wrong("unit"),
            };
        if (Asked("days") is { } days)
            query = query with
            {
                Until =
                    int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var many) && many <= 3660
                        ? now - Duration.FromDays(many)
                        : throw Wrong("days"),
            };
        if (Asked("before") is { } before)
            query = query with { Before = FindingCursor.TryParse(before) ?? throw Wrong("before") };
        var page = await Findings.Of(reading, query, stop);
        if (page.Rows.Count == 0)
            return new([], null);
        var states = await FindingState.Of(reading, page.Rows.Select(r => r.Finding.Id), stop);
        var officers = new Dictionary<OfficerId, Officer?>();
        foreach (var of in page.Rows.Select(r => r.Finding.Officer).Distinct())
            officers[of] = await Officers.Find(reading, of, stop);
        return new(
            [
                .. page.Rows.Select(r => new ListedFinding(
                    r.Finding,
                    officers[r.Finding.Officer]?.Name ?? "",
                    officers[r.Finding.Officer]?.Badge ?? "",
                    states[r.Finding.Id],
                    states[r.Finding.Id].StageAt(now)
                )),
            ],
            page.Older
        );
    }

    static T Known<T>(string name, string word)
        where T : struct, Enum => Words<T>.TryParse(word, out var known) ? known : throw Wrong(name);

    static RefusedException Wrong(string name) => new(new("filter-invalid", $"The filter '{name}' is not understood."));
}
