using Lapel.Governance;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Tests.Governance;

public sealed class DispatchTimeTests
{
    static ResolvedTimes Resolve(string zone, params string?[] walls) =>
        LocalTimes.Resolve(
            DateTimeZoneProviders.Tzdb[zone],
            [
                .. walls.Select(w =>
                    w is null ? (WrittenTime?)null : new WrittenTime(LocalDateTimePattern.GeneralIso.Parse(w).Value, null)
                ),
            ]
        );

    static string?[] Texts(ResolvedTimes resolved) =>
        [.. resolved.Times.Select(t => t?.ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", null))];

    [Theory]
    // Spring: the clocks jump, by an hour or by half of one.
    [InlineData("America/Toronto", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z")]
    [InlineData("America/Toronto", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z")]
    [InlineData("America/Toronto", "2026-03-08T02:59:59", "2026-03-08T07:59:59Z")]
    [InlineData("America/St_Johns", "2026-03-08T02:15:00", "2026-03-08T05:45:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z")]
    [InlineData("Europe/London", "2026-03-29T01:30:00", "2026-03-29T01:30:00Z")]
    public void A_time_that_the_clocks_jumped_over_is_moved_on_and_said_aloud(string zone, string wall, string moment)
    {
        var resolved = Resolve(zone, wall);
        Texts(resolved).ShouldBe([moment]);
        resolved.Flags.ShouldHaveSingleItem().Sentence.ShouldContain("did not exist");
    }

    [Theory]
    [InlineData("America/Toronto", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z")]
    [InlineData("America/Toronto", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z")]
    [InlineData("America/Toronto", "2026-07-01T12:00:00", "2026-07-01T16:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-07-01T12:00:00", "2026-07-01T06:15:00Z")]
    [InlineData("America/St_Johns", "2026-01-01T12:00:00", "2026-01-01T15:30:00Z")]
    public void A_plain_time_is_a_plain_time(string zone, string wall, string moment)
    {
        var resolved = Resolve(zone, wall);
        Texts(resolved).ShouldBe([moment]);
        resolved.Flags.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("America/Toronto", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z")]
    [InlineData("America/St_Johns", "2026-11-01T01:30:00", "2026-11-01T04:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z")]
    public void A_time_that_was_there_twice_and_stands_alone_is_the_earlier_and_said_aloud(
        string zone,
        string wall,
        string moment
    )
    {
        var resolved = Resolve(zone, wall);
        Texts(resolved).ShouldBe([moment]);
        resolved.Flags.ShouldHaveSingleItem().Sentence.ShouldContain("was there twice");
    }

    [Fact]
    public void Neighbours_in_the_row_tell_which_of_two_is_meant()
    {
        // 01:55 and then 01:05: the clocks went back in between, and there is no other way.
        var resolved = Resolve(
            "America/Toronto",
            null,
            "2026-11-01T01:55:00",
            null,
            "2026-11-01T01:05:00",
            "2026-11-01T02:30:00"
        );
        Texts(resolved).ShouldBe([null, "2026-11-01T05:55:00Z", null, "2026-11-01T06:05:00Z", "2026-11-01T07:30:00Z"]);
        resolved.Flags.ShouldBeEmpty();
    }

    [Fact]
    public void Neighbours_that_fit_both_ways_leave_the_earlier_and_a_flag()
    {
        var resolved = Resolve("America/Toronto", "2026-11-01T00:50:00", "2026-11-01T01:10:00", "2026-11-01T02:10:00");
        Texts(resolved)[1].ShouldBe("2026-11-01T05:10:00Z");
        resolved.Flags.ShouldHaveSingleItem().Place.ShouldBe(1);
    }

    [Fact]
    public void A_day_of_the_change_keeps_its_real_length()
    {
        var times = Resolve("America/Toronto", "2026-11-01T00:30:00", "2026-11-01T02:30:00").Times;
        (times[1]!.Value - times[0]!.Value).ShouldBe(Duration.FromHours(3));
    }

    [Fact]
    public void A_layout_that_could_read_one_text_as_two_days_is_refused() =>
        DispatchLayout
            .WhyNot(Layouts.FiveColumns with { TimeFormats = ["MM/dd/uuuu HH:mm", "dd/MM/uuuu HH:mm"] })!
            .Code.ShouldBe("layout-formats-ambiguous");

    [Fact]
    public void The_layouts_that_Lapel_brings_are_sound()
    {
        foreach (var layout in Layouts.BuiltIn)
        {
            DispatchLayout.WhyNot(layout).ShouldBeNull(layout.Name);
            DispatchLayout.FromJson(layout.ToJson()).ToJson().ShouldBe(layout.ToJson());
        }
    }
}
