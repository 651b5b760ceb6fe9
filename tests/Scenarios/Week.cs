using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// The demo's week as people meet it on its last day: a finding goes from the officer's word to the supervisor's decision to professional
/// standards, on the pages that they use; then the figures are held against each other, and everything is judged again from nothing.
/// </summary>
public sealed partial class Week
{
    const string Video = "document.querySelector('lapel-player video')";

    [Fact]
    public async Task A_stop_is_explained_sustained_and_decided_and_the_weeks_figures_agree_wherever_they_stand()
    {
        await using var house = await DemoHouse.Open();
        await using (var browser = await Browser.Open())
        {
            await Wait.UntilRight(() => EveryPathIsThere(house)); // the last day is still being judged
            await Wait.UntilRight(() => HelpWasAskedForAndCame(house));
            await EveryLinkLeadsSomewhere(house);
            await TheDraftWouldFindMore(house);
            var finding = await TheOfficerExplains(browser, house);
            await TheSupervisorSustains(browser, house, finding);
            await ProfessionalStandardsDecide(browser, house, finding);
            await PageAndApiSayTheSame(browser, house);
        }
        await JudgedFromNothingItIsTheSame(house);
        await house.Close();
        var (code, said) = await ServerProcess.Fsck(house.Data);
        code.ShouldBe(0, said);
        await WhatIsPublishedRecomputes(house);
    }

    /// <summary>The spread that the week promises, as the oversight body sees it.</summary>
    static async Task EveryPathIsThere(DemoHouse house)
    {
        using var oversight = await house.As("abara");
        var kinds = (await Findings(oversight)).Select(f => f.GetProperty("finding").GetProperty("kind").GetString()).ToHashSet();
        foreach (var kind in new[] { "late-start", "early-stop", "stopped", "short-buffer", "docked-late", "untagged" })
            kinds.ShouldContain(kind);
        kinds.ShouldNotContain("muted", "the mute in the hospital was justified");
        (await Judgements(oversight))
            .Select(j => j.GetProperty("outcome").GetString())
            .Distinct()
            .Order()
            .ShouldBe(["covered", "exempt", "missing", "technical", "unknown"]);
        var cases = (await oversight.Get("api/v1/cases")).GetProperty("cases").EnumerateArray().ToList();
        cases.Count(c => c.GetProperty("appealed").GetBoolean()).ShouldBe(1);
        cases.Count(c => !c.TryGetProperty("outcome", out _)).ShouldBe(1, "a case is left for professional standards");
        var leads = new List<string?>();
        foreach (var recording in (await oversight.Get("api/v1/recordings")).GetProperty("recordings").EnumerateArray())
        {
            var noticed = await oversight.Get($"api/v1/recordings/{recording.GetProperty("id").GetString()}/leads");
            leads.AddRange(noticed.GetProperty("leads").EnumerateArray().Select(l => l.GetProperty("kind").GetString()));
        }
        leads.ShouldContain("lens-covered");
        using var manager = await house.As("adeyemi");
        (await manager.Get("api/v1/reviews/overdue")).GetArrayLength().ShouldBe(1);
    }

    /// <summary>Five presses: two with live picture and voice, one in writing, two that nobody answered.</summary>
    static async Task HelpWasAskedForAndCame(DemoHouse house)
    {
        using var centre = await house.As("marchetti");
        var figures = await centre.Get("api/v1/live/statistics");
        figures.GetProperty("asked").GetInt32().ShouldBe(5);
        figures.GetProperty("accepted").GetInt32().ShouldBe(3);
        figures.GetProperty("ended").GetInt32().ShouldBe(3);
        figures.GetProperty("withdrawn").GetInt32().ShouldBe(2);
        figures.GetProperty("nobodyOnCall").GetInt32().ShouldBe(2, "the operations centre was told of both");
        foreach (var way in new[] { "toMedia", "toSpeaking" })
            figures.GetProperty(way).GetProperty("count").GetInt32().ShouldBe(2, way);
        var consults = (await centre.Get("api/v1/live/consults")).GetProperty("items").EnumerateArray().ToList();
        var watched = new HashSet<string?>();
        foreach (var consult in consults)
        {
            var record = await centre.Get($"api/v1/live/consults/{consult.GetProperty("id").GetString()}");
            watched.UnionWith(record.GetProperty("watching").EnumerateArray().Select(w => w.GetProperty("name").GetString()));
            if (record.TryGetProperty("clinician", out var who) && who.ValueKind == JsonValueKind.String)
                record.GetProperty("lines").EnumerateArray().Count(l => l.GetProperty("advice").GetBoolean()).ShouldBe(1);
            record.GetRawText().ShouldNotContain("crisis team", customMessage: "what is noted stays with the health side");
        }
        watched.ShouldBe(["Rosa Lindgren", "Karin Marchetti"], ignoreOrder: true);

        using var manager = await house.As("adeyemi");
        (await manager.Get("api/v1/dispatch/clock"))
            .GetProperty("estimate")
            .GetProperty("offsetMs")
            .GetInt64()
            .ShouldBeGreaterThan(0);
    }

