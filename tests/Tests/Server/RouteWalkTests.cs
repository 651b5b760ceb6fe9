using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lapel.Records;
using Lapel.Roster;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Tests.Server;

/// <summary>
/// Walks every route of the running server as everybody. What comes out is docs/access.md, word for word: whoever changes who may do
/// what changes that page in the same commit.
/// </summary>
[Trait("engine", "both")]
public sealed class RouteWalkTests
{
    const string Yes = "yes";
    const string No = "no";
    const string Hidden = "hidden";
    const string SignIn = "sign in";

    [Fact]
    public async Task Every_route_lets_in_exactly_whom_the_published_table_names()
    {
        await using var programme = await Programme.Begin();
        var table = new StringBuilder(Head);
        foreach (
            var routes in Route.AllOf(programme.House).GroupBy(r => r.IsApi ? "API" : "Pages, their forms, and the log's files")
        )
        {
            table.Append(
                $"\n## {routes.Key}\n\n| route | needs | {string.Join(" | ", programme.People.Keys)} |\n|---|---|{string.Concat(programme.People.Select(_ => "---|"))}\n"
            );
            foreach (var route in routes)
            {
                var outcomes = new List<string>();
                foreach (var (name, person) in programme.People)
                    outcomes.Add(await Walk(programme, route, name, person));
                table.Append($"| `{route.Key}` | {NeedsOf(route)} | {string.Join(" | ", outcomes)} |\n");
            }
        }
        Docs.ShouldStand("docs/access.md", table.ToString());
    }

    const string Head = """
        # Who may do what

        Made by a test that walks every route of a running server as everybody; the test fails when this page is stale. The roles have the
        permissions that an agency begins with (`src/Roster/Accounts/roles.jsonc`); an administrator can change them.

        The people: **the officer** made the recording, **supervisor** leads the unit that the officer belonged to at the time, **another
        supervisor** leads a unit beside it, **a camera** has a session of its own. The recording asked for is one recording of the officer's.

        **yes**: let in, which does not mean that anything sent is accepted. **no**: refused (403). **hidden**: answered like an address or a
        recording that does not exist, byte for byte (404). **sign in**: 401, or for a page the way to the sign-in page.

        """;

    static string NeedsOf(Route route) =>
        route.Metadata.GetMetadata<NeedsPermission>() is { } needs
            ? needs.Permission is { } permission
                ? $"`{Words<Permission>.Of(permission)}`"
                : "a sign-in"
            : route.Metadata.GetMetadata<OpenToAnyone>()?.Reason
                ?? $"outside agencies only: {route.Metadata.GetMetadata<OutsideAgencies>()?.Reason}";

    /// <summary>What one person meets at one route. Whatever changes something is asked of an id of nothing, or says nothing.</summary>
    static async Task<string> Walk(Programme programme, Route route, string name, HttpClient person)
    {
        if (route.Key is "DELETE /api/v1/session")
            return await SigningOut(programme, person);
        var ids = route.Looks ? programme.Ids : programme.Ids.Where(i => i.Key is "recording" or "quarantine").ToDictionary();
        var address = route.Address(ids);
        if (route.Looks && route.IsEvidence && await programme.View(person) is { } viewing)
            address += $"?viewing={viewing}";
        if (route.Pattern.EndsWith("/diff", StringComparison.Ordinal))
            address += $"?against={programme.Ids["version"]}";
        using var answer = await person.SendAsync(Ask(route, address), HttpCompletionOption.ResponseHeadersRead);
        ((int)answer.StatusCode).ShouldBeLessThan(500, $"{route.Key} as {name}");
        // An answer to HEAD has no code to tell hidden from not made; GET of the same address has.
        using var told =
            route.Method == "HEAD" && answer.StatusCode == HttpStatusCode.NotFound ? await person.GetAsync(address) : null;
        var outcome = await OutcomeOf(told ?? answer);
        // A film that browsers play has no proxy, and of tiles only those of the log's size exist.
        // What is asked of an id of nothing may say so: who sees which finding, case or draw is tested beside each of them.
        if (
            route.Method == "GET"
            && outcome == Yes
            && answer.StatusCode != HttpStatusCode.BadRequest // it asks for what its query must say: let in all the same
            && !IsOfNothing(await CodeOf(answer))
        )
            ((int)answer.StatusCode).ShouldBeLessThan(400, $"{route.Key} as {name}: {answer}");
        if (route.Method == "GET" && outcome == Hidden && route.IsEvidence)
            await ShouldLookLikeNothing(programme, route, name, person);
        return outcome;
    }

    static bool IsOfNothing(string? code) =>
        code is "rendition-not-made" || code?.EndsWith("-not-found", StringComparison.Ordinal) == true;

    /// <summary>With a session of its own, or nobody could go on.</summary>
    static async Task<string> SigningOut(Programme programme, HttpClient person)
    {
        if (person.DefaultRequestHeaders.Authorization is null || !(await person.GetAsync("api/v1/session")).IsSuccessStatusCode)
            return await OutcomeOf(await person.DeleteAsync("api/v1/session"));
        var who = await person.GetFromJsonAsync<JsonElement>("api/v1/session");
        var account = who.GetProperty("account").GetProperty("name").GetString()!;
        using var again = await programme.House.SignIn(
            account,
            account == "admin" ? House.AdministratorPassword : Programme.Password
        );
        var outcome = await OutcomeOf(await again.DeleteAsync("api/v1/session"));
        (await again.GetAsync("api/v1/session")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "a session that was ended");
        return outcome;
    }

