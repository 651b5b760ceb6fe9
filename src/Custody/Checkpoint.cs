using System.Globalization;

namespace Lapel.Custody;

/// <summary>
/// The head of a log: which log, how many entries, and the RFC 6962 root hash over exactly those. Its text is the body of a signed
/// note (C2SP tlog-checkpoint, "Note text"); Lapel writes no extension lines.
/// </summary>
/// <param name="Origin">Names the log for ever; for Lapel's own also the name of its key, see <see cref="LogSigner.NewFor"/>.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">32 bytes.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <param name="text">The note text, final newline included.</param>
    /// <exception cref="FormatException">It is not a checkpoint.</exception>
    public static Checkpoint Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0 || lines[..^1].Any(l => l.Length == 0))
            throw new FormatException("A checkpoint has at least three lines, none of them empty.");
        if (!NoteText.TryDecimal(lines[1], out var size))
            throw new FormatException("The checkpoint's second line is not a tree size.");
        if (!NoteText.TryHash(lines[2], out var root))
            throw new FormatException("The checkpoint's third line is not the base64 of a 32-byte root hash.");
        return new(lines[0], size, root);
    }

    /// <summary>What is signed.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    public bool Equals(Checkpoint? other) =>
        other is not null && Origin == other.Origin && Size == other.Size && Root.AsSpan().SequenceEqual(other.Root);

    public override int GetHashCode() => HashCode.Combine(Origin, Size);

    public override string ToString() => $"{Origin} at {Size}";
}
