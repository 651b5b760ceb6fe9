using System.Text.Json;

namespace Lapel.Governance;

public enum ImportState
{
    /// <summary>The file is here and nothing of it was taken.</summary>
    Preview,
    Waiting,
    Running,
    Done,
    Failed,
    Discarded,
}

/// <summary>One file of dispatch, from its arrival on.</summary>
/// <param name="Encoding">How its bytes were read as text, in words.</param>
/// <param name="RowsDone">Rows behind us.</param>
/// <param name="RowsAll">None before they were counted.</param>
/// <param name="Added">Incidents that were new.</param>
/// <param name="Flagged">Rows that were taken and look wrong.</param>
public sealed record DispatchImport(
    ImportId Id,
    string Name,
    DispatchLayout Layout,
    Digest Content,
    long LengthBytes,
    ImportState State,
    string Encoding,
    long RowsDone,
    long? RowsAll,
    long Added,
    long Changed,
    long Same,
    long Bad,
    long Flagged,
    string StartedName,
    Instant SentAt,
    Instant? EndedAt,
    string? Trouble
);

/// <summary>A row that was not taken, or was and looks wrong.</summary>
/// <param name="Line">Of the file; the header is 1.</param>
/// <param name="SettledHow">"mended", or why it was set aside; none while it waits.</param>
public sealed record ImportRow(
    long Line,
    bool Bad,
    IReadOnlyList<string> Fields,
    IReadOnlyList<string> Troubles,
    string Raw,
    Instant? SettledAt,
    string? SettledBy,
    string? SettledHow
);

/// <summary>Imports in the records.</summary>
public static class DispatchImports
{
    public const int PageSize = 50;
    public static readonly Refusal NotFound = new("import-not-found", "There is no such import.", RefusalKind.NotFound);

    public static Task<DispatchImport?> Find(Reading reading, ImportId id, CancellationToken stop) =>
        reading.One("SELECT * FROM dispatch_import WHERE id = @id", new { id }, Read, stop);

    /// <summary>The newest first; ids are made in the order of time.</summary>
    public static Task<IReadOnlyList<DispatchImport>> Page(Reading reading, ImportId? before, int size, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM dispatch_import WHERE id < @before ORDER BY id DESC LIMIT @size",
            new { before = before?.Text ?? "g", size },
            Read,
            stop
        );

    public static Task<IReadOnlyList<ImportRow>> Rows(
        Reading reading,
        ImportId id,
        bool bad,
        long after,
        int size,
        CancellationToken stop
    ) =>
        reading.Many(
            "SELECT * FROM dispatch_row WHERE import = @id AND bad = @bad AND line > @after ORDER BY line LIMIT @size",
            new
            {
                id,
                bad,
                after,
                size,
            },
            ReadRow,
            stop
        );

    public static Task<ImportRow?> Row(Reading reading, ImportId id, long line, CancellationToken stop) =>
        reading.One("SELECT * FROM dispatch_row WHERE import = @id AND line = @line", new { id, line }, ReadRow, stop);

    public static async Task<long> Waiting(Reading reading, CancellationToken stop) =>
        await reading.One(
            "SELECT COUNT(*) AS waiting FROM dispatch_row WHERE bad = 1 AND settled_at IS NULL",
            null,
            row => row.Number("waiting"),
            stop
        );

    internal static Task Insert(Work work, DispatchImport import, AccountId by, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO dispatch_import (id, name, layout, content, length_bytes, state, encoding, rows_done, added, changed, same, bad,
                flagged, started_by, started_name, sent_at)
            VALUES (@Id, @Name, @layout, @Content, @LengthBytes, @state, @Encoding, 0, 0, 0, 0, 0, 0, @by, @StartedName, @SentAt)
            """,
            new
            {
                import.Id,
                import.Name,
                layout = import.Layout.ToJson(),
                import.Content,
                import.LengthBytes,
                state = Words<ImportState>.Of(import.State),
                import.Encoding,
                by,
                import.StartedName,
                import.SentAt,
            },
            stop
        );

    internal static Task Set(Work work, ImportId id, ImportState state, string? trouble, CancellationToken stop) =>
        work.Execute(
            """
            UPDATE dispatch_import SET state = @state, trouble = @trouble,
                ended_at = CASE WHEN @ended = 1 THEN @Now ELSE ended_at END
            WHERE id = @id
            """,
            new
            {
                id,
                state = Words<ImportState>.Of(state),
                trouble,
                ended = state is ImportState.Done or ImportState.Failed or ImportState.Discarded ? 1L : 0L,
                work.Now,
            },
            stop
        );

    static DispatchImport Read(Row row) =>
        new(
            row.Id<Nouns.Import>("id"),
            row.Text("name"),
            DispatchLayout.FromJson(row.Text("layout")),
            row.Digest("content"),
            row.Number("length_bytes"),
            row.Word<ImportState>("state"),
            row.Text("encoding"),
            row.Number("rows_done"),
            row.NumberOrNull("rows_all"),
            row.Number("added"),
            row.Number("changed"),
            row.Number("same"),
            row.Number("bad"),
            row.Number("flagged"),
            row.Text("started_name"),
            row.Time("sent_at"),
            row.TimeOrNull("ended_at"),
            row.TextOrNull("trouble")
        );

    static ImportRow ReadRow(Row row) =>
        new(
            row.Number("line"),
            row.Flag("bad"),
            row.Json<List<string>>("fields"),
            row.Json<List<string>>("troubles"),
            row.Text("raw"),
            row.TimeOrNull("settled_at"),
            row.TextOrNull("settled_by"),
            row.TextOrNull("settled_how")
        );

    internal static object?[] RowValues(ImportId import, CsvRow row, IReadOnlyList<RowTrouble> troubles) =>
        [
            import.Text,
            row.Line,
            troubles.Any(t => t.IsBad) ? 1L : 0L,
            JsonSerializer.Serialize(row.Fields, LapelJson.Lenient),
            JsonSerializer.Serialize(troubles.Select(t => t.Sentence), LapelJson.Lenient),
            row.Raw,
        ];
}
