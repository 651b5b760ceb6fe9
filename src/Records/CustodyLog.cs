using Microsoft.Extensions.Logging;

namespace Lapel.Records;

/// <summary>
/// The agency's custody log: gives the entries that work committed their places in the Merkle tree, and answers with proofs.
/// <para>
/// The path of an entry: (1) Work.Commit stores it with its change; (2) the integrator gives it a position, in the records; (3) the
/// tile log writes it and signs a new checkpoint. Death between the steps loses nothing: the next start feeds the tile log what has a
/// position and is not in it, then goes on as ever.
/// </para>
/// </summary>
public sealed class CustodyLog : ICloses
{
    const int BatchLength = 4096;

    readonly AgencyRecords records;
    readonly TileLog tiles;
    readonly ILogger<CustodyLog> journal;
    readonly SemaphoreSlim woken = new(0);
    TaskCompletionSource grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    CustodyLog(AgencyRecords records, TileLog tiles, ILogger<CustodyLog> journal)
    {
        this.records = records;
        this.tiles = tiles;
        this.journal = journal;
        records.OnCommitted += () => woken.Release();
    }

    /// <summary>Makes the log's key. Only founding does: an agency that lost its key must not silently begin another log.</summary>
    public static void Found(Agency agency) => LogSigner.NewFor(agency.Profile.Slug).Save(agency.Folder.LogKey);

    public static CustodyLog Open(Agency agency, ILogger<CustodyLog> journal)
    {
        var signer = LogSigner.Load(agency.Folder.LogKey);
        return new(agency.Get<AgencyRecords>(), TileLog.Open(agency.Folder.Log, signer), journal);
    }

    public LogVerifier Verifier => tiles.Verifier;

    /// <summary>Entries under the signed checkpoint.</summary>
    public long Size => tiles.Size;

    /// <summary>When the head was signed, as far as this process knows: its start, or the last growth since.</summary>
    public Instant GrownAt { get; private set; } = TimeProvider.System.Now();

    public Checkpoint Head => tiles.Head;

    /// <summary>The signed checkpoint with the cosignatures collected so far.</summary>
    public string HeadNote => tiles.HeadNote;

    public TileLog Tiles => tiles;

