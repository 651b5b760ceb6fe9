namespace Lapel.Governance;

/// <summary>The method's text in blocks, as pages show it.</summary>
public static class MethodBlocks
{
    /// <param name="Kind">h: a heading; -: a list, a line each; p: a paragraph.</param>
    public sealed record Block(char Kind, IReadOnlyList<string> Lines);

    public static IReadOnlyList<Block> All { get; } = [.. Read(Method.Text)];

    static IEnumerable<Block> Read(string text)
    {
        foreach (var part in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Trim('\n').Split('\n');
            if (lines[0].StartsWith('#'))
                yield return new('h', [lines[0].TrimStart('#', ' ')]);
            else if (lines[0].StartsWith("- ", StringComparison.Ordinal))
                yield return new('-', Items(lines));
            else
                yield return new('p', [string.Join(' ', lines)]);
        }
    }

    // A line that begins with two blanks goes on with the item before it.
    static List<string> Items(IEnumerable<string> lines)
    {
        var items = new List<string>();
        foreach (var line in lines)
            if (line.StartsWith("- ", StringComparison.Ordinal))
                items.Add(line[2..]);
            else
                items[^1] += " " + line.Trim();
        return items;
    }
}
