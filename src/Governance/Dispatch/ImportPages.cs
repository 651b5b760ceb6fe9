using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Files of dispatch for people, by the same functions.</summary>
static class ImportPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/dispatch/imports", ShowAll).Needs(Permission.ImportDispatch).ExcludeFromDescription();
        app.MapForm("/dispatch/imports", SendByForm).Needs(Permission.ImportDispatch).WithMetadata(ImportRoutes.FileSize);
        app.MapGet("/dispatch/imports/{import}", Show).Needs(Permission.ImportDispatch).ExcludeFromDescription();
        app.MapForm("/dispatch/imports/{import}/{act}", ActByForm).Needs(Permission.ImportDispatch);
    }

    static Task<IResult> ShowAll(ImportId? before, AgencyRecords records, CancellationToken stop) =>
        ShowAllPage(before, records, null, stop);

    static async Task<IResult> ShowAllPage(ImportId? before, AgencyRecords records, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return Page.Of<ImportsPage>(
            new
            {
                Imports = await DispatchImports.Page(reading, before, DispatchImports.PageSize, stop),
                Layouts = await Layouts.All(reading, stop),
                First = before is null,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> SendByForm(Form form, [AsParameters] Desk desk, ImportFiles files, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                if ((await desk.Http.Request.ReadFormAsync(stop)).Files.GetFile("file") is not { Length: > 0 } sent)
                    throw new RefusedException(new("file-missing", "Choose a file."));
                await using var body = sent.OpenReadStream();
                var import = await ImportRoutes.Keep(body, sent.FileName, form.TextOrNull("layout"), desk, files, stop);
                return desk.To($"dispatch/imports/{import.Id}");
            },
            refusal => ShowAllPage(null, desk.Records, refusal, stop)
        );

    static Task<IResult> Show(
        ImportId import,
        long? after,
        bool? flagged,
        [AsParameters] Desk desk,
        ImportFiles files,
        CancellationToken stop
    ) => ShowPage(import, after, flagged, desk, files, null, null, stop);

    static async Task<IResult> ShowPage(
        ImportId id,
        long? after,
        bool? flagged,
        Desk desk,
        ImportFiles files,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var import = await DispatchImports.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var waits = import.State is ImportState.Preview or ImportState.Failed;
        return Page.Of<ImportPage>(
            new
            {
                Import = import,
                Preview = waits ? await ImportRoutes.PreviewOf(import, reading, desk, files, stop) : null,
                Header = ImportRoutes.HeaderOf(import, files),
                Rows = waits
                    ? []
                    : await DispatchImports.Rows(reading, id, flagged != true, after ?? 0, ImportRoutes.RowsShown, stop),
                Flagged = flagged == true,
                ImportRoutes.RowsShown,
                Zone = import.Layout.TimeZone ?? desk.Agency.Profile.TimeZone,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ActByForm(
        ImportId import,
        string act,
        Form form,
        [AsParameters] Desk desk,
        ImportFiles files,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var here = $"dispatch/imports/{import}";
                switch (act)
                {
                    case "start":
                        await ImportRoutes.Start(import, desk, stop);
                        return desk.To(here);
                    case "discard":
                        await ImportRoutes.Discard(import, desk, stop);
                        return desk.To("dispatch/imports", "import-discarded");
                    case "layout":
                        await LayoutByForm(import, form, desk, stop);
                        return desk.To(here, "layout-changed");
                    case "mend":
                        var answer = await ImportRoutes.Mend(import, RowOf(form), new([.. form.All("field")]), desk, files, stop);
                        return answer is Refused still ? throw new RefusedException(still.Refusal) : desk.To(here, "row-mended");
                    case "set-aside":
                        await ImportRoutes.SetAside(import, RowOf(form), new(form.Text("reason")), desk, stop);
                        return desk.To(here, "row-set-aside");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(import, null, null, desk, files, form, refusal, stop)
        );

    static long RowOf(Form form) => long.TryParse(form.Text("line"), out var line) ? line : 0;

    static async Task LayoutByForm(ImportId import, Form form, Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await ImportRoutes.Find(work, import, stop);
        var layout = LayoutForm.Read(form, found.Layout);
        await ImportRoutes.SetLayout(work, found, layout, stop);
        if (form.Ticked("save"))
            await Layouts.Save(work, desk.Viewer.Account.Id, layout, stop);
        await work.Commit(stop);
    }
}
