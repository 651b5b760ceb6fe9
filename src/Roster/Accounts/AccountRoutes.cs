using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>Everybody's accounts, for administrators; oversight sees them and changes nothing.</summary>
public static class AccountRoutes
{
    /// <param name="Password">None makes one up; it is in the answer and nowhere else, and has to be changed at the first sign-in.</param>
    public sealed record AskAccount(
        string Name,
        string FullName,
        Role Role,
        UnitId? Unit = null,
        OfficerId? Officer = null,
        string? About = null,
        string? Password = null
    );

    public sealed record AskChange(
        string FullName,
        Role Role,
        UnitId? Unit = null,
        OfficerId? Officer = null,
        string? About = null
    );

    public sealed record AccountMade(Account Account, string? Password);

    internal static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/accounts", ShowAll).Needs(Permission.SeeAccounts).ExcludeFromDescription();
        app.MapGet("/accounts/new", ShowNew).Needs(Permission.EditAccounts).ExcludeFromDescription();
        app.MapForm("/accounts/new", MakeByForm).Needs(Permission.EditAccounts);
        app.MapGet("/accounts/{account}", ShowOne).Needs(Permission.SeeAccounts).ExcludeFromDescription();
        app.MapForm("/accounts/{account}", ChangeByForm).Needs(Permission.EditAccounts);
        app.MapForm("/accounts/{account}/{act}", ActByForm).Needs(Permission.EditAccounts);
        app.MapForm("/accounts/{account}/sessions/{session}/end", EndByForm).Needs(Permission.EditAccounts);

