using FsCheck;
using FsCheck.Fluent;
using Lapel.Live;
using Lapel.Roster;

namespace Lapel.Tests.Live;

/// <summary>The decisions of live help, without anything around them.</summary>
public sealed class LiveDecisionTests
{
    static readonly LivePolicy Policy = ReadPolicy();
    static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 7, 0);
    static readonly UnitId Unit = UnitId.New();

    static LivePolicy ReadPolicy()
    {
        using var file = typeof(LivePolicy).Assembly.GetManifestResourceStream("Lapel.Live.live.jsonc")!;
        return LivePolicy.Read(file);
    }

    static LiveSession Session(Instant? endedAt = null, UnitId? unit = null) =>
        new(
            LiveSessionId.New(),
            CameraId.New(),
            OfficerId.New(),
            unit ?? Unit,
            RecordingId.New(),
            endedAt is null ? LiveState.Live : LiveState.Ended,
            null,
            Now - Duration.FromMinutes(5),
            Now,
            endedAt,
            null
        );

    static WatchLease Lease(LiveSession session, Duration left, Instant? endedAt = null) =>
        new(LeaseId.New(), session.Id, null, "a", "A", "Supervisor", "officer-safety", null, Now, Now + left, 0, endedAt, null);

    static Onlooker Onlooker(Role role, params UnitId[] units) =>
        new(role, Roles.Words.Roles[role].Permissions.ToHashSet(), units.ToHashSet());

    [Fact]
    public void Nothing_is_streamed_from_the_buffer() =>
        LiveSessions.WhyNotStream(new(Recording: false), Policy)!.Code.ShouldBe("stream-needs-recording");

    [Theory]
    [InlineData("hospital", null, "stream-excluded-place")]
    [InlineData("washroom", null, "stream-excluded-place")]
    [InlineData("private-home", "private-place-refusal", "stream-refused-by-occupant")]
    public void An_excluded_place_and_a_refusal_end_the_stream(string place, string? reason, string code)
    {
        var why = LiveSessions.WhyNotStream(new(true, null, reason, place), Policy)!;
        why.Code.ShouldBe(code);
        LiveSessions.Ends(why).ShouldBeTrue();
    }

    [Theory]
    [InlineData(RecordingState.Stopped)]
    [InlineData(RecordingState.Muted)]
    [InlineData(RecordingState.Averted)]
    public void A_reasoned_state_pauses_the_stream(RecordingState state)
    {
        var why = LiveSessions.WhyNotStream(new(true, state, "dignity"), Policy)!;
        LiveSessions.Ends(why).ShouldBeFalse();
    }

    [Theory]
    [InlineData("toronto")]
    [InlineData("peel")]
    [InlineData("template")]
    public void What_ends_a_stream_is_said_in_the_words_of_the_programmes_policy(string name)
    {
        var policy = Lapel.Governance.PolicyText.Read(Lapel.Governance.ShippedPolicy.Find(name)!.ReadText());
        Policy.RefusalReasons.Except(policy.Reasons.Select(r => r.Code)).ShouldBeEmpty();
        Policy.ExcludedPlaces.Where(place => !Lapel.Records.Words<Lapel.Governance.Place>.TryParse(place, out _)).ShouldBeEmpty();
    }

    [Fact]
    public void A_refusal_ends_the_stream_even_while_muted() =>
        LiveSessions
            .Ends(LiveSessions.WhyNotStream(new(true, RecordingState.Muted, "private-place-refusal"), Policy)!)
            .ShouldBeTrue();

    [Fact]
    public void A_supervisor_watches_their_own_unit_for_a_reason()
    {
        var session = Session();
        Leases.WhyNotWatch(Onlooker(Role.Supervisor, Unit), session, "officer-safety", Policy).ShouldBeNull();
        Leases.WhyNotWatch(Onlooker(Role.Supervisor, Unit), session, null, Policy)!.Code.ShouldBe("watch-needs-reason");
        Leases.WhyNotWatch(Onlooker(Role.Supervisor, Unit), session, "curious", Policy)!.Code.ShouldBe("watch-needs-reason");
        Leases
            .WhyNotWatch(Onlooker(Role.Supervisor, UnitId.New()), session, "officer-safety", Policy)!
            .Kind.ShouldBe(RefusalKind.NotFound);
    }

    [Fact]
    public void Nobody_but_supervisors_and_the_operations_centre_may_watch() =>
        Enum.GetValues<Role>()
            .Where(role => Leases.WhyNotWatch(Onlooker(role, Unit), Session(), "officer-safety", Policy) is null)
            .ShouldBe([Role.Supervisor, Role.Operations], ignoreOrder: true);

    [Fact]
    public void What_has_ended_is_watched_by_nobody() =>
        Leases
            .WhyNotWatch(Onlooker(Role.Operations), Session(Now), "officer-safety", Policy)!
            .Code.ShouldBe("live-session-ended");

    [Theory]
    [InlineData(60, "lease-renewed-too-early")]
    [InlineData(31, "lease-renewed-too-early")]
    [InlineData(30, null)]
    [InlineData(1, null)]
    [InlineData(0, "lease-ended")]
    public void A_lease_is_renewed_in_its_last_half_hour(int minutesLeft, string? code)
    {
        var session = Session();
        Leases.WhyNotRenew(Lease(session, Duration.FromMinutes(minutesLeft)), session, Now, Policy)?.Code.ShouldBe(code);
    }

    [Fact]
    public void An_ended_lease_is_never_renewed()
    {
        var session = Session();
        var lease = Lease(session, Duration.FromMinutes(10), endedAt: Now);
        Leases.WhyNotRenew(lease, session, Now, Policy)!.Code.ShouldBe("lease-ended");
        Leases.WhyNotShow(lease, session, Now)!.Code.ShouldBe("lease-ended");
    }

    [Fact]
    public void Whoever_is_in_another_consult_rings_last()
    {
        var (first, second, third) = (ClinicianId.New(), ClinicianId.New(), ClinicianId.New());
        Shift On(ClinicianId who, int place) =>
            new(ShiftId.New(), who, Now - Duration.FromHours(1), Now + Duration.FromHours(1), place);
        var later = new Shift(ShiftId.New(), ClinicianId.New(), Now, Now + Duration.FromHours(1), 1) with
        {
            From = Now + Duration.FromMinutes(1),
        };
        Ringing
            .Order([On(third, 3), On(first, 1), On(second, 2), On(first, 4), later], new HashSet<ClinicianId> { first }, Now)
            .ShouldBe([second, third, first]);
    }

    [Fact]
    public void The_next_one_rings_too_after_each_ringing_time()
    {
        ClinicianId[] order = [ClinicianId.New(), ClinicianId.New(), ClinicianId.New()];
        var rung = new HashSet<ClinicianId>();
        int RungAt(double seconds)
        {
            foreach (var who in Ringing.Due(order, rung, Now, Now + Duration.FromSeconds(seconds), Policy.Ring))
                rung.Add(who);
            return rung.Count;
        }
        RungAt(0).ShouldBe(1);
        RungAt(14.9).ShouldBe(1);
        RungAt(15).ShouldBe(2);
        RungAt(44).ShouldBe(3);
        RungAt(1000).ShouldBe(3);
    }

    [Fact]
    public void Nobody_rings_twice_and_nobody_is_left_out() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<PositiveInt[]>(),
                pauses =>
                {
                    var order = Enumerable.Range(0, 5).Select(_ => ClinicianId.New()).ToArray();
                    var rung = new List<ClinicianId>();
                    var at = Now;
                    foreach (var pause in pauses.Select(p => p.Get).Append(10_000))
                    {
                        at += Duration.FromSeconds(pause);
                        rung.AddRange(Ringing.Due(order, rung.ToHashSet(), Now, at, Policy.Ring));
                    }
                    return rung.SequenceEqual(order);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_operations_centre_is_alerted_at_once_when_nobody_is_on_call()
    {
        Ringing.DueToAlert(0, Now, Now, Policy.Alert).ShouldBeTrue();
        Ringing.DueToAlert(2, Now, Now + Duration.FromSeconds(44), Policy.Alert).ShouldBeFalse();
        Ringing.DueToAlert(2, Now, Now + Duration.FromSeconds(45), Policy.Alert).ShouldBeTrue();
    }

    [Fact]
    public void Figures_stand_beside_what_they_are_a_part_of()
    {
        Consult Made(int? accepted, int? spoke, string? outcome) =>
            new(
                ConsultId.New(),
                null,
                null,
                OfficerId.New(),
                null,
                "person-in-crisis",
                null,
                outcome is null ? ConsultState.Withdrawn : ConsultState.Ended,
                Now,
                null,
                null,
                accepted is { } a ? Now + Duration.FromSeconds(a) : null,
                null,
                spoke is { } s ? Now + Duration.FromSeconds(s) : null,
                Now + Duration.FromMinutes(20),
                outcome,
                null,
                "given",
                false
            );
        var figures = ConsultStatistics.Of(
            [Made(10, 20, "resolved-on-scene"), Made(30, 70, "apprehension"), Made(20, null, "referred"), Made(null, null, null)],
            Policy
        );
        (figures.Asked, figures.Accepted, figures.Ended, figures.Withdrawn).ShouldBe((4, 3, 3, 1));
        figures.ToAccept.MedianSeconds.ShouldBe(20);
        (figures.ToSpeaking.Of, figures.ToSpeaking.Count, figures.ToSpeaking.Within).ShouldBe((4, 2, 1));
        (figures.ResolvedOnScene, figures.TransportsAvoided).ShouldBe((2, 2));
        figures.Outcomes.Sum(o => o.Count).ShouldBe(3);
    }

    [Fact]
    public void The_notice_names_the_health_professional()
    {
        var clinician = new Clinician(ClinicianId.New(), "Ada Chen", "crisis nurse", "Humber Hospital", null, true, Now, null);
        Policy.NoticeFor(clinician).ShouldContain("Ada Chen, crisis nurse");
        Policy.NoticeFor(null).ShouldContain("health professional");
    }

    [Fact]
    public void A_web_hook_is_signed_over_time_and_body()
    {
        var signature = WebHook.Sign("secret"u8.ToArray(), 1_700_000_000, "{}"u8.ToArray());
        signature.ShouldBe(
            "t=1700000000,v1="
                + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("secret"u8, "1700000000.{}"u8))
        );
    }
}