    /// <summary>The version that waits for its second approval makes a finding of missing notice, and of nothing else.</summary>
    static async Task TheDraftWouldFindMore(DemoHouse house)
    {
        using var manager = await house.As("adeyemi");
        var draft = (await manager.Get("api/v1/policies"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(v => v.GetProperty("state").GetString() == "proposed");
        var days = string.Create(
            CultureInfo.InvariantCulture,
            $"from={DateTime.UtcNow.AddDays(-8):yyyy-MM-dd}&until={DateTime.UtcNow.AddDays(1):yyyy-MM-dd}"
        );
        var then = await manager.Get($"api/v1/policies/{draft.GetProperty("id").GetString()}/what-if?{days}");
        then.GetProperty("vanishes").GetInt64().ShouldBe(0);
        then.GetProperty("changes").GetInt64().ShouldBe(0);
        var appear = then.GetProperty("appear").EnumerateArray().Select(c => c.GetProperty("after")).ToList();
        appear.ShouldNotBeEmpty();
        appear.ShouldAllBe(f => f.GetProperty("kind").GetString() == "notice-missing");
    }

    static async Task EveryLinkLeadsSomewhere(DemoHouse house)
    {
        foreach (var account in new[] { "park", "haddad", "laurent", "abara", "adeyemi", "marchetti", DemoHouse.Administrator })
        {
            using var person = await house.As(account);
            var (broken, pages) = await LinkWalk.From(person, "");
            broken.ShouldBeEmpty(account);
            pages.ShouldBeGreaterThan(15, account);
        }
    }

    static async Task<string> TheOfficerExplains(Browser browser, DemoHouse house)
    {
        await using var window = await browser.Window(house.Agency);
        var page = window.Page;
        await window.Enter("Jun Park");
        await window.Go("my-findings");
        var card = page.Locator("section.card", new() { HasTextString = "Waits for you" })
            .Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Stopped" }) });
        (await card.InnerTextAsync()).ShouldContain("The rule:");
        await card.Locator("a[href^='findings/']").First.ClickAsync();
        await window.Until($"{Video}?.readyState >= 2");
        var finding = page.Url.Split('/')[^1];
        await page.SelectOptionAsync("#explanation select[name=reason]", "reason-not-marked");
        await page.FillAsync("#explanation textarea[name=text]", "The owner had closed the door; I took it for the end.");
        await Wait.UntilRight(async () =>
        {
            await page.ClickAsync("#explanation lapel-moment button");
            (await page.InputValueAsync("#explanation input[name=at]")).ShouldMatch(@"^\d+:\d\d");
        });
        await page.ClickAsync("#explanation form button[type=submit]");
        await page.Locator("#explanation").GetByText("I took it for the end.").First.WaitForAsync();
        window.Troubles.ShouldBeEmpty();
        return finding;
    }

    static async Task TheSupervisorSustains(Browser browser, DemoHouse house, string finding)
    {
        await using var window = await browser.Window(house.Agency);
        var page = window.Page;
        await window.Enter("Omar Haddad");
        await window.Go("findings");
        await page.ClickAsync($"a[href$='findings/{finding}'] >> nth=0");
        await window.Until($"{Video}?.readyState >= 2 && !{Video}.seeking");

        var found = (await window.Api($"findings/{finding}")).GetProperty("finding");
        var recording = (await window.Api($"recordings/{found.GetProperty("recording").GetString()}")).GetProperty("recording");
        var into = (At(found, "from") - At(recording, "startedAt")).TotalSeconds - 3;
        var starts = await Wait.UntilIn(
            into - 1,
            into + 1,
            () => page.EvaluateAsync<double>($"{Video}.currentTime"),
            "the player stands three seconds before the finding"
        );
        await page.EvaluateAsync(
            $$"""
            () => {
              const video = {{Video}};
              window.pictures = 0;
              const seen = () => { window.pictures++; video.requestVideoFrameCallback(seen); };
              video.requestVideoFrameCallback(seen);
            }
            """
        );
        await page.Locator("lapel-player button.play").ClickAsync();
        await window.Until(
            string.Create(CultureInfo.InvariantCulture, $"window.pictures >= 10 && {Video}.currentTime > {starts + 0.5:0.00}")
        );

        (await page.InnerTextAsync("#explanation")).ShouldContain("I took it for the end.");
        await page.CheckAsync("#review input[value=sustained]");
        await page.FillAsync("#review textarea[name=reason]", "The recording goes on with the dispute; nothing was over.");
        await page.ClickAsync("#review form button[type=submit]");
        await page.Locator("#review").GetByText("Omar Haddad").First.WaitForAsync();
        window.Troubles.ShouldBeEmpty();
    }

    static async Task ProfessionalStandardsDecide(Browser browser, DemoHouse house, string finding)
    {
        await using var window = await browser.Window(house.Agency);
        var page = window.Page;
        await window.Enter("Claire Laurent");
        var opened = (await window.Api("cases?open=true"))
            .GetProperty("cases")
            .EnumerateArray()
            .Select(c => c.GetProperty("case"))
            .Single(c => c.GetProperty("finding").GetString() == finding)
            .GetProperty("id")
            .GetString();
        await window.Go("cases");
        await page.ClickAsync($"a[href$='cases/{opened}'] >> nth=0");
        (await page.InnerTextAsync("#proposal")).ShouldContain("one day's suspension");
        await page.CheckAsync("#decide input[value=suspension]");
        (await page.InputValueAsync("#decide input[name=days]")).ShouldBe("1", "the floor");
        await page.FillAsync(
            "#decide textarea[name=reason]",
            "Stopped in a dispute that went on, with no reason that the policy knows."
        );
        await page.ClickAsync("#decide form button[type=submit]");
        await page.Locator("#decision").GetByText("Suspension, one day", new() { Exact = false }).First.WaitForAsync();
        window.Troubles.ShouldBeEmpty();
    }

    static async Task PageAndApiSayTheSame(Browser browser, DemoHouse house)
    {
        await using var window = await browser.Window(house.Agency);
        await window.Enter("Grace Adeyemi");
        // Measures are counted in the background: page and API are read again until they were counted at the same time.
        await Wait.Until(
            "the page of measures says what the API says",
            async () =>
            {
                var said = FiguresOf((await window.Api("measures")).GetProperty("measures"));
                await window.Go("measures");
                var shown = new SortedDictionary<string, string>(StringComparer.Ordinal);
                foreach (var card in await window.Page.Locator("section.measure-card:has(.measure-id)").AllAsync())
                    shown[(await card.Locator(".measure-id").InnerTextAsync()).Trim()] = OfWhat()
                        .Match((await card.Locator(".measure-of").InnerTextAsync()).Trim())
                        .Value;
                return said.Count == 7 && said.SequenceEqual(shown) && said["R1"] != "0 of 0";
            }
        );
        window.Troubles.ShouldBeEmpty();
    }

    static async Task JudgedFromNothingItIsTheSame(DemoHouse house)
    {
        using var oversight = await house.As("abara");
        using var manager = await house.As("adeyemi");
        async Task<string> All() =>
            string.Join('\n', (await Judgements(oversight)).Concat(await Findings(oversight)).Select(row => row.GetRawText()));
        var before = await All();
        await Wait.Until(
            "everything is judged",
            async () =>
            {
                await Task.Delay(1000);
                var was = before;
                return (before = await All()) == was;
            }
        );
        await manager.Post("api/v1/judging/replay", new { });
        await Wait.Until("judged from nothing it is as it was", async () => await All() == before);
    }

    /// <summary>A month is published when it is over: the server is started on the first days of the next one.</summary>
    static async Task WhatIsPublishedRecomputes(DemoHouse house)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(LiveHouse.Zone);
        var today = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, zone).Date;
        var first = today.AddDays(-6); // the week's first day, when all five officers had a call
        var month = first.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var ahead = new DateTime(first.Year, first.Month, 1).AddMonths(1).AddDays(3) - today;
        await using var later = await ServerProcess.StartWithClock(
            house.Data,
            string.Create(CultureInfo.InvariantCulture, $"+{Math.Max(0, ahead.Days)}d")
        );
        using var manager = await house.As("adeyemi", new Uri(later.Address, "demo/"));
        await Wait.Until(
            $"{month} is counted and published",
            async () =>
            {
                using var answer = await manager.Http.PostAsync($"api/v1/measures/{month}/publications", null);
                return answer.IsSuccessStatusCode;
            }
        );
        var publication = (await manager.Get("api/v1/open-data"))[0];
        var folder = Directory.CreateDirectory(Path.Combine(house.Data, "open-data")).FullName;
        foreach (var name in publication.GetProperty("files").EnumerateArray().Select(f => f.GetString()!))
            await File.WriteAllBytesAsync(
                Path.Combine(folder, name),
                await manager.Http.GetByteArrayAsync(
                    $"api/v1/open-data/{month}/{publication.GetProperty("edition").GetInt32()}/{name}"
                )
            );
        var (exit, said) = await OwnProcess.Run("python3", [Path.Combine(folder, "recompute.py"), folder]);
        said.ShouldContain(" 0 differ, ");
        exit.ShouldBe(0, said);

        var figures = FiguresOf((await manager.Get($"api/v1/measures?month={month}")).GetProperty("measures"));
        var published = (await File.ReadAllLinesAsync(Path.Combine(folder, "measures.csv")))
            .Select(line => line.Split(','))
            .ToList();
        var column = published[0].Index().ToDictionary(c => c.Item, c => c.Index);
        var told = published.Skip(1).Where(row => row[column["unit"]] == "service" && row[column["withheld"]] == "0").ToList();
        told.ShouldNotBeEmpty();
        foreach (var row in told)
            $"{row[column["numerator"]]} of {row[column["denominator"]]}".ShouldBe(
                figures[row[column["measure"]]],
                row[column["measure"]]
            );
        (await later.Process.Stop()).ShouldBe(0, later.Process.Said);
    }

