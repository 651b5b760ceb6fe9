using System.Globalization;

namespace Lapel.Governance;

/// <summary>Many rows at a time: a file has a hundred thousand of them.</summary>
static class Rows
{
    /// <summary>Inserts rows whose values are already text, numbers or null: by one statement that is parsed once.</summary>
    public static async Task Insert(
        Work work,
        string into,
        string[] columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken stop
    )
    {
        if (rows.Count == 0)
            return;
        await using var insert = work.Prepare(
            $"INSERT INTO {into} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c))})",
            columns
        );
        foreach (var row in rows)
            await insert.Add(row, stop);
        await insert.Send(stop);
    }

    /// <summary>Reads the rows whose column has one of the values.</summary>
    /// <param name="select">Ends before the condition: <c>SELECT * FROM incident WHERE number</c>.</param>
    public static async Task<List<T>> In<T>(
        Reading reading,
        string select,
        IEnumerable<string> values,
        Func<Row, T> from,
        CancellationToken stop,
        string after = ""
    )
    {
        var found = new List<T>();
        foreach (var chunk in values.Distinct(StringComparer.Ordinal).Chunk(500))
        {
            var args = new Dictionary<string, object?>(chunk.Length);
            var names = new List<string>(chunk.Length);
            foreach (var value in chunk)
            {
                names.Add(string.Create(CultureInfo.InvariantCulture, $"@v{names.Count}"));
                args[names[^1][1..]] = value;
            }
            found.AddRange(await reading.Many($"{select} IN ({string.Join(", ", names)}) {after}", args, from, stop));
        }
        return found;
    }
}
