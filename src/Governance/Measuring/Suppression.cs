namespace Lapel.Governance;

/// <summary>
/// Which cells of a table may not be published: small ones, and so many others that no published sum gives a small one away.
/// A reader knows every cell that is shown, and every relation. A hidden cell is given away exactly when the relations, with what is
/// shown put in, determine it: that is asked of them by elimination, and more is hidden until none of the small cells is determined.
/// </summary>
public static class Suppression
{
    /// <summary>Counts from 1 to 4 are small.</summary>
    public const int Smallest = 5;

    const long Prime = 2_147_483_647; // elimination modulo a prime is exact; a false zero has a chance of one in two thousand million

    /// <summary>A sum that a reader knows, whatever is hidden: cells with the sign they have in it.</summary>
    public sealed record Relation(IReadOnlyList<(int Cell, int Sign)> Terms);

    public static bool IsSmall(long value) => value is > 0 and < Smallest;

    /// <summary>The cells to hide.</summary>
    /// <param name="values">Of the cells.</param>
    /// <param name="relations">In the order in which company is looked for: first those where hiding another cell costs least.</param>
    public static IReadOnlySet<int> Hide(IReadOnlyList<long> values, IReadOnlyList<Relation> relations)
    {
        var hidden = Enumerable.Range(0, values.Count).Where(i => IsSmall(values[i])).ToHashSet();
        while (true)
        {
            if (Company(values, relations, hidden) is not { } more)
                return hidden; // all that could keep them company is hidden already
            hidden.Add(more);
        }
    }

    /// <summary>One cell more to hide; none when no small cell is given away.</summary>
    static int? Company(IReadOnlyList<long> values, IReadOnlyList<Relation> relations, HashSet<int> hidden)
    {
        // No count is below zero, so an empty cell gives a neighbour no room: it is company only when there is no other.
        var full = hidden.Where(cell => values[cell] > 0).ToHashSet();
        foreach (var (moving, empty) in new[] { (full, false), (hidden, true) })
        {
            var given = Determined(moving, relations);
            if (!given.Any(cell => IsSmall(values[cell])))
                continue;
            // Of any that is determined with it: a small cell may hang on one whose own sum is open.
            foreach (var cell in given.OrderBy(cell => !IsSmall(values[cell])).ThenBy(cell => cell))
            foreach (var relation in relations.Where(r => r.Terms.Any(t => t.Cell == cell)))
                if (Cheapest(relation, values, hidden, empty) is { } found)
                    return found;
        }
        return relations.FirstOrDefault(r => IsThin(r, values, hidden)) is { } thin
            ? Cheapest(thin, values, hidden, empty: true)
            : null;
    }

    /// <summary>Two ones hidden in a sum of two are no secret: what is hidden in a plain sum is at least five together.</summary>
    static bool IsThin(Relation relation, IReadOnlyList<long> values, HashSet<int> hidden)
    {
        var inside = relation.Terms.Where(t => hidden.Contains(t.Cell)).ToList();
        return relation.Terms.All(t => t.Sign > 0)
            && IsSmall(inside.Sum(t => values[t.Cell]))
            && inside.Count < relation.Terms.Count;
    }

    /// <summary>The smallest that is shown and not empty; an empty one, if those will do, when there is no other.</summary>
    static int? Cheapest(Relation relation, IReadOnlyList<long> values, HashSet<int> hidden, bool empty)
    {
        var shown = relation.Terms.Select(t => t.Cell).Where(c => !hidden.Contains(c) && (empty || values[c] > 0)).ToList();
        return shown.Count == 0 ? null : shown.OrderBy(c => values[c] == 0).ThenBy(c => values[c]).ThenBy(c => c).First();
    }

    /// <summary>Hidden cells that the relations determine.</summary>
    public static IReadOnlyList<int> Determined(IReadOnlySet<int> hidden, IReadOnlyList<Relation> relations)
    {
        var columns = hidden.Order().ToList();
        var place = columns.Index().ToDictionary(c => c.Item, c => c.Index);
        var rows = new List<long[]>();
        foreach (var relation in relations)
        {
            var row = new long[columns.Count];
            foreach (var (cell, sign) in relation.Terms)
                if (place.TryGetValue(cell, out var at))
                    row[at] = (row[at] + sign + Prime) % Prime;
            if (row.Any(v => v != 0))
                rows.Add(row);
        }
        Eliminate(rows, columns.Count);
        // After elimination a row with one entry says what that cell is.
        return [.. rows.Where(r => r.Count(v => v != 0) == 1).Select(r => columns[Array.FindIndex(r, v => v != 0)])];
    }

    static void Eliminate(List<long[]> rows, int width)
    {
        var top = 0;
        for (var column = 0; column < width && top < rows.Count; column++)
        {
            var pivot = rows.FindIndex(top, r => r[column] != 0);
            if (pivot < 0)
                continue;
            (rows[top], rows[pivot]) = (rows[pivot], rows[top]);
            var inverse = Inverse(rows[top][column]);
            for (var i = 0; i < width; i++)
                rows[top][i] = rows[top][i] * inverse % Prime;
            for (var other = 0; other < rows.Count; other++)
                if (other != top && rows[other][column] is var factor and not 0)
                    for (var i = 0; i < width; i++)
                        rows[other][i] = (rows[other][i] + (Prime - factor) * rows[top][i]) % Prime;
            top++;
        }
    }

    static long Inverse(long value) => (long)System.Numerics.BigInteger.ModPow(value, Prime - 2, Prime);
}
