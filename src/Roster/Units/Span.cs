using NodaTime;

namespace Lapel.Roster;

/// <summary>A stretch of time, half-open: <paramref name="From"/> is inside, <paramref name="Until"/> is not; none means it lasts.</summary>
public readonly record struct Span(Instant From, Instant? Until)
{
    public bool Contains(Instant at) => From <= at && (Until is not { } until || at < until);

    public bool Overlaps(Span other) =>
        (Until is not { } mine || other.From < mine) && (other.Until is not { } theirs || From < theirs);

    public bool IsEmpty => Until is { } until && until <= From;

    /// <summary>A calendar day as the agency's own clocks show it: 23, 24 or 25 hours.</summary>
    public static Span OfDay(LocalDate day, AgencyProfile agency)
    {
        var zone = ZoneOf(agency);
        return new(zone.AtStartOfDay(day).ToInstant(), zone.AtStartOfDay(day.PlusDays(1)).ToInstant());
    }

    public static LocalDate DayOf(Instant at, AgencyProfile agency) => at.InZone(ZoneOf(agency)).Date;

    public static DateTimeZone ZoneOf(AgencyProfile agency) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(agency.TimeZone)
        ?? throw new InvalidDataException($"{agency.TimeZone} in agency.json is not an IANA time zone.");
}