    /// <summary>Why integration stands still, for the health page; none when it moves.</summary>
    public string? Trouble { get; private set; }

    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                while (await Integrate(stop)) { }
                Trouble = null;
                // Other nodes' commits wake nobody here, so look once a second as well.
                await woken.WaitAsync(TimeSpan.FromSeconds(1), stop);
                while (woken.Wait(0, CancellationToken.None)) { }
            }
            catch (Exception trouble) when (!stop.IsCancellationRequested)
            {
                Trouble = trouble.Message;
                journal.LogError(trouble, "The custody log cannot go on");
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    /// <summary>One round; false when nothing was waiting.</summary>
    public async Task<bool> Integrate(CancellationToken stop)
    {
        var moved = await FeedTiles(stop);
        var given = await GivePositions(stop);
        return given > 0 ? await FeedTiles(stop) : moved;
    }

    async Task<int> GivePositions(CancellationToken stop)
    {
        await using (var read = await records.Read(stop))
            if (!await read.Any("SELECT 1 FROM custody_entry WHERE position IS NULL LIMIT 1", null, stop))
                return 0;
        await using var work = await records.Begin(Actor.System("custody-log"), stop);
        if (work.Engine == Engine.Postgres)
            await work.Execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)", null, stop); // one node integrates at a time
        var next = await NextPosition(work, stop);
        var given = await work.Execute(
            $"""
            UPDATE custody_entry SET position = @next + waiting.place
            FROM (
                SELECT arrival AS waiting_arrival, ROW_NUMBER() OVER (ORDER BY arrival) - 1 AS place
                FROM custody_entry WHERE position IS NULL ORDER BY arrival LIMIT {BatchLength}
            ) AS waiting
            WHERE arrival = waiting.waiting_arrival
            """,
            new { next },
            stop
        );
        await work.Commit(stop);
        return given;
    }

    static async Task<long> NextPosition(Reading read, CancellationToken stop) =>
        await read.One("SELECT COALESCE(MAX(position), -1) AS last FROM custody_entry", null, row => row.Number("last"), stop)
        + 1;

    async Task<bool> FeedTiles(CancellationToken stop)
    {
        List<ReadOnlyMemory<byte>> entries = [];
        await using (var read = await records.Read(stop))
        {
            if (await NextPosition(read, stop) is var next && next < tiles.Size)
                throw new InvalidDataException(
                    $"The log holds {tiles.Size} entries but the records only {next}: the records are older than the log. Restore the newer records; the log must not be shortened."
                );
            await foreach (
                var (position, entry) in read.Each(
                    $"SELECT position, entry FROM custody_entry WHERE position >= @from ORDER BY position LIMIT {BatchLength}",
                    new { from = tiles.Size },
                    row => (row.Number("position"), row.Bytes("entry")),
                    stop
                )
            )
            {
                if (position != tiles.Size + entries.Count)
                    throw new InvalidDataException($"The custody log's records lack position {tiles.Size + entries.Count}.");
                entries.Add(entry);
            }
        }
        if (entries.Count == 0)
            return false;
        tiles.Append(entries);
        GrownAt = TimeProvider.System.Now();
        Interlocked.Exchange(ref grown, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        OnGrown?.Invoke();
        return true;
    }

    /// <summary>Raised after the log grew; handlers must only wake something up.</summary>
    public event Action? OnGrown;

    /// <summary>Waits until the log is longer than <paramref name="than"/> entries.</summary>
    public async Task Grown(long than, CancellationToken stop)
    {
        while (true)
        {
            var next = Volatile.Read(ref grown).Task; // taken before looking, so growth in between is not missed
            if (Size > than)
                return;
            await next.WaitAsync(stop);
        }
    }

    /// <summary>Waits until the entry is under a signed checkpoint.</summary>
    /// <returns>Its position in the tree.</returns>
    public async Task<long> Integrated(long arrival, CancellationToken stop)
    {
        while (true)
        {
            var size = Size;
            await using (var read = await records.Read(stop))
                if (
                    await read.One(
                        "SELECT position FROM custody_entry WHERE arrival = @arrival",
                        new { arrival },
                        row => row.NumberOrNull("position"),
                        stop
                    )
                        is { } position
                    && position < Size
                )
                    return position;
            await Grown(size, stop);
        }
    }

    /// <summary>The entry with its proof under the present checkpoint; waits for integration.</summary>
    public async Task<Receipt> ReceiptOf(long arrival, CancellationToken stop)
    {
        var position = await Integrated(arrival, stop);
        return Prove(position);
    }

    /// <summary>Proof that the entry at a position is under the present checkpoint.</summary>
    public Receipt Prove(long position) => tiles.ReceiptFor(position);

    /// <summary>Integrated entries from a position on, in order.</summary>
    public Task<IReadOnlyList<LoggedEntry>> Entries(Reading read, long from, int most, CancellationToken stop) =>
        read.Many(
            "SELECT position, recording, entry FROM custody_entry WHERE position >= @from AND position < @Size ORDER BY position LIMIT @most",
            new
            {
                from,
                Size,
                most,
            },
            ToLogged,
            stop
        );

    /// <summary>What happened to one recording, in order; entries still on their way into the tree come last, with position -1.</summary>
    public static Task<IReadOnlyList<LoggedEntry>> About(Reading read, RecordingId recording, CancellationToken stop) =>
        read.Many(
            "SELECT COALESCE(position, -1) AS position, recording, entry FROM custody_entry WHERE recording = @recording ORDER BY arrival",
            new { recording },
            ToLogged,
            stop
        );

    static LoggedEntry ToLogged(Row row) =>
        new(row.Number("position"), row.IdOrNull<Nouns.Recording>("recording"), LogEntry.Read(row.Bytes("entry")));

    public ValueTask Close()
    {
        tiles.Dispose();
        return ValueTask.CompletedTask;
    }
}
