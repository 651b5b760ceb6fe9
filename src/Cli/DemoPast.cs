using System.Globalization;
using NodaTime;

namespace Lapel.Cli;

/// <summary>
/// The demo's first week, lived before the newcomer comes: for each day of <see cref="DemoWeek"/> the server is started on that day's
/// clock, the cameras record and dock, dispatch is imported and the office does its part. A day that was cut short is not lived again:
/// the next start goes on with the one after it.
/// </summary>
sealed class DemoPast(string data, string serverProgram, string[] serverOptions, string cameraProgram)
{
    const string Says = "Lapel is at ";

    string Homes => Path.Combine(data, "demo-cameras");

    string Progress => Path.Combine(Homes, "days-lived");

    public bool IsOver => Lived >= DemoWeek.Days.Count;

    int Lived =>
        File.Exists(Progress) && int.TryParse(File.ReadAllText(Progress), CultureInfo.InvariantCulture, out var days) ? days : 0;

    public async Task Live(CancellationToken stop)
    {
        Directory.CreateDirectory(Homes);
        if (!IsOver)
            Console.Error.WriteLine("The demo agency lives through its first week; that takes about three minutes, once.");
        while (!IsOver)
        {
            var number = Lived;
            await File.WriteAllTextAsync(Progress, (number + 1).ToString(CultureInfo.InvariantCulture), stop);
            await Live(DemoWeek.Days[number], stop);
        }
    }

    async Task Live(DemoWeek.Day day, CancellationToken stop)
    {
        var clock = SetBack.To(MorningOf(day));
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
        if (await server.Said(stop) is not { } address)
            throw new ServerSaidNo("The server did not start.");
        await File.WriteAllTextAsync(PortFile, new Uri(address).Port.ToString(CultureInfo.InvariantCulture), stop);
        var agency = new Uri(new Uri(address), "demo");
        await DemoAgency.Found(agency, data, Homes, cameraProgram, stop, clock);
        var office = new DemoOffice(agency, Homes, clock);
        await office.Morning(stop);
        var shift = new DemoDay(day, clock, Homes, cameraProgram);
        await shift.Live(stop);
        await office.Evening(day, shift.Zero, stop);
        Console.Error.WriteLine(
            $"  {clock.Now.InZone(Zone).Date.DayOfWeek}: {day.Calls.Count} calls, {day.Lanes.Count} recordings."
        );
    }

    // Cameras keep the server's address, so every day has the port of the first.
    string PortFile => Path.Combine(Homes, "port");

    public string[] Port => File.Exists(PortFile) ? ["--port", File.ReadAllText(PortFile)] : [];

    static DateTimeZone Zone => DateTimeZoneProviders.Tzdb[DemoAgency.TimeZone];

    static Instant MorningOf(DemoWeek.Day day) =>
        TimeProvider
            .System.Now()
            .InZone(Zone)
            .Date.PlusDays(-day.Ago)
            .At(new LocalTime(day.Hour, 0))
            .InZoneLeniently(Zone)
            .ToInstant();
}
