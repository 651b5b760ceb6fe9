using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Files of dispatch: sent, looked at, taken in, mended; for programs.</summary>
static class ImportRoutes
{
    internal const int RowsShown = 50;

    internal static readonly RequestSizeLimitAttribute FileSize = new(CsvText.MostBytes + 64 * 1024);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/dispatch/imports", All).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/imports", Send).Needs(Permission.ImportDispatch).WithMetadata(FileSize);
        api.MapGet("/dispatch/imports/{import}", One).Needs(Permission.ImportDispatch);
        api.MapGet("/dispatch/imports/{import}/preview", Preview).Needs(Permission.ImportDispatch);
        api.MapPut("/dispatch/imports/{import}/layout", ChangeLayout).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/imports/{import}/start", Start).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/imports/{import}/discard", Discard).Needs(Permission.ImportDispatch);
        api.MapGet("/dispatch/imports/{import}/rows", RowsOf).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/imports/{import}/rows/{number:long}/mend", Mend).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/imports/{import}/rows/{number:long}/set-aside", SetAside).Needs(Permission.ImportDispatch);
    }

    static async Task<IResult> All(ImportId? before, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var page = await DispatchImports.Page(reading, before, DispatchImports.PageSize, stop);
        return TypedResults.Ok(Paged.Of(page, DispatchImports.PageSize, i => i.Id.Text));
    }

    static async Task<IResult> Send(
        string? name,
        string? layout,
        [AsParameters] Desk desk,
        ImportFiles files,
        CancellationToken stop
    )
    {
        var import = await Keep(desk.Http.Request.Body, name ?? "dispatch.csv", layout, desk, files, stop);
        return TypedResults.Created($"dispatch/imports/{import.Id}", import);
    }

    /// <summary>Keeps the file and what can be said of it at a glance; nothing of it is taken.</summary>
    internal static async Task<DispatchImport> Keep(
        Stream body,
        string name,
        string? layoutName,
        Desk desk,
        ImportFiles files,
        CancellationToken stop
    )
    {
        var named = string.IsNullOrWhiteSpace(layoutName) ? null : await Named(layoutName, desk, stop);
        var (content, length) = await files.Keep(body, stop);
        using var file = OpenedFile.Open(files.Open(content));
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var layout = named ?? Layouts.Guess(await Layouts.All(work, stop), file.Header) ?? Layouts.FiveColumns;
        var import = new DispatchImport(
            ImportId.New(),
            Path.GetFileName(name.Replace('\\', '/')) is { Length: > 0 } plain
                ? plain[..Math.Min(120, plain.Length)]
                : "dispatch.csv",
            layout,
            content,
            length,
            ImportState.Preview,
            file.Encoding.Said,
            0,
            null,
            0,
            0,
            0,
            0,
            0,
            desk.Viewer.Account.FullName,
            work.Now,
            null,
            null
        );
        await DispatchImports.Insert(work, import, desk.Viewer.Account.Id, stop);
        await work.Commit(stop);
        return import;
    }

    static async Task<DispatchLayout> Named(string name, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return await Layouts.Find(reading, name, stop) ?? throw new RefusedException(LayoutRoutes.NotFound);
    }

    static async Task<IResult> One(ImportId import, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await Find(reading, import, stop));
    }

    internal static async Task<DispatchImport> Find(Reading reading, ImportId import, CancellationToken stop) =>
        await DispatchImports.Find(reading, import, stop) ?? throw new RefusedException(DispatchImports.NotFound);

    static async Task<IResult> Preview(ImportId import, [AsParameters] Desk desk, ImportFiles files, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await PreviewOf(await Find(reading, import, stop), reading, desk, files, stop));
    }

    internal static async Task<ImportPreview> PreviewOf(
        DispatchImport import,
        Reading reading,
        Desk desk,
        ImportFiles files,
        CancellationToken stop
    )
    {
        using var file = OpenedFile.Open(files.Open(import.Content));
        var badges = (await Officers.All(reading, stop)).Select(o => o.Badge).ToHashSet(StringComparer.Ordinal);
        return Previewing.Of(
            file,
            import.Layout,
            Span.ZoneOf(desk.Agency.Profile),
            badges,
            await Exigencies.Known(reading, stop),
            desk.Now
        );
    }

    static async Task<IResult> ChangeLayout(
        ImportId import,
        DispatchLayout layout,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await desk.Write(async work => await SetLayout(work, await Find(work, import, stop), layout, stop), stop);
        return TypedResults.Ok(layout);
    }

    internal static async Task SetLayout(Work work, DispatchImport import, DispatchLayout layout, CancellationToken stop)
    {
        if ((import.State is ImportState.Preview or ImportState.Failed ? null : Begun) is { } begun)
            throw new RefusedException(begun);
        if (DispatchLayout.WhyNot(layout) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute(
            "UPDATE dispatch_import SET layout = @json, state = 'preview', trouble = NULL WHERE id = @Id",
            new { json = layout.ToJson(), import.Id },
            stop
        );
    }

    static readonly Refusal Begun = new("import-begun", "This import has begun already, or was discarded.", RefusalKind.Conflict);

    internal static async Task<IResult> Start(ImportId import, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await Find(work, import, stop);
        if (found.State is not (ImportState.Preview or ImportState.Failed))
            throw new RefusedException(Begun);
        await DispatchImports.Set(work, import, ImportState.Waiting, null, stop);
        await Jobs.Enqueue(work, Importing.JobKind, import.Text, stop);
        await work.Commit(stop);
        return TypedResults.Accepted((string?)null, found with { State = ImportState.Waiting });
    }

    internal static async Task<IResult> Discard(ImportId import, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        if ((await Find(work, import, stop)).State is not (ImportState.Preview or ImportState.Failed))
            throw new RefusedException(Begun);
        await DispatchImports.Set(work, import, ImportState.Discarded, null, stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> RowsOf(ImportId import, bool? flagged, long? after, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        await Find(reading, import, stop);
        var rows = await DispatchImports.Rows(reading, import, flagged != true, after ?? 0, RowsShown, stop);
        return TypedResults.Ok(Paged.Of(rows, RowsShown, r => $"{r.Line}"));
    }

    /// <param name="Fields">All fields of the row, in the order of the header.</param>
    public sealed record AskMend(IReadOnlyList<string> Fields);

    internal static async Task<IResult> Mend(
        ImportId import,
        long number,
        AskMend ask,
        [AsParameters] Desk desk,
        ImportFiles files,
        CancellationToken stop
    )
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await Find(work, import, stop);
        var still = await BadRows.Mend(work, found, HeaderOf(found, files), desk.Agency.Profile, number, ask.Fields, stop);
        await work.Commit(stop);
        return still.Count == 0
            ? TypedResults.Ok(new { taken = true })
            : new Refused(new("row-still-bad", string.Join(" ", still.Select(t => t.Sentence)), RefusalKind.Rejected));
    }

    internal static IReadOnlyList<string> HeaderOf(DispatchImport import, ImportFiles files)
    {
        using var file = OpenedFile.Open(files.Open(import.Content));
        return file.Header;
    }

    public sealed record AskSetAside(string Reason);

    internal static async Task<IResult> SetAside(
        ImportId import,
        long number,
        AskSetAside ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await desk.Write(work => BadRows.SetAside(work, import, number, ask.Reason, stop), stop);
        return TypedResults.NoContent();
    }
}
