using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Governance;

/// <summary>What a column can be.</summary>
public enum DispatchField
{
    Number,
    PartId,
    Badge,
    CallSign,
    CallType,
    Priority,
    Address,
    Place,
    Exigency,
    Activity,
    Received,
    Dispatched,
    EnRoute,
    Arrived,
    Cleared,
    MergedInto,
    Withdrawn,
}

/// <summary>Where a field comes from: the first of these columns that says something, or a constant.</summary>
public sealed record FieldRule(DispatchField Field, IReadOnlyList<string> Columns, string? Constant = null);

/// <summary>The activity that a call type means. <c>*</c> at an end matches any rest; the first rule that fits counts.</summary>
public sealed record ActivityRule(string CallType, Activity Activity)
{
    public bool Fits(string callType) =>
        CallType switch
        {
            "*" => true,
            ['*', .. var end] when !end.EndsWith('*') => callType.EndsWith(end, StringComparison.OrdinalIgnoreCase),
            ['*', .. var middle, '*'] => callType.Contains(middle, StringComparison.OrdinalIgnoreCase),
            [.. var start, '*'] => callType.StartsWith(start, StringComparison.OrdinalIgnoreCase),
            _ => string.Equals(CallType, callType, StringComparison.OrdinalIgnoreCase),
        };
}

/// <summary>How a CSV file of a dispatch system is read: which column is what, how times are written, what call types mean.</summary>
/// <param name="TimeFormats">NodaTime patterns of local times, or <c>iso</c> for ISO 8601 with or without an offset.</param>
/// <param name="TimeZone">IANA name; none: the agency's.</param>
/// <param name="Whole">A file says all there is about its incidents: parts that it does not name are withdrawn.</param>
/// <param name="Partial">
/// A file may lack columns: only what a row needs to be understood is demanded. For names that whoever writes the file chose for Lapel; where
/// the names are another system's, a column that is gone is a change over there, and what it said must not be lost in silence.
/// </param>
public sealed record DispatchLayout(
    string Name,
    IReadOnlyList<FieldRule> Fields,
    IReadOnlyList<string> TimeFormats,
    string? TimeZone,
    IReadOnlyList<ActivityRule> Activities,
    bool Whole = false,
    bool Partial = false
)
{
    public FieldRule? RuleOf(DispatchField field) => Fields.FirstOrDefault(f => f.Field == field);

    public string ToJson() => JsonSerializer.Serialize(this, LapelJson.Lenient);

    /// <exception cref="RefusedException">It is not a layout.</exception>
    public static DispatchLayout FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<DispatchLayout>(json, LapelJson.Strict)
                ?? throw new RefusedException(new("layout-unreadable", "The mapping is empty."));
        }
        catch (JsonException wrong)
        {
            throw new RefusedException(new("layout-unreadable", $"The mapping cannot be read: {wrong.Message}"));
        }
    }

    public static Refusal? WhyNot(DispatchLayout layout)
    {
        if (string.IsNullOrWhiteSpace(layout.Name) || layout.Name.Length > 60)
            return new("layout-name", "A mapping's name has 1 to 60 characters.");
        if (layout.Fields.GroupBy(f => f.Field).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return new("layout-field-twice", $"The field {Words<DispatchField>.Of(twice.Key)} is mapped twice.");
        if (layout.RuleOf(DispatchField.Number) is null)
            return new("layout-number-missing", "Say which column has the incident's number.");
        if (layout.RuleOf(DispatchField.Badge) is null && layout.RuleOf(DispatchField.CallSign) is null)
            return new("layout-officer-missing", "Say which column has the officer's badge, or the car's call sign.");
        if (!LayoutTimes.Fields.Any(f => layout.RuleOf(f) is { Columns.Count: > 0 }))
            return new("layout-times-missing", "Say which columns have times.");
        if (layout.TimeFormats.Count is 0 or > 10)
            return new("layout-formats-missing", "Say how times are written, in one to ten ways.");
        foreach (var format in layout.TimeFormats)
            if (LayoutTimes.WhyNotFormat(format) is { } why)
                return new("layout-format-unreadable", why);
        if (LayoutTimes.Ambiguous(layout.TimeFormats) is { } both)
            return new(
                "layout-formats-ambiguous",
                $"The same text could be read as two days by {both.One} and {both.Other}. Keep one of them."
            );
        if (layout.TimeZone is { } zone && DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null)
            return new("layout-zone-unknown", $"'{zone}' is not a time zone. Write it like America/Toronto.");
        if (layout.Activities.Count > 500)
            return new("layout-too-long", "A mapping has at most 500 rules for call types.");
        return null;
    }
}

