using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>What every person may do with their own account: see it, change the password, end sessions.</summary>
static class MyAccountRoutes
{
    public sealed record AskPassword(string Present, string Wanted);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        var early = new BeforePasswordChange();
        app.MapGet("/my-account", Show).NeedsSignIn().WithMetadata(early).ExcludeFromDescription();
        app.MapForm("/my-account/password", ChangeByForm).NeedsSignIn().WithMetadata(early);
        app.MapForm("/my-account/sessions/{session}/end", EndByForm).NeedsSignIn().WithMetadata(early);

        api.MapGet("/sessions", Mine).NeedsSignIn();
        api.MapDelete("/sessions/{session}", End).NeedsSignIn();
        api.MapPost("/password", ChangeByApi).NeedsSignIn().WithMetadata(early);
    }

    static Task<IResult> Show(HttpContext http, Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        ShowPage(http, viewer, records, null, stop);

    static async Task<IResult> ShowPage(
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var account = viewer.Account;
        var unit = account.Unit is { } id ? await Units.Find(reading, id, stop) : null;
        var officer = account.Officer is { } worn ? await Officers.Find(reading, worn, stop) : null;
        var sessions = await Sessions.Of(reading, account.Id, viewer.Session!.SeenAt, stop);
        return Page.Of<MyAccountPage>(
            new
            {
                Viewer = viewer,
                Unit = unit,
                Officer = officer,
                Sessions = sessions,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ChangeByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        SignInLimits limits,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                if (form.Raw("wanted") != form.Raw("again"))
                    throw new RefusedException(new("passwords-differ", "The two new passwords differ."));
                await Change(viewer, form.Raw("present"), form.Raw("wanted"), Caller.Of(http), records, limits, stop);
                return Forms.To(http, "my-account", "password-changed");
            },
            refusal => ShowPage(http, viewer, records, refusal, stop)
        );

    static async Task<IResult> ChangeByApi(
        AskPassword ask,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        SignInLimits limits,
        CancellationToken stop
    )
    {
        await Change(viewer, ask.Present, ask.Wanted, Caller.Of(http), records, limits, stop);
        return TypedResults.NoContent();
    }

    static async Task Change(
        Viewer viewer,
        string present,
        string wanted,
        Caller caller,
        AgencyRecords records,
        SignInLimits limits,
        CancellationToken stop
    )
    {
        // Someone at an unlocked screen must not be able to guess the password here either.
        if (!limits.Enter(caller.Address, out _))
            throw new RefusedException(SignIn.TooMany);
        var right = false;
        try
        {
            right = await SignIn.IsPassword(records, viewer.Account, present, stop);
        }
        finally
        {
            limits.Leave(caller.Address, refused: !right);
        }
        if (!right)
            throw new RefusedException(new("present-password-wrong", "The present password is wrong.", RefusalKind.Rejected));
        if (present == wanted)
            throw new RefusedException(new("password-unchanged", "Choose a password that differs from the present one."));
        var chosen = await NewPassword.Of(wanted, stop);
        await using var work = await records.Begin(viewer.Actor, stop);
        await Accounts.SetPassword(work, viewer.Account.Id, chosen, mustChange: false, except: viewer.Session!.Id, stop);
        await work.Commit(stop);
    }

    static async Task<IResult> EndByForm(
        HttpContext http,
        string session,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await EndOne(viewer, session, records, stop);
        return Forms.To(http, "my-account", "session-ended");
    }

    static async Task<IResult> Mine(Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(
            new Paged<Session>(await Sessions.Of(reading, viewer.Account.Id, viewer.Session!.SeenAt, stop), null)
        );
    }

    static async Task<IResult> End(string session, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await EndOne(viewer, session, records, stop);
        return TypedResults.NoContent();
    }

    static async Task EndOne(Viewer viewer, string session, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        if (!Digest.TryParse(session, out var id) || !await Sessions.End(work, viewer.Account.Id, id, "ended", stop))
            throw new RefusedException(Sessions.NotFound);
        await work.Commit(stop);
    }
}
