using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Dispatch systems that send messages, their messages, and who was in which car.</summary>
static class SystemRoutes
{
    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/dispatch/systems", Show).Needs(Permission.ImportDispatch).ExcludeFromDescription();
        app.MapForm("/dispatch/systems", MakeByForm).Needs(Permission.ImportDispatch);
        app.MapForm("/dispatch/systems/{source}/revoke", RevokeByForm).Needs(Permission.ImportDispatch);
        app.MapGet("/dispatch/call-signs", ShowSigns).Needs(Permission.ImportDispatch).ExcludeFromDescription();
        app.MapForm("/dispatch/call-signs", EnterByForm).Needs(Permission.ImportDispatch);
        app.MapForm("/dispatch/call-signs/{entry}/remove", RemoveByForm).Needs(Permission.ImportDispatch);

        api.MapGet("/dispatch/systems", All).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/systems", Make).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/systems/{source}/revoke", Revoke).Needs(Permission.ImportDispatch);
        api.MapGet("/dispatch/messages", Messages).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/eido", Take)
            .OpenToAnyone("a dispatch system's own token guards it")
            .WithMetadata(new RequestSizeLimitAttribute(Eido.MostBytes + 1));
        api.MapGet("/dispatch/call-signs", Signs).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/call-signs", Enter).Needs(Permission.ImportDispatch);
        api.MapDelete("/dispatch/call-signs/{entry}", Remove).Needs(Permission.ImportDispatch);
    }

    /// <summary>One message. Its sender needs no account: the token says which system it is, and nothing else can be done with it.</summary>
    static async Task<IResult> Take(HttpContext http, Agency agency, AgencyRecords records, CancellationToken stop)
    {
        DispatchSource? source;
        await using (var reading = await records.Read(stop))
            source = await DispatchSources.OfToken(reading, http.Request.Headers.Authorization.ToString(), stop);
        if (source is null)
            return new Refused(DispatchSources.TokenWrong);
        var body = new byte[Eido.MostBytes + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, stop);
        if (length > Eido.MostBytes)
            return new Refused(TooLong);
        var taken = await EidoMessages.Take(records, source, body.AsMemory(0, length), stop);
        agency.Get<Pulse>().Send("dispatch");
        return TypedResults.Ok(taken);
    }

    static readonly Refusal TooLong = new("message-too-long", "A message has at most 512 KB.", RefusalKind.Rejected);

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<DispatchSource>(await DispatchSources.All(reading, stop), null));
    }

    static async Task<IResult> Messages(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<DispatchMessage>(await EidoMessages.Newest(reading, stop), null));
    }

    /// <param name="Statuses">The system's own words for how a unit stands.</param>
    public sealed record AskSystem(
        string Name,
        IReadOnlyList<StatusRule>? Statuses = null,
        IReadOnlyList<ActivityRule>? Activities = null
    );

    static async Task<IResult> Make(AskSystem ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var (system, token) = await DispatchSources.Make(
            work,
            desk.Viewer.Account.Id,
            ask.Name,
            ask.Statuses,
            ask.Activities,
            stop
        );
        await work.Commit(stop);
        return TypedResults.Created((string?)null, new { system, token });
    }

    static async Task<IResult> Revoke(string source, [AsParameters] Desk desk, CancellationToken stop)
    {
        if (!Id<DispatchSource>.TryParse(source, null, out var id))
            throw new RefusedException(DispatchSources.NotFound);
        await desk.Write(work => DispatchSources.Revoke(work, id, stop), stop);
        return TypedResults.NoContent();
    }

    static Task<IResult> Show(AgencyRecords records, CancellationToken stop) => ShowPage(records, null, null, stop);

    static async Task<IResult> ShowPage(AgencyRecords records, string? token, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return Page.Of<SystemsPage>(
            new
            {
                Systems = await DispatchSources.All(reading, stop),
                Messages = await EidoMessages.Newest(reading, stop),
                Token = token,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    /// <summary>The answer is the page itself and not a redirect: the token is in it, once.</summary>
    static Task<IResult> MakeByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                string token;
                await using (var work = await desk.Records.Begin(desk.Viewer.Actor, stop))
                {
                    (_, token) = await DispatchSources.Make(work, desk.Viewer.Account.Id, form.Text("name"), null, null, stop);
                    await work.Commit(stop);
                }
                return await ShowPage(desk.Records, token, null, stop);
            },
            refusal => ShowPage(desk.Records, null, refusal, stop)
        );

    static Task<IResult> RevokeByForm(string source, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Revoke(source, desk, stop);
                return desk.To("dispatch/systems", "system-revoked");
            },
            refusal => ShowPage(desk.Records, null, refusal, stop)
        );

    static async Task<IResult> Signs(string? on, [AsParameters] Desk desk, CancellationToken stop)
    {
        var span = AsOf.Read(on, desk.Agency.Profile, desk.Now);
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(new Paged<CallSign>(await CallSigns.During(reading, span.From, span.Until!.Value, stop), null));
    }

    public sealed record AskCallSign(string Sign, OfficerId Officer, Instant From, Instant Until);

    static async Task<IResult> Enter(AskCallSign ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var entered = await desk.Write(
            work => CallSigns.Enter(work, desk.Viewer.Account.Id, ask.Sign, ask.Officer, ask.From, ask.Until, stop),
            stop
        );
        return TypedResults.Created((string?)null, entered);
    }

    static async Task<IResult> Remove(string entry, [AsParameters] Desk desk, CancellationToken stop)
    {
        if (!Id<CallSign>.TryParse(entry, null, out var id))
            throw new RefusedException(CallSigns.NotFound);
        await desk.Write(work => CallSigns.Remove(work, id, stop), stop);
        return TypedResults.NoContent();
    }

    static Task<IResult> ShowSigns(string? on, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowSignsPage(on, desk, null, null, stop);

    static async Task<IResult> ShowSignsPage(string? on, Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        var span = AsOf.Read(on, desk.Agency.Profile, desk.Now);
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<CallSignsPage>(
            new
            {
                Day = Span.DayOf(span.From, desk.Agency.Profile),
                Signs = await CallSigns.During(reading, span.From, span.Until!.Value, stop),
                Officers = await Officers.All(reading, stop),
                Now = DispatchForms.Local(span.From, desk.Agency.Profile),
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
                var ask = new AskCallSign(
                    form.Text("sign"),
                    form.Id<Nouns.Officer>("officer", "Choose the officer."),
                    DispatchForms.Time(form, "from", desk.Agency.Profile, "Say when the shift began."),
                    DispatchForms.Time(form, "until", desk.Agency.Profile, "Say when the shift ended.")
                );
                await Enter(ask, desk, stop);
                return desk.To("dispatch/call-signs", "call-sign-entered");
            },
            refusal => ShowSignsPage(null, desk, form, refusal, stop)
        );

    static Task<IResult> RemoveByForm(string entry, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Remove(entry, desk, stop);
                return desk.To("dispatch/call-signs", "call-sign-removed");
            },
            refusal => ShowSignsPage(null, desk, null, refusal, stop)
        );
}