/// <summary>Reads the times of a layout.</summary>
static class LayoutTimes
{
    public const string Iso = "iso";

    /// <summary>In the order in which they must have happened.</summary>
    public static readonly DispatchField[] Fields =
    [
        DispatchField.Received,
        DispatchField.Dispatched,
        DispatchField.EnRoute,
        DispatchField.Arrived,
        DispatchField.Cleared,
    ];

    // Spreadsheets put a space before the time and leave out the hour's zero.
    static readonly LocalDateTimePattern[] IsoLocal =
    [
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.FFFFFFF"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd H:mm:ss.FFFFFFF"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd H:mm"),
    ];

    static readonly OffsetDateTimePattern[] IsoOffset =
    [
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.FFFFFFFo<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd H:mm:ss.FFFFFFFo<Z+HH:mm>"),
    ];

    public static IReadOnlyList<Func<string, WrittenTime?>> Readers(IEnumerable<string> formats) =>
        [.. formats.SelectMany(f => f == Iso ? IsoReaders : [Reader(LocalDateTimePattern.CreateWithInvariantCulture(f))])];

    static readonly Func<string, WrittenTime?>[] IsoReaders =
    [
        .. IsoLocal.Select(Reader),
        .. IsoOffset.Select(p =>
            (Func<string, WrittenTime?>)(
                text => p.Parse(text) is { Success: true } parsed ? new WrittenTime(null, parsed.Value.ToInstant()) : null
            )
        ),
    ];

    static Func<string, WrittenTime?> Reader(LocalDateTimePattern pattern) =>
        text => pattern.Parse(text) is { Success: true } parsed ? new WrittenTime(parsed.Value, null) : null;

    static readonly LocalDateTime Example = new(2026, 11, 21, 8, 3, 0);

    public static string ExampleOf(string format) =>
        format == Iso ? "2026-11-21T08:03:00" : LocalDateTimePattern.CreateWithInvariantCulture(format).Format(Example);

    public static string? WhyNotFormat(string format)
    {
        if (format == Iso)
            return null;
        try
        {
            var pattern = LocalDateTimePattern.CreateWithInvariantCulture(format);
            var back = pattern.Parse(pattern.Format(Example));
            return back.Success && back.Value.Date == Example.Date && back.Value.Hour == Example.Hour
                ? null
                : $"'{format}' does not say a day and a time of day: {pattern.Format(Example)} is not enough.";
        }
        catch (InvalidPatternException wrong)
        {
            return $"'{format}' is not a way to write times: {wrong.Message}";
        }
    }

    /// <summary>Two formats by which one text is two days: the fourth of March, or of April the third.</summary>
    public static (string One, string Other)? Ambiguous(IReadOnlyList<string> formats)
    {
        var trial = new LocalDateTime(2026, 3, 4, 5, 6, 7);
        foreach (var one in formats.Where(f => f != Iso))
        {
            var text = LocalDateTimePattern.CreateWithInvariantCulture(one).Format(trial);
            foreach (var other in formats.Where(f => f != one && f != Iso))
                if (
                    LocalDateTimePattern.CreateWithInvariantCulture(other).Parse(text) is { Success: true } read
                    && read.Value.Date != trial.Date
                )
                    return (one, other);
        }
        return null;
    }
}
