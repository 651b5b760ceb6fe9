using System.Globalization;
using System.Text.Json;

namespace Lapel.Bench;

/// <summary>
/// The benchmarks by name. Each measures ours and a peer or a floor in turns in one run; what counts is the ratio, since figures of two
/// runs on a shared machine compare badly.
/// </summary>
static class Benches
{
    public static IReadOnlyDictionary<string, Func<Report, BenchOptions, Task>> All { get; } =
        new Dictionary<string, Func<Report, BenchOptions, Task>>
        {
            ["ingest"] = IngestBench.Run,
            ["seal"] = SealBench.Run,
            ["append"] = AppendBench.Run,
            ["verify"] = VerifyBench.Run,
            ["play"] = PlayBench.Run,
            ["probe"] = ProbeBench.Run,
            ["list"] = ListBench.Run,
            ["judge"] = JudgeBench.Run,
            ["start"] = StartBench.Run,
            ["pages"] = PagesBench.Run,
            ["live"] = LiveBench.Run,
        };

    public static async Task<int> Run(BenchOptions options)
    {
        Directory.CreateDirectory(options.Out);
        var missed = 0;
        foreach (var name in options.Names)
        {
            var report = new Report(name);
            Console.WriteLine($"\n{name}");
            try
            {
                await All[name](report, options);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                report.Note($"This benchmark broke: {trouble}");
                missed++;
            }
            missed += report.Figures.Count(f => f.Met == false);
            await File.WriteAllBytesAsync(
                Path.Combine(options.Out, $"{name}.json"),
                JsonSerializer.SerializeToUtf8Bytes(report.ToJson(), Json)
            );
        }
        Console.WriteLine(
            missed == 0 ? "\nAll goals met." : $"\n{missed} goal(s) missed. A benchmark is no test: this is for people to judge."
        );
        return 0;
    }

    static readonly JsonSerializerOptions Json = new(LapelJson.Lenient) { WriteIndented = true };

    public static string Text(double value) =>
        value.ToString(
            Math.Abs(value) switch
            {
                >= 1000 => "N0",
                >= 100 => "0",
                >= 10 => "0.0",
                >= 1 => "0.00",
                _ => "0.0000",
            },
            CultureInfo.InvariantCulture
        );
}

/// <summary>One comparison.</summary>
/// <param name="Other">The peer's or floor's figure; none where only a limit counts.</param>
/// <param name="Ratio">Ours to the other's, in the same unit.</param>
/// <param name="Goal">In words; none when the figure is only shown.</param>
/// <param name="Met">Whether the goal is met; none without a goal.</param>
sealed record Figure(string What, string Unit, double Ours, string? Peer, double? Other, double? Ratio, string? Goal, bool? Met);

/// <summary>What one benchmark found, printed as it comes.</summary>
sealed class Report(string name)
{
    readonly List<Figure> figures = [];
    readonly List<string> notes = [];

    public IReadOnlyList<Figure> Figures => figures;

    /// <param name="goal">What must hold of ours, the other's and their ratio, with its words.</param>
    public void Add(string what, string unit, double ours, string? peer = null, double? other = null, Goal? goal = null)
    {
        double? ratio = other is > 0 and var divisor ? ours / divisor : null;
        var figure = new Figure(what, unit, ours, peer, other, ratio, goal?.Words, goal?.IsMet(ours, ratio));
        figures.Add(figure);
        var beside = other is { } o ? $"{peer} {Benches.Text(o)} {unit}, ratio {Benches.Text(ratio ?? double.NaN)}" : "";
        var verdict = figure.Met is { } met ? $"{(met ? "met   " : "MISSED")} goal {figure.Goal}" : "";
        Console.WriteLine($"  {what, -46} {Benches.Text(ours), 10} {unit, -10} {beside, -52} {verdict}");
    }

    public void Note(string sentence)
    {
        notes.Add(sentence);
        Console.WriteLine($"  {sentence}");
    }

    public object ToJson() =>
        new
        {
            name,
            measuredAt = TimeProvider.System.Now(),
            machine = Machine.Words(),
            figures,
            notes,
        };
}

/// <summary>A limit on our figure itself or on the ratio to the other's.</summary>
sealed record Goal(string Words, Func<double, double?, bool> IsMet)
{
    public static Goal AtMost(double limit, string unit) => new($"<= {Benches.Text(limit)} {unit}", (ours, _) => ours <= limit);

    public static Goal AtLeast(double limit, string unit) => new($">= {Benches.Text(limit)} {unit}", (ours, _) => ours >= limit);

    public static Goal RatioAtLeast(double limit) => new($"ratio >= {Benches.Text(limit)}", (_, ratio) => ratio >= limit);

    public static Goal RatioAtMost(double limit) => new($"ratio <= {Benches.Text(limit)}", (_, ratio) => ratio <= limit);

    public static Goal Both(Goal one, Goal other) =>
        new($"{one.Words} and {other.Words}", (ours, ratio) => one.IsMet(ours, ratio) && other.IsMet(ours, ratio));
}
