using System.Globalization;

namespace Lapel.Bench;

/// <summary><c>./lapel bench [NAME…] [--size N] [--rounds N] [--records URL] [--out DIR]</c></summary>
/// <param name="Names">Which benchmarks; all when none is named.</param>
/// <param name="Size">Of a benchmark's own kind (MiB, recordings, entries); its default when none.</param>
/// <param name="Rounds">How often ours and the others take turns; the median counts.</param>
/// <param name="Records"><c>postgres://…</c>: lists are measured there too.</param>
/// <param name="Out">Where NAME.json goes.</param>
sealed record BenchOptions(IReadOnlyList<string> Names, long? Size, int Rounds, string? Records, string Out)
{
    public static BenchOptions Read(string[] args)
    {
        var options = new BenchOptions([], null, 3, null, Path.Combine(Programs.Root, "artifacts", "bench"));
        var words = new Queue<string>(args);
        while (words.TryDequeue(out var word))
            options = word switch
            {
                "--size" => options with { Size = Number(word, words) },
                "--rounds" => options with { Rounds = (int)Number(word, words) },
                "--records" => options with { Records = Text(word, words) },
                "--out" => options with { Out = Path.GetFullPath(Text(word, words)) },
                _ when word.StartsWith('-') => throw new FormatException(
                    $"{word} is not an option of bench: --size N, --rounds N, --records URL, --out DIR."
                ),
                _ when Benches.All.ContainsKey(word) => options with { Names = [.. options.Names, word] },
                _ => throw new FormatException(
                    $"There is no benchmark '{word}'. There are: {string.Join(", ", Benches.All.Keys)}."
                ),
            };
        return options.Names.Count > 0 ? options : options with { Names = [.. Benches.All.Keys] };
    }

    static string Text(string option, Queue<string> words) =>
        words.TryDequeue(out var value) ? value : throw new FormatException($"{option} takes a value.");

    static long Number(string option, Queue<string> words) =>
        long.TryParse(Text(option, words), CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{option} takes a number above 0.");
}
