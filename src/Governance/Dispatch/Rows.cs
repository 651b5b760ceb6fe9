using System.Globalization;
using System.Text;

namespace Lapel.Governance;

/// <summary>Many rows in few statements: a file has a hundred thousand of them.</summary>
static class Rows
{
    // SQLite takes 32,766 parameters in a statement; smaller ones are parsed faster.
    const int MostParameters = 2000;

    /// <summary>Inserts rows whose values are already text, numbers or null.</summary>
    public static async Task Insert(
        Work work,
        string into,
        string[] columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken stop
    )
    {
        foreach (var chunk in rows.Chunk(Math.Max(1, MostParameters / columns.Length)))
        {
            var sql = new StringBuilder($"INSERT INTO {into} ({string.Join(", ", columns)}) VALUES ");
            var args = new Dictionary<string, object?>(chunk.Length * columns.Length);
            for (var r = 0; r < chunk.Length; r++)
            {
                sql.Append(r == 0 ? "(" : ", (");
                for (var c = 0; c < columns.Length; c++)
                {
                    var name = string.Create(CultureInfo.InvariantCulture, $"p{r * columns.Length + c}");
                    sql.Append(c == 0 ? "@" : ", @").Append(name);
                    args[name] = chunk[r][c];
                }
                sql.Append(')');
            }
            await work.Execute(sql.ToString(), args, stop);
        }
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