    static SortedDictionary<string, string> FiguresOf(JsonElement measures) =>
        new(
            measures
                .EnumerateArray()
                .ToDictionary(
                    m => m.GetProperty("measure").GetString()!,
                    m => $"{m.GetProperty("numerator").GetInt64()} of {m.GetProperty("denominator").GetInt64()}"
                ),
            StringComparer.Ordinal
        );

    static async Task<List<JsonElement>> Findings(AgencyClient who) =>
        [.. (await who.Get("api/v1/findings")).GetProperty("findings").EnumerateArray()];

    static async Task<List<JsonElement>> Judgements(AgencyClient who)
    {
        var now = DateTimeOffset.UtcNow;
        static string Utc(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var all = new List<JsonElement>();
        foreach (var officer in (await who.Get("api/v1/officers")).GetProperty("items").EnumerateArray())
        {
            var id = (officer.TryGetProperty("officer", out var inside) ? inside : officer).GetProperty("id").GetString();
            var path = $"api/v1/judgements?officer={id}&from={Utc(now.AddDays(-30))}&until={Utc(now.AddDays(1))}";
            all.AddRange((await who.Get(path)).GetProperty("judgements").EnumerateArray());
        }
        return all;
    }

    static DateTimeOffset At(JsonElement of, string name) =>
        DateTimeOffset.Parse(of.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d+ of \d+")]
    private static partial Regex OfWhat();
}
