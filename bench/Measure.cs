using System.Diagnostics;
using System.Globalization;

namespace Lapel.Bench;

/// <summary>Medians, percentiles and the clocks of processes.</summary>
static class Measure
{
    public static double Median(IEnumerable<double> values) => Percentile(values, 50);

    public static double Percentile(IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(sorted.Count * percent / 100))];
    }

    /// <summary>Takes turns, A B C A B C …, so that a slow minute of the machine strikes all of them.</summary>
    /// <returns>The median of each.</returns>
    public static async Task<double[]> InTurns(int rounds, params Func<Task<double>>[] each)
    {
        var found = each.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        for (var i = 0; i < each.Length; i++)
            found[i].Add(await each[i]());
        return [.. found.Select(Median)];
    }

    public static Task<double[]> InTurns(int rounds, params Func<double>[] each) =>
        InTurns(rounds, [.. each.Select(one => (Func<Task<double>>)(() => Task.FromResult(one())))]);

    /// <summary>CPU seconds of this process, user and kernel, while the work runs.</summary>
    public static double OwnCpu(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    public static double Wall(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}

/// <summary>What the kernel tells of another process.</summary>
static class Proc
{
    const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>CPU seconds, user and kernel, of the process and the children it has waited for.</summary>
    public static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>The most that was ever resident since <see cref="ForgetPeak"/>, in MiB.</summary>
    public static double PeakMebibytes(int pid) => Status(pid, "VmHWM");

    public static double ResidentMebibytes(int pid) => Status(pid, "VmRSS");

    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    static double Status(int pid, string name) =>
        Number(
            File.ReadLines($"/proc/{pid}/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]
        ) / 1024;

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

static class Machine
{
    public static string Words()
    {
        var cpu = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[^1]
            .Trim();
        var sha = File.ReadLines("/proc/cpuinfo")
            .Any(line => line.StartsWith("flags", StringComparison.Ordinal) && line.Contains(" sha_ni"));
        return $"{Environment.ProcessorCount} x {cpu}, {(sha ? "SHA-NI" : "no SHA-NI")}, .NET {Environment.Version}";
    }
}

/// <summary>A folder that is gone when the benchmark is.</summary>
sealed class Scratch : IDisposable
{
    public Scratch() => Leftovers.Add(Dispose);

    public string Folder { get; } = Directory.CreateTempSubdirectory("lapel-bench-").FullName;

    public string File(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>What a benchmark that is stopped half-way still puts away: its processes, then its folders.</summary>
static class Leftovers
{
    static readonly List<Action> all = [];

    static Leftovers() =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var putAway in Enumerable.Reverse(all))
                try
                {
                    putAway();
                }
                catch (Exception e) when (e is InvalidOperationException or IOException)
                {
                    // It is gone already, or still closing: the operating system's temporary folder takes the rest.
                }
        };

    public static void Add(Action putAway)
    {
        lock (all)
            all.Add(putAway);
    }
}
