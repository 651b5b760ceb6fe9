using Microsoft.AspNetCore.Http;
using NodaTime.Text;

namespace Lapel.Roster;

/// <summary>One page of a list. Ask for the next with <c>?after=</c> and this <paramref name="Next"/>; none on the last page.</summary>
public sealed record Paged<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Cuts a list into pages.</summary>
public static class Paged
{
    public static Paged<T> Of<T>(IReadOnlyList<T> items, int size, Func<T, string> key) =>
        new(items, items.Count < size ? null : key(items[^1]));
}

/// <summary>The day that a question is about, as <c>?on=2026-11-21</c> in the agency's own days, or a moment as <c>?on=2026-11-21T08:03:00Z</c>.</summary>
public static class AsOf
{
    /// <exception cref="RefusedException">It is neither a day nor a moment.</exception>
    public static Span Read(string? on, AgencyProfile agency, Instant now)
    {
        if (string.IsNullOrWhiteSpace(on))
            return Span.OfDay(Span.DayOf(now, agency), agency);
        if (LocalDatePattern.Iso.Parse(on) is { Success: true, Value: var day } && day.Year is > 1900 and < 9000)
            return Span.OfDay(day, agency);
        // The same years as for days: at the end of time itself a moment has no next one.
        if (Time.TryParse(on) is { } at && at.InUtc().Year is > 1900 and < 9000)
            return new(at, at + Duration.FromTicks(10));
        throw new RefusedException(new("day-unreadable", "A day is written 2026-11-21, a moment 2026-11-21T08:03:00Z."));
    }

    /// <summary>The start of a day that was typed; none when nothing was.</summary>
    /// <exception cref="RefusedException">It is no day.</exception>
    public static Instant? StartOfDay(string? typed, AgencyProfile agency) =>
        string.IsNullOrWhiteSpace(typed) ? null : Read(typed, agency, default).From;

    /// <summary>A time as a page's datetime field sends it, in the agency's wall clock; none when nothing was typed.</summary>
    /// <exception cref="RefusedException">It is no time.</exception>
    public static Instant? WallTime(string? typed, AgencyProfile agency)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return null;
        var pattern = LocalDateTimePattern.CreateWithInvariantCulture(
            typed.Length > 16 ? "uuuu-MM-dd'T'HH:mm:ss" : "uuuu-MM-dd'T'HH:mm"
        );
        // In the hour that is there twice the earlier is meant, in the one that is missing the next that exists.
        return pattern.Parse(typed) is { Success: true, Value: var wall }
            ? Span.ZoneOf(agency)
                .ResolveLocal(
                    wall,
                    NodaTime.TimeZones.Resolvers.CreateMappingResolver(
                        NodaTime.TimeZones.Resolvers.ReturnEarlier,
                        NodaTime.TimeZones.Resolvers.ReturnForwardShifted
                    )
                )
                .ToInstant()
            : throw new RefusedException(new("time-unreadable", "A time is written 2026-11-21T08:03."));
    }
}
