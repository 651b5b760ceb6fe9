using Lapel.Roster;
using Lapel.Web;
using NodaTime;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class SignInTests
{
    static readonly CancellationToken stop = CancellationToken.None;
    static readonly Caller Station = new("192.0.2.7", "Firefox/140.0 on Linux");

    static Task<(Account Account, Session Session, string Token)> Enter(
        RosterAgency agency,
        string password = RosterAgency.Password,
        string name = "admin",
        SignInLimits? limits = null
    ) =>
        SignIn.WithPassword(
            agency.Records,
            limits ?? new SignInLimits(agency.Clock),
            name,
            password,
            Carrier.Bearer,
            Station,
            stop
        );

    static async Task<Refusal> Refused(Func<Task> act) => (await Should.ThrowAsync<RefusedException>(act)).Refusal;

    static Task<Viewer?> Who(RosterAgency agency, string token, Carrier carrier = Carrier.Bearer) =>
        agency.Read(r => Sessions.Recognise(r, token, carrier, agency.Now, stop));

    static async Task<IReadOnlyList<string>> Whys(RosterAgency agency) =>
        [.. (await agency.Facts("account.sign-in-refused")).Select(e => ((CustodyEvent.SignInRefused)e.Event).Why)];

    [Fact]
    public async Task The_right_password_gives_a_token_that_stands_for_the_account_and_its_permissions()
    {
        await using var agency = await RosterAgency.Open();
        var (account, _, token) = await Enter(agency, name: " Admin ");
        var viewer = await Who(agency, token);
        viewer!.Account.Id.ShouldBe(account.Id);
        viewer.May(Permission.EditAccounts).ShouldBeTrue();
        viewer.May(Permission.SeeAllRecordings).ShouldBeFalse();
        (await agency.Facts("account.signed-in")).Single().Actor.ShouldBe(account.Actor);
    }

    [Fact]
    public async Task The_token_is_not_in_the_records_and_a_bearer_token_is_no_cookie()
    {
        await using var agency = await RosterAgency.Open();
        var (_, session, token) = await Enter(agency);
        session.Id.ShouldBe(Digest.Of(System.Text.Encoding.ASCII.GetBytes(token)));
        (await agency.Read(r => r.Any("SELECT 1 FROM session WHERE token_digest = @token", new { token }, stop))).ShouldBeFalse();
        (await Who(agency, token, Carrier.Cookie)).ShouldBeNull();
        (await Who(agency, session.Id.ToString())).ShouldBeNull();
    }

    [Fact]
    public async Task Every_refusal_sounds_the_same_and_the_log_knows_why()
    {
        await using var agency = await RosterAgency.Open();
        var other = new NewAccount("second", "Second Person", Role.Administrator, null, null, null);
        var second = await agency.Do(w => Accounts.Make(w, other, RosterAgency.Chosen, false, stop));
        await agency.Do(w => Accounts.Disable(w, second.Id, stop));

        (await Refused(() => Enter(agency, "not the password at all"))).ShouldBe(SignIn.Wrong);
        (await Refused(() => Enter(agency, name: "nobody"))).ShouldBe(SignIn.Wrong);
        (await Refused(() => Enter(agency, name: "second"))).ShouldBe(SignIn.Wrong);
        (await Whys(agency)).ShouldBe(["wrong-password", "unknown-name", "account-disabled"]);
        (await agency.Facts("account.sign-in-refused")).ShouldAllBe(e => e.Actor.Kind == ActorKind.System);
    }

    [Fact]
    public async Task After_five_wrong_passwords_even_the_right_one_has_to_wait()
    {
        await using var agency = await RosterAgency.Open();
        for (var i = 0; i < SignIn.FreeFailures; i++)
            await Refused(() => Enter(agency, "not the password at all"));
        (await Refused(() => Enter(agency))).ShouldBe(SignIn.Wrong);
        (await Whys(agency))[^1].ShouldBe("account-locked");
        agency.Clock.Advance(TimeSpan.FromSeconds(31));
        await Enter(agency);

        // The right password starts the count anew.
        await Refused(() => Enter(agency, "not the password at all"));
        await Enter(agency);
    }

    [Fact]
    public void The_wait_doubles_up_to_a_quarter_of_an_hour()
    {
        SignIn.LockAfter(4).ShouldBe(Duration.Zero);
        SignIn.LockAfter(5).ShouldBe(Duration.FromSeconds(30));
        SignIn.LockAfter(6).ShouldBe(Duration.FromSeconds(60));
        SignIn.LockAfter(9).ShouldBe(Duration.FromMinutes(8));
        SignIn.LockAfter(10).ShouldBe(Duration.FromMinutes(15));
        SignIn.LockAfter(1_000_000).ShouldBe(Duration.FromMinutes(15));
    }

    [Fact]
    public async Task One_address_gets_a_limited_number_of_guesses_and_the_log_is_told_once()
    {
        await using var agency = await RosterAgency.Open();
        var limits = new SignInLimits(agency.Clock);
        for (var i = 0; i < SignInLimits.RefusalsPerWindow; i++)
        {
            limits.Enter(Station.Address, out _).ShouldBeTrue();
            limits.Leave(Station.Address, refused: true);
        }
        (await Refused(() => Enter(agency, limits: limits))).ShouldBe(SignIn.TooMany);
        (await Refused(() => Enter(agency, limits: limits))).ShouldBe(SignIn.TooMany);
        (await Whys(agency)).ShouldBe(["too-many-from-address"]);
        agency.Clock.Advance(TimeSpan.FromMinutes(10));
        await Enter(agency, limits: limits);
    }

    [Fact]
    public async Task A_session_ends_when_idle_and_in_any_case_after_a_shift()
    {
        await using var agency = await RosterAgency.Open();
        var (_, _, idle) = await Enter(agency);
        agency.Clock.Advance(TimeSpan.FromMinutes(59));
        (await Who(agency, idle)).ShouldNotBeNull();
        agency.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Who(agency, idle)).ShouldBeNull();

        var (_, _, busy) = await Enter(agency);
        for (var i = 0; i < 23; i++)
        {
            agency.Clock.Advance(TimeSpan.FromMinutes(30));
            await Sessions.Note(agency.Records, (await Who(agency, busy))!.Session!, agency.Now, stop);
        }
        agency.Clock.Advance(TimeSpan.FromMinutes(30));
        (await Who(agency, busy)).ShouldBeNull();
    }

    [Fact]
    public async Task Ending_a_session_disabling_an_account_and_a_new_password_end_what_was_open()
    {
        await using var agency = await RosterAgency.Open();
        var clerk = new NewAccount("clerk", "Nora Whitfield", Role.EvidenceClerk, null, null, null);
        var account = await agency.Do(w => Accounts.Make(w, clerk, RosterAgency.Chosen, false, stop));
        var (_, one, oneToken) = await Enter(agency, name: "clerk");
        var (_, two, twoToken) = await Enter(agency, name: "clerk");

        (await agency.Do(w => Sessions.End(w, agency.Admin.Id, one.Id, "ended", stop))).ShouldBeFalse("it is somebody else's");
        (await Who(agency, oneToken)).ShouldNotBeNull();
        await agency.Do(async w =>
        {
            await Accounts.SetPassword(w, account.Id, await NewPassword.Of("another long password", stop), false, two.Id, stop);
            return 0;
        });
        (await Who(agency, oneToken)).ShouldBeNull();
        (await Who(agency, twoToken)).ShouldNotBeNull();
        await agency.Do(w => Accounts.Disable(w, account.Id, stop));
        (await Who(agency, twoToken)).ShouldBeNull();
        (await agency.Facts("account.signed-out"))
            .Select(e => ((CustodyEvent.SignedOut)e.Event).How)
            .ShouldBe(["password-changed", "account-disabled"]);
    }

    [Fact]
    public async Task A_role_that_is_changed_counts_in_sessions_that_are_open()
    {
        await using var agency = await RosterAgency.Open();
        var clerk = new NewAccount("clerk", "Nora Whitfield", Role.EvidenceClerk, null, null, null);
        await agency.Do(w => Accounts.Make(w, clerk, RosterAgency.Chosen, false, stop));
        var (_, _, token) = await Enter(agency, name: "clerk");
        await agency.Do(async w =>
        {
            await Roles.Change(w, Role.EvidenceClerk, new HashSet<Permission> { Permission.SeeHealth }, stop);
            return 0;
        });
        (await Who(agency, token))!.Permissions.ShouldBe([Permission.SeeHealth]);
    }
}
