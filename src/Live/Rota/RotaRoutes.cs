using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>Clinicians, their links and codes, and the rota.</summary>
public static class RotaRoutes
{
    public sealed record AskClinician(string Name, string Title, string Employer, string? Phone = null);

    /// <param name="Path">The personal link, from the agency's address; shown only now.</param>
    public sealed record LinkGiven(ClinicianId Clinician, string Path);

    /// <param name="Code">Works once, until then; shown only now.</param>
    public sealed record CodeGiven(ClinicianId Clinician, string Code, Instant Expires);

    public sealed record AskShift(ClinicianId Clinician, Instant From, Instant Until, int Place);

    internal static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapGet("/live/clinicians", All).Needs(Permission.EditRota);
        api.MapPost("/live/clinicians", Enter).Needs(Permission.EditRota);
        api.MapPost("/live/clinicians/{clinician}/link", Link).Needs(Permission.EditRota);
        api.MapPost("/live/clinicians/{clinician}/code", Code).Needs(Permission.EditRota);
        api.MapPost("/live/clinicians/{clinician}/leave", Leave).Needs(Permission.EditRota);
        api.MapGet("/live/rota", Shifts).Needs(Permission.EditRota);
        api.MapPost("/live/rota", Put).Needs(Permission.EditRota);
        api.MapDelete("/live/rota/{shift}", Remove).Needs(Permission.EditRota);

        app.MapGet("/rota", Show).Needs(Permission.EditRota).ExcludeFromDescription();
        app.MapForm("/rota", PutByForm).Needs(Permission.EditRota);
        app.MapForm("/rota/{shift}/remove", RemoveByForm).Needs(Permission.EditRota);
        app.MapForm("/rota/clinicians", EnterByForm).Needs(Permission.EditRota);
        app.MapForm("/rota/clinicians/{clinician}/{act}", ClinicianByForm).Needs(Permission.EditRota);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<Clinician>(await Clinicians.All(reading, stop), null));
    }

    static async Task<IResult> Enter(AskClinician ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var clinician = await desk.Write(
            work => Clinicians.Enter(work, ask.Name, ask.Title, ask.Employer, ask.Phone, stop),
            stop
        );
        return TypedResults.Created($"live/clinicians/{clinician.Id}", clinician);
    }

    static async Task<IResult> Link(ClinicianId clinician, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await GiveLink(clinician, desk, stop));

    static async Task<LinkGiven> GiveLink(ClinicianId id, Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await Clinicians.Find(work, id, stop) ?? throw new RefusedException(Clinicians.NotFound);
        var secret = await Clinicians.GiveLink(work, found, stop);
        await work.Commit(stop);
        return new(id, $"consult/enter/{secret}");
    }

    static async Task<IResult> Code(ClinicianId clinician, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await GiveCode(clinician, desk, stop));

    static async Task<CodeGiven> GiveCode(ClinicianId id, Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await Clinicians.Find(work, id, stop) ?? throw new RefusedException(Clinicians.NotFound);
        if (!found.HasLink)
            throw new RefusedException(new("clinician-has-no-link", "Give them a personal link first.", RefusalKind.Conflict));
        var code = await ClinicianCodes.Give(work, id, stop);
        work.Append(new CustodyEvent.ClinicianChanged(id, found.Name, "given-a-code"));
        await work.Commit(stop);
        return new(id, code, work.Now + ClinicianCodes.Lasts);
    }

    static async Task<IResult> Leave(ClinicianId clinician, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await Clinicians.Find(work, clinician, stop) ?? throw new RefusedException(Clinicians.NotFound);
        await Clinicians.Leave(work, found, stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    /// <param name="from">A day or a moment; now when left out.</param>
    static async Task<IResult> Shifts(string? from, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var since = AsOf.StartOfDay(from, desk.Agency.Profile) ?? desk.Now;
        return TypedResults.Ok(new Paged<Shift>(await Rota.During(reading, since, since + Duration.FromDays(35), stop), null));
    }

    static async Task<IResult> Put(AskShift ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var shift = await desk.Write(work => Rota.Put(work, ask.Clinician, ask.From, ask.Until, ask.Place, stop), stop);
        return TypedResults.Created($"live/rota/{shift.Id}", shift);
    }

    static async Task<IResult> Remove(ShiftId shift, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await Rota.Remove(work, shift, stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(desk, null, null, stop);

    static async Task<IResult> ShowPage(Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var now = desk.Now;
        return Page.Of<RotaPage>(
            new
            {
                Profile = desk.Agency.Profile,
                Clinicians = await Clinicians.All(reading, stop),
                Shifts = await Rota.During(reading, now, now + Duration.FromDays(35), stop),
                Now = now,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> PutByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                const string Missing = "A shift needs a beginning and an end.";
                var from =
                    AsOf.WallTime(form.Text("from"), desk.Agency.Profile)
                    ?? throw new RefusedException(new("time-missing", Missing));
                var until =
                    AsOf.WallTime(form.Text("until"), desk.Agency.Profile)
                    ?? throw new RefusedException(new("time-missing", Missing));
                _ = int.TryParse(form.Text("place"), out var place);
                await Put(new(form.Id<Nouns.Clinician>("clinician", "Choose a clinician."), from, until, place), desk, stop);
                return desk.To("rota", "shift-entered");
            },
            refusal => ShowPage(desk, form, refusal, stop)
        );

    static Task<IResult> RemoveByForm(ShiftId shift, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Remove(shift, desk, stop);
                return desk.To("rota", "shift-removed");
            },
            refusal => ShowPage(desk, null, refusal, stop)
        );

    static Task<IResult> EnterByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Enter(
                    new(form.Text("name"), form.Text("title"), form.Text("employer"), form.TextOrNull("phone")),
                    desk,
                    stop
                );
                return desk.To("rota", "clinician-entered");
            },
            refusal => ShowPage(desk, form, refusal, stop)
        );

    static Task<IResult> ClinicianByForm(
        ClinicianId clinician,
        string act,
        Form form,
        [AsParameters] Desk desk,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "link":
                        return await Once(clinician, await GiveLink(clinician, desk, stop), null, desk.Records, stop);
                    case "code":
                        return await Once(clinician, null, await GiveCode(clinician, desk, stop), desk.Records, stop);
                    case "leave":
                        await Leave(clinician, desk, stop);
                        return desk.To("rota", "clinician-left");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(desk, null, refusal, stop)
        );

    static async Task<IResult> Once(
        ClinicianId id,
        LinkGiven? link,
        CodeGiven? code,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return Page.Of<ClinicianOncePage>(
            new
            {
                Clinician = (await Clinicians.Find(reading, id, stop))!,
                Link = link,
                Code = code,
            }
        );
    }
}
