using Lapel.Governance;
using NodaTime;

namespace Lapel.Tests.Governance;

/// <summary>Every bad row of dispatch, and the sentence that a clerk reads.</summary>
public sealed class DispatchRowTests
{
    static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 12, 0);
    static readonly string[] Five =
    [
        "Event ID",
        "Officer Badge ID",
        "Officer Dispatched DateTime",
        "Officer Cleared DateTime",
        "Call type",
    ];

    static ReadRow Read(DispatchLayout layout, string[] header, params string[] fields) =>
        new RowReading(layout, header, DateTimeZoneProviders.Tzdb["America/Toronto"], Now).Read(new CsvRow(2, fields, null, ""));

    static ReadRow ReadFive(params string[] fields) => Read(Layouts.FiveColumns, Five, fields);

    static string BadSentence(ReadRow row)
    {
        row.Said.ShouldBeNull();
        return row.Troubles.First(t => t.IsBad).Sentence;
    }

    [Fact]
    public void The_five_columns_are_read()
    {
        var said = ReadFive("E-1", "3107", "2026-11-20 08:00:00", "2026-11-20 08:40:00", "Disturbance").Said!;
        said.Number.ShouldBe("E-1");
        said.CallType.ShouldBe("Disturbance");
        said.Parts.ShouldHaveSingleItem().Badge.ShouldBe("3107");
        said.Parts[0].DispatchedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 13, 0));
        said.Parts[0].ClearedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 13, 40));
    }

    [Fact]
    public void A_spreadsheets_hour_without_its_zero_is_read()
    {
        var said = ReadFive("E-1", "3107", "2026-11-20 9:05:30", "2026-11-20 9:40", "Disturbance").Said!;
        said.Parts[0].DispatchedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 14, 5, 30));
        said.Parts[0].ClearedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 14, 40));
    }

    [Theory]
    [InlineData("", "3107", "2026-11-20 08:00", "", "There is no incident number under \"Event ID\".")]
    [InlineData("E-1", "", "2026-11-20 08:00", "", "It names no officer: there is neither a badge nor a call sign.")]
    [InlineData("E-1", "3107", "", "", "It has no time at all, so nobody can say when this was.")]
    [InlineData(
        "E-1",
        "3107",
        "25:61",
        "",
        "The time \"25:61\" under \"Officer Dispatched DateTime\" cannot be read. Write it like 2026-11-21T08:03:00."
    )]
    [InlineData("E-1", "3107", "1999-01-01 08:00", "", "The time under \"Officer Dispatched DateTime\" is before the year 2000.")]
    [InlineData(
        "E-1",
        "3107",
        "2027-01-01 08:00",
        "",
        "The time under \"Officer Dispatched DateTime\" is in the future (2027-01-01)."
    )]
    [InlineData(
        "E-1",
        "3107",
        "2026-02-30 08:00",
        "",
        "The time \"2026-02-30 08:00\" under \"Officer Dispatched DateTime\" cannot be read. Write it like 2026-11-21T08:03:00."
    )]
    [InlineData("E\u202e1", "3107", "2026-11-20 08:00", "", "The text under \"Event ID\" holds characters that cannot be seen.")]
    public void A_row_that_cannot_be_taken_says_why(
        string number,
        string badge,
        string dispatched,
        string cleared,
        string sentence
    ) => BadSentence(ReadFive(number, badge, dispatched, cleared, "x")).ShouldBe(sentence);

    [Fact]
    public void A_row_with_too_many_fields_asks_about_commas() =>
        BadSentence(ReadFive("E-1", "3107", "2026-11-20 08:00", "", "Fight", "downtown"))
            .ShouldStartWith("It has 6 fields and the header has 5.");

    [Theory]
    [InlineData("2026-11-20 09:00", "2026-11-20 08:00", "times-reversed", "It was cleared before it was dispatched.")]
    [InlineData("2026-11-19 08:00", "2026-11-20 09:10", "too-long", "It lasts 25 hours 10 minutes")]
    [InlineData("2026-11-20 08:00", "", "not-cleared", "It does not say when the officer was cleared")]
    [InlineData("2026-03-08 02:30", "2026-03-08 04:00", "clock-change", "did not exist")]
    [InlineData("2026-11-01 01:30", "2026-11-01 04:00", "clock-change", "was there twice")]
    public void A_row_that_looks_wrong_is_taken_and_says_what(string dispatched, string cleared, string code, string sentence)
    {
        var read = ReadFive("E-1", "3107", dispatched, cleared, "x");
        read.Said.ShouldNotBeNull();
        read.Troubles.Single(t => t.Code == code).Sentence.ShouldContain(sentence);
    }

    [Fact]
    public void Midnight_is_nothing_special()
    {
        var part = ReadFive("E-1", "3107", "2026-11-19 23:50", "2026-11-20 00:20", "x").Said!.Parts[0];
        (part.ClearedAt - part.DispatchedAt).ShouldBe(Duration.FromMinutes(30));
    }

    [Fact]
    public void Seattles_rows_name_a_car_and_not_its_number()
    {
        string[] header =
        [
            "CAD Event Number",
            "CAD Event Clearance Description",
            "Call Type",
            "Priority",
            "Initial Call Type",
            "Final Call Type",
            "CAD Event Original Time Queued",
            "CAD Event Arrived Time",
            "Call Sign Dispatch ID",
            "Call Sign Dispatch Time",
            "Call Sign at Scene Time",
            "Call Sign In-Service Time",
            "Dispatch Address",
        ];
        RowReading.MissingColumns(Layouts.Seattle, header).ShouldBeEmpty();
        Layouts.Guess(Layouts.BuiltIn, header)!.Name.ShouldBe("Seattle call data");
        var said = Read(
            Layouts.Seattle,
            header,
            "2025000290117",
            "-",
            "ONVIEW",
            "2",
            "PREMISE CHECK",
            "-",
            "10/19/2025 03:42:01 PM",
            "",
            "20250002901173K21",
            "10/19/2025 03:42:01 PM",
            "1900-01-01 00:00:00",
            "10/19/2025 04:01:10 PM",
            "3XX BLOCK OF E PINE ST"
        ).Said!;
        said.Number.ShouldBe("2025000290117");
        said.CallType.ShouldBe("PREMISE CHECK", "the final type says nothing");
        said.Priority.ShouldBe(2);
        said.Parts[0].CallSign.ShouldBe("3K21");
        said.Parts[0].Badge.ShouldBe("");
        said.Parts[0].Activity.ShouldBe(Activity.Investigation);
        said.Parts[0].DispatchedAt.ShouldBe(Instant.FromUtc(2025, 10, 19, 22, 42, 1));
        said.Parts[0].ArrivedAt.ShouldBeNull("1900 is how a missing time is written");
    }

    [Fact]
    public void Lapels_own_layout_says_everything()
    {
        var header = Layouts.Full.Fields.Select(f => f.Columns[0]).ToArray();
        var said = Read(
            Layouts.Full,
            header,
            "E-9",
            "p1",
            "3107",
            "D31",
            "Assault",
            "1",
            "1 Main St",
            "private home",
            "danger",
            "questioning",
            "2026-11-20T08:00:00-05:00",
            "2026-11-20T08:01:00Z",
            "",
            "2026-11-20 08:09:00",
            "2026-11-20 08:40:00",
            "E-8",
            "yes"
        ).Said!;
        said.Place.ShouldBe(Place.PrivateHome);
        said.Exigency.ShouldBe("danger");
        said.ReceivedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 13, 0));
        said.MergedInto.ShouldBe("E-8");
        said.Parts[0].Activity.ShouldBe(Activity.Questioning);
        said.Parts[0].DispatchedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 8, 1));
        said.Parts[0].Withdrawn.ShouldBeTrue();
    }

    [Fact]
    public void Of_Lapels_own_layout_a_file_need_have_only_the_columns_that_a_row_is_understood_by()
    {
        string[] header = ["incident", "badge", "call_type", "place", "arrived", "cleared"];
        RowReading.MissingColumns(Layouts.Full, header).ShouldBeEmpty();
        Layouts.Guess(Layouts.BuiltIn, header)!.Name.ShouldBe(Layouts.Full.Name);
        var read = Read(Layouts.Full, header, "E-9", "3107", "Assault", "", "2026-11-20T08:09:00Z", "2026-11-20T08:40:00Z");
        read.Troubles.ShouldBeEmpty();
        read.Said!.Parts[0].DispatchedAt.ShouldBeNull();
        read.Said.Parts[0].ClearedAt.ShouldBe(Instant.FromUtc(2026, 11, 20, 8, 40));
    }

    [Theory]
    [InlineData("badge,arrived", "incident")]
    [InlineData("incident,call_type,cleared", "badge or call_sign")]
    [InlineData("incident,call_sign", "received or dispatched or en_route or arrived or cleared")]
    public void Without_one_of_those_Lapels_own_layout_says_which_is_missing(string header, string missing) =>
        RowReading.MissingColumns(Layouts.Full, header.Split(',')).ShouldHaveSingleItem().ShouldBe(missing);

    [Fact]
    public void Of_another_systems_layout_every_column_is_demanded() =>
        RowReading.MissingColumns(Layouts.FiveColumns, Five[..4]).ShouldHaveSingleItem().ShouldBe("Call type");

    [Theory]
    [InlineData("TRAFFIC*", "traffic stop", true)]
    [InlineData("*STOP", "traffic stop", true)]
    [InlineData("*AFF*", "traffic stop", true)]
    [InlineData("TRAFFIC", "traffic stop", false)]
    [InlineData("*", "anything", true)]
    public void A_call_type_fits_by_its_beginning_end_or_middle(string rule, string callType, bool fits) =>
        new ActivityRule(rule, Activity.Investigation).Fits(callType).ShouldBe(fits);
}
