using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Evidence;

/// <summary>The pages of recordings. They read what they show in one go; the components only draw.</summary>
static class RecordingPages
{
    const int CustodyShown = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        var form = new RequireAntiforgeryTokenAttribute();
        app.MapGet("/recordings", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/recordings/{id}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/recordings/{id}/purpose", LookFor).NeedsSignIn();
        app.MapPost("/recordings/{id}/grants", Give).Needs(Permission.GrantAccess).WithMetadata(form).ExcludeFromDescription();
        app.MapPost("/recordings/{id}/grants/{number:long}/revoke", Revoke)
            .Needs(Permission.GrantAccess)
            .WithMetadata(form)
            .ExcludeFromDescription();
    }

    static async Task<IResult> List(
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var (query, refusal) = await RecordingQuery.Read(http.Request, reading, agency.Profile, stop);
        var reach = await Reach.Of(reading, viewer, stop);
        var page = query is null ? new([], null, null) : await query.Run(reading, viewer, clock.Now(), stop);
        var units = reach.All || reach.Units.Count > 0 ? await Units.All(reading, stop) : [];
        return Page.Of<RecordingsPage>(
            new
            {
                Rows = page,
                Units = units.Where(u => reach.All || reach.Units.Contains(u.Id)).ToList(),
                SeesOthers = reach.All || reach.Units.Count > 0,
                Refusal = refusal,
            },
            refusal is null ? StatusCodes.Status200OK : Refused.StatusOf(refusal.Kind)
        );
    }

    static Task<IResult> One(
        RecordingId id,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        IEnumerable<IRecordingAside> asides,
        TimeProvider clock,
        CancellationToken stop
    ) => Show(id, viewer, records, asides, clock, null, stop);

    static async Task<IResult> Show(
        RecordingId id,
        Viewer viewer,
        AgencyRecords records,
        IEnumerable<IRecordingAside> asides,
        TimeProvider clock,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        var (looked, viewing) = await Look(id, viewer, records, clock, stop);
        if (viewing is null)
            return Page.Of<PurposePage>(
                new { Recording = looked, Trouble = trouble },
                trouble is null ? 200 : Refused.StatusOf(trouble.Kind)
            );
        await using var reading = await records.Read(stop);
        var recording = await Access.Require(reading, viewer, id, Act.See, clock.Now(), stop);
        var (_, manifest) = SignedManifest.Read((await AdmittedManifests.Of(reading, id, stop))!.Envelope);
        var custody = await CustodyLog.About(reading, id, stop);
        var mayGrant = viewer.May(Permission.GrantAccess);
        var grants = new List<(AccessGrant, string)>();
        foreach (var grant in mayGrant ? await AccessGrants.Of(reading, id, stop) : [])
            grants.Add((grant, (await Accounts.Find(reading, grant.Account, stop))?.FullName ?? "An account that is gone"));
        var view = new RecordingView(
            recording,
            manifest,
            await Clips.WithIndexes(reading, id, stop),
            viewing,
            [.. custody.Reverse().Take(CustodyShown)],
            custody.Count,
            grants,
            mayGrant
                ?
                [
                    .. (await Accounts.Page(reading, null, 500, stop)).Where(a =>
                        a.DisabledAt is null && a.Role != Role.Administrator && a.Id != viewer.Account.Id
                    ),
                ]
                : [],
            recording.Unit is { } unit ? (await Units.Find(reading, unit, stop))?.Name : null,
            viewer.May(Permission.ExportRecordings),
            viewer.May(Permission.VerifyRecordings),
            mayGrant,
            await AsidesOf(asides, reading, viewer, recording, stop),
            clock.Now()
        );
        return Page.Of<RecordingPage>(
            new { View = view, Refusal = trouble },
            trouble is null ? 200 : Refused.StatusOf(trouble.Kind)
        );
    }

