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

    static async Task<IResult> All(
        string? after,
        string? on,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    )
    {
        var span = AsOf.Read(on, agency.Profile, clock.Now);
        await using var reading = await records.Read(stop);
        var officers = await Officers.Page(reading, after, Officers.PageSize, stop);
        var belonged = (await Memberships.During(reading, span, stop)).ToLookup(m => m.Officer);
        var wore = (await Assignments.During(reading, span, stop)).ToLookup(a => a.Officer);
        var then = officers.Select(o => new OfficerThen(o, [.. belonged[o.Id]], [.. wore[o.Id]])).ToList();
        return TypedResults.Ok(Paged.Of(then, Officers.PageSize, o => o.Officer.Badge));
    }

    static async Task<IResult> Enter(AskOfficer ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var officer = await Officers.Enter(work, ask.Badge, ask.Name, ask.Rank, stop);
        await work.Commit(stop);
        return TypedResults.Created($"officers/{officer.Id}", officer);
    }

    static async Task<IResult> One(
        OfficerId officer,
        string? on,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    )
    {
        var span = AsOf.Read(on, agency.Profile, clock.Now);
        await using var reading = await records.Read(stop);
        var found = await Officers.Find(reading, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var belonged = (await Memberships.Of(reading, officer, stop)).Where(m => m.Span.Overlaps(span));
        var wore = (await Assignments.OfOfficer(reading, officer, stop)).Where(a => a.Span.Overlaps(span));
        return TypedResults.Ok(new OfficerThen(found, [.. belonged], [.. wore]));
    }

    static async Task<IResult> Change(
        OfficerId officer,
        AskChange ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var changed = await Officers.Change(work, officer, ask.Name, ask.Rank, stop);
        await work.Commit(stop);
        return TypedResults.Ok(changed);
    }

    static async Task<IResult> Leave(OfficerId officer, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var left = await Officers.Leave(work, officer, stop);
        await work.Commit(stop);
        return TypedResults.Ok(left);
    }

    static async Task<IResult> TheirMemberships(OfficerId officer, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await Officers.Find(reading, officer, stop) is null)
            throw new RefusedException(Officers.NotFound);
        return TypedResults.Ok(new Paged<Membership>(await Memberships.Of(reading, officer, stop), null));
    }

    static async Task<IResult> Join(
        OfficerId officer,
        AskMembership ask,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    )
    {
        var from = AsOf.Read(ask.From, agency.Profile, clock.Now).From;
        var until = AsOf.StartOfDay(ask.Until, agency.Profile);
        await using var work = await records.Begin(viewer.Actor, stop);
        var joined = await Memberships.Join(work, officer, ask.Unit, from, until, stop);
        await work.Commit(stop);
        return TypedResults.Created($"officers/{officer}/memberships", joined);
    }

    static Task<IResult> ShowNew(AgencyRecords records, CancellationToken stop) => ShowNewPage(records, null, null, stop);

    static async Task<IResult> ShowNewPage(AgencyRecords records, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
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

    static Task<IResult> EnterByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var unit = form.IdOrNull<Nouns.Unit>("unit");
                var from = AsOf.Read(form.TextOrNull("from"), agency.Profile, clock.Now).From;
                await using var work = await records.Begin(viewer.Actor, stop);
                var officer = await Officers.Enter(work, form.Text("badge"), form.Text("name"), form.TextOrNull("rank"), stop);
                if (unit is { } given)
                    await Memberships.Join(work, officer.Id, given, from, null, stop);
                await work.Commit(stop);
                return Forms.To(http, $"roster/officers/{officer.Id}", "officer-entered");
            },
            refusal => ShowNewPage(records, form, refusal, stop)
        );

    static Task<IResult> Show(
        OfficerId officer,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) => ShowPage(officer, viewer, agency, records, clock, null, stop);

    /// <summary>An officer's page; handing out a camera, which <see cref="AssignmentRoutes"/> does, comes back here when it is refused.</summary>
    internal static async Task<IResult> ShowPage(
        OfficerId id,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var officer = await Officers.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var cameras = await Cameras.All(reading, stop);
        var worn = (await Assignments.During(reading, new Span(clock.Now, null), stop))
            .Where(a => a.Until is null)
            .Select(a => a.Camera)
            .ToHashSet();
        return Page.Of<OfficerPage>(
            new
            {
                Viewer = viewer,
                Officer = officer,
                Units = await Units.All(reading, stop),
                Memberships = await Memberships.Of(reading, id, stop),
                Assignments = await Assignments.OfOfficer(reading, id, stop),
                Cameras = cameras,
                Free = cameras
                    .Where(c => c.State is CameraState.Enrolled or CameraState.Expected && !worn.Contains(c.Id))
                    .ToList(),
                Today = Span.DayOf(clock.Now, agency.Profile),
                Now = clock.Now,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ActByForm(
        HttpContext http,
        OfficerId officer,
        string act,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "change":
                        await Change(officer, new(form.Text("name"), form.TextOrNull("rank")), viewer, records, stop);
                        return Forms.To(http, $"roster/officers/{officer}", "officer-changed");
                    case "move":
                        var unit = form.Id<Nouns.Unit>("unit", "Choose the unit.");
                        await Join(officer, new(unit, form.TextOrNull("from"), null), viewer, agency, records, clock, stop);
                        return Forms.To(http, $"roster/officers/{officer}", "officer-moved");
                    case "leave":
                        await Leave(officer, viewer, records, stop);
                        return Forms.To(http, $"roster/officers/{officer}", "officer-left");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(officer, viewer, agency, records, clock, refusal, stop)
        );
}
