using System.Globalization;

namespace Lapel.Ingest;

/// <summary>The words of the tus 1.0.0 protocol. What Lapel adds is in docs/formats/upload.md.</summary>
static class Tus
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination";

    /// <summary>In the order of preference. tus requires sha1 of every server that offers checksums; cameras use sha256.</summary>
    public const string ChecksumAlgorithms = "sha256,sha1";

    public const string BytesType = "application/offset+octet-stream";

    public const string Resumable = "Tus-Resumable";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string DeferLength = "Upload-Defer-Length";
    public const string Metadata = "Upload-Metadata";
    public const string Checksum = "Upload-Checksum";
    public const string Expires = "Upload-Expires";

    /// <summary>Digits only: no sign, no space, no fraction; at most <see cref="long.MaxValue"/>.</summary>
    public static bool TryReadNumber(string? text, out long number)
    {
        number = 0;
        return text is { Length: > 0 and <= 19 }
            && text.All(char.IsAsciiDigit)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time as RFC 7231 writes it.</summary>
    public static string Date(Instant at) => at.ToDateTimeUtc().ToString("R", CultureInfo.InvariantCulture);
}
