using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Governance;

/// <summary>A place in the list of incidents.</summary>
public readonly record struct IncidentCursor(Instant BeginsAt, IncidentId Id)
{
    public override string ToString() => $"{BeginsAt.ToMicroseconds()}.{Id}";

    public static bool TryParse(string? text, out IncidentCursor cursor)
    {
        cursor = default;
        var dot = text?.IndexOf('.') ?? -1;
        if (
            dot < 1
            || !long.TryParse(text.AsSpan(0, dot), System.Globalization.NumberStyles.None, null, out var at)
            || at > Instant.MaxValue.ToMicroseconds()
            || !IncidentId.TryParse(text![(dot + 1)..], null, out var id)
        )
            return false;
        cursor = new(Time.FromMicroseconds(at), id);
        return true;
    }
}

/// <summary>One officer's part as a viewer sees it.</summary>
/// <param name="Outcome">None when it was not judged, or is not the viewer's to see.</param>
/// <param name="Mine">The viewer may see how it was judged.</param>
public sealed record SeenPart(
    Attendance Attendance,
    string? OfficerName,
    Outcome? Outcome,
    string? Trouble,
    string? Excuse,
    bool Mine
);

public sealed record SeenIncident(DispatchIncident Incident, Instant BeginsAt, IReadOnlyList<SeenPart> Parts);

public sealed record IncidentSlice(IReadOnlyList<SeenIncident> Rows, IncidentCursor? Newer, IncidentCursor? Older);

/// <summary>
/// The list's filter as it stands in a URL, the same for page and API: <c>day</c> in the agency's days, <c>officer</c> (badge or id),
/// <c>type</c> (the beginning of a call type), <c>number</c>, <c>outcome</c>, <c>before</c> or <c>after</c> (a place in the list).
/// </summary>
public sealed class IncidentList
{
    public const int Size = 50;
    public static readonly IReadOnlyList<string> FilterNames = ["day", "officer", "type", "number", "outcome"];

    readonly List<string> conditions = [];
    readonly Dictionary<string, object?> args = [];
    IncidentCursor? before;
    IncidentCursor? after;
    bool unmatchable;

    /// <exception cref="RefusedException">The filter is not understood.</exception>
    public static async Task<IncidentList> Read(
        HttpRequest request,
        Reading reading,
        AgencyProfile agency,
        CancellationToken stop
    )
    {
        string? Asked(string name) => request.Query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
        var list = new IncidentList();
        if (Asked("day") is { } day)
        {
            if (!LocalDatePattern.Iso.Parse(day).TryGetValue(default, out var date) || date.Year is < 1970 or > 2200)
                throw Wrong("day", "2026-11-21");
            var span = Span.OfDay(date, agency);
            list.Filter("i.begins_at >= @from AND i.begins_at < @until", ("from", span.From), ("until", span.Until));
        }
        if (Asked("officer") is { } badge)
        {
            var officer = OfficerId.TryParse(badge, null, out var id)
                ? id
                : (await Officers.FindByBadge(reading, badge, stop))?.Id;
            list.Filter(
                "i.id IN (SELECT incident FROM attendance WHERE officer = @officer AND withdrawn_at IS NULL)",
                ("officer", officer?.Text ?? "")
            );
            list.unmatchable |= officer is null;
        }
        if (Asked("type") is { } type)
            list.Filter("LOWER(i.call_type) LIKE @type ESCAPE '!'", ("type", Escaped(type.ToLowerInvariant()) + "%"));
        if (Asked("number") is { } number)
            list.Filter("i.number = @number", ("number", number));
        if (Asked("outcome") is { } outcome)
        {
            if (!Words<Outcome>.TryParse(outcome, out _))
                throw Wrong("outcome", string.Join(", ", Enum.GetValues<Outcome>().Select(Words<Outcome>.Of)));
            list.outcome = outcome;
        }
        if (Asked("before") is { } older)
            list.before = IncidentCursor.TryParse(older, out var place)
                ? place
                : throw Wrong("before", "what the list itself gave");
        if (Asked("after") is { } newer)
            list.after = IncidentCursor.TryParse(newer, out var place)
                ? place
                : throw Wrong("after", "what the list itself gave");
        return list;
    }

    string? outcome;

