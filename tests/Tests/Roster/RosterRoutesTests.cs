using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Lapel.Roster;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Tests.Roster;

/// <summary>The roster's routes over HTTP: who may, who may not, and that nobody else's page can do it for them.</summary>
public sealed class RosterRoutesTests
{
    static async Task<JsonElement> Json(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    static async Task<JsonElement> Post(
        HttpClient http,
        string path,
        object body,
        HttpStatusCode expected = HttpStatusCode.Created
    ) => await Json(await http.PostAsJsonAsync("api/v1/" + path, body, LapelJson.Lenient), expected);

    static async Task<string> Code(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!;

    /// <summary>Sends the first form of a page that leads to an address, with the page's own token.</summary>
    static async Task<HttpResponseMessage> Submit(
        HttpClient http,
        string page,
        string action,
        params (string Name, string Value)[] typed
    )
    {
        var html = await new HtmlParser().ParseDocumentAsync(await http.GetStringAsync(page));
        var form = html.Forms.First(f => f.GetAttribute("action") == action);
        var fields = form.QuerySelectorAll("input[type=hidden]")
            .Select(i => (i.GetAttribute("name")!, i.GetAttribute("value") ?? ""))
            .Concat(typed);
        var ask = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))),
        };
        ask.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await http.SendAsync(ask);
    }

    static IEnumerable<(string Method, string Path, Permission? Needs)> Guarded(House house) =>
        house
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<NeedsPermission>() is not null)
            .SelectMany(e =>
                e.Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Select(m => (m, Fill(e.RoutePattern), e.Metadata.GetMetadata<NeedsPermission>()!.Permission))
            );

    // An address that the pattern matches and that names nothing. Numbers are recognised by their constraint.
    static string Fill(RoutePattern pattern) =>
        string.Join(
            '/',
            pattern.PathSegments.Select(segment =>
                string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            RoutePatternLiteralPart literal => literal.Content,
                            RoutePatternParameterPart { ParameterPolicies: [{ Content: "int" or "long" }, ..] } => "1",
                            RoutePatternParameterPart { Name: "role" } => "officer",
                            _ => "0190a5a0-0000-7000-8000-000000000000",
                        }
                    )
                )
            )
        );

    // With a body of the kind that such routes take: routing passes over a route that does not take what was sent.
    static HttpRequestMessage Ask(string method, string path) =>
        new(new HttpMethod(method), path)
        {
            Content =
                method is "GET" or "HEAD" or "DELETE" ? null
                : path.StartsWith("api/", StringComparison.Ordinal) ? JsonContent.Create(new { })
                : new FormUrlEncodedContent([]),
        };

    [Fact]
    public async Task Whoever_is_not_signed_in_gets_the_same_answer_everywhere()
    {
        await using var house = await House.Open();
        using var http = house.Visitor();
        string? api = null;
        foreach (var (method, path, _) in Guarded(house))
        {
            var answer = await http.SendAsync(Ask(method, path));
            if (path.StartsWith("api/", StringComparison.Ordinal))
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
                var text = await answer.Content.ReadAsStringAsync();
                text.ShouldBe(method == "HEAD" ? "" : api ??= text, $"{method} {path}");
            }
            else
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, $"{method} {path}");
                answer.Headers.Location!.OriginalString.ShouldStartWith("/york/sign-in");
            }
        }
        api.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_role_meets_exactly_the_routes_that_its_permissions_open()
    {
        await using var house = await House.Open();
        using var admin = await house.SignIn();
        var unit = (await Post(admin, "units", new { name = "York", kind = "service" })).GetProperty("id").GetString();
        var officer = (await Post(admin, "officers", new { badge = "1042", name = "Maya Okafor" })).GetProperty("id").GetString();
        var people = new Dictionary<Role, object>
        {
            [Role.Officer] = new
            {
                name = "an-officer",
                fullName = "Maya Okafor",
                role = "officer",
                officer,
                password = RosterAgency.Password,
            },
            [Role.Supervisor] = new
            {
                name = "a-supervisor",
                fullName = "Helen Brandt",
                role = "supervisor",
                unit,
                password = RosterAgency.Password,
            },
            [Role.EvidenceClerk] = new
            {
                name = "a-clerk",
                fullName = "Nora Whitfield",
                role = "evidence-clerk",
                password = RosterAgency.Password,
            },
            [Role.Oversight] = new
            {
                name = "an-outsider",
                fullName = "Daniel Abara",
                role = "oversight",
                password = RosterAgency.Password,
            },
        };
        foreach (var (role, person) in people)
        {
            var name = (await Post(admin, "accounts", person)).GetProperty("account").GetProperty("name").GetString()!;
            using var http = await house.SignIn(name, RosterAgency.Password);
            var may = Roles.Words.Roles[role].Permissions;
            foreach (var (method, path, needs) in Guarded(house).Where(r => r.Needs is { } p && !may.Contains(p)))
            {
                var answer = await http.SendAsync(Ask(method, path));
                var expected = method is "GET" or "HEAD" ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden;
                answer.StatusCode.ShouldBe(expected, $"{role} {method} {path} needs {needs}");
            }
            var seen = new Dictionary<string, Permission>
            {
                ["api/v1/units"] = Permission.SeeRoster,
                ["api/v1/officers"] = Permission.SeeRoster,
                ["api/v1/assignments"] = Permission.SeeRoster,
                ["api/v1/cameras"] = Permission.SeeCameras,
                ["api/v1/docks"] = Permission.SeeCameras,
                ["api/v1/accounts"] = Permission.SeeAccounts,
                ["api/v1/roles"] = Permission.SeeAccounts,
                ["roster"] = Permission.SeeRoster,
                ["cameras"] = Permission.SeeCameras,
                ["docks"] = Permission.SeeCameras,
                ["accounts"] = Permission.SeeAccounts,
                ["roles"] = Permission.SeeAccounts,
            };
            foreach (var (path, needs) in seen)
                (await http.GetAsync(path)).StatusCode.ShouldBe(
                    may.Contains(needs) ? HttpStatusCode.OK : HttpStatusCode.NotFound,
                    $"{role} {path}"
                );
        }
    }

    [Fact]
    public async Task What_one_may_not_see_looks_like_what_does_not_exist()
    {
        await using var house = await House.Open();
        using var admin = await house.SignIn();
        await Post(
            admin,
            "accounts",
            new
            {
                name = "a-clerk",
                fullName = "Nora Whitfield",
                role = "evidence-clerk",
                password = RosterAgency.Password,
            }
        );
        using var clerk = await house.SignIn("a-clerk", RosterAgency.Password);
        var hidden = await clerk.GetAsync("api/v1/accounts");
        var absent = await clerk.GetAsync("api/v1/no-such-thing");
        hidden.StatusCode.ShouldBe(absent.StatusCode);
        (await hidden.Content.ReadAsStringAsync()).ShouldBe(await absent.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_roster_of_a_past_day_is_answered()
    {
        await using var house = await House.Open();
        using var http = await house.SignIn();
        var service = (await Post(http, "units", new { name = "York", kind = "service" })).GetProperty("id").GetString();
        var one = (
            await Post(
                http,
                "units",
                new
                {
                    name = "31 Division",
                    kind = "division",
                    parent = service,
                }
            )
        ).GetProperty("id").GetString();
        var two = (
            await Post(
                http,
                "units",
                new
                {
                    name = "12 Division",
                    kind = "division",
                    parent = service,
                }
            )
        ).GetProperty("id").GetString();
        var officer = (await Post(http, "officers", new { badge = "1042", name = "Maya Okafor" })).GetProperty("id").GetString();
        await Post(http, $"officers/{officer}/memberships", new { unit = one, from = "2026-03-01" });
        await Post(http, $"officers/{officer}/memberships", new { unit = two, from = "2026-06-01" });

        async Task<string?> On(string day) =>
            (await Json(await http.GetAsync($"api/v1/officers/{officer}?on={day}")))
                .GetProperty("memberships")
                .EnumerateArray()
                .Select(m => m.GetProperty("unit").GetString())
                .SingleOrDefault();
        (await On("2026-02-28")).ShouldBeNull();
        (await On("2026-05-31")).ShouldBe(one);
        (await On("2026-06-01")).ShouldBe(two);
        (await On("2026-06-01T03:59:59Z")).ShouldBe(one, "it is still May in Toronto");
        (await Code(await http.GetAsync($"api/v1/officers/{officer}?on=yesterday"))).ShouldBe("day-unreadable");

        var page = await http.GetStringAsync("roster?on=2026-05-31");
        page.IndexOf("Maya Okafor", StringComparison.Ordinal)
            .ShouldBeGreaterThan(page.IndexOf("31 Division", StringComparison.Ordinal));
        page.ShouldContain("Sunday 31 May 2026");
    }

    [Fact]
    public async Task A_large_service_is_shown_as_its_units_and_its_officers_on_the_pages_of_the_units()
    {
        await using var house = await House.Open();
        using var http = await house.SignIn();
        UnitId division;
        await using (
            var work = await house.Agency.Get<Lapel.Records.AgencyRecords>().Begin(Actor.System("test"), CancellationToken.None)
        )
        {
            var service = await Units.Open(work, null, "York Police", UnitKind.Service, CancellationToken.None);
            division = (await Units.Open(work, service.Id, "31 Division", UnitKind.Division, CancellationToken.None)).Id;
            for (var i = 0; i < 160; i++)
            {
                var officer = await Officers.Enter(work, $"{1000 + i}", $"Officer Number{i}", null, CancellationToken.None);
                if (i > 0)
                    await Memberships.Join(work, officer.Id, division, work.Now, null, CancellationToken.None);
            }
            await work.Commit(CancellationToken.None);
        }
        var roster = await http.GetStringAsync("roster");
        roster.ShouldContain("159 officers");
        roster.ShouldContain("Officer Number0<", Case.Sensitive, "who is in no unit stands nowhere else");
        roster.ShouldNotContain("Officer Number7<");
        (await http.GetStringAsync($"roster/units/{division}")).ShouldContain("Officer Number7<");
    }

    [Fact]
    public async Task Lists_go_on_where_they_stopped()
    {
        await using var house = await House.Open();
        using var http = await house.SignIn();
        await using (
            var work = await house.Agency.Get<Lapel.Records.AgencyRecords>().Begin(Actor.System("test"), CancellationToken.None)
        )
        {
            for (var i = 0; i < Officers.PageSize + 5; i++)
                await Officers.Enter(work, $"{i:0000}", $"Officer {i}", null, CancellationToken.None);
            await work.Commit(CancellationToken.None);
        }
        var first = await Json(await http.GetAsync("api/v1/officers"));
        first.GetProperty("items").GetArrayLength().ShouldBe(Officers.PageSize);
        var second = await Json(await http.GetAsync($"api/v1/officers?after={first.GetProperty("next").GetString()}"));
        second.GetProperty("items").GetArrayLength().ShouldBe(5);
        second.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_person_signs_in_and_out_in_a_browser()
    {
        await using var house = await House.Open(demo: false);
        using var http = house.Visitor();
        var turned = await http.GetAsync("accounts");
        turned.Headers.Location!.OriginalString.ShouldBe("/york/sign-in?return=%2Faccounts");

        var wrong = await Submit(http, "sign-in", "sign-in", ("name", "admin"), ("password", "wrong"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("The name or the password is wrong");

        var entered = await Submit(
            http,
            "sign-in?return=%2Faccounts",
            "sign-in",
            ("name", "admin"),
            ("password", House.AdministratorPassword)
        );
        entered.Headers.Location!.OriginalString.ShouldBe("/york/accounts");
        var cookie = entered
            .Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith(Gate.CookieName + "=", StringComparison.Ordinal))
            .ToLowerInvariant();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldContain("path=/york");
        (await http.GetStringAsync("accounts")).ShouldContain("Who can sign in");

        var left = await Submit(http, "my-account", "sign-out");
        left.Headers.Location!.OriginalString.ShouldBe("/york/sign-in?done=signed-out");
        (await http.GetAsync("accounts")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("accounts")]
    public async Task Signing_in_leads_nowhere_but_into_the_agency(string wanted)
    {
        await using var house = await House.Open();
        using var http = house.Visitor();
        var page = $"sign-in?return={Uri.EscapeDataString(wanted)}";
        var entered = await Submit(http, page, "sign-in", ("name", "admin"), ("password", House.AdministratorPassword));
        entered.Headers.Location!.OriginalString.ShouldBe("/york/");
    }

    [Fact]
    public async Task A_cookie_changes_nothing_from_another_site_or_without_the_pages_token()
    {
        await using var house = await House.Open();
        using var http = house.Visitor();
        await Submit(http, "sign-in", "sign-in", ("name", "admin"), ("password", House.AdministratorPassword));

        async Task<HttpResponseMessage> Ask(string path, HttpContent body, string header, string value)
        {
            var ask = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
            ask.Headers.TryAddWithoutValidation(header, value);
            return await http.SendAsync(ask);
        }
        HttpContent Unit() => JsonContent.Create(new { name = "York", kind = "service" });
        (await Code(await Ask("api/v1/units", Unit(), "Sec-Fetch-Site", "cross-site"))).ShouldBe("cross-site");
        (await Code(await Ask("api/v1/units", Unit(), "Sec-Fetch-Site", "same-site"))).ShouldBe("cross-site");
        (await Code(await Ask("api/v1/units", Unit(), "Origin", "https://elsewhere.example"))).ShouldBe("cross-site");
        (await Code(await Ask("api/v1/units", Unit(), "X-Nothing", "said"))).ShouldBe("cross-site");
        var bare = new FormUrlEncodedContent([new("name", "York"), new("kind", "service")]);
        (await Ask("roster/units", bare, "Sec-Fetch-Site", "same-origin")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Json(await http.GetAsync("api/v1/units"))).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await Ask("api/v1/units", Unit(), "Sec-Fetch-Site", "same-origin")).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_password_that_an_administrator_set_opens_nothing_until_it_is_changed()
    {
        await using var house = await House.Open(demo: false);
        using var admin = await house.SignIn();
        var made = await Post(
            admin,
            "accounts",
            new
            {
                name = "a-clerk",
                fullName = "Nora Whitfield",
                role = "evidence-clerk",
            }
        );
        var given = made.GetProperty("password").GetString()!;
        using var clerk = await house.SignIn("a-clerk", given);
        (await Code(await clerk.GetAsync("api/v1/cameras"))).ShouldBe("password-change-needed");
        (await clerk.GetAsync("cameras")).Headers.Location!.OriginalString.ShouldBe("/york/my-account");
        await Post(
            clerk,
            "password",
            new { present = "not it", wanted = RosterAgency.Password },
            HttpStatusCode.UnprocessableEntity
        );
        await Post(clerk, "password", new { present = given, wanted = RosterAgency.Password }, HttpStatusCode.NoContent);
        (await clerk.GetAsync("api/v1/cameras")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_click_signs_in_to_a_demo_agency_and_to_no_other()
    {
        await using (var demo = await House.Open(demo: true))
        {
            using var http = demo.Visitor();
            var entered = await Submit(http, "sign-in", "demo-sign-in");
            entered.Headers.Location!.OriginalString.ShouldBe("/york/");
            (await http.GetAsync("accounts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        await using var real = await House.Open(demo: false);
        using var visitor = real.Visitor();
        (await visitor.GetStringAsync("sign-in")).ShouldNotContain("demo-sign-in");
    }

    [Fact]
    public async Task A_camera_goes_through_its_life_on_the_pages()
    {
        await using var house = await House.Open();
        using var http = house.Visitor();
        await Submit(http, "sign-in", "sign-in", ("name", "admin"), ("password", House.AdministratorPassword));
        (await http.GetStringAsync("cameras")).ShouldContain("No cameras yet");
        var expected = await Submit(http, "cameras/new", "cameras/new", ("serial", "LC-31-001"), ("model", "Model 1"));
        (await expected.Content.ReadAsStringAsync()).ShouldContain("It is shown only now");
        var camera = (await Json(await http.GetAsync("api/v1/cameras"))).GetProperty("items")[0].GetProperty("camera");
        camera.GetProperty("state").GetString().ShouldBe("expected");
        camera.TryGetProperty("code", out _).ShouldBeFalse();

        var page = $"cameras/{camera.GetProperty("id").GetString()}";
        var again = await Submit(http, page, $"{page}/revoke", ("reason", " "));
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await again.Content.ReadAsStringAsync()).ShouldContain("Say why");
        var revoked = await Submit(http, page, $"{page}/revoke", ("reason", "Fell into the harbour"), ("lost", "true"));
        revoked.Headers.Location!.OriginalString.ShouldEndWith("?done=camera-revoked");
        (await http.GetStringAsync(page)).ShouldContain("Fell into the harbour");
    }

    [Fact]
    public async Task Every_page_of_the_roster_is_shown()
    {
        await using var house = await House.Open();
        using var api = await house.SignIn();
        var service = (await Post(api, "units", new { name = "York", kind = "service" })).GetProperty("id").GetString();
        var officer = (
            await Post(
                api,
                "officers",
                new
                {
                    badge = "1042",
                    name = "Maya Okafor",
                    rank = "Constable",
                }
            )
        ).GetProperty("id").GetString();
        await Post(api, $"officers/{officer}/memberships", new { unit = service });
        var camera = (await Post(api, "cameras", new { serial = "LC-31-001", model = "Model 1" }))
            .GetProperty("camera")
            .GetProperty("id")
            .GetString();
        await Post(api, "assignments", new { camera, officer });
        await Post(api, "docks", new { name = "Parade room", unit = service });
        var account = (
            await Post(
                api,
                "accounts",
                new
                {
                    name = "okafor",
                    fullName = "Maya Okafor",
                    role = "officer",
                    officer,
                }
            )
        ).GetProperty("account").GetProperty("id").GetString();
        foreach (
            var (path, text) in new[]
            {
                ("roster", "LC-31-001"),
                ($"roster/units/{service}", "Maya Okafor"),
                ("roster/officers/new", "Badge number"),
                ($"roster/officers/{officer}", "Worn now"),
                ("cameras", "Maya Okafor"),
                ("cameras/new", "Serial number"),
                ($"cameras/{camera}", "Who wore it"),
                ("docks", "Parade room"),
                ("accounts", "okafor"),
                ("accounts/new", "Signs in as"),
                ($"accounts/{account}", "New password"),
                ("roles", "Evidence clerk"),
                ("my-account", "Where you are signed in"),
            }
        )
            (await api.GetStringAsync(path)).ShouldContain(text, Case.Sensitive, path);
    }

    [Fact]
    public async Task Every_route_of_the_roster_says_who_may_use_it()
    {
        await using var house = await House.Open();
        var mine = new[]
        {
            "sign-",
            "demo-",
            "my-account",
            "account",
            "roles",
            "roster",
            "cameras",
            "docks",
            "assignments",
            "unit",
            "officers",
            "session",
            "password",
        };
        WhoMay
            .Undeclared(house.Services.GetRequiredService<EndpointDataSource>())
            .Select(r => r.TrimStart('/').Replace("api/v1/", ""))
            .Where(r => mine.Any(m => r.StartsWith(m, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }
}
