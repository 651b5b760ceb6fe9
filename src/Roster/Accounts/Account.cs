using System.Text.Json.Serialization;

namespace Lapel.Roster;

public enum Role
{
    Officer,
    Supervisor,
    EvidenceClerk,
    ProfessionalStandards,
    ProgrammeManager,
    Oversight,
    Administrator,
}

/// <summary>What signs in: a person with a name, a role and a password. The password is not in this record and never leaves sign-in.</summary>
/// <param name="Name">What is typed to sign in.</param>
/// <param name="FullName">The person, as custody events name them.</param>
/// <param name="Unit">A supervisor's unit.</param>
/// <param name="Officer">The officer this person is.</param>
/// <param name="About">One line on what the person does.</param>
/// <param name="MustChange">An administrator set the password, so the person has to choose another.</param>
public sealed record Account(
    AccountId Id,
    string Name,
    string FullName,
    Role Role,
    UnitId? Unit,
    OfficerId? Officer,
    string? About,
    Instant MadeAt,
    Instant? DisabledAt,
    Instant? LockedUntil,
    bool MustChange
)
{
    [JsonIgnore]
    public Actor Actor => new(ActorKind.Account, Id.Text, FullName);
}

/// <summary>What an administrator says about an account that is to be made or changed.</summary>
public sealed record NewAccount(string Name, string FullName, Role Role, UnitId? Unit, OfficerId? Officer, string? About);

public static class Accounts
{
    public const int PageSize = 100;

    internal const string Columns =
        "id, name, full_name, role, unit, officer, about, made_at, disabled_at, locked_until, must_change";

    public static Task<Account?> Find(Reading reading, AccountId id, CancellationToken stop) =>
        reading.One($"SELECT {Columns} FROM account WHERE id = @id", new { id }, From, stop);

    public static Task<Account?> FindByName(Reading reading, string name, CancellationToken stop) =>
        reading.One($"SELECT {Columns} FROM account WHERE name = @name", new { name = Folded(name) }, From, stop);

    /// <summary>Accounts in the order of their names, disabled ones too.</summary>
    /// <param name="after">The last name of the page before; none for the first page.</param>
    public static Task<IReadOnlyList<Account>> Page(Reading reading, string? after, int size, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM account WHERE name > @after ORDER BY name LIMIT @size",
            new { after = after ?? "", size },
            From,
            stop
        );

    /// <summary>The agency's first administrator, at its founding.</summary>
    /// <exception cref="RefusedException">There is an account already, or the name or password does not do.</exception>
    public static async Task<Account> First(Work work, string name, NewPassword password, CancellationToken stop)
    {
        if (await work.Any("SELECT 1 FROM account LIMIT 1", null, stop))
            throw new RefusedException(new("accounts-exist", "This agency has accounts already.", RefusalKind.Conflict));
        return await Make(
            work,
            new NewAccount(name, name, Role.Administrator, null, null, null),
            password,
            mustChange: false,
            stop
        );
    }

    /// <param name="mustChange">The person has to choose another password at the first sign-in.</param>
    /// <exception cref="RefusedException">See <see cref="WhyNotMake"/>.</exception>
    public static async Task<Account> Make(
        Work work,
        NewAccount asked,
        NewPassword password,
        bool mustChange,
        CancellationToken stop
    )
    {
        await Turns.Take(work, stop);
        await CheckLinks(work, asked, except: null, stop);
        WhyNotMake(asked, await FindByName(work, asked.Name, stop)).Throw();
        Password.WhyNot(password.Typed, asked.Name, asked.FullName).Throw();
        var account = new Account(
            AccountId.New(),
            Folded(asked.Name),
            asked.FullName.Trim(),
            asked.Role,
            asked.Unit,
            asked.Officer,
            asked.About,
            work.Now,
            null,
            null,
            mustChange
        );
        await work.Execute(
            """
            INSERT INTO account (id, name, full_name, role, unit, officer, about, password, made_at, failures, locked_until, must_change)
            VALUES (@Id, @Name, @FullName, @role, @Unit, @Officer, @About, @kept, @MadeAt, 0, 0, @MustChange)
            """,
            new
            {
                account.Id,
                account.Name,
                account.FullName,
                role = Words<Role>.Of(account.Role),
                account.Unit,
                account.Officer,
                account.About,
                kept = password.Kept,
                account.MadeAt,
                account.MustChange,
            },
            stop
        );
        work.Append(Changed(account, "made"));
        return account;
    }

