using System.Text;

namespace Lapel.Governance;

/// <summary>How the bytes of a file are read as text.</summary>
/// <param name="Said">The same for people.</param>
/// <param name="Guessed">Nothing in the file says so: a person should look at names with accents.</param>
public sealed record CsvEncoding(Encoding Encoding, string Said, bool Guessed);

/// <summary>What a file of dispatch looks like before any row is understood.</summary>
public static class CsvText
{
    public const long MostBytes = 64 * 1024 * 1024;

    public static readonly Refusal NotText = new(
        "file-not-csv",
        "This is not a CSV file but a spreadsheet or another binary file. Save it as CSV and send that.",
        RefusalKind.Rejected
    );

    /// <summary>UTF-8 or UTF-16 by its mark, UTF-8 if all bytes are, and Latin-1 otherwise.</summary>
    /// <exception cref="RefusedException">It is not text.</exception>
    public static CsvEncoding EncodingOf(Stream file)
    {
        Span<byte> head = stackalloc byte[4];
        var length = file.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (head[..length].StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
            return new(new UTF8Encoding(false), "UTF-8, as it says at its beginning", false);
        if (head[..length].StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]))
            return new(Encoding.Unicode, "UTF-16, as it says at its beginning", false);
        if (head[..length].StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            return new(Encoding.BigEndianUnicode, "UTF-16, as it says at its beginning", false);
        // A spreadsheet is a zip or an OLE file; no text has a zero byte.
        if (
            head[..length].StartsWith("PK\u0003\u0004"u8)
            || head[..length].StartsWith((ReadOnlySpan<byte>)[0xd0, 0xcf, 0x11, 0xe0])
        )
            throw new RefusedException(NotText);
        var utf8 = IsUtf8(file, out var hasZero);
        file.Position = 0;
        if (hasZero)
            throw new RefusedException(NotText);
        return utf8
            ? new(new UTF8Encoding(false), "UTF-8", false)
            : new(Encoding.Latin1, "Latin-1, because it is not valid UTF-8. Look whether names with accents are right.", true);
    }

    static bool IsUtf8(Stream file, out bool hasZero)
    {
        var decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        var bytes = new byte[64 * 1024];
        var chars = new char[64 * 1024 + 4];
        hasZero = false;
        var valid = true;
        int read;
        while ((read = file.Read(bytes)) > 0)
        {
            hasZero |= bytes.AsSpan(0, read).Contains((byte)0);
            if (!valid)
                continue;
            try
            {
                decoder.GetChars(bytes.AsSpan(0, read), chars, flush: false);
            }
            catch (DecoderFallbackException)
            {
                valid = false;
            }
        }
        try
        {
            if (valid)
                decoder.GetChars([], chars, flush: true);
        }
        catch (DecoderFallbackException)
        {
            valid = false; // it ends in the middle of a character
        }
        return valid;
    }

    /// <summary>The one of comma, semicolon and tab that the first line has most of, outside quotation marks.</summary>
    public static char DelimiterOf(string firstLine)
    {
        Span<int> found = stackalloc int[3];
        var quoted = false;
        foreach (var c in firstLine)
        {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted && ",;\t".IndexOf(c, StringComparison.Ordinal) is >= 0 and var i)
                found[i]++;
        }
        return found[1] > found[0] && found[1] >= found[2] ? ';'
            : found[2] > found[0] ? '\t'
            : ',';
    }
}
