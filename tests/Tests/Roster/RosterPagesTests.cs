using System.Net;
using Lapel.Roster;
using static Lapel.Tests.Asking;

namespace Lapel.Tests.Roster;

/// <summary>The roster as people see it: lists, past days, a camera's life, signing in and out.</summary>
public sealed class RosterPagesTests
{
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
}
