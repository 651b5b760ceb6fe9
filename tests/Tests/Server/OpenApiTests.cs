using System.Text.Encodings.Web;
using System.Text.Json;
using Lapel.Server;

namespace Lapel.Tests.Server;

public sealed class OpenApiTests
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        IndentSize = 1, // the file is large, and read by programs first
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static async Task<JsonElement> Read(House house)
    {
        using var http = house.Visitor();
        return JsonDocument.Parse(await http.GetStringAsync("api/v1/openapi.json")).RootElement;
    }

    static IEnumerable<(string Key, JsonElement Operation)> Operations(JsonElement document) =>
        document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => ($"{o.Name.ToUpperInvariant()} {p.Name}", o.Value)));

    [Fact]
    public async Task The_published_description_is_the_running_servers()
    {
        await using var house = await House.Open();
        var document = await Read(house);
        document.GetProperty("openapi").GetString().ShouldStartWith("3.1");
        document.GetProperty("info").GetProperty("version").GetString().ShouldBe("1");
        document.TryGetProperty("servers", out var servers).ShouldBe(false, $"no machine is named: {servers}");
        Docs.ShouldStand("docs/api/openapi.json", JsonSerializer.Serialize(document, Readable) + "\n");
    }

    [Fact]
    public async Task Every_operation_is_described_and_nothing_else_is()
    {
        await using var house = await House.Open();
        var operations = Operations(await Read(house)).ToList();
        foreach (var (key, operation) in operations)
        {
            operation.TryGetProperty("summary", out var summary).ShouldBeTrue(key);
            summary.GetString().ShouldNotBeNullOrWhiteSpace(key);
            operation.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace(key);
            operation
                .GetProperty("responses")
                .GetProperty("default")
                .GetProperty("content")
                .TryGetProperty("application/problem+json", out _)
                .ShouldBeTrue(key);
        }
        ApiWords.All.Keys.ShouldBe(
            operations.Select(o => o.Key).Where(k => !k.StartsWith("HEAD ", StringComparison.Ordinal)),
            ignoreOrder: true
        );
        operations.Select(o => o.Operation.GetProperty("operationId").GetString()).ShouldBeUnique();
    }

    [Fact]
    public async Task Every_form_of_a_page_has_an_operation_that_does_the_same()
    {
        await using var house = await House.Open();
        var operations = Operations(await Read(house)).Select(o => o.Key).ToHashSet();
        var forms = Route.AllOf(house).Where(r => !r.IsApi && r.Method == "POST").Select(r => r.Pattern).ToList();

        forms.ShouldBe(SameByApi.Keys, ignoreOrder: true, "a new form needs an operation, and a line here");
        SameByApi.Values.SelectMany(o => o).Where(o => !operations.Contains(o)).ShouldBeEmpty();
    }

    // Forms without an operation: one lets people try a demo agency; the clinicians' are for a person with a browser only, by design.
    static readonly Dictionary<string, string[]> SameByApi = new()
    {
        ["/found"] = ["POST /api/v1/agencies"],
        ["/sign-in"] = ["POST /api/v1/sign-in"],
        ["/demo-sign-in"] = [],
        ["/sign-out"] = ["DELETE /api/v1/session"],
        ["/my-account/password"] = ["POST /api/v1/password"],
        ["/my-account/sessions/{session}/end"] = ["DELETE /api/v1/sessions/{session}"],
        ["/accounts/new"] = ["POST /api/v1/accounts"],
        ["/accounts/{account}"] = ["PATCH /api/v1/accounts/{account}"],
        ["/accounts/{account}/{act}"] =
        [
            "POST /api/v1/accounts/{account}/password",
            "POST /api/v1/accounts/{account}/disable",
            "POST /api/v1/accounts/{account}/enable",
        ],
        ["/accounts/{account}/sessions/{session}/end"] = ["DELETE /api/v1/accounts/{account}/sessions/{session}"],
        ["/roles/{role}"] = ["PUT /api/v1/roles/{role}"],
        ["/reviews/draws"] = ["POST /api/v1/reviews/draws"],
        ["/reviews/{draw}/{attendance}"] = ["POST /api/v1/reviews/{draw}/{attendance}"],
        ["/measures/{month}/publications"] = ["POST /api/v1/measures/{month}/publications"],
        ["/roster/units"] = ["POST /api/v1/units"],
        ["/roster/units/{unit}/{act}"] = ["POST /api/v1/units/{unit}/close", "PATCH /api/v1/units/{unit}"],
        ["/roster/officers"] = ["POST /api/v1/officers"],
        ["/roster/officers/{officer}/{act}"] =
        [
            "PATCH /api/v1/officers/{officer}",
            "POST /api/v1/officers/{officer}/memberships",
            "POST /api/v1/officers/{officer}/leave",
        ],
        ["/roster/officers/{officer}/assign"] = ["POST /api/v1/assignments"],
        ["/assignments/{assignment}/return"] = ["POST /api/v1/assignments/{assignment}/return"],
        ["/cameras/new"] = ["POST /api/v1/cameras"],
        ["/cameras/{camera}/code"] = ["POST /api/v1/cameras"],
        ["/cameras/{camera}/revoke"] = ["POST /api/v1/cameras/{camera}/revoke"],
        ["/docks"] = ["POST /api/v1/docks"],
        ["/docks/{dock}/{act}"] = ["POST /api/v1/docks/{dock}/close", "PATCH /api/v1/docks/{dock}"],
        ["/quarantine/{id}/try-again"] = ["POST /api/v1/quarantine/{id}/try-again"],
        ["/policies/new"] = ["POST /api/v1/policies"],
        ["/policies/{version}/text"] = ["PUT /api/v1/policies/{version}/text"],
        ["/policies/{version}/propose"] = ["POST /api/v1/policies/{version}/propose"],
        ["/policies/{version}/approve"] = ["POST /api/v1/policies/{version}/approve"],
        ["/policies/{version}/withdraw"] = ["POST /api/v1/policies/{version}/withdraw"],
        ["/findings/{id}/explain"] = ["POST /api/v1/findings/{id}/explanations"],
        ["/findings/{id}/review-again"] = ["POST /api/v1/findings/{id}/second-review"],
        ["/cases"] = ["POST /api/v1/cases"],
        ["/cases/{id}/reply"] = ["POST /api/v1/cases/{id}/replies"],
        ["/findings/{id}/review"] = ["POST /api/v1/findings/{id}/review"],
        ["/cases/{id}/evidence"] = ["POST /api/v1/cases/{id}/evidence"],
        ["/cases/{id}/decide"] = ["POST /api/v1/cases/{id}/decision"],
        ["/cases/{id}/appeal"] = ["POST /api/v1/cases/{id}/appeal"],
        ["/cases/{id}/appeal/decide"] = ["POST /api/v1/cases/{id}/appeal/decision"],
        ["/commendations"] = ["POST /api/v1/commendations"],
        ["/recordings/{id}/tag"] = ["POST /api/v1/recordings/{id}/tag"],
        ["/recordings/{id}/purpose"] = ["POST /api/v1/recordings/{id}/viewings"],
        ["/dispatch/on-view"] = ["POST /api/v1/incidents"],
        ["/dispatch/{incident}/correct"] = ["PATCH /api/v1/incidents/{incident}"],
        ["/dispatch/imports"] = ["POST /api/v1/dispatch/imports"],
        ["/dispatch/imports/{import}/{act}"] =
        [
            "POST /api/v1/dispatch/imports/{import}/start",
            "POST /api/v1/dispatch/imports/{import}/discard",
            "PUT /api/v1/dispatch/imports/{import}/layout",
            "PUT /api/v1/dispatch/layouts/{name}",
            "POST /api/v1/dispatch/imports/{import}/rows/{number}/mend",
            "POST /api/v1/dispatch/imports/{import}/rows/{number}/set-aside",
        ],
        ["/dispatch/clock"] = ["POST /api/v1/dispatch/clock"],
        ["/dispatch/systems"] = ["POST /api/v1/dispatch/systems"],
        ["/dispatch/systems/{source}/revoke"] = ["POST /api/v1/dispatch/systems/{source}/revoke"],
        ["/dispatch/call-signs"] = ["POST /api/v1/dispatch/call-signs"],
        ["/dispatch/call-signs/{entry}/remove"] = ["DELETE /api/v1/dispatch/call-signs/{entry}"],
        ["/exemptions"] = ["POST /api/v1/exemptions"],
        ["/exemptions/{exemption}/end"] = ["POST /api/v1/exemptions/{exemption}/end"],
        ["/faults"] = ["POST /api/v1/faults"],
        ["/faults/{fault}/mend"] = ["POST /api/v1/faults/{fault}/mend"],
        ["/recordings/{id}/grants"] = ["POST /api/v1/recordings/{id}/grants"],
        ["/live/{session}/watch"] = ["POST /api/v1/live/sessions/{session}/leases"],
        ["/live/{session}/end"] = ["POST /api/v1/live/sessions/{session}/end"],
        ["/live/{session}/renew"] = ["POST /api/v1/live/leases/{lease}/renew"],
        ["/live/{session}/leave"] = ["DELETE /api/v1/live/leases/{lease}"],
        ["/on-duty/{act}"] =
        [
            "POST /api/v1/live/help",
            "POST /api/v1/live/help/withdraw",
            "POST /api/v1/live/help/consent",
            "POST /api/v1/live/help/lines",
            "POST /api/v1/live/help/end",
        ],
        ["/rota"] = ["POST /api/v1/live/rota"],
        ["/live/sources"] = ["POST /api/v1/live/sources"],
        ["/live/sources/{camera}/{act}"] =
        [
            "POST /api/v1/live/sources/{camera}/secret",
            "POST /api/v1/live/sources/{camera}/resume",
            "POST /api/v1/live/sources/{camera}/revoke",
        ],
        ["/rota/{shift}/remove"] = ["DELETE /api/v1/live/rota/{shift}"],
        ["/rota/clinicians"] = ["POST /api/v1/live/clinicians"],
        ["/rota/clinicians/{clinician}/{act}"] =
        [
            "POST /api/v1/live/clinicians/{clinician}/link",
            "POST /api/v1/live/clinicians/{clinician}/code",
            "POST /api/v1/live/clinicians/{clinician}/leave",
        ],
        ["/consult/enter"] = [],
        ["/consult/code"] = [],
        ["/consult/demo"] = [],
        ["/consult/leave"] = [],
        ["/consult/push"] = [],
        ["/consult/push/end"] = [],
        ["/consult/{consult}/{act}"] = [],
        ["/recordings/{id}/grants/{number:long}/revoke"] = ["POST /api/v1/recordings/{id}/grants/{number}/revoke"],
    };
}