    /// <summary>Another full name, role, unit, officer or line. A role change counts from the next request.</summary>
    /// <exception cref="RefusedException">No such account, or see <see cref="WhyNotMake"/> and <see cref="WhyNotLose"/>.</exception>
    public static async Task<Account> Change(Work work, AccountId id, NewAccount asked, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        asked = asked with { Name = found.Name };
        await CheckLinks(work, asked, except: id, stop);
        WhyNotMake(asked, null).Throw();
        if (asked.Role != Role.Administrator)
            WhyNotLose(found, await OtherAdministrators(work, id, stop)).Throw();
        var account = found with
        {
            FullName = asked.FullName.Trim(),
            Role = asked.Role,
            Unit = asked.Unit,
            Officer = asked.Officer,
            About = asked.About,
        };
        await work.Execute(
            "UPDATE account SET full_name = @FullName, role = @role, unit = @Unit, officer = @Officer, about = @About WHERE id = @Id",
            new
            {
                account.FullName,
                role = Words<Role>.Of(account.Role),
                account.Unit,
                account.Officer,
                account.About,
                account.Id,
            },
            stop
        );
        work.Append(Changed(account, found.Role == account.Role ? "changed" : "role-changed"));
        return account;
    }

    /// <summary>The account signs in no more, and its sessions end. It is never deleted: custody events name it.</summary>
    /// <exception cref="RefusedException">No such account, disabled already, or see <see cref="WhyNotLose"/>.</exception>
    public static async Task<Account> Disable(Work work, AccountId id, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        if (found.DisabledAt is not null)
            throw new RefusedException(
                new("account-disabled", $"{found.FullName}'s account is disabled already.", RefusalKind.Conflict)
            );
        WhyNotLose(found, await OtherAdministrators(work, id, stop)).Throw();
        await work.Execute("UPDATE account SET disabled_at = @Now WHERE id = @id", new { work.Now, id }, stop);
        await Sessions.EndAll(work, id, except: null, "account-disabled", stop);
        var account = found with { DisabledAt = work.Now };
        work.Append(Changed(account, "disabled"));
        return account;
    }

    /// <exception cref="RefusedException">No such account, or one that is not disabled.</exception>
    public static async Task<Account> Enable(Work work, AccountId id, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        if (found.DisabledAt is null)
            throw new RefusedException(
                new("account-enabled", $"{found.FullName}'s account is not disabled.", RefusalKind.Conflict)
            );
        await work.Execute(
            "UPDATE account SET disabled_at = NULL, failures = 0, locked_until = 0 WHERE id = @id",
            new { id },
            stop
        );
        var account = found with { DisabledAt = null, LockedUntil = null };
        work.Append(Changed(account, "enabled"));
        return account;
    }

