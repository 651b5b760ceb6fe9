namespace Lapel.Governance;

/// <summary>A CSV file with its header read: rows follow one at a time.</summary>
public sealed class OpenedFile : IDisposable
{
    readonly StreamReader text;
    readonly CsvReader reader;

    OpenedFile(StreamReader text, CsvReader reader, CsvEncoding encoding, char delimiter, CsvRow header)
    {
        this.text = text;
        this.reader = reader;
        Encoding = encoding;
        Delimiter = delimiter;
        Header = header.Fields;
    }

    public CsvEncoding Encoding { get; }

    public char Delimiter { get; }

    public IReadOnlyList<string> Header { get; }

    public string DelimiterWord =>
        Delimiter switch
        {
            ';' => "semicolon",
            '\t' => "tab",
            _ => "comma",
        };

    /// <param name="file">Can be read twice; belongs to the opened file from here on.</param>
    /// <exception cref="RefusedException">It is no text, or has no header.</exception>
    public static OpenedFile Open(Stream file)
    {
        try
        {
            var encoding = CsvText.EncodingOf(file);
            using (var first = new StreamReader(file, encoding.Encoding, true, 1024, leaveOpen: true))
            {
                var delimiter = CsvText.DelimiterOf(FirstLine(first));
                file.Position = 0;
                var text = new StreamReader(file, encoding.Encoding, true, 16 * 1024);
                var reader = new CsvReader(text, delimiter);
                var header = reader.Read();
                if (header is null || header.Trouble is not null || header.Fields.Count < 2)
                    throw new RefusedException(NoHeader);
                return new(text, reader, encoding, delimiter, header);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Not ReadLine: a file without any line end must not come into memory.
    static string FirstLine(StreamReader text)
    {
        var buffer = new char[CsvReader.MostChars];
        var length = text.ReadBlock(buffer);
        var line = buffer.AsSpan(0, length);
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).ToString();
    }

    public CsvRow? Read() => reader.Read();

    public void Dispose() => text.Dispose();

    static readonly Refusal NoHeader = new(
        "header-missing",
        "The first line must name the columns, at least two, with commas, semicolons or tabs between them.",
        RefusalKind.Rejected
    );
}
