using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using static Lapel.Tests.Asking;

namespace Lapel.Tests.Governance;

/// <summary>The policy's pages and their forms as people use them, without a script.</summary>
[Trait("engine", "both")]
public sealed class PolicyPagesTests
{
    const string Password = "tangerine lamp otter";

    static async Task<House> OpenHouse()
    {
        var house = await House.Open();
        var password = await NewPassword.Of(Password, default);
        await using var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default);
        var officer = await Officers.Enter(work, "3107", "Dana Osei", null, default);
        foreach (
            var (name, full, role, wears) in new (string, string, Role, OfficerId?)[]
            {
                ("ada", "Ada Clerk", Role.ProgrammeManager, null),
                ("ben", "Ben Roth", Role.ProgrammeManager, null),
                ("osei", "Dana Osei", Role.Officer, officer.Id),
            }
        )
            await Accounts.Make(work, new(name, full, role, null, wears, null), password, mustChange: false, default);
        await work.Commit(default);
        return house;
    }

    static async Task<HttpClient> Enter(House house, string name)
    {
        var http = house.Visitor();
        (await Submit(http, "sign-in", "sign-in", ("name", name), ("password", Password))).StatusCode.ShouldBe(
            HttpStatusCode.Redirect
        );
        return http;
    }

    static string PathOf(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return answer.Headers.Location!.OriginalString.Split('?')[0].Replace("/york/", "");
    }

    static async Task<string> TextOf(HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync();

    [Fact]
    public async Task A_policy_comes_into_force_through_the_pages_alone()
    {
        await using var house = await OpenHouse();
        using var ada = await Enter(house, "ada");
        using var ben = await Enter(house, "ben");
        using var osei = await Enter(house, "osei");
        (await Open(osei, "policy")).Body!.TextContent.ShouldContain("No policy is in force");

        var page = PathOf(await Submit(ada, "policies/new", "policies/new", ("from", "toronto")));
        (await Open(ada, page)).Body!.TextContent.ShouldContain("it can be proposed");

        // What browsers send: lines ended by carriage return and line feed.
        var broken = PolicyPeople.Toronto.Replace("\"seconds\": 30,", "\"seconds\": \"long\",").Replace("\n", "\r\n");
        PathOf(await Submit(ada, page, page + "/text", ("text", broken)));
        var troubled = await Open(ada, page);
        var link = troubled.QuerySelector(".troubles a")!;
        var line = Array.FindIndex(PolicyPeople.Toronto.Split('\n'), l => l.Contains("\"seconds\": 30,")) + 1;
        link.TextContent.ShouldBe($"Line {line}, column 16");
        link.GetAttribute("href").ShouldBe($"{page}#L{line}");
        troubled.QuerySelector(".troubles code")!.TextContent.ShouldBe("\"seconds\": \"long\",");
        troubled.Forms.ShouldNotContain(f => f.GetAttribute("action") == page + "/propose");

        PathOf(await Submit(ada, page, page + "/text", ("text", PolicyPeople.Toronto.Replace("\n", "\r\n"))));
        (await Open(ada, page))
            .QuerySelector("textarea[name=text]")!
            .TextContent.ShouldBe(PolicyPeople.Toronto, "not a character was lost");
        PathOf(await Submit(ada, page, page + "/propose", ("from", "2026-01-01T00:00"), ("note", "The first one.")));
        PathOf(await Submit(ada, page, page + "/approve"));
        (await Open(ada, page)).Body!.TextContent.ShouldContain("It needs another person now");
        (await Open(osei, "policy")).Body!.TextContent.ShouldContain("No policy is in force");
        PathOf(await Submit(ben, page, page + "/approve"));

        var inForce = await Open(osei, "policy");
        inForce.QuerySelector("h1")!.TextContent.ShouldContain("Toronto, as publicly known");
        var rule = inForce.GetElementById("breaches.off-without-reason")!;
        rule.TextContent.ShouldContain("suspension for at least one day");
        rule.QuerySelector(".badge")!.TextContent.ShouldBe("Published");
        rule.ClassList.ShouldNotContain("open");
        var proposal = inForce.GetElementById("breaches.docked-late")!;
        proposal.ClassList.ShouldContain("open", "a proposal must not look like an official rule");
        foreach (var source in inForce.QuerySelectorAll(".rule-sources a"))
            inForce.GetElementById(source.GetAttribute("href")!.Split('#')[1]).ShouldNotBeNull();
        inForce.QuerySelectorAll("a[href^=policies]").ShouldBeEmpty("an officer sees what holds, not what is drafted");
    }

    [Fact]
    public async Task What_was_typed_is_not_lost_when_somebody_else_was_quicker()
    {
        await using var house = await OpenHouse();
        using var ada = await Enter(house, "ada");
        using var ben = await Enter(house, "ben");
        var page = PathOf(await Submit(ada, "policies/new", "policies/new", ("from", "template")));
        var seen = (await Open(ben, page)).QuerySelector("input[name=seen]")!.GetAttribute("value")!;
        PathOf(await Submit(ada, page, page + "/text", ("text", PolicyPeople.Toronto)));

        var late = await Submit(ben, page, page + "/text", ("seen", seen), ("text", "{ \"v\": 1, \"mine\": true }"));
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var shown = await new HtmlParser().ParseDocumentAsync(await TextOf(late));
        shown.Body!.TextContent.ShouldContain("Somebody else has changed this draft");
        shown.QuerySelector("textarea[name=text]")!.TextContent.ShouldBe("{ \"v\": 1, \"mine\": true }\n");
        shown.QuerySelector("input[name=seen]")!.GetAttribute("value").ShouldBe(seen, "sending it again must be refused again");
    }

    [Fact]
    public async Task Markup_in_a_policy_is_shown_and_never_run()
    {
        await using var house = await OpenHouse();
        const string Evil = "<script>alert(1)</script></textarea><img src=x>";
        var version = await PolicyPeople.Adopt(
            house.Agency.Get<AgencyRecords>(),
            PolicyPeople.With("$.name", JsonSerializer.Serialize(Evil)),
            Instant.FromUtc(2026, 1, 1, 0, 0)
        );
        using var ada = await Enter(house, "ada");
        foreach (
            var path in new[] { "policy", "policies", $"policies/{version.Id}", $"policies/{version.Id}/rules", "policies/new" }
        )
            (await Open(ada, path)).QuerySelectorAll("img[src=x], script:not([src])").ShouldBeEmpty(path);
    }

    [Fact]
    public async Task Two_versions_are_compared_rule_by_rule_and_line_by_line()
    {
        await using var house = await OpenHouse();
        var records = house.Agency.Get<AgencyRecords>();
        await PolicyPeople.Adopt(records, PolicyPeople.Toronto, Instant.FromUtc(2026, 1, 1, 0, 0));
        var draft = await PolicyPeople.Do(
            records,
            PolicyPeople.Ada,
            w =>
                Policies.Draft(
                    w,
                    PolicyPeople.Toronto.Replace(
                        "\"floorDays\": 1, \"lookBackDays\": 730",
                        "\"floorDays\": 2, \"lookBackDays\": 730"
                    ),
                    "a test",
                    default
                )
        );
        using var ada = await Enter(house, "ada");
        var page = await Open(ada, $"policies/{draft.Id}/diff");
        var change = page.QuerySelector(".change")!;
        change.QuerySelector("h3")!.TextContent.ShouldStartWith("Turned off without a valid reason");
        change.QuerySelector("del")!.TextContent.ShouldBe("1 day");
        change.QuerySelector("ins")!.TextContent.ShouldBe("2 days");
        page.QuerySelectorAll(".diff .came").Length.ShouldBe(2, "muting has the same line");
        page.QuerySelectorAll(".diff .gone").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_draft_is_judged_against_days_that_are_past()
    {
        await using var house = await OpenHouse();
        var records = house.Agency.Get<AgencyRecords>();
        await PolicyPeople.Adopt(records, PolicyPeople.Toronto, Instant.FromUtc(2026, 1, 1, 0, 0));
        var arrived = TimeProvider.System.Now() - Duration.FromDays(10);
        await PolicyPeople.Do(
            records,
            PolicyPeople.Ada,
            async work =>
            {
                var officer = (await Officers.All(work, default)).Single();
                var (camera, _) = await Cameras.Expect(work, "LP-1", "Lapel one", default);
                await Assignments.Assign(work, camera.Id, officer.Id, arrived - Duration.FromDays(1), null, default);
                await work.Execute(
                    """
                    INSERT INTO incident (id, number, source, call_type, revision, content_digest, changed_at)
                    VALUES ('0190a5a0-0000-7000-8000-000000000001', '26-4711', 'file', 'NOISE', 1, 'd', 0)
                    """,
                    null,
                    default
                );
                return await work.Execute(
                    """
                    INSERT INTO attendance (id, incident, officer, badge, activity, arrived_at, cleared_at, begins_at)
                    VALUES (@part, '0190a5a0-0000-7000-8000-000000000001', @officer, @Badge, 'call', @arrived, @cleared, @arrived)
                    """,
                    new
                    {
                        part = AttendanceId.New(),
                        officer = officer.Id,
                        officer.Badge,
                        arrived,
                        cleared = arrived + Duration.FromMinutes(20),
                    },
                    default
                );
            }
        );
        var draft = await PolicyPeople.Do(
            records,
            PolicyPeople.Ada,
            w => Policies.Draft(w, PolicyPeople.With("$.triggers[0].notCallTypes", "[\"NOISE\"]"), "a test", default)
        );
        using var ada = await Enter(house, "ada");
        var page = $"policies/{draft.Id}/what-if";
        (await Open(ada, page)).Body!.TextContent.ShouldNotContain("Findings that vanish");
        var days =
            $"?from={(arrived - Duration.FromDays(2)).ToString()[..10]}&until={(arrived + Duration.FromDays(2)).ToString()[..10]}";
        var judged = await Open(ada, page + days);
        judged
            .QuerySelectorAll(".fact")
            .Select(f => f.TextContent)
            .ShouldContain(f => f.Contains("vanish") && f.Contains("1only"));
        var row = judged
            .QuerySelectorAll("table")
            .Single(t => t.QuerySelector("caption")!.TextContent == "Vanish: 1")
            .QuerySelector("tbody tr")!;
        row.TextContent.ShouldSatisfyAllConditions(
            t => t.ShouldContain("3107 Dana Osei"),
            t => t.ShouldContain("No recording"),
            t => t.ShouldContain("26-4711")
        );
        foreach (var wrong in new[] { "?from=2026-05-02&until=2026-05-01", "?from=2020-01-01&until=2026-01-01", "?from=May" })
            (await ada.GetAsync(page + wrong)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, wrong);
    }

    [Fact]
    public async Task The_API_does_what_the_pages_do()
    {
        await using var house = await OpenHouse();
        using var ada = await house.SignIn("ada", Password);
        using var ben = await house.SignIn("ben", Password);
        using var osei = await house.SignIn("osei", Password);
        async Task<JsonElement> Send(
            HttpClient http,
            HttpMethod method,
            string path,
            object body,
            HttpStatusCode expected = HttpStatusCode.OK
        )
        {
            using var ask = new HttpRequestMessage(method, "api/v1/" + path)
            {
                Content = JsonContent.Create(body, null, LapelJson.Lenient),
            };
            var answer = await http.SendAsync(ask);
            var text = await TextOf(answer);
            answer.StatusCode.ShouldBe(expected, text);
            return JsonDocument.Parse(text).RootElement;
        }
        async Task<string> CodeOf(Task<JsonElement> refused) => (await refused).GetProperty("code").GetString()!;

        var draft = await Send(ada, HttpMethod.Post, "policies", new { from = "peel" }, HttpStatusCode.Created);
        var path = "policies/" + draft.GetProperty("id").GetString();
        var seen = draft.GetProperty("digest").GetString();
        (await Send(ada, HttpMethod.Post, "policies/check", new { text = "{}" })).GetArrayLength().ShouldBe(9);
        (await Send(ada, HttpMethod.Put, path + "/text", new { text = "{}", seen }))
            .GetProperty("troubles")
            .GetArrayLength()
            .ShouldBe(9);
        var text = await ada.GetStringAsync("api/v1/policies/shipped/toronto");
        (await CodeOf(Send(ada, HttpMethod.Put, path + "/text", new { text, seen }, HttpStatusCode.Conflict))).ShouldBe(
            "policy-changed-meanwhile"
        );
        seen = PolicyText.DigestOf("{}\n").ToString();
        var written = await Send(ada, HttpMethod.Put, path + "/text", new { text, seen });
        seen = written.GetProperty("version").GetProperty("digest").GetString();
        var proposal = new
        {
            seen,
            effectiveFrom = "2026-01-01T05:00:00Z",
            note = "The first one.",
        };
        await Send(ada, HttpMethod.Post, path + "/propose", proposal);
        await Send(osei, HttpMethod.Post, path + "/approve", new { seen }, HttpStatusCode.Forbidden);
        await Send(ada, HttpMethod.Post, path + "/approve", new { seen });
        (await CodeOf(Send(ada, HttpMethod.Post, path + "/approve", new { seen }, HttpStatusCode.Conflict))).ShouldBe(
            "policy-approved-already"
        );
        var adopted = await Send(ben, HttpMethod.Post, path + "/approve", new { seen });
        adopted.GetProperty("version").GetProperty("number").GetInt32().ShouldBe(1);
        (await CodeOf(Send(ada, HttpMethod.Post, path + "/withdraw", new { reason = "no" }, HttpStatusCode.Conflict))).ShouldBe(
            "policy-adopted"
        );

        var held = JsonDocument.Parse(await osei.GetStringAsync("api/v1/policy")).RootElement;
        held.GetProperty("digest").GetString().ShouldBe(seen);
        held.GetProperty("policy").GetProperty("breaches")[2].GetProperty("floorDays").GetInt32().ShouldBe(1);
        held.GetProperty("text").GetString().ShouldBe(PolicyPeople.Toronto);
        (await osei.GetAsync("api/v1/policy?at=2025-12-31T00:00:00Z")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await osei.GetAsync("api/v1/" + path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ada.GetAsync("api/v1/policies/schema")).Content.Headers.ContentType!.MediaType.ShouldBe("application/schema+json");
        var all = JsonDocument.Parse(await ada.GetStringAsync("api/v1/policies")).RootElement.GetProperty("items");
        all.GetArrayLength().ShouldBe(1);
        all[0].GetProperty("approvals").GetInt32().ShouldBe(2);
    }
}
