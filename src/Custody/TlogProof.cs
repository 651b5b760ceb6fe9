using System.Globalization;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// Proof that an entry is in a log, to be checked without the log: C2SP tlog-proof@v1. The file name ends in <c>.tlog-proof</c>.
/// </summary>
/// <param name="Index">Place of the entry in the log, from 0.</param>
/// <param name="Hashes">Inclusion proof, 32 bytes each, from the leaf's sibling up.</param>
/// <param name="Note">The signed checkpoint, verbatim.</param>
public sealed record TlogProof(long Index, IReadOnlyList<byte[]> Hashes, string Note)
{
    const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>A tree of 2^63 entries is 63 high.</summary>
    const int MaxHashes = 63;

    /// <summary>Reads the file; verifies nothing. Extra data, which is not authenticated, is checked for form and dropped.</summary>
    /// <exception cref="FormatException">It is not a tlog-proof@v1.</exception>
    public static TlogProof Parse(string text)
    {
        if (text.Length > SignedNote.MaxLengthBytes)
            throw new FormatException($"The proof is longer than {SignedNote.MaxLengthBytes} characters.");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0)
            throw new FormatException("The proof has no empty line before its checkpoint.");
        var lines = new Queue<string>(text[..end].Split('\n'));
        if (lines.Dequeue() != Header)
            throw new FormatException($"The proof's first line is not {Header}.");
        if (lines.TryPeek(out var extra) && extra.StartsWith("extra ", StringComparison.Ordinal))
            if (!NoteText.TryBase64(lines.Dequeue()["extra ".Length..], out _))
                throw new FormatException("The proof's extra line is not base64.");
        const string Label = "index ";
        if (
            !lines.TryDequeue(out var indexLine)
            || !indexLine.StartsWith(Label, StringComparison.Ordinal)
            || !NoteText.TryDecimal(indexLine[Label.Length..], out var index)
        )
            throw new FormatException("The proof has no index line.");
        if (lines.Count > MaxHashes)
            throw new FormatException($"The proof has more than {MaxHashes} hashes.");
        var hashes = new List<byte[]>();
        foreach (var line in lines)
            hashes.Add(
                NoteText.TryHash(line, out var hash)
                    ? hash
                    : throw new FormatException("A proof line is not the base64 of 32 bytes.")
            );
        var note = text[(end + 2)..];
        _ = Checkpoint.Parse(SignedNote.Parse(note).Text);
        return new(index, hashes, note);
    }

    /// <summary>Whether this entry stands at <see cref="Index"/> in the tree of the proof's own checkpoint. Says nothing about who
    /// signed that: see <see cref="LogVerifier.Open"/>.</summary>
    public bool Includes(ReadOnlySpan<byte> entry, Checkpoint checkpoint) =>
        Merkle.VerifyInclusion(Merkle.LeafHash(entry), Index, checkpoint.Size, Hashes, checkpoint.Root);

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Header}\n");
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Hashes)
            text.Append(Convert.ToBase64String(hash)).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    public bool Equals(TlogProof? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Index, Note);
}
