using System.Security.Cryptography;

namespace Lapel.Governance;

/// <summary>
/// The files of dispatch as they came, in the agency's folder under <c>dispatch/</c>, one a digest: what was imported can be looked at
/// and read again for as long as it is kept.
/// </summary>
sealed class ImportFiles(AgencyFolder folder)
{
    string Root => Path.Combine(folder.Root, "dispatch");

    string PathOf(Digest content) => Path.Combine(Root, content.ToString().Split(':')[^1] + ".csv");

    /// <summary>Keeps what comes, durably, and hashes it on its way.</summary>
    /// <exception cref="RefusedException">It is empty, longer than <see cref="CsvText.MostBytes"/> or cannot be read.</exception>
    public async Task<(Digest Content, long LengthBytes)> Keep(Stream from, CancellationToken stop)
    {
        Directory.CreateDirectory(Root);
        var arriving = Path.Combine(Root, $"{Guid.NewGuid():N}.arriving");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = 0L;
            await using (var file = new FileStream(arriving, FileMode.CreateNew, FileAccess.Write))
            {
                var buffer = new byte[64 * 1024];
                int read;
                while ((read = await from.ReadAsync(buffer, stop)) > 0)
                {
                    length += read;
                    if (length > CsvText.MostBytes)
                        throw new RefusedException(TooLong);
                    hash.AppendData(buffer.AsSpan(0, read));
                    await file.WriteAsync(buffer.AsMemory(0, read), stop);
                }
                await file.FlushAsync(stop);
                Durable.Sync(file.SafeFileHandle);
            }
            if (length == 0)
                throw new RefusedException(Empty);
            OpenedFile.Open(new FileStream(arriving, FileMode.Open, FileAccess.Read)).Dispose(); // what cannot be read is not kept
            var content = Digest.Parse("sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset()));
            File.Move(arriving, PathOf(content), overwrite: true);
            Durable.SyncFolder(Root);
            return (content, length);
        }
        finally
        {
            File.Delete(arriving);
        }
    }

    public FileStream Open(Digest content) => new(PathOf(content), FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);

    /// <summary>Every file of the folder, with the digest that its name promises.</summary>
    internal IEnumerable<(Digest? Content, string Path)> All() =>
        Directory.Exists(Root)
            ? Directory
                .EnumerateFiles(Root)
                .Select(path =>
                    (
                        Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out var content)
                            ? content
                            : (Digest?)null,
                        path
                    )
                )
            : [];

    static readonly Refusal TooLong = new(
        "file-too-long",
        "A file has at most 64 MB. Cut it into several; the order in which they are sent does not matter.",
        RefusalKind.Rejected
    );

    static readonly Refusal Empty = new("file-empty", "The file is empty.", RefusalKind.Rejected);
}
