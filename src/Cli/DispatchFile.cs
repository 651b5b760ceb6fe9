using System.Globalization;
using System.Text;
using NodaTime;

namespace Lapel.Cli;

/// <summary>The day's calls as a dispatch system would export them, in Lapel's own layout and by its own clock.</summary>
static class DispatchFile
{
    /// <summary>Its clock is that much ahead of the server's; nobody has set it right, so that there is something to estimate.</summary>
    static readonly Duration Ahead = Duration.FromSeconds(2);

    public static string Of(DemoWeek.Day day, Instant zero)
    {
        var text = new StringBuilder("incident,badge,call_type,address,place,dispatched,arrived,cleared\n");
        var date = DemoPast.DateOf(day.Ago).ToString("uuMMdd", CultureInfo.InvariantCulture);
        var numbers = day.Calls.Select(c => (c.Type, c.Address)).Distinct().ToList();
        foreach (var call in day.Calls)
            text.AppendLine(
                string.Join(
                    ',',
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"PA-{date}-{numbers.IndexOf((call.Type, call.Address)) + 1:000}"
                    ),
                    call.Badge,
                    call.Type,
                    call.Address,
                    call.Place,
                    At(call.Dispatched),
                    At(call.Arrived),
                    At(call.Cleared)
                )
            );
        if (day == DemoWeek.Days[^1])
            text.AppendLine($"PA-{date}-099,31-1042,THEFT,York Gate mall,,yesterday afternoon,,"); // left for the newcomer to mend
        return text.ToString();

        string At(double? seconds) => seconds is { } s ? (zero + Ahead + Duration.FromSeconds(s)).ToText()[..19] + "Z" : "";
    }
}
