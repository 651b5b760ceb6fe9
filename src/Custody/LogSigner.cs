using System.Security.Cryptography;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// The key that signs a custody log's checkpoints. Whoever has it can sign a second, different history; what they cannot do is make
/// the receipts, witnesses and remembered checkpoints of the first one agree.
/// </summary>
public sealed class LogSigner : IDisposable
{
    const string FilePrefix = "PRIVATE+KEY+";
    readonly Ed25519 key;
    readonly byte[] seed;

    LogSigner(string origin, byte[] seed)
    {
        this.seed = seed;
        key = Ed25519.FromSeed(seed);
        Verifier = LogVerifier.Of(NoteKey.Of(origin, NoteKeyKind.Log, key.PublicKey));
    }

    public string Origin => Verifier.Origin;

    public LogVerifier Verifier { get; }

    /// <summary>The vkey text to give to cameras, auditors and witnesses.</summary>
    public string VerifierKey => Verifier.ToString();

    public static LogSigner New(string origin) => new(origin, RandomNumberGenerator.GetBytes(Ed25519.SeedLengthBytes));

    /// <summary>A new key whose origin is <c>lapel/slug/8 hex digits of the public key's SHA-256</c>, so that two founding runs of one
    /// agency can never be taken for one log.</summary>
    public static LogSigner NewFor(string agencySlug)
    {
        var seed = RandomNumberGenerator.GetBytes(Ed25519.SeedLengthBytes);
        using var key = Ed25519.FromSeed(seed);
        return new($"lapel/{agencySlug}/{Digest.Of(key.PublicKey).Hex[..8]}", seed);
    }

    /// <exception cref="FormatException">The file is no log key.</exception>
    public static LogSigner Load(string path)
    {
        var parts = File.ReadAllText(path).TrimEnd('\n').Split('+', 5);
        if (parts is not ["PRIVATE", "KEY", var name, var id, var secret] || !NoteKey.IsName(name))
            throw new FormatException($"{path} is not a log key: it should read {FilePrefix}name+keyid+base64.");
        if (
            !NoteText.TryBase64(secret, out var bytes)
            || bytes.Length != 1 + Ed25519.SeedLengthBytes
            || bytes[0] != (byte)NoteKeyKind.Log
        )
            throw new FormatException($"{path} does not hold an Ed25519 log key.");
        var signer = new LogSigner(name, bytes[1..]);
        return signer.Verifier.Key.HexId == id
            ? signer
            : throw new FormatException($"{path} is damaged: the key ID does not fit the key.");
    }

    /// <summary>Writes the key in the form of Go's sumdb/note, readable by its owner only. Never over another file: a lost log key
    /// is a lost log.</summary>
    public void Save(string path)
    {
        var text = $"{FilePrefix}{Origin}+{Verifier.Key.HexId}+{Convert.ToBase64String([(byte)NoteKeyKind.Log, .. seed])}\n";
        if (File.Exists(path))
            throw new IOException($"{path} exists; a log key is never overwritten.");
        Durable.WriteFile(path, Encoding.UTF8.GetBytes(text), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <returns>The signed note of the checkpoint.</returns>
    public SignedNote Sign(Checkpoint checkpoint)
    {
        if (checkpoint.Origin != Origin)
            throw new ArgumentException(
                $"The checkpoint is of {checkpoint.Origin}; this key signs {Origin}.",
                nameof(checkpoint)
            );
        return SignNote(checkpoint.ToText());
    }

    /// <param name="text">Ends in a newline.</param>
    public SignedNote SignNote(string text)
    {
        if (!text.EndsWith('\n'))
            throw new ArgumentException("A note's text ends in a newline.", nameof(text));
        var signature = key.Sign(NoteText.Utf8(text));
        return new(text, [new NoteSignature(Verifier.Key.Name, Verifier.Key.Id, signature)]);
    }

    public void Dispose()
    {
        key.Dispose();
        CryptographicOperations.ZeroMemory(seed);
    }
}

/// <summary>The pinned public key of one log: the only thing an outsider must have from a trusted source.</summary>
public sealed record LogVerifier
{
    LogVerifier(NoteKey key) => Key = key;

    public NoteKey Key { get; }

    public string Origin => Key.Name;

    public static LogVerifier Of(NoteKey key) =>
        key.Kind == NoteKeyKind.Log ? new(key) : throw new FormatException($"{key.Name} is a witness's key, not a log's.");

    /// <exception cref="FormatException">It is not a log's vkey.</exception>
    public static LogVerifier Parse(string vkey) => Of(NoteKey.Parse(vkey));

    /// <summary>Verifies a signed checkpoint and reads it. The checkpoint's origin must be the key's name.</summary>
    /// <exception cref="FormatException">Not a checkpoint, not signed by this key, or of another log.</exception>
    public Checkpoint Open(string note)
    {
        var checkpoint = Checkpoint.Parse(SignedNote.Open(note, Key).Text);
        return checkpoint.Origin == Origin
            ? checkpoint
            : throw new FormatException($"The checkpoint is of {checkpoint.Origin}, not of {Origin}.");
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => Key.ToString();
}
