using System.Net;
using System.Net.Http.Json;
using Lapel.Roster;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using static Lapel.Tests.Asking;

namespace Lapel.Tests.Roster;

/// <summary>The roster's routes over HTTP: who may, who may not, and that nobody else's page can do it for them.</summary>
public sealed class RosterRoutesTests
{
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
