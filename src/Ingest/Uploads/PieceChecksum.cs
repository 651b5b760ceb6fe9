using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Lapel.Ingest;

/// <summary>What <c>Upload-Checksum</c> states about the bytes of one request.</summary>
sealed record PieceChecksum(HashAlgorithmName Algorithm, byte[] Stated)
{
    /// <param name="why">Null together with a null checksum when there was no header.</param>
    public static bool TryParse(string? header, out PieceChecksum? checksum, [NotNullWhen(false)] out string? why)
    {
        checksum = null;
        why = null;
        if (header is null)
            return true;
        var words = header.Split(' ');
        var (algorithm, lengthBytes) = words[0] switch
        {
            "sha256" => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            "sha1" => (HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
            _ => default,
        };
        var stated = new byte[64];
        if (lengthBytes == 0)
            why = $"Upload-Checksum names an algorithm that is not offered; use one of {Tus.ChecksumAlgorithms}.";
        else if (words.Length != 2 || !Convert.TryFromBase64String(words[1], stated, out var length) || length != lengthBytes)
            why = $"Upload-Checksum must be '{words[0]}', one space and the base64 of {lengthBytes} bytes.";
        else
            checksum = new(algorithm, stated[..lengthBytes]);
        return why is null;
    }

    public bool Matches(ReadOnlySpan<byte> computed) => CryptographicOperations.FixedTimeEquals(Stated, computed);
}
