using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Roster;

/// <summary>
/// A password that somebody chose, with what is kept of it. Made before a change begins: hashing takes a tenth of a second by intent, and
/// nobody else's change shall wait for that.
/// </summary>
public sealed record NewPassword
{
    NewPassword(string typed, string kept) => (Typed, Kept) = (typed, kept);

    public string Typed { get; }

    public string Kept { get; }

    public static async Task<NewPassword> Of(string typed, CancellationToken stop) =>
        // What is refused for its length anyway is not worth the work.
        new(typed, typed.Length is < Password.MinLength or > Password.MaxLength ? "" : await Password.Hash(typed, stop));

    public override string ToString() => "a password";
}

/// <summary>
/// A password as it is kept: <c>$scrypt$ln=15,r=8,p=3$salt$hash</c>, base64. Each carries its own parameters, so raising them in a later
/// version leaves the old ones readable; sign-in then writes them anew.
/// </summary>
public static class Password
{
    /// <summary>NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is all there is.</summary>
    public const int MinLength = 15;
    public const int MaxLength = 256;
    internal const int StandardLnN = 15;
    const int R = 8;
    const int P = 3;
    const int SaltLengthBytes = 16;
    const int HashLengthBytes = 32;

    /// <summary>A password for somebody else's first sign-in: 100 random bits in groups that can be read out.</summary>
    public static string Generate() => EnrolmentCode.New().ToString();

    /// <summary>Lowered by tests alone, which sign in some thousand times; a process of the server's has no way to.</summary>
    internal static int LnN { get; set; } = StandardLnN;

    static string Nobodys => Write(LnN, R, P, new byte[SaltLengthBytes], new byte[HashLengthBytes]);

    public static Task<string> Hash(string password, CancellationToken stop)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLengthBytes);
        return Scrypt.InTurn(
            () => Write(LnN, R, P, salt, Scrypt.Derive(Bytes(password), salt, LnN, R, P, HashLengthBytes)),
            stop
        );
    }

    /// <param name="kept">None when no such account exists: the same work is done, so the time taken does not tell.</param>
    public static async Task<bool> Matches(string? kept, string password, CancellationToken stop)
    {
        var known = Read(kept ?? Nobodys);
        var (ln, r, p, salt, hash) = known ?? Read(Nobodys)!.Value;
        if (password.Length > MaxLength)
            return false; // nobody has one so long; hashing megabytes would be a gift to a flooder
        var given = await Scrypt.InTurn(() => Scrypt.Derive(Bytes(password), salt, ln, r, p, hash.Length), stop);
        return CryptographicOperations.FixedTimeEquals(given, hash) && kept is not null && known is not null;
    }

    /// <summary>Whether it was made with lesser parameters than today's.</summary>
    public static bool IsOutdated(string kept) => Read(kept) is not (var ln, R, P, _, _) || ln != LnN;

    public static Refusal? WhyNot(string password, string accountName, string fullName)
    {
        if (password.EnumerateRunes().Count() < MinLength)
            return new("password-short", $"Choose a password of at least {MinLength} characters. Four unrelated words do well.");
        if (password.Length > MaxLength)
            return new("password-long", $"A password has at most {MaxLength} characters.");
        if (password.Distinct().Count() < 6)
            return new("password-simple", "This password repeats a few characters; choose one that is harder to guess.");
        var told = fullName.Split(' ').Append(accountName).Append("lapel");
        var left = told.Where(w => w.Length >= 3)
            .Aggregate(password, (rest, word) => rest.Replace(word, "", StringComparison.OrdinalIgnoreCase));
        return left.Length < MinLength / 2
            ? new("password-simple", "This password is mostly your name; choose one that is harder to guess.")
            : null;
    }

    // NFKC, so that the same password typed on another keyboard is the same bytes.
    static byte[] Bytes(string password) => Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC));

    static string Write(int ln, int r, int p, byte[] salt, byte[] hash) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"$scrypt$ln={ln},r={r},p={p}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}"
        );

    static (int Ln, int R, int P, byte[] Salt, byte[] Hash)? Read(string kept)
    {
        if (kept.Split('$') is not ["", "scrypt", var costs, var salt, var hash])
            return null;
        var numbers = costs.Split(',').Select(c => int.Parse(c[(c.IndexOf('=') + 1)..], CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0], numbers[1], numbers[2], Convert.FromBase64String(salt), Convert.FromBase64String(hash));
    }
}
