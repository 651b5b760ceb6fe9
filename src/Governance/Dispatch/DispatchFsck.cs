using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>
/// What fsck asks of dispatch: that every file and message is still what came. A judgement rests on them, so the digest that the custody
/// log has of each is compared with what is kept. They are not sealed: dispatch has them too, and a clerk looks at them.
/// </summary>
sealed class DispatchFsck(AgencyRecords records, ImportFiles files) : IFsckRound
{
    const int Batch = 500;

    public async IAsyncEnumerable<FsckFinding> Look([EnumeratorCancellation] CancellationToken stop)
    {
        var known = new HashSet<Digest>();
        await foreach (var import in Imports(stop))
        {
            known.Add(import.Content);
            if (await WhyNotFile(import.Content, stop) is var (code, why))
                yield return new(code, Severity.Error, $"The dispatch file {import.Name}, sent by {import.StartedName}: {why}");
        }
        await foreach (var imported in Imported(stop))
            if (await WhyNotImported(imported, stop) is var (code, why))
                yield return new(code, Severity.Error, $"Import {imported.Import} of the custody log, {imported.Layout}: {why}");
        foreach (var file in files.All())
            if (
                !(file.Content is { } content && known.Contains(content))
                && FsckFinding.Stray(
                    "dispatch-file-stray",
                    $"{file.Path} is no dispatch file that anybody sent; it can be deleted.",
                    file.Path
                )
                    is { } stray
            )
                yield return stray;
    }

    async Task<(string Code, string Why)?> WhyNotFile(Digest content, CancellationToken stop)
    {
        try
        {
            await using var bytes = files.Open(content);
            return Digest.FromBytes(await SHA256.HashDataAsync(bytes, stop)) == content
                ? null
                : ("dispatch-file-changed", $"{bytes.Name} is not what was received: its digest is another.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ("dispatch-file-missing", $"its bytes are missing; {content} is in no file of the folder dispatch.");
        }
        catch (IOException e)
        {
            return ("dispatch-file-missing", $"its bytes cannot be read: {e.Message}");
        }
    }

    /// <summary>The log's digest against the one in the records, by which the file was found; a message against its own text.</summary>
    async Task<(string Code, string Why)?> WhyNotImported(CustodyEvent.DispatchImported imported, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await DispatchImports.Find(reading, imported.Import, stop) is { } import)
            return import.Content == imported.Content
                ? null
                : ("dispatch-records-differ", $"the records say that it was {import.Content}, the log {imported.Content}.");
        var body = await reading.One(
            "SELECT body FROM dispatch_message WHERE import = @Import",
            new { imported.Import },
            row => row.Text("body"),
            stop
        );
        if (body is null)
            return ("dispatch-records-differ", "the records hold neither a file nor a message of it.");
        // A byte that was no UTF-8 was kept as a sign that one was there, so such a message cannot be hashed again.
        return body.Contains('\uFFFD') || Digest.Of(Encoding.UTF8.GetBytes(body)) == imported.Content
            ? null
            : ("dispatch-message-changed", "the message in the records is not what was received: its digest is another.");
    }

    async IAsyncEnumerable<DispatchImport> Imports([EnumeratorCancellation] CancellationToken stop)
    {
        for (var after = ""; ; )
        {
            IReadOnlyList<DispatchImport> rows;
            await using (var reading = await records.Read(stop))
                rows = await DispatchImports.After(reading, after, Batch, stop);
            foreach (var row in rows)
                yield return row;
            if (rows.Count < Batch)
                yield break;
            after = rows[^1].Id.Text;
        }
    }

    async IAsyncEnumerable<CustodyEvent.DispatchImported> Imported([EnumeratorCancellation] CancellationToken stop)
    {
        for (var after = -1L; ; )
        {
            IReadOnlyList<(long Arrival, byte[] Entry)> rows;
            await using (var reading = await records.Read(stop))
                rows = await reading.Many(
                    """
                    SELECT arrival, entry FROM custody_entry WHERE kind = 'dispatch.imported' AND arrival > @after
                    ORDER BY arrival LIMIT @Batch
                    """,
                    new { after, Batch },
                    row => (row.Number("arrival"), row.Bytes("entry")),
                    stop
                );
            foreach (var (_, entry) in rows)
                if (ReadOrNull(entry) is { } imported)
                    yield return imported;
            if (rows.Count < Batch)
                yield break;
            after = rows[^1].Arrival;
        }
    }

    /// <summary>An entry that cannot be read is said by the round over the log itself.</summary>
    static CustodyEvent.DispatchImported? ReadOrNull(byte[] entry)
    {
        try
        {
            return LogEntry.Read(entry).Event as CustodyEvent.DispatchImported;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
