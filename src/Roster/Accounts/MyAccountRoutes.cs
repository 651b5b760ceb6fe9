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

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(desk, null, stop);

    static async Task<IResult> ShowPage(Desk desk, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var account = desk.Viewer.Account;
        var unit = account.Unit is { } id ? await Units.Find(reading, id, stop) : null;
        var officer = account.Officer is { } worn ? await Officers.Find(reading, worn, stop) : null;
        var sessions = await Sessions.Of(reading, account.Id, desk.Viewer.Session!.SeenAt, stop);
        return Page.Of<MyAccountPage>(
            new
            {
                Viewer = desk.Viewer,
                Unit = unit,
                Officer = officer,
                Sessions = sessions,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ChangeByForm(Form form, [AsParameters] Desk desk, SignInLimits limits, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                if (form.Raw("wanted") != form.Raw("again"))
                    throw new RefusedException(new("passwords-differ", "The two new passwords differ."));
                await Change(desk, form.Raw("present"), form.Raw("wanted"), limits, stop);
                return desk.To("my-account", "password-changed");
            },
            refusal => ShowPage(desk, refusal, stop)
        );

    static async Task<IResult> ChangeByApi(AskPassword ask, [AsParameters] Desk desk, SignInLimits limits, CancellationToken stop)
    {
        await Change(desk, ask.Present, ask.Wanted, limits, stop);
        return TypedResults.NoContent();
    }

    static async Task Change(Desk desk, string present, string wanted, SignInLimits limits, CancellationToken stop)
    {
        // Someone at an unlocked screen must not be able to guess the password here either.
        var caller = Caller.Of(desk.Http);
        if (!limits.Enter(caller.Address, out _))
            throw new RefusedException(SignIn.TooMany);
        var right = false;
        try
        {
            right = await SignIn.IsPassword(desk.Records, desk.Viewer.Account, present, stop);
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
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await Accounts.SetPassword(
            work,
            desk.Viewer.Account.Id,
            chosen,
            mustChange: false,
            except: desk.Viewer.Session!.Id,
            stop
        );
        await work.Commit(stop);
    }

    static async Task<IResult> EndByForm(string session, Form form, [AsParameters] Desk desk, CancellationToken stop)
    {
        await EndOne(desk, session, stop);
        return desk.To("my-account", "session-ended");
    }

    static async Task<IResult> Mine([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(
            new Paged<Session>(await Sessions.Of(reading, desk.Viewer.Account.Id, desk.Viewer.Session!.SeenAt, stop), null)
        );
    }

    static async Task<IResult> End(string session, [AsParameters] Desk desk, CancellationToken stop)
    {
        await EndOne(desk, session, stop);
        return TypedResults.NoContent();
    }

    static async Task EndOne(Desk desk, string session, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        if (!Digest.TryParse(session, out var id) || !await Sessions.End(work, desk.Viewer.Account.Id, id, "ended", stop))
            throw new RefusedException(Sessions.NotFound);
        await work.Commit(stop);
    }
}