    /// <summary>Sets a password, unlocks the account and ends its sessions but for one.</summary>
    /// <param name="mustChange">True when somebody else set it.</param>
    /// <param name="except">The session in which the person changes it.</param>
    /// <exception cref="RefusedException">No such account, or the password does not do.</exception>
    public static async Task SetPassword(
        Work work,
        AccountId id,
        NewPassword password,
        bool mustChange,
        Digest? except,
        CancellationToken stop
    )
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        Password.WhyNot(password.Typed, found.Name, found.FullName).Throw();
        await work.Execute(
            "UPDATE account SET password = @kept, must_change = @mustChange, failures = 0, locked_until = 0 WHERE id = @id",
            new
            {
                kept = password.Kept,
                mustChange,
                id,
            },
            stop
        );
        await Sessions.EndAll(work, id, except, "password-changed", stop);
        work.Append(Changed(found, mustChange ? "password-reset" : "password-changed"));
    }

    /// <summary>Whether the first administrator's name and password would do; asked before anything is founded.</summary>
    public static Refusal? WhyNotNew(string name, string password) =>
        WhyNotMake(new(name, name, Role.Administrator, null, null, null), null) ?? Password.WhyNot(password, name, name);

    public static Refusal? WhyNotMake(NewAccount asked, Account? sameName)
    {
        var name = Folded(asked.Name);
        if (name.Length is < 2 or > 64 || !name.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '@'))
            return new("account-name-unreadable", "A sign-in name has 2 to 64 letters, digits, dots, hyphens, underscores or @.");
        if (sameName is not null)
            return new("account-name-taken", $"There is an account named {name} already.", RefusalKind.Conflict);
        if (Names.WhyNot("The person's name", asked.FullName) is { } bad)
            return bad;
        return asked.Role switch
        {
            Role.Officer when asked.Officer is null => new(
                "account-needs-officer",
                "Choose the officer that this account belongs to."
            ),
            Role.Supervisor when asked.Unit is null => new("account-needs-unit", "Choose the unit that this person supervises."),
            not Role.Supervisor when asked.Unit is not null => new(
                "account-unit-unneeded",
                "Only a supervisor's account names a unit."
            ),
            _ => asked.About is { Length: > 200 }
                ? new("about-too-long", "What the person does has at most 200 characters.")
                : null,
        };
    }

    /// <summary>Somebody must always be able to let people in.</summary>
    /// <param name="others">How many other administrators can sign in.</param>
    public static Refusal? WhyNotLose(Account account, int others) =>
        account is { Role: Role.Administrator, DisabledAt: null } && others == 0
            ? new(
                "last-administrator",
                "This is the last administrator who can sign in. Make another one first.",
                RefusalKind.Conflict
            )
            : null;

    public static readonly Refusal NotFound = new("account-not-found", "There is no such account.", RefusalKind.NotFound);

    /// <summary>Names are compared and kept in lower case, trimmed.</summary>
    public static string Folded(string name) => name.Trim().ToLowerInvariant();

    static async Task CheckLinks(Work work, NewAccount asked, AccountId? except, CancellationToken stop)
    {
        if (asked.Unit is { } unit && await Units.Find(work, unit, stop) is null)
            throw new RefusedException(Units.NotFound);
        if (asked.Officer is not { } officer)
            return;
        var who = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var linked = await work.One($"SELECT {Columns} FROM account WHERE officer = @officer", new { officer }, From, stop);
        if (linked is not null && linked.Id != except)
            throw new RefusedException(
                new("officer-has-account", $"{who.Name} has an account already: {linked.Name}.", RefusalKind.Conflict)
            );
    }

    static Task<int> OtherAdministrators(Work work, AccountId id, CancellationToken stop) =>
        work.One(
            "SELECT COUNT(*) AS others FROM account WHERE role = 'administrator' AND disabled_at IS NULL AND id <> @id",
            new { id },
            row => (int)row.Number("others"),
            stop
        );

    static CustodyEvent.AccountChanged Changed(Account account, string change) =>
        new(account.Id, account.FullName, Words<Role>.Of(account.Role), change);

    internal static Account From(Row row) =>
        new(
            row.Id<Nouns.Account>("id"),
            row.Text("name"),
            row.Text("full_name"),
            row.Word<Role>("role"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.TextOrNull("about"),
            row.Time("made_at"),
            row.TimeOrNull("disabled_at"),
            row.Number("locked_until") is > 0 and var until ? Time.FromMicroseconds(until) : null,
            row.Flag("must_change")
        );
}
