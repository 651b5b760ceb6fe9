using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Evidence;

/// <summary>The pages of recordings. They read what they show in one go; the components only draw.</summary>
public static class RecordingPages
{
    const int CustodyShown = 100;

    internal static void Map(IEndpointRouteBuilder app)
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

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var (query, refusal) = await RecordingQuery.Read(desk.Http.Request, reading, desk.Agency.Profile, stop);
        var reach = await Reach.Of(reading, desk.Viewer, stop);
        var page = query is null ? new([], null, null) : await query.Run(reading, desk.Viewer, desk.Now, stop);
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
        [AsParameters] Desk desk,
        IEnumerable<IRecordingAside> asides,
        CancellationToken stop
    ) => Show(id, desk, asides, null, null, stop);

    /// <summary>The page; after a form on it was refused with what was typed, which its cards take as a cascading parameter.</summary>
    public static async Task<IResult> Show(
        RecordingId id,
        Desk desk,
        IEnumerable<IRecordingAside> asides,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        var (looked, viewing) = await Look(id, desk, stop);
        if (viewing is null)
            return Page.Of<PurposePage>(
                new { Recording = looked, Trouble = trouble },
                trouble is null ? 200 : Refused.StatusOf(trouble.Kind)
            );
        await using var reading = await desk.Records.Read(stop);
        var recording = await Access.Require(reading, desk.Viewer, id, Act.See, desk.Now, stop);
        var (_, manifest) = SignedManifest.Read((await AdmittedManifests.Of(reading, id, stop))!.Envelope);
        var custody = await CustodyLog.About(reading, id, stop);
        var mayGrant = desk.Viewer.May(Permission.GrantAccess);
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
                        a.DisabledAt is null && a.Role != Role.Administrator && a.Id != desk.Viewer.Account.Id
                    ),
                ]
                : [],
            recording.Unit is { } unit ? (await Units.Find(reading, unit, stop))?.Name : null,
            desk.Viewer.May(Permission.ExportRecordings),
            desk.Viewer.May(Permission.VerifyRecordings),
            mayGrant,
            await AsidesOf(asides, reading, desk.Viewer, recording, stop),
            desk.Now
        );
        return Page.Of<RecordingPage>(
            new
            {
                View = view,
                Typed = typed,
                Refusal = trouble,
            },
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
    static async Task<(Recording Recording, Viewing? Viewing)> Look(RecordingId id, Desk desk, CancellationToken stop)
    {
        await using (var reading = await desk.Records.Read(stop))
        {
            var recording = await Access.Require(reading, desk.Viewer, id, Act.Play, desk.Now, stop);
            if (await Viewings.FindRecent(reading, desk.Viewer, id, desk.Now, stop) is { } same)
                return (recording, same);
            if (ViewingPurpose.IsAskedOf(desk.Viewer, recording))
                return (recording, null);
        }
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var own = await Access.Require(work, desk.Viewer, id, Act.Play, work.Now, stop);
        var opened = await Viewings.Open(work, desk.Viewer, id, Viewings.Page, null, stop);
        await work.Commit(stop);
        return (own, opened);
    }

    static async Task<IResult> LookFor(RecordingId id, Form form, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var recording = await Access.Require(work, desk.Viewer, id, Act.Play, work.Now, stop);
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
        await Viewings.Open(work, desk.Viewer, id, Viewings.Page, ViewingPurpose.Said(purpose, words), stop);
        await work.Commit(stop);
        return desk.To($"recordings/{id}");
    }

    static async Task<IResult> Give(
        RecordingId id,
        Form form,
        [AsParameters] Desk desk,
        IEnumerable<IRecordingAside> asides,
        CancellationToken stop
    )
    {
        try
        {
            await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
            await Access.Require(work, desk.Viewer, id, Act.Grant, work.Now, stop);
            Instant? until =
                int.TryParse(form.Text("days"), out var count) && count is > 0 and <= 3650
                    ? work.Now + Duration.FromDays(count)
                    : null;
            await AccessGrants.Give(
                work,
                desk.Viewer.Account.Id,
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
            return await Show(id, desk, asides, form, refused.Refusal, stop);
        }
        return TypedResults.LocalRedirect($"{desk.Http.Request.PathBase}/recordings/{id}#access");
    }

    static async Task<IResult> Revoke(
        RecordingId id,
        long number,
        Form form,
        [AsParameters] Desk desk,
        IEnumerable<IRecordingAside> asides,
        CancellationToken stop
    )
    {
        try
        {
            await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
            await Access.Require(work, desk.Viewer, id, Act.Grant, work.Now, stop);
            await AccessGrants.Revoke(work, desk.Viewer.Account.Id, id, number, form.TextOrNull("reason"), stop);
            await work.Commit(stop);
        }
        catch (RefusedException refused) when (refused.Refusal.Kind != RefusalKind.NotFound)
        {
            return await Show(id, desk, asides, null, refused.Refusal, stop);
        }
        return TypedResults.LocalRedirect($"{desk.Http.Request.PathBase}/recordings/{id}#access");
    }
}
