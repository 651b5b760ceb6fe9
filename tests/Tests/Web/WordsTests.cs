using Lapel.Web;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Web;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.00 KB")]
    [InlineData(9_994, "9.99 KB")]
    [InlineData(9_996, "10.0 KB")]
    [InlineData(999_499, "999 KB")]
    [InlineData(999_500, "1.00 MB")]
    [InlineData(48_211_334, "48.2 MB")]
    [InlineData(long.MaxValue, "9223 PB")]
    public void A_size_has_three_figures(long bytes, string words) => Size.Of(bytes).ShouldBe(words);

    [Theory]
    [InlineData(59_999, "0:59")]
    [InlineData(60_000, "1:00")]
    [InlineData(3_723_000, "1:02:03")]
    public void A_length_is_written_as_players_do(long ms, string words) =>
        Size.OfTime(Duration.FromMilliseconds(ms)).ShouldBe(words);

    [Fact]
    public void The_two_half_past_ones_of_a_november_night_can_be_told_apart()
    {
        var clock = new WallClock("America/Toronto");
        var first = Instant.FromUtc(2026, 11, 1, 5, 30);
        var second = Instant.FromUtc(2026, 11, 1, 6, 30);
        clock.Seconds(first).ShouldBe("2026-11-01 01:30:00");
        clock.Seconds(second).ShouldBe(clock.Seconds(first));
        clock.Full(first).ShouldBe("Sunday 1 November 2026, 01:30:00.000 EDT");
        clock.Full(second).ShouldBe("Sunday 1 November 2026, 01:30:00.000 EST");
    }

    [Fact]
    public void A_link_to_the_same_page_keeps_what_it_does_not_change()
    {
        var http = new DefaultHttpContext();
        http.Request.PathBase = "/metro";
        http.Request.Path = "/recordings";
        http.Request.QueryString = new("?state=muted&before=7&q=a%26b");
        Here.With(http, ("before", null), ("after", "9")).ShouldBe("/metro/recordings?state=muted&q=a%26b&after=9");
        Here.With(http, ("state", null), ("before", null), ("q", null)).ShouldBe("/metro/recordings");
    }

    [Fact]
    public void An_entry_is_current_on_its_page_and_below_it_but_not_beside_it()
    {
        var http = new DefaultHttpContext();
        http.Request.Path = "/cameras/12";
        Here.IsUnder(http, "cameras").ShouldBeTrue();
        Here.IsUnder(http, "cam").ShouldBeFalse();
        Here.IsUnder(http, "").ShouldBeFalse();
    }

    [Fact]
    public void There_are_icons_and_each_has_a_name()
    {
        Icons.Names.Count().ShouldBeGreaterThanOrEqualTo(24);
        Icons.Names.ShouldAllBe(name => name.All(c => char.IsAsciiLetterLower(c) || c == '-'));
    }
}
