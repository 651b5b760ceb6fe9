using Microsoft.AspNetCore.Http;

namespace Lapel.Roster;

/// <summary>Where an attempt to sign in comes from.</summary>
public sealed record Caller(string Address, string Browser)
{
    public static Caller Of(HttpContext http) =>
        new(http.Connection.RemoteIpAddress?.ToString() ?? "", http.Request.Headers.UserAgent.ToString());
}

/// <summary>
/// Signing in. A wrong name, a wrong password, a locked and a disabled account all get the same answer after the same work, so that
/// nobody learns from outside which accounts exist; the custody log says which it was.
/// </summary>
static class SignIn
{
    /// <summary>Wrong passwords that cost nothing but the answer.</summary>
    public const int FreeFailures = 5;

    static readonly Duration FirstLock = Duration.FromSeconds(30);
    static readonly Duration LongestLock = Duration.FromMinutes(15);

    public static readonly Refusal Wrong = new(
        "sign-in-refused",
        "The name or the password is wrong, or the account is waiting after too many attempts.",
        RefusalKind.SignInNeeded
    );

    public static readonly Refusal TooMany = new(
        "sign-in-too-often",
        "Too many attempts to sign in came from this address at once, or too many wrong ones. Try again in a moment; after wrong ones, in ten minutes.",
        RefusalKind.TooMany
    );

    /// <exception cref="RefusedException"><see cref="Wrong"/> or <see cref="TooMany"/>.</exception>
    public static async Task<(Account Account, Session Session, string Token)> WithPassword(
        AgencyRecords records,
        SignInLimits limits,
        string name,
        string password,
        Carrier carrier,
        Caller caller,
        CancellationToken stop
    )
    {
        if (!limits.Enter(caller.Address, out var first))
        {
            if (first)
                await RefuseAddress(records, stop);
            throw new RefusedException(TooMany);
        }
        var refused = true;
        try
        {
            var signedIn = await Try(records, name, password, carrier, caller, stop);
            refused = false;
            return signedIn;
        }
        finally
        {
            limits.Leave(caller.Address, refused);
        }
    }

    static async Task<(Account, Session, string)> Try(
        AgencyRecords records,
        string name,
        string password,
        Carrier carrier,
        Caller caller,
        CancellationToken stop
    )
    {
        Kept? kept;
        await using (var reading = await records.Read(stop))
            kept = await FindKept(reading, name, stop);
        // Hashing takes a tenth of a second and is done outside the work, which on SQLite is everybody's turn to write.
        var right = await Password.Matches(kept?.Password, password, stop);
        var stronger = right && Password.IsOutdated(kept!.Password) ? await Password.Hash(password, stop) : null;

        if (right && await Enter(records, kept!, stronger, carrier, caller, stop) is { } signedIn)
            return signedIn;
        await Refuse(records, name, right, stop);
        throw new RefusedException(Wrong);
    }

    static async Task<(Account, Session, string)?> Enter(
        AgencyRecords records,
        Kept kept,
        string? stronger,
        Carrier carrier,
        Caller caller,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(kept.Account.Actor, stop);
        var now = await FindKept(work, kept.Account.Name, stop); // it may have been locked, disabled or changed while we hashed
        if (WhyNot(now, now?.Password == kept.Password, work.Now) is not null)
            return null;
        await work.Execute(
            "UPDATE account SET failures = 0, locked_until = 0, password = @password WHERE id = @Id",
            new { password = stronger ?? kept.Password, kept.Account.Id },
            stop
        );
        var (session, token) = await Sessions.Start(
            work,
            now!.Account,
            carrier,
            "password",
            caller.Address,
            caller.Browser,
            stop
        );
        await work.Commit(stop);
        return (now.Account, session, token);
    }

