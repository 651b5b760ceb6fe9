using FsCheck;
using FsCheck.Fluent;
using Lapel.Governance;
using Lapel.Web;

namespace Lapel.Tests.Governance;

public sealed class DispatchCsvTests
{
    static List<CsvRow> Read(string text, char delimiter = ',')
    {
        var reader = new CsvReader(new StringReader(text), delimiter);
        var rows = new List<CsvRow>();
        while (reader.Read() is { } row)
            rows.Add(row);
        return rows;
    }

    static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"")}\"";

    [Fact]
    public void What_is_written_with_quotation_marks_is_read_as_it_was()
    {
        var fields = Gen.Elements(
                "a",
                "",
                "1042",
                "a,b",
                "say \"no\"",
                "two\r\nlines",
                "two\nlines",
                " spaced ",
                ";",
                "\t",
                "é",
                "\""
            )
            .ListOf();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                fields.ListOf().ToArbitrary(),
                Gen.Elements(',', ';', '\t').ToArbitrary(),
                (rows, delimiter) =>
                {
                    var written = rows.Where(r => r.Count > 0).Select(r => r.ToArray()).ToList();
                    var text = string.Concat(written.Select(r => string.Join(delimiter, r.Select(Quoted)) + "\r\n"));
                    var read = Read(text, delimiter);
                    return read.Count == written.Count
                        && read.Zip(written).All(p => p.First.Trouble is null && p.First.Fields.SequenceEqual(p.Second));
                }
            )
        );
    }

    [Fact]
    public void Whatever_is_thrown_at_it_ends_and_loses_no_line_that_has_no_quotation_mark()
    {
        var piece = Gen.Elements("a", ",", "\"", "\r\n", "\n", "\r", "x,y", "\"\"", "\0", " ");
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(
                piece.ListOf().Select(p => string.Concat(p)).ToArbitrary(),
                text =>
                {
                    var rows = Read(text + "\n7,8\n");
                    return rows.Count <= text.Length + 1 && rows.Sum(r => (long)r.Raw.Length) <= text.Length + 4;
                }
            )
        );
    }

    [Fact]
    public void A_quotation_mark_that_is_never_closed_costs_its_own_line_only()
    {
        var rows = Read("a,b\r\n1,\"x\r\n2,y\r\n3,z\r\n");
        rows.Select(r => r.Line).ShouldBe([1, 2, 3, 4]);
        rows[1].Trouble.ShouldBe("A quotation mark is opened and never closed.");
        rows[2].Fields.ShouldBe(["2", "y"]);
        rows[3].Fields.ShouldBe(["3", "z"]);
    }

    [Fact]
    public void Text_after_a_closing_quotation_mark_is_said_aloud() =>
        Read("1,\"a\"b\n")[0].Trouble.ShouldBe("After the closing quotation mark of field 2 there is more text.");

    [Fact]
    public void Lines_are_counted_as_an_editor_counts_them()
    {
        var rows = Read("h\n\n\"two\nlines\"\nlast\n");
        rows.Select(r => (r.Line, r.Fields[0])).ShouldBe([(1L, "h"), (3L, "two\nlines"), (5L, "last")]);
    }

    [Theory]
    [InlineData("a,b;c", ',')]
    [InlineData("a;b;c,d", ';')]
    [InlineData("a\tb\tc", '\t')]
    [InlineData("\"a;b;c\",d", ',')]
    [InlineData("alone", ',')]
    public void The_delimiter_is_what_the_header_has_most_of(string header, char delimiter) =>
        CsvText.DelimiterOf(header).ShouldBe(delimiter);

    [Fact]
    public void A_file_that_is_not_utf_8_is_read_as_latin_1_and_says_so()
    {
        var encoding = CsvText.EncodingOf(new MemoryStream([(byte)'n', 0xe9, (byte)'\n']));
        encoding.Guessed.ShouldBeTrue();
        encoding.Said.ShouldStartWith("Latin-1");
        CsvText.EncodingOf(new MemoryStream([0xef, 0xbb, 0xbf, (byte)'a'])).Guessed.ShouldBeFalse();
        CsvText.EncodingOf(new MemoryStream("né"u8.ToArray())).Said.ShouldBe("UTF-8");
    }

    [Fact]
    public void A_spreadsheet_is_refused_in_words() =>
        Should
            .Throw<RefusedException>(() => CsvText.EncodingOf(new MemoryStream([.. "PK\u0003\u0004"u8, 1, 2])))
            .Refusal.Code.ShouldBe("file-not-csv");
}
