using System.Diagnostics;

namespace Lapel.Bench;

/// <summary>How long the server takes for each page, from request to last byte on loopback, in a small agency and in a large one.</summary>
static class PagesBench
{
    const int Asked = 30;

    public static async Task Run(Report report, BenchOptions options)
    {
        foreach (var count in new[] { 100, options.Size ?? 100_000 })
            await At(report, count);
    }

    static async Task At(Report report, long count)
    {
        using var scratch = new Scratch();
        var data = scratch.File("data");
        (await LapelHouse.Start(data)).Dispose();
        await using (var agency = await BenchAgency.Open(data))
        {
            await ManyRecordings.Fill(agency, count, whole: true);
            await ManyRecordings.FillLog(agency, count);
        }
        using var house = await LapelHouse.Start(data);
        using var camera = await BenchCamera.Enrol(house, "bench-pages");
        var recording = camera.Seal(BenchMedia.Make(scratch, 8 << 20), scratch.Folder);
        await camera.Bring(recording);
        using var clerk = await house.SignIn("clerk", "evidence-clerk");
        using var supervisor = await house.SignIn("supervisor", "supervisor", unit: ManyRecordings.Unit(7));
        (string Who, HttpClient As, string Page)[] pages =
        [
            ("clerk", clerk, "recordings"),
            ("clerk", clerk, "recordings?text=traffic"),
            ("supervisor", supervisor, "recordings"),
            ("clerk", clerk, $"recordings/{recording.Id}"),
            ("clerk", clerk, "uploads"),
            ("clerk", clerk, "quarantine"),
            ("clerk", clerk, "cameras"),
            ("clerk", clerk, "docks"),
            ("clerk", clerk, "roster"),
            ("clerk", clerk, $"roster/units/{ManyRecordings.Unit(7)}"),
            ("clerk", clerk, $"roster/officers/{ManyRecordings.Officer(11)}"),
            ("clerk", clerk, "health"),
            ("clerk", clerk, "my-account"),
            ("administrator", house.Http, "accounts"),
            ("administrator", house.Http, "roles"),
        ];
        // The page is what is measured, not the question before it.
        var looked = await clerk.PostAsync(
            $"api/v1/recordings/{recording.Id}/viewings",
            new StringContent("""{"purpose":"bench"}""", System.Text.Encoding.UTF8, "application/json")
        );
        looked.EnsureSuccessStatusCode();
        foreach (var (who, http, page) in pages)
            await Ask(report, $"{count:N0}: {Short(page)} ({who})", http, page);
    }

    static async Task Ask(Report report, string what, HttpClient http, string page)
    {
        var waits = new List<double>();
        for (var i = -5; i < Asked; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(page);
            var said = await answer.Content.ReadAsStringAsync();
            if (
                answer.StatusCode != System.Net.HttpStatusCode.OK
                || answer.RequestMessage!.RequestUri!.AbsolutePath.EndsWith("/sign-in", StringComparison.Ordinal)
            )
                throw new HttpRequestException($"{page} answered {(int)answer.StatusCode}: {said}");
            if (i >= 0)
                waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        report.Add($"{what}, p50", "ms", Measure.Percentile(waits, 50), goal: Goal.AtMost(200, "ms"));
    }

    static string Short(string page) => System.Text.RegularExpressions.Regex.Replace(page, "/[0-9a-f-]{36}$", "/…");
}