    static async Task<IReadOnlyList<Aside>> AsidesOf(
        IEnumerable<IRecordingAside> asides,
        Reading reading,
        Viewer viewer,
        Recording recording,
        CancellationToken stop
    )
    {
        var found = new List<Aside>();
        foreach (var aside in asides.OrderBy(a => a.Order))
            if (await aside.Read(reading, viewer, recording, stop) is { } card)
                found.Add(card);
        return found;
    }

    /// <summary>
    /// Showing the page is looking: it shows pictures and where the officer was. Coming back soon is the same look; otherwise whoever
    /// did not wear the camera is asked why first.
    /// </summary>
    /// <returns>No viewing: the purpose is wanted.</returns>
    static async Task<(Recording Recording, Viewing? Viewing)> Look(
        RecordingId id,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using (var reading = await records.Read(stop))
        {
            var recording = await Access.Require(reading, viewer, id, Act.Play, clock.Now(), stop);
            if (await Viewings.FindRecent(reading, viewer, id, clock.Now(), stop) is { } same)
                return (recording, same);
            if (ViewingPurpose.IsAskedOf(viewer, recording))
                return (recording, null);
        }
        await using var work = await records.Begin(viewer.Actor, stop);
        var own = await Access.Require(work, viewer, id, Act.Play, work.Now, stop);
        var opened = await Viewings.Open(work, viewer, id, Viewings.Page, null, stop);
        await work.Commit(stop);
        return (own, opened);
    }

    static async Task<IResult> LookFor(
        RecordingId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var recording = await Access.Require(work, viewer, id, Act.Play, work.Now, stop);
        var (purpose, words) = (form.Text("purpose"), form.TextOrNull("words"));
        if (ViewingPurpose.WhyNotChoose(purpose, words) is { } refusal)
            return Page.Of<PurposePage>(
                new
                {
                    Recording = recording,
                    Chosen = purpose,
                    Words = words,
                    Trouble = refusal,
                },
                Refused.StatusOf(refusal.Kind)
            );
        await Viewings.Open(work, viewer, id, Viewings.Page, ViewingPurpose.Said(purpose, words), stop);
        await work.Commit(stop);
        return Forms.To(http, $"recordings/{id}");
    }

    static async Task<IResult> Give(
        RecordingId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        IEnumerable<IRecordingAside> asides,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        try
        {
            await using var work = await records.Begin(viewer.Actor, stop);
            await Access.Require(work, viewer, id, Act.Grant, work.Now, stop);
            Instant? until =
                int.TryParse(form.Text("days"), out var count) && count is > 0 and <= 3650
                    ? work.Now + Duration.FromDays(count)
                    : null;
            await AccessGrants.Give(
                work,
                viewer.Account.Id,
                await RecordingRoutes.FindAccount(work, form.TextOrNull("account"), stop),
                id,
                form.TextOrNull("reason"),
                until,
                stop
            );
            await work.Commit(stop);
        }
        catch (RefusedException refused) when (refused.Refusal.Kind != RefusalKind.NotFound)
        {
            return await Show(id, viewer, records, asides, clock, refused.Refusal, stop);
        }
        return TypedResults.LocalRedirect($"{http.Request.PathBase}/recordings/{id}#access");
    }

    static async Task<IResult> Revoke(
        RecordingId id,
        long number,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        IEnumerable<IRecordingAside> asides,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        try
        {
            await using var work = await records.Begin(viewer.Actor, stop);
            await Access.Require(work, viewer, id, Act.Grant, work.Now, stop);
            await AccessGrants.Revoke(work, viewer.Account.Id, id, number, form.TextOrNull("reason"), stop);
            await work.Commit(stop);
        }
        catch (RefusedException refused) when (refused.Refusal.Kind != RefusalKind.NotFound)
        {
            return await Show(id, viewer, records, asides, clock, refused.Refusal, stop);
        }
        return TypedResults.LocalRedirect($"{http.Request.PathBase}/recordings/{id}#access");
    }
}
