using System.Globalization;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>A unit as an EIDO tells of it: how it stands, since when, and who is in it.</summary>
/// <param name="Statuses">In the words of the sender, the most exact first.</param>
public sealed record EidoUnit(string Id, string Name, IReadOnlyList<string> Statuses, Instant At, IReadOnlyList<string> Agents);

/// <summary>
/// The part of an Emergency Incident Data Object (NENA-STA-021.1b) that Lapel reads; docs/formats/dispatch.md lists it. An EIDO says how
/// an incident stands when it is written, not when everything was: times of a unit add up from message to message.
/// </summary>
/// <param name="WrittenAt">Dispatch clock: lastUpdateTimeStamp of the whole.</param>
/// <param name="Replaced">Number of the incident that took this one's place; none mostly.</param>
/// <param name="Replaces">Numbers of incidents whose place this one takes.</param>
public sealed record Eido(
    string Number,
    string? CallType,
    int? Priority,
    string? Address,
    Instant WrittenAt,
    Instant? ReceivedAt,
    string? Replaced,
    IReadOnlyList<string> Replaces,
    IReadOnlyList<EidoUnit> Units
)
{
    public const int MostBytes = 512 * 1024;
    const int MostUnits = 200;
    const int MostText = 500;

    /// <exception cref="RefusedException">It is not an EIDO that can be read, with one sentence that says where.</exception>
    public static Eido Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return Read(document.RootElement);
        }
        catch (JsonException wrong)
        {
            throw Wrong($"It is not JSON: {wrong.Message}");
        }
    }

    static Eido Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Wrong("It is not a JSON object.");
        var incident = One(root, "incidentComponent");
        var number =
            Text(incident, "internalIncidentId")
            ?? Text(incident, "incidentTrackingIdentifier")
            ?? Text(root, "incidentTrackingIdentifier")
            ?? Text(root, "$id")
            ?? throw Wrong("It names no incident: there is neither internalIncidentId nor $id.");
        if (number.Length > 200)
            throw Wrong("The incident's identifier has more than 200 characters.");
        var merges = Many(root, "mergeComponent")
            .Select(m => (Text(m, "incidentTrackingIdentifier"), Text(m, "incidentMergeDirectionCode")))
            .Where(m => m.Item1 is not null)
            .ToList();
        return new(
            number,
            Text(incident, "incidentTypeInternalText")
                ?? Text(incident, "incidentTypeInternalCode")
                ?? Text(incident, "incidentTypeCommonRegistryText"),
            PriorityOf(incident),
            Many(root, "locationComponent").Select(l => Text(l, "locationDescriptionText")).FirstOrDefault(t => t is not null),
            Time(root, "lastUpdateTimeStamp")
                ?? throw Wrong("It does not say when it was written: lastUpdateTimeStamp is missing."),
            Many(root, "callComponent").Select(c => Time(c, "callStartTimestamp")).Where(t => t is not null).Min(),
            merges.FirstOrDefault(m => m.Item2 == "REPLACED").Item1,
            [.. merges.Where(m => m.Item2 == "REPLACING").Select(m => m.Item1!)],
            UnitsOf(root)
        );
    }

    /// <summary>EIDO counts priority up to 10, the highest; Lapel's 1 is the most urgent.</summary>
    static int? PriorityOf(JsonElement incident) =>
        incident.ValueKind == JsonValueKind.Object
        && incident.TryGetProperty("incidentCommonPriorityNumber", out var said)
        && said.ValueKind == JsonValueKind.Number
        && said.TryGetInt32(out var priority)
        && priority is >= 0 and <= 10
            ? 11 - priority
            : null;

    static List<EidoUnit> UnitsOf(JsonElement root)
    {
        var units = new List<EidoUnit>();
        foreach (var resource in Many(root, "emergencyResourceComponent"))
        {
            if (units.Count == MostUnits)
                throw Wrong($"It has more than {MostUnits} units.");
            var id = Text(resource, "$id") ?? throw Wrong("A unit (emergencyResourceComponent) has no $id.");
            var statuses = new List<string>();
            foreach (
                var name in new[] { "unitStatusInternal", "secondaryUnitStatusRegistryText", "primaryUnitStatusRegistryText" }
            )
                statuses.AddRange(Texts(resource, name));
            units.Add(
                new(
                    id,
                    Text(resource, "emergencyResourceName") ?? id,
                    statuses,
                    Time(resource, "lastUpdateTimeStamp")
                        ?? throw Wrong($"The unit {id} does not say since when: lastUpdateTimeStamp is missing."),
                    [.. Many(resource, "agentReference").Select(a => Text(a, "$ref")).OfType<string>()]
                )
            );
        }
        return units;
    }

    // A component is an object where the standard has one and a list where it has several; senders are not always sure.
    static IEnumerable<JsonElement> Many(JsonElement of, string name) =>
        of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out var found) ? []
        : found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object)
        : found.ValueKind == JsonValueKind.Object ? [found]
        : [];

    static JsonElement One(JsonElement of, string name) => Many(of, name).FirstOrDefault();

    static string? Text(JsonElement of, string name) => Texts(of, name).FirstOrDefault();

    static IEnumerable<string> Texts(JsonElement of, string name)
    {
        if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out var found))
            yield break;
        var texts = found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().ToList() : [found];
        foreach (var text in texts)
            if (text.ValueKind == JsonValueKind.String && text.GetString()!.Trim() is { Length: > 0 } said)
                yield return said.Length <= MostText
                    ? said
                    : throw Wrong($"The text of {name} has more than {MostText} characters.");
    }

    static Instant? Time(JsonElement of, string name)
    {
        if (Text(of, name) is not { } text)
            return null;
        // NENA-STA-010 2.3: with an offset always; what has none cannot be placed.
        return
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && text.Length >= 20
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
            && at.Year is >= 2000 and < 2200
            ? Custody.Time.FromMicroseconds((at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10)
            : throw Wrong($"{name} \"{text}\" is not a time with an offset, like 2026-11-21T08:03:00-05:00.");
    }

    static RefusedException Wrong(string sentence) => new(new("eido-unreadable", sentence, RefusalKind.Rejected));
}
