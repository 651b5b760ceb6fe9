using System.Diagnostics;

namespace Lapel.Bench;

/// <summary>From starting the process until it answers, with a large agency and with an empty one.</summary>
static class StartBench
{
    public static async Task Run(Report report, BenchOptions options)
    {
        var count = options.Size ?? 100_000;
        using var scratch = new Scratch();
        var (empty, full) = (scratch.File("empty"), scratch.File("full"));
        (await LapelHouse.Start(empty)).Dispose();
        (await LapelHouse.Start(full)).Dispose();
        await using (var agency = await BenchAgency.Open(full))
        {
            await ManyRecordings.Fill(agency, count, whole: true);
            await ManyRecordings.FillLog(agency, count);
        }
        using (var house = await LapelHouse.Start(full))
            await Task.Delay(TimeSpan.FromSeconds(5)); // its followers read the log once
        var cpu = new List<double>();
        var found = await Measure.InTurns(options.Rounds, () => Until(full, cpu), () => Until(empty, []));
        report.Add($"until it answers, {count:N0} recordings", "s", found[0], "empty agency", found[1], Goal.AtMost(3, "s"));
        report.Add($"CPU until it answers, {count:N0} recordings", "CPU-s", Measure.Median(cpu));
    }

    static async Task<double> Until(string data, List<double> cpu)
    {
        var began = Stopwatch.GetTimestamp();
        using var house = await LapelHouse.Start(data, signIn: false);
        await house.MustAnswer();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        cpu.Add(house.CpuSeconds);
        return seconds;
    }
}
