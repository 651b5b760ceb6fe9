using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Lapel.Ingest;

/// <summary>
/// What fsck asks of ingest's folders: uploads/ and its keys against the rows of uploads, quarantine/ byte for byte against what was
/// refused. A server may be at work meanwhile, so whatever looks wrong is asked a second time before it is said.
/// </summary>
sealed class IngestFsck(Agency agency, AgencyRecords records, Uploads uploads, Quarantine quarantine) : IFsckRound
{
    const int Batch = 200;

    public async IAsyncEnumerable<FsckFinding> Look([EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var upload in Pages(UploadRows.WaitingAfter, upload => upload.Id.Text, stop))
            if (await WhyNot(upload, stop) is { } finding && await Find(upload.Id, stop) == upload)
                yield return finding;
        await foreach (var refused in Pages(Quarantine.KeptAfter, refused => refused.Id.Text, stop))
        await foreach (var finding in WhyNot(refused, stop))
            yield return finding;
        await foreach (var finding in Strays(stop))
            yield return finding;
    }

    /// <summary>Rows one by one, each batch in a reading of its own: hashing between them takes its time.</summary>
    async IAsyncEnumerable<T> Pages<T>(
        Func<Reading, string, int, CancellationToken, Task<IReadOnlyList<T>>> page,
        Func<T, string> id,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        for (var after = ""; ; )
        {
            IReadOnlyList<T> rows;
            await using (var reading = await records.Read(stop))
                rows = await page(reading, after, Batch, stop);
            foreach (var row in rows)
                yield return row;
            if (rows.Count < Batch)
                yield break;
            after = id(rows[^1]);
        }
    }

    async Task<FsckFinding?> WhyNot(Upload upload, CancellationToken stop)
    {
        var file = new FileInfo(uploads.BytesFile(upload.Id));
        var length = file.Exists ? file.Length : 0;
        if (length < upload.OffsetBytes || !file.Exists)
            return new(
                "upload-short",
                Severity.Error,
                $"Upload {upload.Id} has {length} bytes on disk, and its camera was told that {upload.OffsetBytes} are. The camera still has the clip: end the upload there."
            );
        if (uploads.ReadMetadata(upload.Id) is null)
            return new(
                "upload-key-missing",
                Severity.Error,
                $"Upload {upload.Id} has lost the file in keys/uploads that came with it, and with it the key of its clip."
            );
        return upload.Digest is { } expected && await WhyNotBytes(file.FullName, expected, stop) is { } why
            ? new("upload-damaged", Severity.Error, $"Upload {upload.Id}: {why}")
            : null;
    }

    async IAsyncEnumerable<FsckFinding> WhyNot(Quarantined refused, [EnumeratorCancellation] CancellationToken stop)
    {
        IReadOnlyList<QuarantinedClip> clips;
        await using (var reading = await records.Read(stop))
            clips = await Quarantine.ClipsOf(reading, refused.Id, stop);
        IEnumerable<(string What, string File, Digest Expected)> kept =
        [
            ("the manifest", quarantine.EnvelopeFile(refused.Id), refused.Manifest),
            .. clips.Select(clip => ($"clip {clip.Number}", FileOf(refused, clip), clip.Digest)),
        ];
        foreach (var (what, file, expected) in kept)
            if (await WhyNotBytes(file, expected, stop) is { } why && await Find(refused.Id, stop) == refused)
                yield return new(
                    "quarantine-damaged",
                    Severity.Error,
                    $"Quarantined {refused.Id} of camera {refused.CameraSerial}, {what}: {why}"
                );
    }

    /// <summary>Until it has been moved, a refused clip lies where it arrived.</summary>
    string FileOf(Quarantined refused, QuarantinedClip clip) =>
        refused.State == QuarantineState.Moving && File.Exists(uploads.BytesFile(clip.Upload))
            ? uploads.BytesFile(clip.Upload)
            : Path.Combine(quarantine.FolderOf(refused.Id), clip.FileName);

    static async Task<string?> WhyNotBytes(string file, Digest expected, CancellationToken stop)
    {
        try
        {
            await using var bytes = File.OpenRead(file);
            return Digest.FromBytes(await SHA256.HashDataAsync(bytes, stop)) == expected
                ? null
                : $"{file} is not what was received: its digest is another.";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{file} is missing.";
        }
        catch (IOException e)
        {
            return $"{file} cannot be read: {e.Message}";
        }
    }

    /// <summary>Files and folders that no row asks for: pieces of uploads that ended, keys of clips that never came.</summary>
    async IAsyncEnumerable<FsckFinding> Strays([EnumeratorCancellation] CancellationToken stop)
    {
        var keys = agency.Folder.Keys;
        foreach (var file in Files(agency.Folder.Uploads).Where(file => !IsBeingWritten(file)))
            if (
                !await IsWaiting(file, stop)
                && Stray("upload-stray", $"{file} belongs to no upload that is under way", file) is { } stray
            )
                yield return stray;
        foreach (var file in Files(Path.Combine(keys, "uploads")).Where(file => !IsBeingWritten(file)))
            if (
                !await IsWaiting(file, stop)
                && Stray("upload-key-orphan", $"{file} came with no upload that is under way", file) is { } stray
            )
                yield return stray;
        foreach (var folder in Folders(agency.Folder.Quarantine))
            if (
                await FindRefused(folder, stop) is null
                && Stray("quarantine-stray", $"{folder} belongs to no refusal in the records", folder) is { } stray
            )
                yield return stray;
        foreach (var folder in Folders(Path.Combine(keys, "quarantine")))
            if (
                await FindRefused(folder, stop) is null or { State: QuarantineState.Admitted }
                && Stray("quarantine-key-orphan", $"{folder} holds keys of nothing that is in quarantine", folder) is { } stray
            )
                yield return stray;
    }

    static FsckFinding? Stray(string code, string what, string path) =>
        FsckFinding.Stray(code, what + "; it can be deleted.", path);

    /// <summary>The temporary neighbour of a durable write, which fsck counts among the leftovers.</summary>
    static bool IsBeingWritten(string file) => Path.GetFileName(file).StartsWith('.');

    async Task<bool> IsWaiting(string file, CancellationToken stop) =>
        UploadId.TryParse(Path.GetFileNameWithoutExtension(file), null, out var id)
        && await Find(id, stop) is { State: UploadState.Receiving or UploadState.Complete or UploadState.Quarantined };

    async Task<Upload?> Find(UploadId id, CancellationToken stop) => await uploads.Find(id, stop);

    async Task<Quarantined?> Find(Id<Quarantined> id, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await Quarantine.Find(reading, id, stop);
    }

    async Task<Quarantined?> FindRefused(string folder, CancellationToken stop) =>
        Id<Quarantined>.TryParse(Path.GetFileName(folder), null, out var id) ? await Find(id, stop) : null;

    static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
}
