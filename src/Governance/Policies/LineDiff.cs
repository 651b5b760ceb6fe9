namespace Lapel.Governance;

/// <summary>A line of two texts side by side.</summary>
/// <param name="Before">Its number in the earlier text; none when it is new.</param>
/// <param name="After">Its number in the later text; none when it is gone.</param>
public sealed record DiffLine(int? Before, int? After, string Text);

/// <summary>What changed between two texts, line by line: the fewest lines that make one into the other.</summary>
public static class LineDiff
{
    // Texts whose changed middles multiply to more are shown as replaced: nobody reads such a comparison line by line.
    const long MostCells = 9_000_000;

    /// <param name="around">Lines that stayed, shown before and after each change.</param>
    /// <returns>Runs of lines; between two runs are lines that stayed.</returns>
    public static IReadOnlyList<IReadOnlyList<DiffLine>> Of(string before, string after, int around = 3)
    {
        var all = Whole(Lines(before), Lines(after));
        var shown = new bool[all.Count];
        for (var i = 0; i < all.Count; i++)
            if (all[i] is { Before: null } or { After: null })
                Array.Fill(shown, true, Math.Max(0, i - around), Math.Min(all.Count, i + around + 1) - Math.Max(0, i - around));
        var runs = new List<IReadOnlyList<DiffLine>>();
        for (var i = 0; i < all.Count; i++)
        {
            var from = i;
            while (i < all.Count && shown[i])
                i++;
            if (i > from)
                runs.Add(all.GetRange(from, i - from));
        }
        return runs;
    }

    static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    static List<DiffLine> Whole(string[] before, string[] after)
    {
        var head = 0;
        while (head < before.Length && head < after.Length && before[head] == after[head])
            head++;
        var tail = 0;
        while (tail < before.Length - head && tail < after.Length - head && before[^(tail + 1)] == after[^(tail + 1)])
            tail++;
        var lines = new List<DiffLine>();
        for (var i = 0; i < head; i++)
            lines.Add(new(i + 1, i + 1, after[i]));
        Middle(before[head..^tail], after[head..^tail], head, lines);
        for (var i = tail; i > 0; i--)
            lines.Add(new(before.Length - i + 1, after.Length - i + 1, after[^i]));
        return lines;
    }

    // Longest common subsequence; what is gone stands before what came.
    static void Middle(string[] before, string[] after, int head, List<DiffLine> lines)
    {
        var (rows, columns) = (before.Length, after.Length);
        var common = (long)rows * columns <= MostCells ? Common(before, after) : null;
        var (i, j) = (0, 0);
        while (i < rows || j < columns)
            if (common is not null && i < rows && j < columns && before[i] == after[j])
                lines.Add(new(head + ++i, head + ++j, after[j - 1]));
            else if (i < rows && (common is null || j == columns || common[i + 1, j] >= common[i, j + 1]))
                lines.Add(new(head + ++i, null, before[i - 1]));
            else
                lines.Add(new(null, head + ++j, after[j - 1]));
    }

    static ushort[,] Common(string[] before, string[] after)
    {
        var common = new ushort[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        for (var j = after.Length - 1; j >= 0; j--)
            common[i, j] =
                before[i] == after[j] ? (ushort)(common[i + 1, j + 1] + 1) : Math.Max(common[i + 1, j], common[i, j + 1]);
        return common;
    }
}