    static HttpRequestMessage Ask(Route route, string address, string? method = null)
    {
        var ask = new HttpRequestMessage(new HttpMethod(method ?? route.Method), address);
        if (!route.Looks && route.Method != "OPTIONS")
            ask.Content = route.IsApi
                ? new StringContent("{}", Encoding.UTF8, "application/json")
                : new FormUrlEncodedContent([]);
        if (route.Pattern.StartsWith("/api/v1/uploads", StringComparison.Ordinal))
            ask.Headers.Add("Tus-Resumable", "1.0.0");
        return ask;
    }

    static async Task<string> OutcomeOf(HttpResponseMessage answer) =>
        (int)answer.StatusCode switch
        {
            401 => SignIn,
            302 when answer.Headers.Location!.OriginalString.Contains("/sign-in", StringComparison.Ordinal) => SignIn,
            403 => No,
            404 when await CodeOf(answer) is "not-found" or "recording-not-found" or null => Hidden,
            _ => Yes,
        };

    static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
        && await answer.Content.ReadAsStringAsync() is { Length: > 0 } body
            ? JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()
            : null;

    static async Task ShouldLookLikeNothing(Programme programme, Route route, string name, HttpClient person)
    {
        var nothing = programme.Ids.Where(i => i.Key != "recording").ToDictionary();
        foreach (var method in new[] { "GET", "HEAD" })
        {
            var hidden = await Whole(person, Ask(route, route.Address(programme.Ids), method));
            var absent = await Whole(person, Ask(route, route.Address(nothing), method));
            hidden.ShouldBe(absent, $"{method} {route.Pattern} as {name}");
        }
    }

    /// <summary>Everything that a caller can see of an answer but its date.</summary>
    static async Task<string> Whole(HttpClient person, HttpRequestMessage ask)
    {
        using var answer = await person.SendAsync(ask);
        var headers = answer
            .Headers.Concat(answer.Content.Headers)
            .Where(h => h.Key != "Date")
            .OrderBy(h => h.Key, StringComparer.Ordinal);
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers.Select(h => $"{h.Key}: {string.Join(", ", h.Value)}"))}\n\n{await answer.Content.ReadAsStringAsync()}";
    }

    [Fact]
    public async Task Every_route_says_who_may_use_it()
    {
        await using var house = await House.Open();
        WhoMay.Undeclared(house.Services.GetRequiredService<EndpointDataSource>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Outside_agencies_there_is_nothing_but_the_way_in()
    {
        await using var house = await House.Open();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new(house.Address, "/"),
        };
        foreach (var route in Route.AllOf(house))
        {
            using var answer = await http.SendAsync(Ask(route, route.Address(new Dictionary<string, string>())));
            var expected = route.Metadata.GetMetadata<OutsideAgencies>() is null;
            (answer.StatusCode == HttpStatusCode.NotFound).ShouldBe(expected, $"{route.Key} answered {(int)answer.StatusCode}");
            ((int)answer.StatusCode).ShouldBeLessThan(500, route.Key);
        }
    }

    [Fact]
    public async Task Another_agency_knows_neither_the_recording_nor_the_caller()
    {
        await using var programme = await Programme.Begin();
        var house = programme.House;
        using var clerk = await OtherAgency.ClerkOf(house);
        using var ours = new HttpClient { BaseAddress = clerk.BaseAddress };
        ours.DefaultRequestHeaders.Authorization = programme.People["evidence clerk"].DefaultRequestHeaders.Authorization;
        using var camera = new HttpClient { BaseAddress = clerk.BaseAddress };
        camera.DefaultRequestHeaders.Authorization = programme.People["a camera"].DefaultRequestHeaders.Authorization;
        foreach (var route in Route.AllOf(house).Where(r => r.IsEvidence && r.Method == "GET"))
        {
            await ShouldLookLikeNothing(programme, route, "another agency's clerk", clerk);
            if (route.IsApi)
                (await ours.GetAsync(route.Address(programme.Ids))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, route.Key);
        }
        foreach (var noun in new[] { "accounts/{account}", "cameras/{camera}", "officers/{officer}", "quarantine/{quarantine}" })
        {
            var (path, key) = (noun.Split('/')[0], noun.Split('{')[1].TrimEnd('}'));
            (await clerk.GetAsync($"api/v1/{path}/{programme.Ids[key]}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, noun);
        }
        (await camera.PostAsync("api/v1/admissions", new ByteArrayContent([]))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}

/// <summary>A second agency on the same server.</summary>
static class OtherAgency
{
    public static async Task<HttpClient> ClerkOf(House house)
    {
        using var root = new HttpClient { BaseAddress = new(house.Address, "/") };
        var founded = await root.PostAsJsonAsync(
            "api/v1/agencies",
            new
            {
                setupCode = (await File.ReadAllTextAsync(Path.Combine(house.Data, "setup-code"))).Trim(),
                slug = "peel",
                name = "Peel Police",
                timeZone = "America/Toronto",
                demo = true,
                administratorName = "admin",
                administratorPassword = House.AdministratorPassword,
            },
            LapelJson.Lenient
        );
        founded.StatusCode.ShouldBe(HttpStatusCode.Created, await founded.Content.ReadAsStringAsync());
        using var admin = await SignIn(house, "admin", House.AdministratorPassword);
        await admin.PostAsJsonAsync(
            "api/v1/accounts",
            new
            {
                name = "clerk",
                fullName = "A Clerk",
                role = "evidence-clerk",
                password = Programme.Password,
            }
        );
        return await SignIn(house, "clerk", Programme.Password);
    }

    static async Task<HttpClient> SignIn(House house, string name, string password)
    {
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new(house.Address, "/peel/"),
        };
        var answer = await http.PostAsJsonAsync("api/v1/sign-in", new { name, password });
        answer.EnsureSuccessStatusCode();
        var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
