using System.Globalization;

namespace Lapel.Governance;

/// <summary>A place in a list of findings.</summary>
public readonly record struct FindingCursor(Instant From, FindingId Id)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From.ToMicroseconds()}.{Id.Text}");

    public static FindingCursor? TryParse(string? text) =>
        text?.Split('.') is [var at, var id]
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var us)
        && us <= Instant.MaxValue.ToMicroseconds()
        && FindingId.TryParse(id, null, out var parsed)
            ? new(Time.FromMicroseconds(us), parsed)
            : null;
}

/// <summary>Newest first.</summary>
/// <param name="Older">Where the next page begins; none when this is the last.</param>
public sealed record FoundFindings(IReadOnlyList<StoodFinding> Rows, FindingCursor? Older);

/// <summary>Which findings somebody asks for. Every filter narrows.</summary>
/// <param name="Reach">Whose findings the asker may see at all.</param>
/// <param name="Units">Only these units'; none: all in reach.</param>
/// <param name="Withdrawn">Those that no longer hold, too.</param>
/// <param name="Before">From there on; none: from the newest.</param>
/// <param name="And">More conditions on the row, in SQL with parameters of <see cref="AndArgs"/>: states that Deciding knows.</param>
public sealed record FindingQuery(
    FindingReach Reach,
    OfficerId? Officer = null,
    IReadOnlyList<UnitId>? Units = null,
    IReadOnlyList<FindingKind>? Kinds = null,
    AttendanceId? Attendance = null,
    RecordingId? Recording = null,
    Instant? From = null,
    Instant? Until = null,
    bool Withdrawn = false,
    FindingCursor? Before = null,
    int Size = 50,
    string? And = null,
    IReadOnlyDictionary<string, object>? AndArgs = null
)
{
    internal (string Sql, Dictionary<string, object> Args) ToSql()
    {
        var args = new Dictionary<string, object> { ["size"] = Size + 1 };
        var where = new List<string> { Reach.Sql("finding", args) };
        void Only(string condition, params ReadOnlySpan<(string Name, object Value)> values)
        {
            where.Add(condition);
            foreach (var (name, value) in values)
                args[name] = value;
        }
        if (Officer is { } officer)
            Only("finding.officer = @officer", ("officer", officer));
        if (Units is { } units)
            where.Add(InList("finding.unit", "units", units.Cast<object>(), args));
        if (Kinds is { } kinds)
            where.Add(InList("finding.kind", "kinds", kinds.Select(k => (object)Words<FindingKind>.Of(k)), args));
        if (Attendance is { } attendance)
            Only("finding.attendance = @attendance", ("attendance", attendance));
        if (Recording is { } recording)
            Only("finding.recording = @recording", ("recording", recording));
        if (From is { } from)
            Only("finding.from_at >= @from", ("from", from));
        if (Until is { } until)
            Only("finding.from_at < @until", ("until", until));
        if (!Withdrawn)
            where.Add("finding.withdrawn = 0");
        if (Before is { } before)
            Only("(finding.from_at, finding.id) < (@beforeAt, @beforeId)", ("beforeAt", before.From), ("beforeId", before.Id));
        if (And is { } and)
        {
            where.Add($"({and})");
            foreach (var (name, value) in AndArgs ?? new Dictionary<string, object>())
                args[name] = value;
        }
        return (
            $"""
            SELECT finding.* FROM finding WHERE {string.Join(" AND ", where)}
            ORDER BY finding.from_at DESC, finding.id DESC LIMIT @size
            """,
            args
        );
    }

    // Written out one by one: Dapper would hand PostgreSQL an array and SQLite a list.
    internal static string InList(string column, string name, IEnumerable<object> values, Dictionary<string, object> args)
    {
        var names = new List<string>();
        foreach (var value in values)
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"@{name}{names.Count}"));
            args[names[^1][1..]] = value;
        }
        return names.Count == 0 ? "1 = 0" : $"{column} IN ({string.Join(", ", names)})";
    }
}
