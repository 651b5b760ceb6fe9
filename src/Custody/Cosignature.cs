using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// A witness's statement "as of this time, this is the largest tree of this log that I have seen, and it contains every smaller one I
/// ever saw" (C2SP tlog-cosignature, cosignature/v1). <paramref name="At"/> is the witness's clock, whole seconds.
/// </summary>
public sealed record Cosignature(NoteKey Witness, Instant At)
{
    /// <summary>9999-12-31T23:59:59Z: later times are not times.</summary>
    const ulong LastSecond = 253_402_300_799;

    const int LengthBytes = 8 + Ed25519.SignatureLengthBytes;

    /// <summary>The cosignatures on a checkpoint by the witnesses given; each was verified.</summary>
    /// <exception cref="FormatException">Not a note, or a known witness's signature is false.</exception>
    public static IReadOnlyList<Cosignature> On(string note, IReadOnlyList<NoteKey> witnesses)
    {
        var parsed = SignedNote.Parse(note);
        var text = parsed.TextBytes();
        var found = new List<Cosignature>();
        foreach (var signature in parsed.Signatures)
        {
            if (witnesses.FirstOrDefault(w => w.Kind == NoteKeyKind.Witness && signature.ClaimsToBeBy(w)) is not { } witness)
                continue;
            if (!witness.Verify(text, signature.Bytes) || !TryRead(signature.Bytes, out var seconds, out _))
                throw new FormatException($"The cosignature of {witness.Name} is false.");
            found.Add(new(witness, Instant.FromUnixTimeSeconds(seconds)));
        }
        return found;
    }

    /// <summary>Makes the signature line of a witness.</summary>
    /// <param name="name">The witness's name; its key must be its only one for this purpose ("Ed25519 signed message").</param>
    public static NoteSignature Sign(Checkpoint checkpoint, string name, Ed25519 key, Instant at)
    {
        var seconds = at.ToUnixTimeSeconds();
        var bytes = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
        key.Sign(Message(NoteText.Utf8(checkpoint.ToText()), seconds)).CopyTo(bytes, 8);
        return new(name, NoteKey.Of(name, NoteKeyKind.Witness, key.PublicKey).Id, bytes);
    }

    /// <summary>The signed message: <c>cosignature/v1</c>, a <c>time</c> line, then the whole note text.</summary>
    internal static byte[] Message(ReadOnlySpan<byte> noteText, long seconds) =>
        [
            .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n")),
            .. noteText,
        ];

    /// <summary>Takes a <c>timestamped_signature</c> apart: eight bytes of seconds, then the Ed25519 signature.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out long seconds, out ReadOnlySpan<byte> signature)
    {
        seconds = 0;
        signature = default;
        if (bytes.Length != LengthBytes || BinaryPrimitives.ReadUInt64BigEndian(bytes) > LastSecond)
            return false;
        seconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        signature = bytes[8..];
        return true;
    }
}
