using System.Text;
using System.Text.Json.Nodes;

namespace Lapel.Live;

/// <summary>
/// A consult's notes as a file for a health record: the shape of an HL7 FHIR R4 DocumentReference, the text inside as base64. The
/// clinician takes it along; Lapel sends it nowhere. The person is not named: whoever files it says whose it is.
/// </summary>
public static class HealthRecord
{
    public static byte[] Of(Consult consult, Clinician clinician, string agency, IReadOnlyList<ClinicalNote> notes, Instant now)
    {
        var text = string.Join("\n\n", notes.Select(n => $"{n.WrittenAt.ToText()}\n{n.Text}"));
        var document = new JsonObject
        {
            ["resourceType"] = "DocumentReference",
            ["identifier"] = new JsonArray(
                new JsonObject { ["system"] = "urn:ietf:rfc:3986", ["value"] = $"urn:uuid:{consult.Id}" }
            ),
            ["status"] = "current",
            ["docStatus"] = "preliminary",
            ["type"] = Coded("http://loinc.org", "34109-9", "Note"),
            ["category"] = new JsonArray(Coded("http://loinc.org", "11488-4", "Consult note")),
            ["subject"] = new JsonObject { ["display"] = "To be identified by the health service" },
            ["date"] = now.ToText(),
            ["author"] = new JsonArray(new JsonObject { ["display"] = $"{clinician.Name}, {clinician.Title}" }),
            ["custodian"] = new JsonObject { ["display"] = clinician.Employer },
            ["description"] = $"Remote consult during a call of {agency}",
            ["content"] = new JsonArray(
                new JsonObject
                {
                    ["attachment"] = new JsonObject
                    {
                        ["contentType"] = "text/plain; charset=utf-8",
                        ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
                        ["title"] = "Clinical notes",
                        ["creation"] = now.ToText(),
                    },
                }
            ),
            ["context"] = new JsonObject { ["period"] = Period(consult) },
        };
        return Encoding.UTF8.GetBytes(document.ToJsonString(LapelJson.Lenient) + "\n");
    }

    static JsonObject Period(Consult consult)
    {
        var period = new JsonObject { ["start"] = (consult.AcceptedAt ?? consult.AskedAt).ToText() };
        if (consult.EndedAt is { } ended)
            period["end"] = ended.ToText();
        return period;
    }

    static JsonObject Coded(string system, string code, string display) =>
        new()
        {
            ["coding"] = new JsonArray(
                new JsonObject
                {
                    ["system"] = system,
                    ["code"] = code,
                    ["display"] = display,
                }
            ),
        };
}