        api.MapGet("/accounts", All).Needs(Permission.SeeAccounts);
        api.MapPost("/accounts", Make).Needs(Permission.EditAccounts);
        api.MapGet("/accounts/{account}", One).Needs(Permission.SeeAccounts);
        api.MapPatch("/accounts/{account}", Change).Needs(Permission.EditAccounts);
        api.MapPost("/accounts/{account}/disable", Disable).Needs(Permission.EditAccounts);
        api.MapPost("/accounts/{account}/enable", Enable).Needs(Permission.EditAccounts);
        api.MapPost("/accounts/{account}/password", Reset).Needs(Permission.EditAccounts);
        api.MapGet("/accounts/{account}/sessions", TheirSessions).Needs(Permission.EditAccounts);
        api.MapDelete("/accounts/{account}/sessions/{session}", End).Needs(Permission.EditAccounts);
    }

    static async Task<IResult> All(string? after, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(
            Paged.Of(await Accounts.Page(reading, after, Accounts.PageSize, stop), Accounts.PageSize, a => a.Name)
        );
    }

    static async Task<IResult> One(AccountId account, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await Accounts.Find(reading, account, stop) ?? throw new RefusedException(Accounts.NotFound));
    }

    static async Task<IResult> Make(AskAccount ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var made = await MakeOne(ask, desk, stop);
        return TypedResults.Created($"accounts/{made.Account.Id}", made);
    }

    static async Task<AccountMade> MakeOne(AskAccount ask, Desk desk, CancellationToken stop)
    {
        var password = await NewPassword.Of(ask.Password ?? Password.Generate(), stop);
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var asked = new NewAccount(ask.Name, ask.FullName, ask.Role, ask.Unit, ask.Officer, ask.About);
        // Nobody types passwords in a demo agency, so nobody could change one.
        var account = await Accounts.Make(work, asked, password, mustChange: !desk.Agency.Profile.Demo, stop);
        await work.Commit(stop);
        return new(account, ask.Password is null ? password.Typed : null);
    }

    static async Task<IResult> Change(AccountId account, AskChange ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var asked = new NewAccount("", ask.FullName, ask.Role, ask.Unit, ask.Officer, ask.About);
        var changed = await Accounts.Change(work, account, asked, stop);
        await work.Commit(stop);
        return TypedResults.Ok(changed);
    }

    static async Task<IResult> Disable(AccountId account, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Accounts.Disable(work, account, stop), stop));

    static async Task<IResult> Enable(AccountId account, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Accounts.Enable(work, account, stop), stop));

    static async Task<IResult> Reset(AccountId account, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await ResetOne(account, desk, stop));

    static async Task<AccountMade> ResetOne(AccountId account, Desk desk, CancellationToken stop)
    {
        var password = await NewPassword.Of(Password.Generate(), stop);
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await Accounts.SetPassword(work, account, password, mustChange: true, except: null, stop);
        var found = await Accounts.Find(work, account, stop);
        await work.Commit(stop);
        return new(found!, password.Typed);
    }

    static async Task<IResult> TheirSessions(AccountId account, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        if (await Accounts.Find(reading, account, stop) is null)
            throw new RefusedException(Accounts.NotFound);
        return TypedResults.Ok(new Paged<Session>(await Sessions.Of(reading, account, desk.Now, stop), null));
    }

    static async Task<IResult> End(AccountId account, string session, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        if (!Digest.TryParse(session, out var id) || !await Sessions.End(work, account, id, "ended-by-administrator", stop))
            throw new RefusedException(Sessions.NotFound);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> ShowAll([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var accounts = await Accounts.Page(reading, desk.Http.Request.Query["after"], Accounts.PageSize, stop);
        var page = Paged.Of(accounts, Accounts.PageSize, a => a.Name);
        return Page.Of<AccountsPage>(
            new
            {
                desk.Viewer,
                Accounts = page,
                Units = (await Units.All(reading, stop)).ToDictionary(u => u.Id),
            }
        );
    }

    static Task<IResult> ShowNew([AsParameters] Desk desk, CancellationToken stop) => ShowNewPage(null, null, desk, stop);

    static async Task<IResult> ShowNewPage(Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<NewAccountPage>(
            new
            {
                Units = await Units.All(reading, stop),
                Officers = await Officers.All(reading, stop),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> MakeByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var (role, unit, officer, about) = ReadChoices(form);
                var ask = new AskAccount(form.Text("name"), form.Text("fullName"), role, unit, officer, about, null);
                var made = await MakeOne(ask, desk, stop);
                return Page.Of<PasswordOncePage>(new { Made = made });
            },
            refusal => ShowNewPage(form, refusal, desk, stop)
        );

    static Task<IResult> ShowOne(AccountId account, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowOnePage(account, null, null, desk, stop);

    static async Task<IResult> ShowOnePage(AccountId id, Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var account = await Accounts.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        return Page.Of<AccountPage>(
            new
            {
                desk.Viewer,
                Account = account,
                Units = await Units.All(reading, stop),
                Officers = await Officers.All(reading, stop),
                Sessions = await Sessions.Of(reading, id, desk.Now, stop),
                Now = desk.Now,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ChangeByForm(AccountId account, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var (role, unit, officer, about) = ReadChoices(form);
                await Change(account, new(form.Text("fullName"), role, unit, officer, about), desk, stop);
                return desk.To($"accounts/{account}", "account-changed");
            },
            refusal => ShowOnePage(account, form, refusal, desk, stop)
        );

    static Task<IResult> ActByForm(AccountId account, string act, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "password":
                        return Page.Of<PasswordOncePage>(new { Made = await ResetOne(account, desk, stop) });
                    case "disable":
                        await Disable(account, desk, stop);
                        return desk.To($"accounts/{account}", "account-disabled");
                    case "enable":
                        await Enable(account, desk, stop);
                        return desk.To($"accounts/{account}", "account-enabled");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowOnePage(account, null, refusal, desk, stop)
        );

    static async Task<IResult> EndByForm(
        AccountId account,
        string session,
        Form form,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await End(account, session, desk, stop);
        return desk.To($"accounts/{account}", "session-ended");
    }

    // A supervisor's unit is only kept for a supervisor: the page shows the field for every role.
    static (Role Role, UnitId? Unit, OfficerId? Officer, string? About) ReadChoices(Form form)
    {
        if (!Words<Role>.TryParse(form.Text("role"), out var role))
            throw new RefusedException(new("role-missing", "Choose a role."));
        var unit = role == Role.Supervisor ? form.IdOrNull<Nouns.Unit>("unit") : null;
        return (role, unit, form.IdOrNull<Nouns.Officer>("officer"), form.TextOrNull("about"));
    }
}
