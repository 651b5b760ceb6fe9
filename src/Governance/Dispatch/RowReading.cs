using System.Globalization;
using NodaTime;

namespace Lapel.Governance;

/// <summary>Something wrong with a row. A bad row is not taken; any other is taken and shown.</summary>
/// <param name="Code">Kebab-case: rows are counted by it.</param>
public sealed record RowTrouble(string Code, bool IsBad, string Sentence);

/// <param name="Said">None when the row is bad.</param>
public sealed record ReadRow(SaidIncident? Said, IReadOnlyList<RowTrouble> Troubles);

/// <summary>
/// From a row's fields to what it says, by a layout. Pure, and the same for the preview, the import and a row mended by hand. Every
/// trouble is a sentence that names the column as the file does.
/// </summary>
public sealed class RowReading
{
    const int MostText = 500;
    const int MostNumber = 64;
    static readonly Instant Earliest = Instant.FromUtc(2000, 1, 1, 0, 0);
    static readonly Duration MostAhead = Duration.FromDays(1);
    static readonly Duration MostLasting = Duration.FromHours(24);

    // What systems write where there is nothing.
    static readonly HashSet<string> Nothing = new(StringComparer.OrdinalIgnoreCase) { "-", "NULL", "N/A" };
    static readonly HashSet<LocalDateTime> NoTime = [new(1900, 1, 1, 0, 0), new(1899, 12, 30, 0, 0), new(1, 1, 1, 0, 0)];
    static readonly HashSet<string> YesWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "1",
        "yes",
        "true",
        "y",
        "withdrawn",
        "cancelled",
    };

    readonly DispatchLayout layout;
    readonly DateTimeZone zone;
    readonly Instant now;
    readonly int width;
    readonly Dictionary<DispatchField, (int[] Places, string Name, string? Constant)> fields = [];
    readonly List<Func<string, WrittenTime?>> readers;

    public RowReading(DispatchLayout layout, IReadOnlyList<string> header, DateTimeZone agencyZone, Instant now)
    {
        this.layout = layout;
        this.now = now;
        width = header.Count;
        zone = layout.TimeZone is { } name ? DateTimeZoneProviders.Tzdb[name] : agencyZone;
        readers = [.. LayoutTimes.Readers(layout.TimeFormats)];
        foreach (var rule in layout.Fields)
        {
            var places = rule.Columns.Select(c => PlaceOf(header, c)).Where(p => p >= 0).ToArray();
            fields[rule.Field] = (places, rule.Columns.Count > 0 ? rule.Columns[0] : "", rule.Constant);
        }
    }

    /// <summary>Columns that the layout needs and the header has not: for each field one of its columns must be there.</summary>
    public static IReadOnlyList<string> MissingColumns(DispatchLayout layout, IReadOnlyList<string> header) =>
        [
            .. layout
                .Fields.Where(f => f.Columns.Count > 0 && f.Columns.All(c => PlaceOf(header, c) < 0))
                .Select(f => f.Columns[0]),
        ];

    static int PlaceOf(IReadOnlyList<string> header, string column)
    {
        var wanted = Plain(column);
        for (var i = 0; i < header.Count; i++)
            if (Plain(header[i]) == wanted)
                return i;
        return -1;
    }

    /// <summary>Names of columns are the same whatever their case and spaces.</summary>
    static string Plain(string column) =>
        string.Concat(column.Where(c => !char.IsWhiteSpace(c) && c is not ('_' or '\uFEFF'))).ToUpperInvariant();

    public ReadRow Read(CsvRow row)
    {
        var troubles = new List<RowTrouble>();
        if (row.Trouble is not null)
            return new(null, [Bad("not-csv", row.Trouble)]);
        if (row.Fields.Count > width)
            return new(
                null,
                [
                    Bad(
                        "too-many-fields",
                        $"It has {row.Fields.Count} fields and the header has {width}. Is a comma in a field without quotation marks?"
                    ),
                ]
            );
        if (row.Fields.Count < width && row.Fields.Count < 2)
            return new(null, [Bad("too-few-fields", $"It has {row.Fields.Count} field and the header has {width}.")]);

        var number = Text(row, DispatchField.Number, MostNumber, troubles);
        if (number is null)
            troubles.Add(Bad("number-missing", $"There is no incident number under \"{fields[DispatchField.Number].Name}\"."));
        var badge = Text(row, DispatchField.Badge, 40, troubles);
        var callSign = Text(row, DispatchField.CallSign, 80, troubles);
        if (callSign is not null && number is not null && callSign.Length > number.Length)
            callSign = callSign.Replace(number, "", StringComparison.OrdinalIgnoreCase).Trim(' ', '-', '_');
        if (badge is null && string.IsNullOrEmpty(callSign))
            troubles.Add(Bad("officer-missing", "It names no officer: there is neither a badge nor a call sign."));
        var callType = Text(row, DispatchField.CallType, MostText, troubles);
        var times = Times(row, troubles);
        if (troubles.Any(t => t.IsBad))
            return new(null, troubles);

        var part = new SaidPart(
            Text(row, DispatchField.PartId, 100, troubles),
            badge ?? "",
            string.IsNullOrEmpty(callSign) ? null : callSign,
            ActivityOf(row, callType, troubles),
            times[1],
            times[2],
            times[3],
            times[4],
            Text(row, DispatchField.Withdrawn, 20, troubles) is { } gone && YesWords.Contains(gone),
            null,
            row.Line
        );
        Look(part, times[0], troubles);
        var said = new SaidIncident(
            number!,
            callType,
            Priority(row, troubles),
            Text(row, DispatchField.Address, MostText, troubles),
            Word<Place>(row, DispatchField.Place, "place", troubles),
            Text(row, DispatchField.Exigency, 60, troubles),
            times[0],
            Text(row, DispatchField.MergedInto, MostNumber, troubles),
            null,
            [part],
            row.Line
        );
        return new(troubles.Any(t => t.IsBad) ? null : said, troubles);
    }

    /// <summary>The incident's number alone; none when the row has none that can be read.</summary>
    public string? NumberOf(CsvRow row) =>
        row.Trouble is null && row.Fields.Count <= width ? Text(row, DispatchField.Number, MostNumber, []) : null;

    string? Text(CsvRow row, DispatchField field, int most, List<RowTrouble> troubles)
    {
        if (!fields.TryGetValue(field, out var rule))
            return null;
        foreach (var place in rule.Places)
        {
            if (place >= row.Fields.Count)
                continue;
            var text = row.Fields[place].Trim();
            if (text.Length == 0 || Nothing.Contains(text))
                continue;
            if (text.Length > most)
            {
                troubles.Add(
                    Bad("field-too-long", $"The text under \"{rule.Name}\" has {text.Length} characters; {most} is the most.")
                );
                return null;
            }
            // Control and direction-changing characters would let one number be read as another.
            if (text.Any(c => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')))
            {
                troubles.Add(Bad("field-unreadable", $"The text under \"{rule.Name}\" holds characters that cannot be seen."));
                return null;
            }
            return text;
        }
        return rule.Constant;
    }

    Instant?[] Times(CsvRow row, List<RowTrouble> troubles)
    {
        var written = new WrittenTime?[LayoutTimes.Fields.Length];
        for (var i = 0; i < written.Length; i++)
            if (Text(row, LayoutTimes.Fields[i], 60, troubles) is { } text)
            {
                written[i] = Time(text);
                if (written[i] is null)
                    troubles.Add(
                        Bad(
                            "time-unreadable",
                            $"The time \"{text}\" under \"{fields[LayoutTimes.Fields[i]].Name}\" cannot be read. Write it like {LayoutTimes.ExampleOf(layout.TimeFormats[0])}."
                        )
                    );
                else if (written[i]!.Value.Wall is { } wall && NoTime.Contains(wall))
                    written[i] = null;
            }
        var resolved = LocalTimes.Resolve(zone, written);
        foreach (var (place, sentence) in resolved.Flags)
            troubles.Add(Flag("clock-change", $"Under \"{fields[LayoutTimes.Fields[place]].Name}\": {sentence}"));
        var times = resolved.Times.ToArray();
        for (var i = 0; i < times.Length; i++)
            if (times[i] is { } at && WhyImpossible(at) is { } why)
                troubles.Add(Bad("time-impossible", $"The time under \"{fields[LayoutTimes.Fields[i]].Name}\" {why}."));
        if (times.All(t => t is null) && !troubles.Any(t => t.IsBad))
            troubles.Add(Bad("times-missing", "It has no time at all, so nobody can say when this was."));
        return times;
    }

    /// <summary>The way that fitted last is tried first: a layout's ways never read one text as two days.</summary>
    WrittenTime? Time(string text)
    {
        for (var i = 0; i < readers.Count; i++)
            if (readers[i](text) is { } read)
            {
                if (i > 0)
                    (readers[0], readers[i]) = (readers[i], readers[0]);
                return read;
            }
        return null;
    }

    string? WhyImpossible(Instant at) =>
        at < Earliest ? "is before the year 2000"
        : at > now + MostAhead ? $"is in the future ({at.InZone(zone).Date:uuuu-MM-dd})"
        : null;

    Activity? ActivityOf(CsvRow row, string? callType, List<RowTrouble> troubles)
    {
        var text = Text(row, DispatchField.Activity, 100, troubles);
        if (Words<Activity>.TryParse(text?.ToLowerInvariant(), out var said))
            return said;
        foreach (var of in new[] { text, callType })
            if (of is not null && layout.Activities.FirstOrDefault(r => r.Fits(of)) is { } rule)
                return rule.Activity;
        return null;
    }

    int? Priority(CsvRow row, List<RowTrouble> troubles)
    {
        if (Text(row, DispatchField.Priority, 20, troubles) is not { } text)
            return null;
        var digits = text.TrimStart('P', 'p', ' ');
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && priority is >= 0 and <= 99)
            return priority;
        troubles.Add(Flag("priority-unreadable", $"The priority \"{text}\" is not a number from 0 to 99 and was left out."));
        return null;
    }

    T? Word<T>(CsvRow row, DispatchField field, string what, List<RowTrouble> troubles)
        where T : struct, Enum
    {
        if (Text(row, field, 60, troubles) is not { } text)
            return null;
        if (Words<T>.TryParse(text.ToLowerInvariant().Replace(' ', '-'), out var word))
            return word;
        var words = string.Join(", ", Enum.GetValues<T>().Select(Words<T>.Of));
        troubles.Add(Flag($"{what}-unknown", $"\"{text}\" is not a kind of {what} and was left out. Known are {words}."));
        return null;
    }

    /// <summary>What is taken and looks wrong.</summary>
    static void Look(SaidPart part, Instant? received, List<RowTrouble> troubles)
    {
        (string Word, Instant? At)[] order =
        [
            ("was received", received),
            ("was dispatched", part.DispatchedAt),
            ("was on the way", part.EnRouteAt),
            ("arrived", part.ArrivedAt),
            ("was cleared", part.ClearedAt),
        ];
        var known = order.Where(o => o.At is not null).ToList();
        for (var i = 1; i < known.Count; i++)
            if (known[i].At < known[i - 1].At)
                troubles.Add(Flag("times-reversed", $"It {known[i].Word} before it {known[i - 1].Word}."));
        if (!part.Times.Any())
            troubles.Add(Flag("part-times-missing", "It says when the call was received and not when the officer did anything."));
        else if (part.ClearedAt is null && !part.Withdrawn)
            troubles.Add(Flag("not-cleared", "It does not say when the officer was cleared: it is judged when that is known."));
        else if (part.Times.Max() - part.Times.Min() is var lasts && lasts > MostLasting)
            troubles.Add(
                Flag(
                    "too-long",
                    $"It lasts {(int)lasts.TotalHours} hours {lasts.Minutes} minutes: probably somebody forgot to clear it, and nobody is judged by it."
                )
            );
    }

    static RowTrouble Bad(string code, string sentence) => new(code, true, sentence);

    static RowTrouble Flag(string code, string sentence) => new(code, false, sentence);
}
