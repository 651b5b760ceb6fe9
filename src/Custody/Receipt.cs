using System.Text.Json;

namespace Lapel.Custody;

/// <summary>
/// The server's signed promise that an entry is in its custody log: the entry's exact bytes and a <see cref="TlogProof"/>. Anyone with
/// the log's verifier key can check it without the server, for ever. Format: docs/formats/receipt.md.
/// </summary>
/// <param name="Entry">Base64 of the <see cref="LogEntry"/> bytes.</param>
/// <param name="Proof">Text of the tlog-proof@v1.</param>
public sealed record Receipt(string Entry, string Proof)
{
    public static Receipt Of(ReadOnlySpan<byte> entry, TlogProof proof) => new(Convert.ToBase64String(entry), proof.ToString());

    /// <returns>The first check of <see cref="LogChecks.Receipt"/> that fails, as a sentence; null when the receipt holds.</returns>
    public string? WhyNotValid(LogVerifier log) => LogChecks.Receipt(this, log).FirstOrDefault(c => !c.Passed)?.WhyNot;

    /// <summary>
    /// What a camera asks before it frees its clips: is this a valid receipt for the admission of exactly this manifest?
    /// </summary>
    /// <param name="manifest">Digest of the manifest envelope's bytes that the camera sent.</param>
    /// <param name="clips">Digests of the sealed clips, in their order.</param>
    public string? WhyNotAdmission(LogVerifier log, RecordingId recording, Digest manifest, IReadOnlyList<Digest> clips)
    {
        if (WhyNotValid(log) is { } reason)
            return reason;
        if (ReadEntry().Event is not CustodyEvent.RecordingAdmitted admitted)
            return "The receipt is for another kind of custody event, not for an admission.";
        if (admitted.Recording != recording)
            return $"The receipt is for recording {admitted.Recording}.";
        if (admitted.Manifest != manifest)
            return "The receipt is for another manifest of this recording.";
        return admitted.Clips.SequenceEqual(clips) ? null : "The receipt names other clips.";
    }

    /// <exception cref="FormatException">The entry is not base64 or not an entry.</exception>
    public LogEntry ReadEntry()
    {
        try
        {
            return LogEntry.Read(ReadEntryBytes());
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new FormatException($"The receipt's entry is not one that this version understands: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">The entry is not base64.</exception>
    public byte[] ReadEntryBytes() =>
        NoteText.TryBase64(Entry, out var bytes) ? bytes : throw new FormatException("The receipt's entry is not base64.");

    /// <exception cref="FormatException">The proof is not a tlog-proof@v1.</exception>
    public TlogProof ReadProof() => TlogProof.Parse(Proof);
}
