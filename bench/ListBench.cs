using System.Diagnostics;
using System.Text.Json;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// The list of recordings through the server's API, as different people ask for it, beside the same page as one bare statement on an
/// open connection. The API's time is taken at the client on loopback, so it counts HTTP and JSON on both sides too.
/// </summary>
static class ListBench
{
    const int Asked = 200;
    const int Size = 48;
    const int WarmUp = 10;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(8); // for one that is far too slow

    public static async Task Run(Report report, BenchOptions options)
    {
        await On(report, options, null);
        if (options.Records is { } url)
            await On(report, options, url);
    }

    static async Task On(Report report, BenchOptions options, string? records)
    {
        var count = options.Size ?? 1_000_000;
        var engine = records is null ? "SQLite" : "PostgreSQL";
        using var scratch = new Scratch();
        var data = scratch.File("data");
        (await LapelHouse.Start(data, records)).Dispose();
        double raw;
        var filling = Stopwatch.GetTimestamp();
        await using (var agency = await BenchAgency.Open(data, records))
        {
            await ManyRecordings.Fill(agency, count, whole: false);
            report.Note($"{engine}: {count:N0} recordings entered in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0} s");
            raw = await Raw(report, agency, count, engine);
        }
        using var house = await LapelHouse.Start(data, records);
        using var clerk = await house.SignIn("clerk", "evidence-clerk");
        using var supervisor = await house.SignIn("supervisor", "supervisor", unit: ManyRecordings.Unit(7));
        using var officer = await house.SignIn("officer", "officer", officer: ManyRecordings.Officer(11));
        var random = new Random(7);
        var began = TimeProvider.System.Now() - Duration.FromDays(730);
        string Deep() => $"before={(began + Duration.FromSeconds(random.NextInt64(1, 730L * 86400))).ToMicroseconds()}.{RecordingId.New()}";

        await Ask(report, $"{engine}: all, newest", clerk, () => "", raw);
        await Ask(report, $"{engine}: all, from anywhere", clerk, Deep, raw);
        await Ask(report, $"{engine}: supervisor's unit (1 %)", supervisor, Deep, raw);
        await Ask(report, $"{engine}: an officer's own", officer, Deep, raw);
        await Ask(report, $"{engine}: clerk filters one officer", clerk, () => $"officer=B{random.Next(ManyRecordings.Officers)}&{Deep()}", raw);
        await Ask(report, $"{engine}: muted ones (5 %)", clerk, () => $"state=muted&{Deep()}", raw);
        await Ask(report, $"{engine}: text, rare word", clerk, () => "text=knife", null);
        await Ask(report, $"{engine}: text, badge and word", clerk, () => $"text=b{random.Next(ManyRecordings.Officers)}+traffic", null);
        await Ask(report, $"{engine}: text, common word (10 %)", clerk, () => "text=traffic", null);
        await Ask(report, $"{engine}: text, common word in the unit", supervisor, () => "text=traffic", null);
    }

    static async Task Ask(Report report, string what, HttpClient http, Func<string> query, double? raw)
    {
        var waits = new List<double>();
        async Task One()
        {
            var path = $"api/v1/recordings?size={Size}&{query()}";
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(path);
            var text = await answer.Content.ReadAsByteArrayAsync();
            waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode)
                throw new HttpRequestException($"{path} answered {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(text)}");
            if (waits.Count == 1 && JsonSerializer.Deserialize<JsonElement>(text).GetProperty("recordings").GetArrayLength() == 0)
                throw new InvalidDataException($"{path} found nothing: this would measure the wrong thing.");
        }
        for (var i = 0; i < WarmUp; i++)
            await One();
        waits.Clear();
        for (var began = Stopwatch.GetTimestamp(); waits.Count < Asked && (waits.Count < 5 || Stopwatch.GetElapsedTime(began) < Patience); )
            await One();
        report.Add($"{what}, p50", "ms", Measure.Percentile(waits, 50), raw is null ? null : "bare SQL p50", raw, raw is null ? null : Goal.RatioAtMost(3));
        report.Add($"{what}, p99", "ms", Measure.Percentile(waits, 99), goal: Goal.AtMost(raw is null ? 20 : 5, "ms"));
    }

    /// <summary>The floor: one statement for one page from anywhere, its rows read as text and numbers.</summary>
    static async Task<double> Raw(Report report, BenchAgency agency, long count, string engine)
    {
        var random = new Random(7);
        var waits = new List<double>();
        await using var read = await agency.Records.Read(CancellationToken.None);
        var first = await read.One("SELECT MIN(started_at) AS at FROM recording", null, row => row.Number("at"), CancellationToken.None);
        var last = await read.One("SELECT MAX(started_at) AS at FROM recording", null, row => row.Number("at"), CancellationToken.None);
        for (var i = -50; i < Asked; i++)
        {
            var place = random.NextInt64(first + (last - first) / Math.Max(2, count / 100), last);
            var began = Stopwatch.GetTimestamp();
            var rows = await read.Many(
                $"SELECT * FROM recording WHERE (started_at, id) < (@place, @id) ORDER BY started_at DESC, id DESC LIMIT {Size + 1}",
                new { place, id = RecordingId.New() },
                row => (row.Text("id"), row.Number("started_at"), row.Text("camera_serial"), row.Text("officer_name"), row.Number("duration_us")),
                CancellationToken.None
            );
            if (rows.Count == 0)
                throw new InvalidDataException("The floor read nothing.");
            if (i >= 0)
                waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        report.Add($"{engine}: bare SQL, from anywhere, p99", "ms", Measure.Percentile(waits, 99));
        return Measure.Percentile(waits, 50);
    }
}
