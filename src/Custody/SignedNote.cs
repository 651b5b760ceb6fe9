using System.Buffers.Binary;

namespace Lapel.Custody;

/// <summary>
/// A text and the signatures under it, in the C2SP signed-note format: text ending in a newline, an empty line, then lines of
/// <c>— name base64(key ID || signature)</c>. A note that was only parsed proves nothing; <see cref="Open"/> it.
/// </summary>
/// <param name="Text">Includes the final newline, not the empty line after it: exactly what is signed.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Limits of this reader (C2SP signed-note, "Format": verifiers should have some, and must accept 16 signatures).</summary>
    public const int MaxLengthBytes = 256 * 1024;
    public const int MaxSignatures = 100;

    /// <exception cref="FormatException">It is not a signed note.</exception>
    public static SignedNote Parse(string note)
    {
        var bytes = NoteText.Utf8(note);
        if (bytes.Length > MaxLengthBytes)
            throw new FormatException($"The note is longer than {MaxLengthBytes} bytes.");
        if (note.Any(c => c < ' ' && c != '\n'))
            throw new FormatException("The note has a control character.");
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n'))
            throw new FormatException("The note has no empty line before its signatures, or no newline at its end.");

        var lines = note[(split + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MaxSignatures)
            throw new FormatException($"The note has {lines.Length} signatures; 1 to {MaxSignatures} are accepted.");
        return new(note[..(split + 1)], [.. lines.Select(NoteSignature.Parse)]);
    }

    /// <summary>
    /// Parses, and verifies every signature that a known key's name and ID claim (C2SP signed-note, "Signatures"): signatures of
    /// unknown keys are ignored, a false one of a known key rejects the whole note.
    /// </summary>
    /// <returns>The note with the verified signatures only.</returns>
    /// <exception cref="FormatException">Not a note, a false signature, or no signature of a known key.</exception>
    public static SignedNote Open(string note, params IReadOnlyList<NoteKey> known)
    {
        var parsed = Parse(note);
        var text = parsed.TextBytes();
        var verified = new List<NoteSignature>();
        foreach (var signature in parsed.Signatures)
        {
            if (known.FirstOrDefault(signature.ClaimsToBeBy) is not { } key)
                continue;
            if (!key.Verify(text, signature.Bytes))
                throw new FormatException($"The signature of {key.Name} is false.");
            verified.Add(signature);
        }
        return verified.Count > 0
            ? parsed with
            {
                Signatures = verified,
            }
            : throw new FormatException("No known key signed the note.");
    }

    /// <summary>Whether the key signed, all its lines being right.</summary>
    public bool IsSignedBy(NoteKey key)
    {
        var claimed = Signatures.Where(s => s.ClaimsToBeBy(key)).ToList();
        var text = TextBytes();
        return claimed.Count > 0 && claimed.All(s => key.Verify(text, s.Bytes));
    }

    /// <summary>The same text with these signatures too, those that are there already not twice.</summary>
    public SignedNote With(IEnumerable<NoteSignature> more) => this with { Signatures = [.. Signatures.Union(more)] };

    public byte[] TextBytes() => NoteText.Utf8(Text);

    /// <summary>The note as it is written; what was parsed reads the same again.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(s => $"{s}\n"))}";

    public bool Equals(SignedNote? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Text, Signatures.Count);
}

/// <summary>One signature line. Its name and key ID are a claim until the key they name has verified it.</summary>
/// <param name="Bytes">What follows the four bytes of the key ID.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Bytes)
{
    const string Dash = "\u2014 ";

    /// <param name="line">Without its newline.</param>
    /// <exception cref="FormatException">It is not a signature line.</exception>
    public static NoteSignature Parse(string line)
    {
        var parts = line.StartsWith(Dash, StringComparison.Ordinal) ? line[Dash.Length..].Split(' ') : [];
        if (parts.Length != 2 || !NoteKey.IsName(parts[0]) || !NoteText.TryBase64(parts[1], out var bytes) || bytes.Length < 5)
            throw new FormatException("A line under the note is not an em dash, a name and a base64 signature.");
        return new(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..]);
    }

    public bool ClaimsToBeBy(NoteKey key) => Name == key.Name && KeyId == key.Id;

    public override string ToString()
    {
        var bytes = new byte[4 + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.CopyTo(bytes, 4);
        return $"{Dash}{Name} {Convert.ToBase64String(bytes)}";
    }

    public bool Equals(NoteSignature? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Name, KeyId);
}
