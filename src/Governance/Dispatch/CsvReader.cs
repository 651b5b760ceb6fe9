using System.Text;

namespace Lapel.Governance;

/// <summary>One record of a CSV file.</summary>
/// <param name="Line">Where it begins; the file's first line is 1.</param>
/// <param name="Trouble">Why its fields cannot be trusted, one sentence; none mostly.</param>
/// <param name="Raw">As it stands in the file, without the line's end.</param>
public sealed record CsvRow(long Line, IReadOnlyList<string> Fields, string? Trouble, string Raw);

/// <summary>
/// Reads RFC 4180 as files in the world have it: any line ends, quotation marks doubled inside quotation marks, empty lines passed
/// over. A row that breaks the rules is given out as such, and reading goes on with the next line: a quotation mark that is never
/// closed costs its own line, not the rest of the file. One row is in memory at a time.
/// </summary>
/// <remarks>
/// Our own, since the usual library reads on to the end of the file after such a mark. Everything that wants rows asks this type, so that
/// another reader can take its place.
/// </remarks>
public sealed class CsvReader(TextReader text, char delimiter)
{
    public const int MostFields = 256;
    public const int MostChars = 64 * 1024;

    readonly char[] buffer = new char[16 * 1024];
    int at;
    int end;
    long line = 1;
    string? again; // text to read once more, after a mark that was never closed
    int againAt;

    /// <summary>The next row; none at the end.</summary>
    public CsvRow? Read()
    {
        while (true)
        {
            if (Peek() < 0)
                return null;
            var row = ReadRow();
            if (row.Raw.Length > 0)
                return row; // an empty line is not a row
        }
    }

    CsvRow ReadRow()
    {
        var start = line;
        var raw = new StringBuilder();
        var fields = new List<string>();
        var field = new StringBuilder();
        string? trouble = null;
        var state = State.FieldStart;
        while (true)
        {
            var c = Next();
            if (c < 0)
                break;
            if (state != State.Quoted && c is ('\n' or '\r'))
            {
                if (c == '\r' && Peek() == '\n')
                    Next();
                line++;
                fields.Add(field.ToString());
                return Row(start, fields, trouble, raw);
            }
            raw.Append((char)c);
            if (raw.Length > MostChars)
                return state == State.Quoted ? NeverClosed(start, raw) : TooLong(start, raw);
            switch (state)
            {
                case State.Quoted when c == '"':
                    state = State.MaybeEnd;
                    break;
                case State.MaybeEnd when c == '"':
                    field.Append('"');
                    state = State.Quoted;
                    break;
                case State.FieldStart when c == '"':
                    state = State.Quoted;
                    break;
                case State.Quoted:
                    if (c == '\n' || (c == '\r' && Peek() != '\n'))
                        line++;
                    field.Append((char)c);
                    break;
                default:
                    if (c == delimiter)
                    {
                        fields.Add(field.ToString());
                        field.Clear();
                        state = State.FieldStart;
                        break;
                    }
                    if (state == State.MaybeEnd)
                        trouble ??= $"After the closing quotation mark of field {fields.Count + 1} there is more text.";
                    field.Append((char)c);
                    state = State.Plain;
                    break;
            }
        }
        if (state == State.Quoted)
            return NeverClosed(start, raw);
        line++;
        fields.Add(field.ToString());
        return Row(start, fields, trouble, raw);
    }

    enum State
    {
        FieldStart,
        Plain,
        Quoted,
        MaybeEnd,
    }

    static CsvRow Row(long start, List<string> fields, string? trouble, StringBuilder raw) =>
        fields.Count > MostFields
            ? new(start, [], $"It has {fields.Count} fields; more than {MostFields} are not read.", raw.ToString())
            : new(start, fields, trouble, raw.ToString());

    /// <summary>The line with the mark is bad; what came after it is read once more as lines of its own.</summary>
    CsvRow NeverClosed(long start, StringBuilder raw)
    {
        var all = raw.ToString();
        var first = all.AsSpan().IndexOfAny('\r', '\n');
        if (first < 0)
        {
            if (all.Length > MostChars)
                return TooLong(start, raw);
            line = start + 1;
            return new(start, [], "A quotation mark is opened and never closed.", all);
        }
        var rest = first + (all[first] == '\r' && first + 1 < all.Length && all[first + 1] == '\n' ? 2 : 1);
        again = all[rest..] + (again is null ? "" : again[againAt..]);
        againAt = 0;
        line = start + 1;
        return new(start, [], "A quotation mark is opened and never closed.", all[..first]);
    }

    CsvRow TooLong(long start, StringBuilder raw)
    {
        for (var c = Next(); c is >= 0 and not ('\n' or '\r'); c = Next()) { }
        if (Peek() == '\n')
            Next();
        line = start + 1;
        return new(start, [], $"It is longer than {MostChars / 1024} thousand characters.", raw.ToString(0, 1000));
    }

    int Peek()
    {
        if (again is not null && againAt < again.Length)
            return again[againAt];
        if (at == end)
        {
            end = text.Read(buffer);
            at = 0;
        }
        return at == end ? -1 : buffer[at];
    }

    int Next()
    {
        var c = Peek();
        if (c < 0)
            return c;
        if (again is not null && againAt < again.Length)
        {
            if (++againAt == again.Length)
                again = null;
        }
        else
            at++;
        return c;
    }
}
