using System.Net;
using System.Net.Http.Json;
using System.Text;
using Lapel.Roster;
using Microsoft.AspNetCore.Antiforgery;
using static Lapel.Tests.Asking;

namespace Lapel.Tests.Server;

/// <summary>What a signed-in browser carries, and what it cannot be made to do with it.</summary>
public sealed class CookieTests
{
    static async Task<string> Read(HttpContent content) => await content.ReadAsStringAsync();

    /// <summary>Signs in as a person does, by the page's own form.</summary>
    static async Task<(HttpClient Http, string[] Cookies)> Browse(
        House house,
        string name = "admin",
        string password = House.AdministratorPassword
    )
    {
        var http = house.Visitor();
        using var answer = await Submit(http, "sign-in", "sign-in", ("name", name), ("password", password));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await Read(answer.Content));
        return (http, [.. answer.Headers.GetValues("Set-Cookie")]);
    }

    [Fact]
    public async Task A_change_from_another_site_is_refused_on_every_route_that_a_cookie_opens()
    {
        await using var house = await House.Open();
        var (http, _) = await Browse(house);
        using var browser = http;
        (string Name, string Value)[][] foreign =
        [
            [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
            [("Sec-Fetch-Site", "same-site")],
            [("Sec-Fetch-Site", "none")],
            [("Origin", "https://evil.example")],
            [("Origin", "null")],
            [],
        ];
        foreach (var route in Route.AllOf(house).Where(r => !r.Looks && r.Method != "OPTIONS"))
        foreach (var headers in foreign)
        {
            using var ask = new HttpRequestMessage(new HttpMethod(route.Method), route.Address(new Dictionary<string, string>()))
            {
                Content = route.IsApi
                    ? new StringContent("{}", Encoding.UTF8, "application/json")
                    : new FormUrlEncodedContent([]),
            };
            foreach (var (name, value) in headers)
                ask.Headers.Add(name, value);
            using var answer = await browser.SendAsync(ask);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{route.Key} with {string.Join(' ', headers)}");
            (await Read(answer.Content)).ShouldContain("cross-site", Case.Sensitive, route.Key);
        }
        (await browser.GetAsync("api/v1/session")).StatusCode.ShouldBe(HttpStatusCode.OK, "it is still signed in");
    }

    [Fact]
    public async Task A_form_without_the_pages_token_is_refused_even_from_our_own_origin()
    {
        await using var house = await House.Open();
        var (http, _) = await Browse(house);
        using var browser = http;
        foreach (
            var route in Route
                .AllOf(house)
                .Where(r => !r.IsApi && r.Method == "POST" && r.Metadata.GetMetadata<OutsideAgencies>() is null)
        )
        {
            route.Metadata.GetMetadata<IAntiforgeryMetadata>()?.RequiresValidation.ShouldBe(true, route.Key);
            using var ask = new HttpRequestMessage(HttpMethod.Post, route.Address(new Dictionary<string, string>()))
            {
                Content = new FormUrlEncodedContent([]),
            };
            ask.Headers.Add("Sec-Fetch-Site", "same-origin");
            using var answer = await browser.SendAsync(ask);
            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Forbidden);
            (await Read(answer.Content)).ShouldContain(
                answer.StatusCode == HttpStatusCode.BadRequest ? "form-stale" : "not-entitled",
                Case.Sensitive,
                route.Key
            );
        }
    }

    [Fact]
    public async Task The_cookie_is_closed_to_scripts_and_other_sites_and_new_at_every_sign_in()
    {
        await using var house = await House.Open();
        var (first, cookies) = await Browse(house);
        using var one = first;
        var cookie = cookies.Single(c => c.StartsWith(Gate.CookieName + "=", StringComparison.Ordinal)).ToLowerInvariant();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldContain("path=/york");
        cookie.ShouldNotContain("expires=");
        var (second, again) = await Browse(house);
        using var two = second;
        again.Single(c => c.StartsWith(Gate.CookieName + "=", StringComparison.Ordinal)).ToLowerInvariant().ShouldNotBe(cookie);
    }

    [Fact]
    public async Task A_cookie_planted_before_the_sign_in_opens_nothing_after_it()
    {
        await using var house = await House.Open();
        const string planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        using var victim = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = house.Address };
        using var ask = new HttpRequestMessage(HttpMethod.Post, "api/v1/sign-in")
        {
            Content = JsonContent.Create(new { name = "admin", password = House.AdministratorPassword }),
        };
        ask.Headers.Add("Cookie", $"{Gate.CookieName}={planted}");
        (await victim.SendAsync(ask)).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var attacker = new HttpRequestMessage(HttpMethod.Get, "api/v1/session");
        attacker.Headers.Add("Cookie", $"{Gate.CookieName}={planted}");
        (await victim.SendAsync(attacker)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_is_good_only_for_what_carries_it_its_agency_and_until_it_is_ended()
    {
        await using var house = await House.Open();
        var (http, cookies) = await Browse(house);
        using var browser = http;
        var token = cookies
            .Single(c => c.StartsWith(Gate.CookieName + "=", StringComparison.Ordinal))
            .Split(';')[0]
            .Split('=', 2)[1];
        using var peel = await OtherAgency.ClerkOf(house);
        using var bare = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new(house.Address, "/"),
        };

        async Task<HttpStatusCode> With(string path, string header, string value)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, path);
            ask.Headers.TryAddWithoutValidation(header, value);
            return (await bare.SendAsync(ask)).StatusCode;
        }

        (await With("york/api/v1/session", "Cookie", $"{Gate.CookieName}={token}")).ShouldBe(HttpStatusCode.OK);
        (await With("york/api/v1/session", "Authorization", $"Bearer {token}")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "a cookie is no bearer token"
        );
        (await With("peel/api/v1/session", "Cookie", $"{Gate.CookieName}={token}")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "it is york's"
        );
        (await With("york/api/v1/session", "Authorization", peel.DefaultRequestHeaders.Authorization!.ToString())).ShouldBe(
            HttpStatusCode.Unauthorized,
            "it is peel's"
        );
        (
            await With("york/api/v1/session", "Cookie", $"{Gate.CookieName}={peel.DefaultRequestHeaders.Authorization.Parameter}")
        ).ShouldBe(HttpStatusCode.Unauthorized);

        using var leave = new HttpRequestMessage(HttpMethod.Delete, "api/v1/session");
        leave.Headers.Add("Sec-Fetch-Site", "same-origin");
        (await browser.SendAsync(leave)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await With("york/api/v1/session", "Cookie", $"{Gate.CookieName}={token}")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "it was ended"
        );
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("accounts")]
    [InlineData("/\t/evil.example")]
    [InlineData("/%09/evil.example")]
    public async Task Signing_in_leads_nowhere_but_into_the_agency(string wanted)
    {
        await using var house = await House.Open();
        var (http, _) = await Browse(house);
        using var browser = http;
        var answer = await browser.GetAsync($"sign-in?return={Uri.EscapeDataString(wanted)}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldStartWith("/york/");
    }
}
