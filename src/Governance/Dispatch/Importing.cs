using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Takes a file in: a job, so that it goes on after a restart. Rows of one incident are taken together wherever in the file they
/// stand, in batches that commit with how far they came; running it again changes nothing that it did already.
/// </summary>
sealed class Importing(Agency agency, TimeProvider clock) : IJob
{
    public const string JobKind = "dispatch-import";

    /// <summary>Rows a batch: a second of work on SQLite's one writer at the most.</summary>
    const int BatchRows = 2000;

    // Flags are for looking at; a file in which every row looks wrong does not need each of them written down.
    const int MostFlags = 2000;

    public string Kind => JobKind;

    readonly AgencyRecords records = agency.Get<AgencyRecords>();
    readonly ImportFiles files = agency.Get<ImportFiles>();

    public async Task Run(string subject, CancellationToken stop)
    {
        DispatchImport? import;
        await using (var reading = await records.Read(stop))
            import = await DispatchImports.Find(reading, ImportId.Parse(subject), stop);
        if (import is not { State: ImportState.Waiting or ImportState.Running })
            return;
        try
        {
            await Take(import, stop);
        }
        catch (RefusedException refused)
        {
            await using var work = await records.Begin(Actor.System(JobKind), stop);
            await DispatchImports.Set(work, import.Id, ImportState.Failed, refused.Refusal.Sentence, stop);
            await work.Commit(stop);
        }
        agency.Get<Pulse>().Send("dispatch");
    }

    async Task Take(DispatchImport import, CancellationToken stop)
    {
        var lines = Count(import);
        await using (var work = await records.Begin(Actor.System(JobKind), stop))
        {
            await work.Execute(
                "UPDATE dispatch_import SET rows_all = @all, state = 'running' WHERE id = @Id",
                new { all = lines.Rows, import.Id },
                stop
            );
            await work.Commit(stop);
        }
        using var file = OpenedFile.Open(files.Open(import.Content));
        var missing = RowReading.MissingColumns(import.Layout, file.Header);
        if (missing.Count > 0)
            throw new RefusedException(Missing(missing));
        var now = clock.Now();
        var reading = new RowReading(import.Layout, file.Header, Span.ZoneOf(agency.Profile), now);
        var open = new Dictionary<string, SaidIncident>(StringComparer.Ordinal);
        var batch = new Batch();
        var flags = 0;
        while (file.Read() is { } row)
        {
            batch.Rows++;
            batch.LastLine = row.Line;
            var read = reading.Read(row);
            if (read.Troubles.Count > 0 && (read.Said is null || flags++ < MostFlags))
                batch.Troubles.Add((row, read.Troubles));
            if (read.Said is null)
                batch.Bad++;
            else
            {
                if (read.Troubles.Count > 0)
                    batch.Flagged++;
                var number = read.Said.Number;
                open[number] = open.TryGetValue(number, out var before) ? before.Then(read.Said) : read.Said;
            }
            // The incident is complete with the last row that speaks of it.
            if (reading.NumberOf(row) is { } complete && lines.Last[complete] == row.Line && open.Remove(complete, out var said))
                batch.Said.Add(said);
            if (batch.Rows >= BatchRows)
                batch = await Commit(import, batch, stop);
        }
        batch.Said.AddRange(open.Values);
        await Commit(import, batch, stop);
        await Finish(import.Id, lines.Rows, stop);
    }

    /// <summary>A first pass: how many rows there are, and the last line of every incident.</summary>
    (long Rows, Dictionary<string, long> Last) Count(DispatchImport import)
    {
        using var file = OpenedFile.Open(files.Open(import.Content));
        var reading = new RowReading(import.Layout, file.Header, Span.ZoneOf(agency.Profile), clock.Now());
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        long rows = 0;
        while (file.Read() is { } row)
        {
            rows++;
            if (reading.NumberOf(row) is { } number)
                last[number] = row.Line;
        }
        return (rows, last);
    }

    sealed class Batch
    {
        public List<SaidIncident> Said { get; } = [];
        public List<(CsvRow Row, IReadOnlyList<RowTrouble> Troubles)> Troubles { get; } = [];
        public long Rows { get; set; }
        public long LastLine { get; set; }
        public long Bad { get; set; }
        public long Flagged { get; set; }
    }

    async Task<Batch> Commit(DispatchImport import, Batch batch, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System(JobKind), stop);
        var done = await work.One(
            "SELECT rows_done FROM dispatch_import WHERE id = @Id",
            new { import.Id },
            row => row.Number("rows_done"),
            stop
        );
        // Said again after a restart: it is the same then, and neither counted nor written a second time.
        var repeated = batch.LastLine <= done;
        var by = new SaidBy(IncidentSource.File, $"Import of {import.Name}", import.Layout.Whole, import.Id);
        var accepted = await Accepting.Accept(work, batch.Said, by, stop);
        if (!repeated && batch.Rows > 0)
        {
            await WriteTroubles(work, import.Id, batch, accepted.Conflicts, stop);
            await work.Execute(
                """
                UPDATE dispatch_import SET rows_done = @LastLine, added = added + @Added, changed = changed + @Changed,
                    same = same + @Same, bad = bad + @Bad, flagged = flagged + @flagged
                WHERE id = @Id
                """,
                new
                {
                    batch.LastLine,
                    accepted.Added,
                    accepted.Changed,
                    accepted.Same,
                    batch.Bad,
                    flagged = batch.Flagged + accepted.Conflicts.Select(c => c.Line).Distinct().Count(),
                    import.Id,
                },
                stop
            );
        }
        await work.Commit(stop);
        agency.Get<Pulse>().Send("dispatch");
        return new();
    }

    static async Task WriteTroubles(
        Work work,
        ImportId import,
        Batch batch,
        IReadOnlyList<(long Line, string Sentence)> conflicts,
        CancellationToken stop
    )
    {
        var rows = batch.Troubles.ToDictionary(t => t.Row.Line);
        foreach (var (line, sentence) in conflicts)
        {
            var trouble = new RowTrouble("said-twice", false, sentence);
            rows[line] = rows.TryGetValue(line, out var known)
                ? (known.Row, [.. known.Troubles, trouble])
                : (new CsvRow(line, [], null, ""), [trouble]);
        }
        await Governance.Rows.Insert(
            work,
            "dispatch_row",
            ["import", "line", "bad", "fields", "troubles", "raw"],
            [.. rows.Values.Select(r => DispatchImports.RowValues(import, r.Row, r.Troubles))],
            stop
        );
    }

    async Task Finish(ImportId id, long rows, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System(JobKind), stop);
        var import = (await DispatchImports.Find(work, id, stop))!;
        if (import.State == ImportState.Done)
            return;
        await DispatchImports.Set(work, id, ImportState.Done, null, stop);
        work.Append(new CustodyEvent.DispatchImported(id, import.Layout.Name, import.Content, (int)rows, (int)import.Bad));
        await work.Commit(stop);
    }

    static Refusal Missing(IReadOnlyList<string> columns)
    {
        var named = string.Join(" and no column ", columns.Select(c => $"'{c}'"));
        return new("columns-missing", $"The file has no column {named}. Change the mapping.", RefusalKind.Rejected);
    }
}
