using System.Security.Cryptography;
using System.Text;

namespace Lapel.Roster;

/// <summary>
/// A one-time code that lets one camera enrol: 100 random bits as 20 characters of Crockford's base 32, which has no letters that
/// are mistaken for digits. With that many bits a plain SHA-256 is enough to keep it by.
/// </summary>
public readonly record struct EnrolmentCode
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const int Length = 20;
    readonly string? text;

    EnrolmentCode(string text) => this.text = text;

    public static EnrolmentCode New() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>Reads it as people type it: any case, with or without hyphens and spaces, O for 0, I and L for 1.</summary>
    public static bool TryParse(string? typed, out EnrolmentCode code)
    {
        code = default;
        if (typed is null || typed.Length > 64)
            return false;
        var read = new StringBuilder(Length);
        foreach (var c in typed.ToUpperInvariant())
            if (c is not ('-' or ' '))
                read.Append(
                    c switch
                    {
                        'O' => '0',
                        'I' or 'L' => '1',
                        _ => c,
                    }
                );
        if (read.Length != Length || read.ToString().AsSpan().ContainsAnyExcept(Alphabet))
            return false;
        code = new(read.ToString());
        return true;
    }

    internal Digest Digest => Digest.Of(Encoding.ASCII.GetBytes(text ?? throw new InvalidOperationException("no code")));

    /// <summary>In groups of five, to be read out.</summary>
    public override string ToString() => text is null ? "" : string.Join('-', text.Chunk(5).Select(five => new string(five)));
}
