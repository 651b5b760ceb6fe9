using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lapel.Governance;

/// <summary>
/// The open data of a month: rows, the measures that follow from them, a description of every column, the method, and a script that
/// recomputes the measures from the rows. A row is one thing that happened in the month, in one division, and how it ended: no officer
/// (not even under another name), no day, no place, no kind of call. Small cells are hidden by taking the division off their rows.
/// See docs/decisions/0026-measures.md.
/// </summary>
public static class OpenFigures
{
    public const string Withheld = "withheld";
    public const string Service = "service";

    /// <summary>Fewer officers than this in a month, and the whole month is one small cell.</summary>
    public const int FewestOfficers = 5;

    /// <summary>What a row can be about, and the kinds that it can have.</summary>
    static readonly (string Subject, string[] Kinds)[] Subjects =
    [
        ("officer-event", ["covered_whole", "covered_part", "missing", "exempt", "technical", "unknown", "not_required"]),
        ("notice", ["noticed", "not_noticed"]),
        ("incident", ["incidents_covered", "incidents_missed", "incidents_excluded"]),
        ("state", ["states_reasoned", "states_unreasoned", "states_elsewhere"]),
        ("tagging", ["tagged", "untagged", "tag_open"]),
        ("docking", ["docked", "docked_late"]),
    ];

    /// <summary>Counts of the divisions with what may be shown of them.</summary>
    /// <param name="Names">Of the divisions, in the order of showing.</param>
    /// <param name="Hidden">Division and kind.</param>
    public sealed record Shown(
        Month Month,
        IReadOnlyList<string> Names,
        IReadOnlyDictionary<string, Counts> Counts,
        Counts Service,
        IReadOnlySet<(string Name, string Kind)> Hidden
    )
    {
        /// <summary>None when a kind in it is hidden.</summary>
        public MeasureValue? Of(string name, Measure measure) =>
            measure.Numerator.Concat(measure.Denominator).Any(kind => Hidden.Contains((name, kind)))
                ? null
                : measure.Of(Counts[name]);
    }

    /// <summary>Decides what is shown. One division alone is the service itself: then there are no divisions.</summary>
    public static Shown Decide(Month month, IReadOnlyList<(string Name, Counts Counts)> divisions)
    {
        var parts = divisions.Where(d => !d.Counts.IsEmpty).ToList();
        var service = Counts.Sum(parts.Select(p => p.Counts));
        if (parts.Count < 2)
            parts = [];
        var kinds = Subjects.SelectMany(s => s.Kinds).ToList();
        int Cell(int part, string kind) => part * kinds.Count + kinds.IndexOf(kind);
        var values = parts.SelectMany(p => kinds.Select(k => p.Counts[k])).ToList();
        var relations = kinds
            .Select(kind => new Suppression.Relation([.. parts.Index().Select(p => (Cell(p.Index, kind), 1))]))
            .ToList();
        // The same things are counted in two subjects: what is shown of one tells of the other.
        foreach (var (i, (_, counts)) in parts.Index())
        {
            Link(["covered_whole", "covered_part"], ["noticed", "not_noticed"]);
            Link(["tagged", "untagged", "tag_open"], ["docked", "docked_late"]);

            void Link(string[] one, string[] other)
            {
                if (counts.Of(one) == counts.Of(other))
                    relations.Add(new([.. one.Select(k => (Cell(i, k), 1)), .. other.Select(k => (Cell(i, k), -1))]));
            }
        }
        var hidden = Suppression.Hide(values, relations);
        return new(
            month,
            [.. parts.Select(p => p.Name)],
            parts.ToDictionary(p => p.Name, p => p.Counts),
            service,
            hidden.Select(cell => (parts[cell / kinds.Count].Name, kinds[cell % kinds.Count])).ToHashSet()
        );
    }

    /// <summary>The files, by name. The description holds the digests of the others.</summary>
    public static IReadOnlyList<(string Name, string Text)> Files(
        Shown shown,
        AgencyProfile agency,
        int edition,
        Instant at,
        string method,
        string script
    )
    {
        var files = new List<(string Name, string Text)>
        {
            ("rows.csv", Rows(shown)),
            ("measures.csv", MeasuresCsv(shown)),
            ("excluded.csv", ExcludedCsv(shown)),
            ("method.md", method),
            ("recompute.py", script),
        };
        files.Add(("datapackage.json", Description(shown, agency, edition, at, files)));
        return files;
    }

    static string Rows(Shown shown)
    {
        var csv = new StringBuilder("subject,unit,kind\n");
        foreach (var (subject, kinds) in Subjects)
        foreach (var kind in kinds)
        {
            var left = shown.Service[kind];
            foreach (var name in shown.Names.Where(n => !shown.Hidden.Contains((n, kind))))
            {
                Write(subject, name, kind, shown.Counts[name][kind]);
                left -= shown.Counts[name][kind];
            }
            Write(subject, shown.Names.Count == 0 ? "" : Withheld, kind, left);
        }
        return csv.ToString();

        void Write(string subject, string unit, string kind, long times)
        {
            for (var i = 0L; i < times; i++)
                csv.Append(subject).Append(',').Append(Quoted(unit)).Append(',').Append(kind).Append('\n');
        }
    }

