using System.Text.Json;

namespace Lapel.Governance;

/// <summary>Rows that could not be taken, mended in place or set aside.</summary>
static class BadRows
{
    static readonly Refusal NotFound = new(
        "row-not-found",
        "There is no such row, or nothing to mend in it.",
        RefusalKind.NotFound
    );

    /// <summary>Reads the row once more with other fields. Taken when it can be; what is still wrong is kept with it.</summary>
    /// <returns>What is still wrong; empty when it was taken.</returns>
    public static async Task<IReadOnlyList<RowTrouble>> Mend(
        Work work,
        DispatchImport import,
        IReadOnlyList<string> header,
        AgencyProfile agency,
        long line,
        IReadOnlyList<string> fields,
        CancellationToken stop
    )
    {
        var found = await Open(work, import.Id, line, stop);
        if (fields.Count != header.Count || fields.Any(f => f.Length > 2000))
            throw new RefusedException(
                new("fields-wrong", $"Send the row's {header.Count} fields, each of at most 2,000 characters.")
            );
        var reading = new RowReading(import.Layout, header, Span.ZoneOf(agency), work.Now);
        var read = reading.Read(new CsvRow(line, fields, null, found.Raw));
        var json = JsonSerializer.Serialize(fields, LapelJson.Lenient);
        var sentences = JsonSerializer.Serialize(read.Troubles.Select(t => t.Sentence), LapelJson.Lenient);
        await work.Execute(
            "UPDATE dispatch_row SET fields = @json, troubles = @sentences WHERE import = @Id AND line = @line",
            new
            {
                json,
                sentences,
                import.Id,
                line,
            },
            stop
        );
        if (read.Said is not { } said)
            return [.. read.Troubles.Where(t => t.IsBad)];
        // One row never says all there is about its incident.
        var reason = $"Row {line} of {import.Name} mended";
        await Accepting.Accept(work, [said], new(IncidentSource.File, work.Actor.Name, Reason: reason), stop);
        await Settle(work, import.Id, line, "mended", stop);
        var incident = (await Incidents.FindByNumber(work, said.Number, stop))!;
        work.Append(new CustodyEvent.IncidentChanged(incident.Id, incident.Number, "row-mended", reason));
        return [];
    }

    /// <summary>The row stays as it is and is not asked about any more.</summary>
    public static async Task SetAside(Work work, ImportId import, long line, string? reason, CancellationToken stop)
    {
        await Open(work, import, line, stop);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 500)
            throw new RefusedException(new("reason-missing", "Say why, in at most 500 characters."));
        await Settle(work, import, line, reason.Trim(), stop);
    }

    static async Task<ImportRow> Open(Work work, ImportId import, long line, CancellationToken stop) =>
        await DispatchImports.Row(work, import, line, stop) is { Bad: true, SettledAt: null } row
            ? row
            : throw new RefusedException(NotFound);

    static Task Settle(Work work, ImportId import, long line, string how, CancellationToken stop) =>
        work.Execute(
            """
            UPDATE dispatch_row SET settled_at = @Now, settled_by = @name, settled_how = @how WHERE import = @import AND line = @line
            """,
            new
            {
                work.Now,
                name = work.Actor.Name,
                how,
                import,
                line,
            },
            stop
        );
}
