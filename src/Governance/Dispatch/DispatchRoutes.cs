using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Incidents as people and programs see them, and by hand.</summary>
public static class DispatchRoutes
{
    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/dispatch", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/dispatch/on-view", ShowOnView).Needs(Permission.AnswerFindings).ExcludeFromDescription();
        app.MapForm("/dispatch/on-view", EnterByForm).Needs(Permission.AnswerFindings);
        app.MapGet("/dispatch/{incident}", Show).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/dispatch/{incident}/correct", CorrectByForm).Needs(Permission.ImportDispatch);

        api.MapGet("/incidents", All).NeedsSignIn();
        api.MapPost("/incidents", Enter).Needs(Permission.AnswerFindings);
        api.MapGet("/incidents/{incident}", One).NeedsSignIn();
        api.MapPatch("/incidents/{incident}", Correct).Needs(Permission.ImportDispatch);
    }

    static async Task<IResult> All([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var list = await IncidentList.Read(desk.Http.Request, reading, desk.Agency.Profile, stop);
        var slice = await list.Run(reading, await DispatchReach.Of(reading, desk.Viewer, stop), stop);
        return TypedResults.Ok(
            new
            {
                items = slice.Rows,
                newer = slice.Newer?.ToString(),
                older = slice.Older?.ToString(),
            }
        );
    }

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var reach = await DispatchReach.Of(reading, desk.Viewer, stop);
        if (reach.IsNothing && !desk.Viewer.May(Permission.SeeDispatch) && !desk.Viewer.May(Permission.AnswerFindings))
            throw new RefusedException(WhoMay.Nothing);
        Refusal? refusal = null;
        var slice = new IncidentSlice([], null, null);
        try
        {
            slice = await (await IncidentList.Read(desk.Http.Request, reading, desk.Agency.Profile, stop)).Run(
                reading,
                reach,
                stop
            );
        }
        catch (RefusedException wrong)
        {
            refusal = wrong.Refusal;
        }
        return Page.Of<IncidentsPage>(
            new
            {
                Slice = slice,
                reach.SeesOthers,
                Viewer = desk.Viewer,
                Waiting = desk.Viewer.May(Permission.ImportDispatch) ? await DispatchImports.Waiting(reading, stop) : 0,
                Refusal = refusal,
            },
            Forms.StatusOf(refusal)
        );
    }

    /// <summary>The incident with its parts and its past; none when it is not the viewer's to know of.</summary>
    public sealed record SeenWhole(
        SeenIncident Seen,
        string? Note,
        DispatchIncident? MergedInto,
        IReadOnlyList<FormerRevision> Former
    );

    static async Task<SeenWhole> Find(Reading reading, Viewer viewer, string number, CancellationToken stop)
    {
        var reach = await DispatchReach.Of(reading, viewer, stop);
        if (reach.IsNothing || (await Incidents.Known(reading, [number], stop)).GetValueOrDefault(number) is not { } known)
            throw new RefusedException(Incidents.NotFound);
        var parts = (await IncidentList.Parts(reading, [known.Incident.Id], reach, stop))[known.Incident.Id].ToList();
        if (!reach.All && !parts.Any(p => p.Mine))
            throw new RefusedException(Incidents.NotFound);
        var merged = known.Incident.MergedInto is { } into ? await Incidents.Find(reading, into, stop) : null;
        // What stood before names everybody who took part: for those who see others.
        var former = reach.SeesOthers ? await Incidents.Former(reading, known.Incident.Id, stop) : [];
        return new(new(known.Incident, known.BeginsAt, parts), known.Note, merged, former);
    }

    static async Task<IResult> One(string incident, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await Find(reading, desk.Viewer, incident, stop));
    }

    static Task<IResult> Show(string incident, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowPage(incident, desk, null, stop);

    static async Task<IResult> ShowPage(string number, Desk desk, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        SeenWhole whole;
        try
        {
            whole = await Find(reading, desk.Viewer, number, stop);
        }
        catch (RefusedException)
        {
            throw new RefusedException(WhoMay.Nothing);
        }
        return Page.Of<IncidentPage>(
            new
            {
                Whole = whole,
                Found = await Found(reading, desk.Viewer, whole.Seen.Parts, stop),
                MayCorrect = desk.Viewer.May(Permission.ImportDispatch),
                Exigencies = await Exigencies.At(reading, whole.Seen.BeginsAt, stop),
                Offset = await DispatchClock.OffsetAt(reading, whole.Seen.BeginsAt, stop),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    /// <summary>What was found of the parts that the viewer may see, and what counts for an earlier call of the same officer.</summary>
    static async Task<ILookup<AttendanceId, (Finding Finding, bool Elsewhere)>> Found(
        Reading reading,
        Viewer viewer,
        IEnumerable<SeenPart> parts,
        CancellationToken stop
    )
    {
        var reach = await WhoSees.Of(reading, viewer, stop);
        var found = new List<(AttendanceId Of, Finding Finding, bool Elsewhere)>();
        foreach (var part in parts.Where(p => p.Mine).Select(p => p.Attendance))
        {
            found.AddRange((await Findings.OfAttendance(reading, part.Id, stop)).Select(f => (part.Id, f, false)));
            if (part.Officer is { } officer)
                found.AddRange((await Findings.HeldElsewhere(reading, officer, part.Id, stop)).Select(f => (part.Id, f, true)));
        }
        return found.Where(f => reach.Sees(f.Finding)).ToLookup(f => f.Of, f => (f.Finding, f.Elsewhere));
    }

    static async Task<IResult> Enter(AskOnView ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var incident = await Entered(ask, desk, stop);
        return TypedResults.Created($"incidents/{incident.Number}", incident);
    }

    static Task<DispatchIncident> Entered(AskOnView ask, Desk desk, CancellationToken stop) =>
        desk.Write(
            async work =>
                await ByHand.Enter(work, await Own(work, desk.Viewer, stop), ask, Span.ZoneOf(desk.Agency.Profile), stop),
            stop
        );

    /// <summary>The officer that the account is.</summary>
    internal static async Task<Officer> Own(Reading reading, Viewer viewer, CancellationToken stop) =>
        viewer.Account.Officer is { } own && await Officers.Find(reading, own, stop) is { } officer
            ? officer
            : throw new RefusedException(
                new("not-an-officer", "This account is no officer's, so it has no activity of its own.", RefusalKind.Forbidden)
            );

    static async Task<IResult> Correct(string incident, AskCorrection ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => ByHand.Correct(work, incident, ask, stop), stop));

    static Task<IResult> ShowOnView([AsParameters] Desk desk, CancellationToken stop) => ShowOnViewPage(desk, null, null, stop);

    static async Task<IResult> ShowOnViewPage(Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<OnViewPage>(
            new
            {
                Now = DispatchForms.Local(desk.Now, desk.Agency.Profile),
                Exigencies = await Exigencies.At(reading, desk.Now, stop),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> EnterByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var ask = new AskOnView(
                    DispatchForms.Word<Activity>(form, "activity", "Choose what it was."),
                    DispatchForms.Time(form, "arrived", desk.Agency.Profile, "Say when it began."),
                    AsOf.WallTime(form.TextOrNull("cleared"), desk.Agency.Profile),
                    DispatchForms.WordOrNull<Place>(form, "place"),
                    form.TextOrNull("exigency"),
                    form.TextOrNull("note"),
                    form.TextOrNull("address")
                );
                var incident = await Entered(ask, desk, stop);
                return desk.To(Incidents.PageOf(incident.Number), "activity-entered");
            },
            refusal => ShowOnViewPage(desk, form, refusal, stop)
        );

    static Task<IResult> CorrectByForm(string incident, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                Instant? At(AttendanceId id, string what) => AsOf.WallTime(form.TextOrNull($"{what}-{id}"), desk.Agency.Profile);
                var parts = form.All("part")
                    .Where(p => AttendanceId.TryParse(p, null, out _))
                    .Select(AttendanceId.Parse)
                    .Select(id => new AskPart(
                        id,
                        DispatchForms.WordOrNull<Activity>(form, $"activity-{id}"),
                        At(id, "dispatched"),
                        At(id, "en-route"),
                        At(id, "arrived"),
                        At(id, "cleared"),
                        form.Ticked($"withdrawn-{id}")
                    ))
                    .ToList();
                var ask = new AskCorrection(
                    form.Text("reason"),
                    form.TextOrNull("call-type"),
                    int.TryParse(form.TextOrNull("priority"), out var priority) ? priority : null,
                    form.TextOrNull("address"),
                    DispatchForms.WordOrNull<Place>(form, "place"),
                    form.Names.Contains("exigency") ? form.Text("exigency") : null,
                    form.TextOrNull("merged-into"),
                    parts
                );
                await Correct(incident, ask, desk, stop);
                return desk.To(Incidents.PageOf(incident), "incident-corrected");
            },
            refusal => ShowPage(incident, desk, refusal, stop)
        );
}

/// <summary>Fields of dispatch's forms.</summary>
static class DispatchForms
{
    public static string Local(Instant at, AgencyProfile agency) =>
        at.InZone(Span.ZoneOf(agency)).ToString("uuuu-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    public static string LocalSeconds(Instant? at, string zone) =>
        at is { } known
            ? known
                .InZone(NodaTime.DateTimeZoneProviders.Tzdb[zone])
                .ToString("uuuu-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)
            : "";

    public static Instant Time(Form form, string name, AgencyProfile agency, string missing) =>
        AsOf.WallTime(form.TextOrNull(name), agency) ?? throw new RefusedException(new("time-missing", missing));

    public static T Word<T>(Form form, string name, string missing)
        where T : struct, Enum => WordOrNull<T>(form, name) ?? throw new RefusedException(new("choice-missing", missing));

    public static T? WordOrNull<T>(Form form, string name)
        where T : struct, Enum => Words<T>.TryParse(form.TextOrNull(name), out var word) ? word : null;

    public static readonly IReadOnlyList<Choice> Activities =
    [
        .. Enum.GetValues<Activity>().Select(a => new Choice(Word(a), Spoken(Word(a)))),
    ];

    public static readonly IReadOnlyList<Choice> Places =
    [
        new("", "Not known"),
        .. Enum.GetValues<Place>().Select(p => new Choice(Words<Place>.Of(p), Spoken(Words<Place>.Of(p)))),
    ];

    public static string Word(Activity activity) => Words<Activity>.Of(activity);

    /// <summary>"private-home" → "Private home".</summary>
    public static string Spoken(string word) => char.ToUpperInvariant(word[0]) + word[1..].Replace('-', ' ');
}
