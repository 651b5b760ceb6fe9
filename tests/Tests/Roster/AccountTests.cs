using Lapel.Roster;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class AccountTests
{
    static readonly CancellationToken stop = CancellationToken.None;

    static NewAccount Clerk(string name = "whitfield") => new(name, "Nora Whitfield", Role.EvidenceClerk, null, null, null);

    [Fact]
    public async Task The_last_administrator_cannot_be_disabled_nor_given_another_role()
    {
        await using var agency = await RosterAgency.Open();
        (await agency.Refused(w => Accounts.Disable(w, agency.Admin.Id, stop))).Code.ShouldBe("last-administrator");
        (await agency.Refused(w => Accounts.Change(w, agency.Admin.Id, Clerk(), stop))).Code.ShouldBe("last-administrator");

        var other = new NewAccount("second", "Second Person", Role.Administrator, null, null, null);
        await agency.Do(w => Accounts.Make(w, other, RosterAgency.Chosen, false, stop));
        await agency.Do(w => Accounts.Disable(w, agency.Admin.Id, stop));
    }

    [Fact]
    public async Task An_officers_account_names_its_officer_and_a_supervisors_its_unit()
    {
        await using var agency = await RosterAgency.Open();
        var officer = new NewAccount("okafor", "Maya Okafor", Role.Officer, null, null, null);
        (await agency.Refused(w => Accounts.Make(w, officer, RosterAgency.Chosen, false, stop))).Code.ShouldBe(
            "account-needs-officer"
        );
        var supervisor = new NewAccount("brandt", "Helen Brandt", Role.Supervisor, null, null, null);
        (await agency.Refused(w => Accounts.Make(w, supervisor, RosterAgency.Chosen, false, stop))).Code.ShouldBe(
            "account-needs-unit"
        );

        await agency.Do(w => Accounts.Make(w, officer with { Officer = agency.Okafor.Id }, RosterAgency.Chosen, false, stop));
        var second = officer with { Name = "okafor2", Officer = agency.Okafor.Id };
        (await agency.Refused(w => Accounts.Make(w, second, RosterAgency.Chosen, false, stop))).Code.ShouldBe(
            "officer-has-account"
        );
    }

    [Fact]
    public async Task A_sign_in_name_is_one_name_however_it_is_typed()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Accounts.Make(w, Clerk(), RosterAgency.Chosen, false, stop));
        (await agency.Refused(w => Accounts.Make(w, Clerk(" WhitField "), RosterAgency.Chosen, false, stop))).Code.ShouldBe(
            "account-name-taken"
        );
    }

    [Fact]
    public async Task Every_change_of_an_account_is_a_custody_event_that_holds_no_password()
    {
        await using var agency = await RosterAgency.Open();
        var account = await agency.Do(w => Accounts.Make(w, Clerk(), RosterAgency.Chosen, true, stop));
        await agency.Do(async w =>
        {
            await Accounts.SetPassword(w, account.Id, await NewPassword.Of("another long password", stop), false, null, stop);
            await Accounts.Change(w, account.Id, Clerk() with { Role = Role.Oversight }, stop);
            await Accounts.Disable(w, account.Id, stop);
            return await Accounts.Enable(w, account.Id, stop);
        });
        var facts = (await agency.Facts("account.changed"))
            .Where(e => ((CustodyEvent.AccountChanged)e.Event).Account == account.Id)
            .ToList();
        facts
            .Select(e => ((CustodyEvent.AccountChanged)e.Event).Change)
            .ShouldBe(["made", "password-changed", "role-changed", "disabled", "enabled"]);
        facts.ShouldAllBe(e => !System.Text.Encoding.UTF8.GetString(e.ToBytes()).Contains("long password"));
    }

    [Fact]
    public async Task The_agency_begins_with_the_roles_of_the_built_in_file_and_each_is_a_custody_event()
    {
        await using var agency = await RosterAgency.Open();
        foreach (var (role, words) in Roles.Words.Roles)
            (await agency.Read(r => Roles.Of(r, role, stop))).ShouldBe(words.Permissions, ignoreOrder: true);
        (await agency.Facts("permissions.changed")).Count.ShouldBe(Enum.GetValues<Role>().Length);
        await RosterModule.Prepare(agency.Records, stop);
        (await agency.Facts("permissions.changed")).Count.ShouldBe(Enum.GetValues<Role>().Length);
    }

    [Fact]
    public void Every_role_and_every_permission_is_said_in_words()
    {
        Roles.Words.Roles.Keys.ShouldBe(Enum.GetValues<Role>(), ignoreOrder: true);
        Roles.Words.Permissions.Keys.ShouldBe(Enum.GetValues<Permission>(), ignoreOrder: true);
    }

    [Fact]
    public async Task A_changed_role_stays_changed_when_a_later_version_hands_out_its_new_permissions()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(async w =>
        {
            await Roles.Change(w, Role.Officer, new HashSet<Permission>(), stop);
            // As if this version had just brought SeeHealth: it was never handed out.
            return await w.Execute("DELETE FROM permission_seeded WHERE permission = 'see-health'", null, stop);
        });
        await RosterModule.Prepare(agency.Records, stop);
        (await agency.Read(r => Roles.Of(r, Role.Officer, stop))).ShouldBeEmpty();
        (await agency.Read(r => Roles.Of(r, Role.Oversight, stop))).ShouldContain(Permission.SeeHealth);
    }

    [Fact]
    public void An_administrator_can_never_be_given_a_view_of_recordings()
    {
        var now = Roles.Words.Roles[Role.Administrator].Permissions;
        now.ShouldAllBe(p => !Roles.IsAboutContent(p));
        foreach (var permission in Enum.GetValues<Permission>().Where(Roles.IsAboutContent))
            Roles
                .WhyNotChange(Role.Administrator, now.Append(permission).ToHashSet())!
                .Code.ShouldBe("administrator-sees-no-recordings");
    }

    [Fact]
    public void Administrators_keep_what_lets_them_let_people_in_and_nobody_else_gets_it()
    {
        Roles
            .WhyNotChange(Role.Administrator, new HashSet<Permission> { Permission.EditAccounts })!
            .Code.ShouldBe("administrator-must-remain");
        Roles
            .WhyNotChange(Role.EvidenceClerk, new HashSet<Permission> { Permission.ChangePermissions })!
            .Code.ShouldBe("permissions-only-by-administrator");
    }
}
