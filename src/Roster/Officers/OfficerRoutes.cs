using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>Officers and their memberships.</summary>
static class OfficerRoutes
{
    public sealed record AskOfficer(string Badge, string Name, string? Rank = null);

    public sealed record AskChange(string Name, string? Rank = null);

    /// <param name="From">The first day, as 2026-11-21, or a moment; today when none is given.</param>
    /// <param name="Until">The first day, or moment, that is no longer in it; none while it lasts.</param>
    public sealed record AskMembership(UnitId Unit, string? From = null, string? Until = null);

    /// <summary>An officer with where they belonged and what they wore during the span that was asked for.</summary>
    public sealed record OfficerThen(
        Officer Officer,
        IReadOnlyList<Membership> Memberships,
        IReadOnlyList<Assignment> Assignments
    );

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapForm("/roster/officers", EnterByForm).Needs(Permission.EditRoster);
        app.MapGet("/roster/officers/new", ShowNew).Needs(Permission.EditRoster).ExcludeFromDescription();
        app.MapGet("/roster/officers/{officer}", Show).Needs(Permission.SeeRoster).ExcludeFromDescription();
        app.MapForm("/roster/officers/{officer}/{act}", ActByForm).Needs(Permission.EditRoster);

        api.MapGet("/officers", All).Needs(Permission.SeeRoster);
        api.MapPost("/officers", Enter).Needs(Permission.EditRoster);
        api.MapGet("/officers/{officer}", One).Needs(Permission.SeeRoster);
        api.MapPatch("/officers/{officer}", Change).Needs(Permission.EditRoster);
        api.MapPost("/officers/{officer}/leave", Leave).Needs(Permission.EditRoster);
        api.MapGet("/officers/{officer}/memberships", TheirMemberships).Needs(Permission.SeeRoster);
        api.MapPost("/officers/{officer}/memberships", Join).Needs(Permission.EditRoster);
    }

    static async Task<IResult> All(string? after, string? on, [AsParameters] Desk desk, CancellationToken stop)
    {
        var span = AsOf.Read(on, desk.Agency.Profile, desk.Now);
        await using var reading = await desk.Records.Read(stop);
        var officers = await Officers.Page(reading, after, Officers.PageSize, stop);
        var belonged = (await Memberships.During(reading, span, stop)).ToLookup(m => m.Officer);
        var wore = (await Assignments.During(reading, span, stop)).ToLookup(a => a.Officer);
        var then = officers.Select(o => new OfficerThen(o, [.. belonged[o.Id]], [.. wore[o.Id]])).ToList();
        return TypedResults.Ok(Paged.Of(then, Officers.PageSize, o => o.Officer.Badge));
    }

    static async Task<IResult> Enter(AskOfficer ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var officer = await desk.Write(work => Officers.Enter(work, ask.Badge, ask.Name, ask.Rank, stop), stop);
        return TypedResults.Created($"officers/{officer.Id}", officer);
    }

    static async Task<IResult> One(OfficerId officer, string? on, [AsParameters] Desk desk, CancellationToken stop)
    {
        var span = AsOf.Read(on, desk.Agency.Profile, desk.Now);
        await using var reading = await desk.Records.Read(stop);
        var found = await Officers.Find(reading, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var belonged = (await Memberships.Of(reading, officer, stop)).Where(m => m.Span.Overlaps(span));
        var wore = (await Assignments.OfOfficer(reading, officer, stop)).Where(a => a.Span.Overlaps(span));
        return TypedResults.Ok(new OfficerThen(found, [.. belonged], [.. wore]));
    }

    static async Task<IResult> Change(OfficerId officer, AskChange ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Officers.Change(work, officer, ask.Name, ask.Rank, stop), stop));

    static async Task<IResult> Leave(OfficerId officer, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Officers.Leave(work, officer, stop), stop));

    static async Task<IResult> TheirMemberships(OfficerId officer, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await Officers.Find(reading, officer, stop) is null)
            throw new RefusedException(Officers.NotFound);
        return TypedResults.Ok(new Paged<Membership>(await Memberships.Of(reading, officer, stop), null));
    }

    static async Task<IResult> Join(OfficerId officer, AskMembership ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var from = AsOf.Read(ask.From, desk.Agency.Profile, desk.Now).From;
        var until = AsOf.StartOfDay(ask.Until, desk.Agency.Profile);
        var joined = await desk.Write(work => Memberships.Join(work, officer, ask.Unit, from, until, stop), stop);
        return TypedResults.Created($"officers/{officer}/memberships", joined);
    }

    static Task<IResult> ShowNew([AsParameters] Desk desk, CancellationToken stop) => ShowNewPage(null, null, desk, stop);

    static async Task<IResult> ShowNewPage(Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<NewOfficerPage>(
            new
            {
                Units = await Units.All(reading, stop),
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
                var unit = form.IdOrNull<Nouns.Unit>("unit");
                var from = AsOf.Read(form.TextOrNull("from"), desk.Agency.Profile, desk.Now).From;
                await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
                var officer = await Officers.Enter(work, form.Text("badge"), form.Text("name"), form.TextOrNull("rank"), stop);
                if (unit is { } given)
                    await Memberships.Join(work, officer.Id, given, from, null, stop);
                await work.Commit(stop);
                return desk.To($"roster/officers/{officer.Id}", "officer-entered");
            },
            refusal => ShowNewPage(form, refusal, desk, stop)
        );

    static Task<IResult> Show(OfficerId officer, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowPage(officer, null, desk, stop);

    /// <summary>An officer's page; handing out a camera, which <see cref="AssignmentRoutes"/> does, comes back here when it is refused.</summary>
    internal static async Task<IResult> ShowPage(OfficerId id, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var officer = await Officers.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var cameras = await Cameras.All(reading, stop);
        var worn = (await Assignments.During(reading, new Span(desk.Now, null), stop))
            .Where(a => a.Until is null)
            .Select(a => a.Camera)
            .ToHashSet();
        return Page.Of<OfficerPage>(
            new
            {
                desk.Viewer,
                Officer = officer,
                Units = await Units.All(reading, stop),
                Memberships = await Memberships.Of(reading, id, stop),
                Assignments = await Assignments.OfOfficer(reading, id, stop),
                Cameras = cameras,
                Free = cameras
                    .Where(c => c.State is CameraState.Enrolled or CameraState.Expected && !worn.Contains(c.Id))
                    .ToList(),
                Today = Span.DayOf(desk.Now, desk.Agency.Profile),
                Now = desk.Now,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ActByForm(OfficerId officer, string act, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "change":
                        await Change(officer, new(form.Text("name"), form.TextOrNull("rank")), desk, stop);
                        return desk.To($"roster/officers/{officer}", "officer-changed");
                    case "move":
                        var unit = form.Id<Nouns.Unit>("unit", "Choose the unit.");
                        await Join(officer, new(unit, form.TextOrNull("from"), null), desk, stop);
                        return desk.To($"roster/officers/{officer}", "officer-moved");
                    case "leave":
                        await Leave(officer, desk, stop);
                        return desk.To($"roster/officers/{officer}", "officer-left");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(officer, refusal, desk, stop)
        );
}