    public async Task<IncidentSlice> Run(Reading reading, DispatchReach reach, CancellationToken stop)
    {
        if (unmatchable || reach.IsNothing)
            return new([], null, null);
        var upwards = after is not null && before is null;
        if ((upwards ? after : before) is { } place)
            Filter(
                $"(i.begins_at, i.id) {(upwards ? '>' : '<')} (@place, @placeId)",
                ("place", place.BeginsAt),
                ("placeId", place.Id.Text)
            );
        var seen = reach.Condition(args);
        if (outcome is not null)
        {
            args["outcome"] = outcome;
            conditions.Add(
                $"""
                EXISTS (SELECT 1 FROM attendance a JOIN judgement j ON {Judgements.OfAttendance}
                    WHERE a.incident = i.id AND j.outcome = @outcome AND {seen})
                """
            );
        }
        // Of one officer there are few: they are found by the officer's index. Of a unit there are many: the list is walked.
        if (!reach.All)
            conditions.Add(
                reach.Units.Count == 0
                    ? "i.id IN (SELECT a.incident FROM attendance a WHERE a.officer = @own)"
                    : $"EXISTS (SELECT 1 FROM attendance a WHERE a.incident = i.id AND {seen})"
            );
        var direction = upwards ? "ASC" : "DESC";
        args["limit"] = (long)Size + 1;
        var found = await reading.Many(
            $"""
            SELECT i.* FROM incident i {(conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions))}
            ORDER BY i.begins_at {direction}, i.id {direction} LIMIT @limit
            """,
            args,
            row => (Incident: Incidents.From(row), BeginsAt: row.Time("begins_at")),
            stop
        );
        var rows = found.Take(Size).ToList();
        if (upwards)
            rows.Reverse();
        if (rows.Count == 0)
            return new([], null, null);
        var parts = await Parts(reading, rows.Select(r => r.Incident.Id), reach, stop);
        var (hasNewer, hasOlder) = upwards ? (found.Count > Size, true) : (before is not null, found.Count > Size);
        IncidentCursor Of((DispatchIncident Incident, Instant BeginsAt) row) => new(row.BeginsAt, row.Incident.Id);
        return new(
            [.. rows.Select(r => new SeenIncident(r.Incident, r.BeginsAt, [.. parts[r.Incident.Id]]))],
            hasNewer ? Of(rows[0]) : null,
            hasOlder ? Of(rows[^1]) : null
        );
    }

    /// <summary>The parts of incidents with who they are and, where the viewer may see it, how they were judged.</summary>
    public static async Task<ILookup<IncidentId, SeenPart>> Parts(
        Reading reading,
        IEnumerable<IncidentId> incidents,
        DispatchReach reach,
        CancellationToken stop
    )
    {
        var args = new Dictionary<string, object?>();
        var condition = reach.Condition(args);
        var names = new List<string>();
        foreach (var id in incidents)
        {
            names.Add($"@i{names.Count}");
            args[names[^1][1..]] = id.Text;
        }
        var parts = await reading.Many(
            $"""
            SELECT a.*, o.name AS officer_name, j.outcome AS outcome, j.trouble AS trouble, j.excuse AS excuse,
                CASE WHEN {condition} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS mine
            FROM attendance a LEFT JOIN officer o ON o.id = a.officer LEFT JOIN judgement j ON {Judgements.OfAttendance}
            WHERE a.incident IN ({string.Join(", ", names)}) ORDER BY a.begins_at, a.id
            """,
            args,
            row =>
            {
                var mine = row.Flag("mine");
                var judged = mine && row.TextOrNull("outcome") is { } word ? Words<Outcome>.Parse(word) : (Outcome?)null;
                return new SeenPart(
                    Attendances.From(row),
                    row.TextOrNull("officer_name"),
                    judged,
                    mine ? row.TextOrNull("trouble") : null,
                    mine ? row.TextOrNull("excuse") : null,
                    mine
                );
            },
            stop
        );
        return parts.ToLookup(p => p.Attendance.Incident);
    }

    void Filter(string condition, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        conditions.Add(condition);
        foreach (var (name, value) in values)
            args[name] = value;
    }

    static string Escaped(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal)
            .Replace("%", "!%", StringComparison.Ordinal)
            .Replace("_", "!_", StringComparison.Ordinal);

    static RefusedException Wrong(string name, string form) =>
        new(new("filter-invalid", $"The filter '{name}' is not understood: write {form}."));
}