    static string MeasuresCsv(Shown shown)
    {
        var csv = new StringBuilder("month,measure,unit,numerator,denominator,rate,withheld\n");
        foreach (var measure in Measure.All)
        {
            Write(Service, measure.Of(shown.Service));
            foreach (var name in shown.Names)
                Write(name, shown.Of(name, measure));

            void Write(string unit, MeasureValue? value) =>
                csv.AppendJoin(
                        ',',
                        shown.Month,
                        measure.Id,
                        Quoted(unit),
                        value?.Numerator.ToString(CultureInfo.InvariantCulture) ?? "",
                        value?.Denominator.ToString(CultureInfo.InvariantCulture) ?? "",
                        value?.Rate?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
                        value is null ? "1" : "0"
                    )
                    .Append('\n');
        }
        return csv.ToString();
    }

    static string ExcludedCsv(Shown shown)
    {
        var csv = new StringBuilder("month,measure,unit,kind,count,withheld\n");
        foreach (var measure in Measure.All)
        foreach (var (kind, _) in measure.Excluded)
        {
            Write(Service, shown.Service[kind]);
            foreach (var name in shown.Names)
                Write(name, shown.Hidden.Contains((name, kind)) ? null : shown.Counts[name][kind]);

            void Write(string unit, long? count) =>
                csv.AppendJoin(
                        ',',
                        shown.Month,
                        measure.Id,
                        Quoted(unit),
                        kind,
                        count?.ToString(CultureInfo.InvariantCulture) ?? "",
                        count is null ? "1" : "0"
                    )
                    .Append('\n');
        }
        return csv.ToString();
    }

    /// <summary>A frictionless data package: what each file and column is, in the words that people read.</summary>
    static string Description(
        Shown shown,
        AgencyProfile agency,
        int edition,
        Instant at,
        IReadOnlyList<(string Name, string Text)> files
    )
    {
        var kinds = new JsonArray([.. Subjects.SelectMany(s => s.Kinds).Select(k => (JsonNode)k)]);
        JsonObject Field(string name, string type, string description) =>
            new()
            {
                ["name"] = name,
                ["type"] = type,
                ["description"] = description,
            };
        var unit = Field(
            "unit",
            "string",
            $"Division at the time; \"{Withheld}\" when naming it would tell a count from 1 to 4; \"{Service}\" for all."
        );
        JsonObject Kind()
        {
            var field = Field("kind", "string", "How it ended; the words are explained in method.md.");
            field["constraints"] = new JsonObject { ["enum"] = kinds.DeepClone() };
            return field;
        }
        var fields = new Dictionary<string, JsonArray>
        {
            ["rows.csv"] =
            [
                Field(
                    "subject",
                    "string",
                    "What the row is: an officer's part in an incident, notice in it, an incident, a stop, mute or averted lens, the tagging or the docking of a recording."
                ),
                unit.DeepClone(),
                Kind(),
            ],
            ["measures.csv"] =
            [
                Field("month", "yearmonth", "Of the agency's calendar."),
                Field("measure", "string", "R1 to R7; see method.md."),
                unit.DeepClone(),
                Field("numerator", "integer", "Empty when withheld."),
                Field("denominator", "integer", "Empty when withheld."),
                Field(
                    "rate",
                    "number",
                    "Numerator by denominator, four decimals; empty when withheld or when nothing was counted."
                ),
                Field("withheld", "boolean", "1 when a count from 1 to 4 could be told from it."),
            ],
            ["excluded.csv"] =
            [
                Field("month", "yearmonth", "Of the agency's calendar."),
                Field("measure", "string", "What it is left out of."),
                unit.DeepClone(),
                Kind(),
                Field("count", "integer", "Empty when withheld."),
                Field("withheld", "boolean", "1 when a count from 1 to 4 could be told from it."),
            ],
        };
        var package = new JsonObject
        {
            ["profile"] = "tabular-data-package",
            ["name"] = $"{agency.Slug}-body-worn-cameras-{shown.Month}",
            ["title"] = $"Body-worn cameras of {agency.Name}, {shown.Month.Words}",
            ["description"] = "One row for each thing that was counted; the measures follow from the rows by recompute.py.",
            ["version"] = string.Create(CultureInfo.InvariantCulture, $"{edition}"),
            ["created"] = at.ToText(),
            ["method"] = Measure.Method,
            ["missingValues"] = new JsonArray(""),
            ["resources"] = new JsonArray([
                .. files.Select(file =>
                {
                    var bytes = Encoding.UTF8.GetBytes(file.Text);
                    var resource = new JsonObject
                    {
                        ["name"] = Path.GetFileNameWithoutExtension(file.Name),
                        ["path"] = file.Name,
                        ["bytes"] = bytes.Length,
                        ["hash"] = Digest.Of(bytes).ToString(),
                        ["encoding"] = "utf-8",
                    };
                    if (fields.TryGetValue(file.Name, out var columns))
                    {
                        resource["format"] = "csv";
                        resource["profile"] = "tabular-data-resource";
                        resource["schema"] = new JsonObject { ["fields"] = columns, ["missingValues"] = new JsonArray("") };
                    }
                    return (JsonNode)resource;
                }),
            ]),
        };
        return package.ToJsonString(new JsonSerializerOptions(LapelJson.Lenient) { WriteIndented = true }) + "\n";
    }

    /// <summary>RFC 4180. A name that a spreadsheet would take for a formula begins with an apostrophe.</summary>
    public static string Quoted(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
