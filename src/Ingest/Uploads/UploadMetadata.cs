using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Lapel.Ingest;

/// <summary>
/// What a camera says about a clip before its bytes come, in tus's <c>Upload-Metadata</c>. Nothing here is evidence: the signed
/// manifest says it again, and admission compares.
/// </summary>
/// <param name="Number">The clip's number within its recording, from 1.</param>
/// <param name="Header">The header as sent, which HEAD gives back.</param>
public sealed record UploadMetadata(
    RecordingId Recording,
    ClipId Clip,
    int Number,
    WrappedKey WrappedKey,
    bool Urgent,
    string Header
)
{
    public const int MaxHeaderLength = 4096;
    public const int MaxClipNumber = 100_000;

    public static bool TryParse(
        string? header,
        [NotNullWhen(true)] out UploadMetadata? metadata,
        [NotNullWhen(false)] out string? why
    )
    {
        metadata = null;
        if (!TryReadPairs(header, out var pairs, out why))
            return false;
        if (!RecordingId.TryParse(pairs.GetValueOrDefault("recording"), null, out var recording))
            why = "Upload-Metadata must name the recording: its id, a lower-case UUID, base64.";
        else if (!ClipId.TryParse(pairs.GetValueOrDefault("clip"), null, out var clip))
            why = "Upload-Metadata must name the clip: its id, a lower-case UUID, base64.";
        else if (!Tus.TryReadNumber(pairs.GetValueOrDefault("number"), out var number) || number is < 1 or > MaxClipNumber)
            why = $"Upload-Metadata must give the clip's number, from 1 to {MaxClipNumber}, base64.";
        else if (!Custody.WrappedKey.TryParse(pairs.GetValueOrDefault("wrapped-key"), out var key))
            why = "Upload-Metadata must bring the wrapped-key: base64 of its 113 bytes' base64url.";
        else if (!TryReadFlag(pairs, "urgent", out var urgent))
            why = "Upload-Metadata's urgent is true or false, base64, or left out.";
        else
            metadata = new(recording, clip, (int)number, key, urgent, header!);
        return metadata is not null;
    }

    /// <summary>The pairs of the header, values decoded as UTF-8. Keys are unique ASCII without spaces; a value may be missing.</summary>
    internal static bool TryReadPairs(
        string? header,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? pairs,
        [NotNullWhen(false)] out string? why
    )
    {
        pairs = null;
        why = null;
        if (string.IsNullOrEmpty(header))
            why = "Upload-Metadata is missing.";
        else if (header.Length > MaxHeaderLength)
            why = $"Upload-Metadata is longer than {MaxHeaderLength} characters.";
        // It goes back out in HEAD's answer, so nothing that could end a header line may be in it.
        else if (header.Any(c => c is < ' ' or > '~'))
            why = "Upload-Metadata has characters other than printable ASCII.";
        if (why is not null)
            return false;

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in header!.Split(','))
        {
            var words = part.Trim(' ').Split(' ');
            if (words.Length > 2 || words[0].Length == 0)
                why = "Upload-Metadata has a pair that is not a key, one space and a base64 value.";
            else if (!TryDecode(words.Length == 2 ? words[1] : "", out var value))
                why = $"Upload-Metadata's value of '{words[0]}' is not base64 of UTF-8 text.";
            else if (!found.TryAdd(words[0], value))
                why = $"Upload-Metadata has the key '{words[0]}' twice.";
            if (why is not null)
                return false;
        }
        pairs = found;
        return true;
    }

    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    static bool TryDecode(string base64, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            return false;
        try
        {
            text = StrictUtf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    static bool TryReadFlag(IReadOnlyDictionary<string, string> pairs, string key, out bool flag)
    {
        flag = pairs.GetValueOrDefault(key) == "true";
        return flag || pairs.GetValueOrDefault(key) is null or "false" or "";
    }
}
