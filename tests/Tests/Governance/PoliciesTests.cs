using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Records;
using Lapel.Web;
using static Lapel.Tests.PolicyPeople;

namespace Lapel.Tests.Governance;

/// <summary>Versions in the records: who stands for them, from when on they hold, and what the custody log says of it.</summary>
[Trait("engine", "both")]
public sealed class PoliciesTests
{
    static Task<TestAgency> Open() =>
        TestAgency.Open(
            migrations: new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(EvidenceModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );

    static async Task<T> Look<T>(TestAgency agency, Func<Reading, Task<T>> look)
    {
        await using var reading = await agency.Records.Read(default);
        return await look(reading);
    }

    static Task<IReadOnlyList<string>> Kinds(TestAgency agency) =>
        Look(
            agency,
            r =>
                r.Many(
                    "SELECT kind FROM custody_entry WHERE kind LIKE 'policy.%' ORDER BY arrival",
                    null,
                    row => row.Text("kind"),
                    default
                )
        );

    static string Named(string name) => With("$.name", $"\"{name}\"");

    static async Task<string> CodeOf(Func<Task> act) => (await Should.ThrowAsync<RefusedException>(act)).Refusal.Code;

    [Fact]
    public async Task Two_people_approve_and_the_second_approval_adopts()
    {
        await using var agency = await Open();
        var from = agency.Clock.Now() + Duration.FromDays(1);
        var version = await Propose(agency.Records, Toronto, from);
        version.State.ShouldBe(PolicyState.Proposed);

        (await Approve(agency.Records, version, Ada)).State.ShouldBe(
            PolicyState.Proposed,
            "whoever drafted it is one of the two"
        );
        (await CodeOf(() => Approve(agency.Records, version, Ada))).ShouldBe("policy-approved-already");
        var adopted = await Approve(agency.Records, version, Ben);
        (adopted.State, adopted.Number).ShouldBe((PolicyState.Adopted, 1));
        (await CodeOf(() => Approve(agency.Records, version, Cleo))).ShouldBe("policy-not-proposed");

        (await Kinds(agency)).ShouldBe(["policy.proposed", "policy.approved", "policy.approved", "policy.adopted"]);
        var (approvals, steps) = await Look(
            agency,
            async r => (await Policies.ApprovalsOf(r, version.Id, default), await Policies.StepsOf(r, version.Id, default))
        );
        approvals.Select(a => (a.Name, a.Digest)).ShouldBe([(Ada.Name, version.Digest), (Ben.Name, version.Digest)]);
        steps
            .Select(s => (s.Step, s.By))
            .ShouldBe([(PolicyStep.Drafted, Ada.Name), (PolicyStep.Proposed, Ada.Name), (PolicyStep.Adopted, Ben.Name)]);
    }

    [Fact]
    public async Task Two_accounts_of_one_officer_are_one_person()
    {
        await using var agency = await Open();
        var version = await Propose(agency.Records, Toronto, agency.Clock.Now());
        var officer = await Do(agency.Records, Ada, work => Officers.Enter(work, "1042", "Maya Okafor", null, default));
        NewAccount Asked(string name, OfficerId? of) => new(name, name, Role.ProgrammeManager, null, of, null);
        var chosen = await NewPassword.Of("tangerine lamp otter", default);
        Task<Account> Make(string name) =>
            Do(agency.Records, Ada, work => Accounts.Make(work, Asked(name, officer.Id), chosen, mustChange: false, default));
        var first = await Make("okafor");
        await Approve(agency.Records, version, first.Actor);
        await Do(agency.Records, Ada, work => Accounts.Change(work, first.Id, Asked("okafor", null), default));
        var second = (await Make("okafor2")).Actor;
        (await CodeOf(() => Approve(agency.Records, version, second))).ShouldBe("policy-approved-already");
    }

    [Fact]
    public async Task Approvals_given_at_the_same_moment_adopt_once()
    {
        await using var agency = await Open();
        for (var i = 0; i < 5; i++)
        {
            var version = await Propose(agency.Records, Named($"Policy {i}"), agency.Clock.Now() + Duration.FromHours(i + 1));
            await Task.WhenAll(new[] { Ada, Ben }.Select(by => Task.Run(() => Approve(agency.Records, version, by))));
            (await Look(agency, r => Policies.Find(r, version.Id, default)))!.ShouldSatisfyAllConditions(
                v => v.State.ShouldBe(PolicyState.Adopted),
                v => v.Number.ShouldBe(i + 1)
            );
        }
        (await Kinds(agency)).Count(k => k == "policy.adopted").ShouldBe(5);
    }

    [Fact]
    public async Task A_version_holds_from_its_first_moment_until_the_next_ones()
    {
        await using var agency = await Open();
        var now = agency.Clock.Now();
        var microsecond = Duration.FromTicks(10);
        await Adopt(agency.Records, Named("First"), now - Duration.FromDays(30));
        await Adopt(agency.Records, Named("Second"), now + Duration.FromDays(1));
        await Adopt(agency.Records, Named("Third"), now + Duration.FromDays(2));

        async Task<string?> At(Instant at) => (await Look(agency, r => Policies.InForce(r, at, default)))?.Policy.Name;
        (await At(now - Duration.FromDays(30) - microsecond)).ShouldBeNull();
        (await At(now - Duration.FromDays(30))).ShouldBe("First");
        (await At(now + Duration.FromDays(1) - microsecond)).ShouldBe("First");
        (await At(now + Duration.FromDays(1))).ShouldBe("Second");
        (await At(now + Duration.FromDays(2) - microsecond)).ShouldBe("Second");
        (await At(now + Duration.FromDays(2))).ShouldBe("Third");
        (await At(now + Duration.FromDays(9000))).ShouldBe("Third");

        var all = await Look(agency, r => Policies.AllInForce(r, default));
        all.Select(p => (p.Number, p.From, p.Until))
            .ShouldBe([
                (1, now - Duration.FromDays(30), now + Duration.FromDays(1)),
                (2, now + Duration.FromDays(1), now + Duration.FromDays(2)),
                (3, now + Duration.FromDays(2), null),
            ]);
        (await Look(agency, r => Policies.AllInForce(r, default)))[0].Policy.ShouldBeSameAs(all[0].Policy, "it was read once");
    }

    [Fact]
    public async Task A_draft_may_be_wrong_and_cannot_be_proposed_then()
    {
        await using var agency = await Open();
        var draft = await Do(agency.Records, Ada, work => Policies.Draft(work, "{ \"v\": 1,", "nothing", default));
        draft.Name.ShouldBe("Untitled draft");
        (
            await CodeOf(() =>
                Do(agency.Records, Ada, w => Policies.Propose(w, draft.Id, draft.Digest, agency.Clock.Now(), "why", default))
            )
        ).ShouldBe("policy-invalid");

        var edited = await Do(agency.Records, Ben, work => Policies.Edit(work, draft.Id, Toronto, draft.Digest, default));
        (edited.Name, edited.DraftedBy.Text).ShouldBe(("Toronto, as publicly known", Ben.Id));
        (await CodeOf(() => Do(agency.Records, Ada, w => Policies.Edit(w, draft.Id, "{}", draft.Digest, default)))).ShouldBe(
            "policy-changed-meanwhile"
        );
        (await CodeOf(() => Do(agency.Records, Ada, w => Policies.Edit(w, draft.Id, "\0", edited.Digest, default)))).ShouldBe(
            "policy-unreadable"
        );
        (
            await CodeOf(() =>
                Do(agency.Records, Ada, w => Policies.Draft(w, new string(' ', PolicyText.MostBytes) + "x", "", default))
            )
        ).ShouldBe("policy-too-long");
    }

    [Fact]
    public async Task What_was_withdrawn_is_neither_approved_nor_in_force()
    {
        await using var agency = await Open();
        var version = await Propose(agency.Records, Toronto, agency.Clock.Now());
        await Approve(agency.Records, version, Ada);
        await Do(agency.Records, Cleo, w => Policies.Withdraw(w, version.Id, "A figure is wrong.", default));
        (await CodeOf(() => Approve(agency.Records, version, Ben))).ShouldBe("policy-not-proposed");
        (await Look(agency, r => Policies.AllInForce(r, default))).ShouldBeEmpty();
        (await Kinds(agency))[^1].ShouldBe("policy.withdrawn");
    }

    [Fact]
    public async Task A_time_that_passed_while_it_waited_is_not_made_up_for()
    {
        await using var agency = await Open();
        await Adopt(agency.Records, Named("First"), agency.Clock.Now());
        var version = await Propose(agency.Records, Named("Second"), agency.Clock.Now() + Duration.FromHours(1));
        await Approve(agency.Records, version, Ada);
        agency.Clock.Advance(TimeSpan.FromHours(2));
        (await CodeOf(() => Approve(agency.Records, version, Ben))).ShouldBe("policy-date-passed");
    }

    [Fact]
    public async Task Only_people_approve()
    {
        await using var agency = await Open();
        var version = await Propose(agency.Records, Toronto, agency.Clock.Now());
        await Should.ThrowAsync<InvalidOperationException>(() => Approve(agency.Records, version, Actor.System("jobs")));
    }

    [Fact]
    public async Task Adoption_has_everything_judged_again_that_began_since()
    {
        await using var agency = await Open();
        var now = agency.Clock.Now();
        var (old, recent) = (now - Duration.FromDays(40), now - Duration.FromDays(3));
        var officers = await Do(
            agency.Records,
            Ada,
            async work =>
            {
                var longAgo = await Officers.Enter(work, "1", "Old Hand", null, default);
                var lately = await Officers.Enter(work, "2", "New Hand", null, default);
                await work.Execute(
                    """
                    INSERT INTO incident (id, number, source, call_type, revision, content_digest, changed_at)
                    VALUES ('i', '26-1', 'file', 'CALL', 1, 'd', 0)
                    """,
                    null,
                    default
                );
                foreach (var (officer, at) in new[] { (longAgo, old), (lately, recent), (lately, recent + Duration.FromDays(1)) })
                    await work.Execute(
                        """
                        INSERT INTO attendance (id, incident, officer, badge, activity, cleared_at, begins_at)
                        VALUES (@attendance, 'i', @officer, @Badge, 'call', @cleared, @at)
                        """,
                        new
                        {
                            attendance = AttendanceId.New(),
                            officer = officer.Id,
                            officer.Badge,
                            cleared = at + Duration.FromHours(1),
                            at,
                        },
                        default
                    );
                return (LongAgo: longAgo, Lately: lately);
            }
        );
        await Adopt(agency.Records, Toronto, now - Duration.FromDays(30));

        var due = await Look(
            agency,
            r =>
                r.Many(
                    "SELECT officer, from_at, until_at FROM judging_due",
                    null,
                    row => (row.Id<Nouns.Officer>("officer"), row.Time("from_at"), row.Time("until_at")),
                    default
                )
        );
        due.ShouldBe([(officers.Lately.Id, recent - Duration.FromHours(1), recent + Duration.FromHours(26))]);
    }
}
