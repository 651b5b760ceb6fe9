using System.Diagnostics;
using System.Globalization;
using NodaTime;

namespace Lapel.Cli;

/// <summary>
/// The demo's first week, lived before the newcomer comes: for each day of <see cref="DemoWeek"/> the server's clock is moved on to
/// that day, the cameras record and dock, dispatch is imported and the office does its part. A day that was cut short is not lived again:
/// the next start goes on with the one after it.
/// </summary>
sealed class DemoPast(string data, string serverProgram, string[] serverOptions, string cameraProgram)
{
    const string Says = "Lapel is at ";

    string Homes => Path.Combine(data, "demo-cameras");

    string Progress => Path.Combine(Homes, "days-lived");

    /// <summary>Lived, or never begun: an agency that started without has no past to go back to.</summary>
    public bool IsOver => Lived >= DemoWeek.Days.Count || (DemoAgency.IsFounded(Homes) && !File.Exists(Progress));

    int Lived =>
        File.Exists(Progress) && int.TryParse(File.ReadAllText(Progress), CultureInfo.InvariantCulture, out var days) ? days : 0;

    public async Task Live(CancellationToken stop)
    {
        Directory.CreateDirectory(Homes);
        if (IsOver)
            return;
        Console.Error.WriteLine(
            "The demo agency first lives a week, so that there is something to judge: its cameras record, dock and are judged on clocks\n"
                + "set back by up to six days. That takes two to four minutes, once. (Without: --empty, or --today for an agency that starts now.)"
        );
        var begun = Stopwatch.StartNew();
        var clock = new SetBack(Path.Combine(Homes, "clock"));
        await clock.MoveTo(MorningOf(DemoWeek.Days[Lived]), stop);
        await using var server = Child.Start(
            serverProgram,
            ["--data", data, .. serverOptions, .. Port],
            line => line.StartsWith(Says, StringComparison.Ordinal) ? line[Says.Length..] : null,
            line =>
            {
                if (!line.StartsWith(Says, StringComparison.Ordinal) && !line.StartsWith("No agency", StringComparison.Ordinal))
                    Console.Error.WriteLine(line);
            },
            clock
        );
        if (await server.Said(stop) is not { } said)
            throw new ServerSaidNo("The server did not start.");
        var address = new Uri(said);
        await File.WriteAllTextAsync(PortFile, address.Port.ToString(CultureInfo.InvariantCulture), stop);
        while (!IsOver)
        {
            var number = Lived;
            var day = DemoWeek.Days[number];
            Console.Error.WriteLine($"  {DateOf(day.Ago).DayOfWeek}, day {number + 1} of {DemoWeek.Days.Count}: {day.About}");
            await File.WriteAllTextAsync(Progress, (number + 1).ToString(CultureInfo.InvariantCulture), stop);
            await Live(day, new Uri(address, "demo"), clock, stop);
            if (!IsOver)
                await clock.MoveTo(MorningOf(DemoWeek.Days[Lived]), stop);
        }
        Console.Error.WriteLine($"  The week took {begun.Elapsed.TotalSeconds:0} seconds.");
    }

    async Task Live(DemoWeek.Day day, Uri agency, SetBack clock, CancellationToken stop)
    {
        await Hears(agency, clock, stop);
        await using var shift = new DemoDay(day, clock, Homes, cameraProgram);
        await DemoAgency.Found(agency, data, Homes, cameraProgram, stop, clock);
        shift.SwitchOn(stop);
        using var office = new DemoOffice(agency, Homes, clock);
        await office.Morning(stop);
        var consults = new DemoConsults(day, clock, Homes, cameraProgram, agency, office);
        await Task.WhenAll(shift.Live(stop), office.Arrive(stop), consults.Live(shift.Begun, stop));
        await Task.WhenAll(office.Evening(day, await shift.Begun, stop), consults.Evening(stop));
    }

    /// <summary>Waits until the server goes by the clock as it stands now.</summary>
    static async Task Hears(Uri agency, SetBack clock, CancellationToken stop)
    {
        using var http = new HttpClient();
        await DemoDesk.Until(
            "the server's clock",
            async () =>
            {
                using var answer = await http.GetAsync(new Uri(agency, "/health"), stop);
                return answer.Headers.Date is { } date
                    && Instant.FromDateTimeOffset(date) - clock.Now is { TotalSeconds: > -3 and < 3 };
            },
            stop
        );
    }

    // Cameras keep the server's address, so every day has the port of the first.
    string PortFile => Path.Combine(Homes, "port");

    public string[] Port => File.Exists(PortFile) ? ["--port", File.ReadAllText(PortFile)] : [];

    static DateTimeZone Zone => DateTimeZoneProviders.Tzdb[DemoAgency.TimeZone];

    /// <summary>So many days before the real today, by the agency's calendar.</summary>
    public static LocalDate DateOf(int ago) => TimeProvider.System.Now().InZone(Zone).Date.PlusDays(-ago);

    static Instant MorningOf(DemoWeek.Day day) =>
        DateOf(day.Ago).At(new LocalTime(day.Hour, 0)).InZoneLeniently(Zone).ToInstant();

    /// <summary>Where that day begins.</summary>
    public static Instant MidnightOf(int ago) => DateOf(ago).AtStartOfDayInZone(Zone).ToInstant();
}