    /// <summary>Counts and logs a refused attempt. The actor is Lapel: who it was is just what is not known.</summary>
    static async Task Refuse(AgencyRecords records, string name, bool right, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("sign-in"), stop);
        var kept = await FindKept(work, name, stop);
        var why = WhyNot(kept, right, work.Now) ?? WrongPassword;
        if (why == WrongPassword)
            await CountFailure(work, kept!, stop);
        work.Append(new CustodyEvent.SignInRefused(kept?.Account.Id, why));
        await work.Commit(stop);
    }

    /// <summary>By one click, as a made-up person, in demo agencies only.</summary>
    /// <exception cref="RefusedException">This is no demo agency, or there is no such demo account.</exception>
    public static async Task<(Account Account, Session Session, string Token)> AsDemo(
        Agency agency,
        AgencyRecords records,
        AccountId id,
        Caller caller,
        CancellationToken stop
    )
    {
        if (!agency.Profile.Demo)
            throw new RefusedException(WhoMay.Nothing);
        Account? account;
        await using (var reading = await records.Read(stop))
            account = (await DemoAccounts(reading, stop)).FirstOrDefault(a => a.Id == id);
        if (account is null)
            throw new RefusedException(WhoMay.Nothing);
        await using var work = await records.Begin(account.Actor, stop);
        var (session, token) = await Sessions.Start(work, account, Carrier.Cookie, "demo", caller.Address, caller.Browser, stop);
        await work.Commit(stop);
        return (account, session, token);
    }

    /// <summary>Accounts that one click can enter in a demo agency: all that are not disabled, in the order they were made.</summary>
    public static Task<IReadOnlyList<Account>> DemoAccounts(Reading reading, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Accounts.Columns} FROM account WHERE disabled_at IS NULL ORDER BY id LIMIT 50",
            null,
            Accounts.From,
            stop
        );

    /// <summary>How long an account waits after so many wrong passwords in a row: half a minute, doubling, to a quarter of an hour.</summary>
    public static Duration LockAfter(int failures)
    {
        if (failures < FreeFailures)
            return Duration.Zero;
        var doublings = Math.Min(failures - FreeFailures, 10);
        return Duration.Min(FirstLock * Math.Pow(2, doublings), LongestLock);
    }

    const string WrongPassword = "wrong-password";

    static string? WhyNot(Kept? kept, bool right, Instant now) =>
        kept is null ? "unknown-name"
        : kept.Account.DisabledAt is not null ? "account-disabled"
        // Attempts while it waits are not counted, or anyone could keep an account locked for ever; nor are they let in.
        : kept.Account.LockedUntil > now ? "account-locked"
        : right ? null
        : WrongPassword;

    static Task<int> CountFailure(Work work, Kept kept, CancellationToken stop)
    {
        var wait = LockAfter(kept.Failures + 1);
        return work.Execute(
            "UPDATE account SET failures = failures + 1, locked_until = @until WHERE id = @Id",
            new { until = wait == Duration.Zero ? 0 : (work.Now + wait).ToMicroseconds(), kept.Account.Id },
            stop
        );
    }

    static async Task RefuseAddress(AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("sign-in"), stop);
        work.Append(new CustodyEvent.SignInRefused(null, "too-many-from-address"));
        await work.Commit(stop);
    }

    /// <summary>Whether it is this account's password; for a person who is signed in and changes it.</summary>
    public static async Task<bool> IsPassword(AgencyRecords records, Account account, string password, CancellationToken stop)
    {
        Kept? kept;
        await using (var reading = await records.Read(stop))
            kept = await FindKept(reading, account.Name, stop);
        return await Password.Matches(kept?.Password, password, stop);
    }

    sealed record Kept(Account Account, string Password, int Failures);

    static Task<Kept?> FindKept(Reading reading, string name, CancellationToken stop) =>
        name.Length > 200
            ? Task.FromResult<Kept?>(null)
            : reading.One(
                "SELECT * FROM account WHERE name = @name",
                new { name = Accounts.Folded(name) },
                row => new Kept(Accounts.From(row), row.Text("password"), (int)row.Number("failures")),
                stop
            );
}
