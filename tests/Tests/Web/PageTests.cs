using Lapel.Web;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Web;

public sealed class PageTests
{
    static readonly Surroundings Around = new(
        "Metro Police Service",
        "America/Toronto",
        Demo: true,
        SignedIn: new("Noor Haddad", "Supervisor"),
        Permissions: new HashSet<string> { "see" },
        Log: new(48211, "kT3xq0q1c9m5", Instant.FromUtc(2026, 11, 21, 23, 40)),
        Waiting: [new("gallery", 1200), new("elsewhere", 2, "Two things wait for you.")]
    );

    [Fact]
    public async Task A_page_is_a_whole_document_with_a_title_one_heading_and_the_tenants_base()
    {
        await using var house = await PageHouse.Open(Around);
        var page = await house.Read("/metro/gallery");
        page.Title.ShouldBe("Gallery");
        page.QuerySelectorAll(".page-head h1").Length.ShouldBe(1);
        page.QuerySelector("base")!.GetAttribute("href").ShouldBe("/metro/");
        page.DocumentElement.GetAttribute("lang").ShouldBe("en");
        page.QuerySelector("a.skip")!.GetAttribute("href").ShouldBe("/metro/gallery#main");
    }

    [Fact]
    public async Task No_part_has_an_inline_script_style_or_event()
    {
        await using var house = await PageHouse.Open(Around);
        var page = await house.Read("/metro/gallery");
        page.QuerySelectorAll("[style]").ShouldBeEmpty();
        page.QuerySelectorAll("style").ShouldBeEmpty();
        page.QuerySelectorAll("script:not([src])").ShouldBeEmpty();
        page.All.SelectMany(e => e.Attributes).Where(a => a.Name.StartsWith("on", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_on_a_page_is_loaded_from_elsewhere()
    {
        await using var house = await PageHouse.Open(Around);
        var page = await house.Read("/metro/gallery");
        page.QuerySelectorAll("[src], link[href]")
            .Select(e => e.GetAttribute("src") ?? e.GetAttribute("href")!)
            .ShouldAllBe(address => !address.Contains("//"));
        var answer = await house.Http.GetAsync("/metro/gallery");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldNotContain("unsafe");
    }

    [Fact]
    public async Task Every_field_has_a_label_and_every_button_a_name()
    {
        await using var house = await PageHouse.Open(Around);
        var page = await house.Read("/metro/gallery");
        foreach (var field in page.QuerySelectorAll("input:not([type=hidden]), select, textarea"))
            (
                page.QuerySelector($"label[for='{field.Id}']") is not null
                || field.HasAttribute("aria-label")
                || field.Closest("label") is not null
            ).ShouldBeTrue(field.OuterHtml);
        foreach (var button in page.QuerySelectorAll("button, summary"))
            (button.TextContent.Trim().Length > 0 || button.HasAttribute("aria-label")).ShouldBeTrue(button.OuterHtml);
        page.QuerySelectorAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();
    }

    [Fact]
    public async Task Navigation_has_what_the_permissions_allow_in_its_order_and_knows_where_one_is()
    {
        await using var house = await PageHouse.Open(
            Around,
            new("Last", "last", "disk", 90, "see"),
            new("Gallery", "gallery", "list", 20),
            new("Hidden", "hidden", "lock", 30, "not mine")
        );
        var page = await house.Read("/metro/gallery");
        page.QuerySelectorAll("nav.side a span:first-of-type").Select(e => e.TextContent).ShouldBe(["Gallery", "Last"]);
        page.QuerySelector("nav.side a[aria-current=page]")!.GetAttribute("href").ShouldBe("gallery");
        page.QuerySelector("nav.side .count")!.TextContent.ShouldBe("1,200");
    }

    [Fact]
    public async Task Before_sign_in_there_is_no_navigation_and_no_account()
    {
        await using var house = await PageHouse.Open(
            Around with
            {
                SignedIn = null,
            },
            new NavItem("Gallery", "gallery", "list", 20)
        );
        var page = await house.Read("/metro/gallery");
        page.QuerySelector("nav.side").ShouldBeNull();
        page.QuerySelector(".account").ShouldBeNull();
    }

    [Theory]
    [InlineData("lapel-theme=dark", "dark")]
    [InlineData("lapel-theme=light", "light")]
    [InlineData("lapel-theme=\"><script>", null)]
    [InlineData(null, null)]
    public async Task The_chosen_colours_come_with_the_page(string? cookie, string? theme)
    {
        await using var house = await PageHouse.Open(Around);
        (await house.Read("/metro/gallery", cookie)).DocumentElement.GetAttribute("data-theme").ShouldBe(theme);
    }

    [Fact]
    public async Task A_page_can_answer_with_another_status()
    {
        await using var house = await PageHouse.Open(Around);
        using var answer = await house.Http.GetAsync("/metro/missing");
        ((int)answer.StatusCode).ShouldBe(404);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task Times_stand_in_the_places_wall_clock_and_in_utc_for_machines()
    {
        await using var house = await PageHouse.Open(Around);
        var time = (await house.Read("/metro/gallery")).QuerySelector(".foot time")!;
        time.TextContent.ShouldBe("2026-11-21 18:40:00");
        time.GetAttribute("datetime").ShouldBe("2026-11-21T23:40:00Z");
    }
}
