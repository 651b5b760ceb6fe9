using System.Globalization;
using NodaTime;

namespace Lapel.Governance;

/// <summary>A month of the agency's calendar, written 2026-11.</summary>
public readonly record struct Month(int Year, int Number) : IComparable<Month>
{
    public static Month Of(Instant at, AgencyProfile agency)
    {
        var day = Roster.Span.DayOf(at, agency);
        return new(day.Year, day.Month);
    }

    public static bool TryParse(string? text, out Month month)
    {
        month = default;
        if (
            text is not { Length: 7 }
            || text[4] != '-'
            || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || year is < 1990 or > 2999
            || number is < 1 or > 12
        )
            return false;
        month = new(year, number);
        return true;
    }

    public static Month Parse(string text) =>
        TryParse(text, out var month)
            ? month
            : throw new FormatException($"'{text}' is not a month: months are written 2026-11.");

    public Month Plus(int months)
    {
        var all = Year * 12 + Number - 1 + months;
        return new(all / 12, all % 12 + 1);
    }

    public Instant From(AgencyProfile agency) => Roster.Span.OfDay(new LocalDate(Year, Number, 1), agency).From;

    public Instant Until(AgencyProfile agency) => Plus(1).From(agency);

    /// <summary>November 2026.</summary>
    public string Words => new LocalDate(Year, Number, 1).ToString("MMMM uuuu", CultureInfo.InvariantCulture);

    public string ShortWords => new LocalDate(Year, Number, 1).ToString("MMM", CultureInfo.InvariantCulture);

    public int CompareTo(Month other) => (Year * 12 + Number).CompareTo(other.Year * 12 + other.Number);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Number:00}");
}
