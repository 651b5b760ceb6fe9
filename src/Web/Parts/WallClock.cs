using NodaTime;
using NodaTime.Text;

namespace Lapel.Web;

/// <summary>Writes times in the wall clock of one place: year first, 24 hours, and which zone it was when that matters.</summary>
public sealed class WallClock(string zone)
{
    static readonly ZonedDateTimePattern ToMinutes = Pattern("uuuu-MM-dd HH:mm");
    static readonly ZonedDateTimePattern ToSeconds = Pattern("uuuu-MM-dd HH:mm:ss");
    static readonly ZonedDateTimePattern WithZone = Pattern("dddd d MMMM uuuu, HH:mm:ss.fff x");
    static readonly ZonedDateTimePattern TimeOnly = Pattern("HH:mm:ss");
    static readonly ZonedDateTimePattern DayOnly = Pattern("uuuu-MM-dd");

    readonly DateTimeZone place = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;

    public static WallClock Utc { get; } = new("Etc/UTC");

    /// <summary>IANA name.</summary>
    public string Zone => place.Id;

    public string Minutes(Instant at) => ToMinutes.Format(at.InZone(place));

    public string Seconds(Instant at) => ToSeconds.Format(at.InZone(place));

    public string Time(Instant at) => TimeOnly.Format(at.InZone(place));

    public string Day(Instant at) => DayOnly.Format(at.InZone(place));

    /// <summary>In words, with milliseconds and the zone's abbreviation: there are two 01:30s in a November night.</summary>
    public string Full(Instant at) => WithZone.Format(at.InZone(place));

    static ZonedDateTimePattern Pattern(string text) => ZonedDateTimePattern.CreateWithInvariantCulture(text, null);
}
