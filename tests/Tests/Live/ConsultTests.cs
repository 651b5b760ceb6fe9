using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Live;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Web;

namespace Lapel.Tests.Live;

/// <summary>From press to outcome over the wire, on both engines.</summary>
[Trait("engine", "both")]
public sealed class ConsultTests
{
    [Fact]
    public async Task From_press_to_outcome_everything_is_on_record()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        var consult = await station.Press();
        (await doctor.Browser.GetStringAsync("consult")).ShouldContain($"data-ringing=\"{consult}\"");
        station.Clock.Advance(TimeSpan.FromSeconds(12));
        (await LiveStation.Accept(doctor, consult)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await doctor.Browser.GetStringAsync($"consult/{consult}")).ShouldContain("Maya Okafor");

        var now = await (await station.Report(session, new(true))).Content.ReadFromJsonAsync<JsonElement>();
        now.GetProperty("notice").GetString()!.ShouldContain("Ada Chen, crisis nurse");
        now.GetProperty("hear").GetProperty("url").GetString()!.ShouldEndWith($"/york/api/v1/live/whep/talk-{consult}");

        await LiveStation.Act(doctor, consult, "advise", ("text", "Give him room and sit down"));
        await LiveStation.Act(doctor, consult, "consent", ("consent", "given"));
        station.Clock.Advance(TimeSpan.FromMinutes(9));
        (await LiveStation.Act(doctor, consult, "end", ("outcome", "resolved-on-scene"))).StatusCode.ShouldBe(
            HttpStatusCode.Redirect
        );

        var record = await LiveStation.Get(station.Supervisor, $"consults/{consult}");
        record.GetProperty("clinician").GetString().ShouldBe("Ada Chen");
        record.GetProperty("consult").GetProperty("outcome").GetString().ShouldBe("resolved-on-scene");
        record.GetProperty("consult").GetProperty("consent").GetString().ShouldBe("given");
        record.GetProperty("lines")[0].GetProperty("text").GetString().ShouldBe("Give him room and sit down");
        var kinds = (await station.Logged()).Select(CustodyEvents.KindOf).ToList();
        string[] expected =
        [
            "live.started",
            "help.asked",
            "help.rang",
            "help.accepted",
            "lease.granted",
            "consult.advised",
            "consult.consent-noted",
            "consult.ended",
            "lease.ended",
        ];
        kinds.Where(expected.Contains).ShouldBe(expected);
        var ended = (await station.Logged()).OfType<CustodyEvent.ConsultEnded>().Single();
        (ended.Outcome, ended.Consent, ended.LengthMs).ShouldBe(("resolved-on-scene", "given", 540_000));
        var figures = await LiveStation.Get(station.Operations, "statistics");
        figures.GetProperty("toAccept").GetProperty("medianSeconds").GetDouble().ShouldBe(12);
        figures.GetProperty("resolvedOnScene").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_who_accept_at_once_one_gets_in()
    {
        await using var station = await LiveStation.Open();
        await station.GoLive();
        var consult = await station.Press();
        station.Clock.Advance(TimeSpan.FromSeconds(16));
        await station.Agency.Get<Helping>().RingOn(default); // the loop may have been quicker: it does no harm
        var answers = await Task.WhenAll(station.Clinicians.Select(d => LiveStation.Accept(d, consult)));

        answers.Count(a => a.StatusCode == HttpStatusCode.Redirect).ShouldBe(1);
        (await LiveStation.CodeOf(answers.Single(a => a.StatusCode != HttpStatusCode.Redirect))).ShouldBe("consult-taken");
        (await station.Logged()).OfType<CustodyEvent.HelpAccepted>().Count().ShouldBe(1);
        (await station.Logged()).OfType<CustodyEvent.LeaseGranted>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_consults_that_one_clinician_accepts_at_once_one_is_theirs_and_the_other_rings_on()
    {
        await using var station = await LiveStation.Open();
        var first = await station.Press();
        var second = await PressOfAnother(station);
        var doctor = station.Clinicians[0];
        var answers = await Task.WhenAll(LiveStation.Accept(doctor, first), LiveStation.Accept(doctor, second));

        answers.Count(a => a.StatusCode == HttpStatusCode.Redirect).ShouldBe(1);
        (await LiveStation.CodeOf(answers.Single(a => a.StatusCode != HttpStatusCode.Redirect))).ShouldBe("clinician-busy");
        (await station.Logged()).OfType<CustodyEvent.HelpAccepted>().Count().ShouldBe(1);
        await using var reading = await station.Agency.Get<AgencyRecords>().Read(default);
        (await Consults.Open(reading, default))
            .Select(c => c.State)
            .Order()
            .ShouldBe([ConsultState.Ringing, ConsultState.Talking]);
    }

    static async Task<string> PressOfAnother(LiveStation station)
    {
        Officer other;
        await using (var work = await station.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            other = await Officers.Enter(work, "4712", "Noor Haddad", null, default);
            await work.Commit(default);
        }
        var helping = station.Agency.Get<Helping>();
        return (await helping.Ask(Actor.System("test"), new(other.Id, "person-in-crisis"), default)).Id.Text;
    }

    [Fact]
    public async Task What_comes_in_the_moment_in_which_a_consult_ends_is_not_added_to_it()
    {
        await using var station = await LiveStation.Open();
        var id = await station.Press();
        var doctor = station.Clinicians[0];
        await LiveStation.Accept(doctor, id);
        Consult seen;
        await using (var reading = await station.Agency.Get<AgencyRecords>().Read(default))
            seen = (await Consults.Open(reading, default)).Single();
        await LiveStation.Act(doctor, id, "consent", ("consent", "given"));
        await LiveStation.Act(doctor, id, "end", ("outcome", "resolved-on-scene"));

        var (helping, who) = (station.Agency.Get<Helping>(), Actor.System("test"));
        foreach (
            var late in new Func<Task>[]
            {
                () => helping.Say(who, seen, byClinician: true, advice: true, "Wait for me", default),
                () => helping.Consent(who, seen, "declined", default),
                () => helping.SetAloud(who, seen, aloud: true, default),
            }
        )
            (await late.ShouldThrowAsync<RefusedException>()).Refusal.Code.ShouldBe("consult-over");
        var record = await LiveStation.Get(station.Supervisor, $"consults/{id}");
        record.GetProperty("lines").GetArrayLength().ShouldBe(0);
        record.GetProperty("consult").GetProperty("consent").GetString().ShouldBe("given");
        (await station.Logged()).OfType<CustodyEvent.AdviceGiven>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Pressing_again_finds_the_first_press()
    {
        await using var station = await LiveStation.Open();
        var consult = await station.Press();
        (await station.Press()).ShouldBe(consult);
        var byPhone = await LiveStation.Post(station.OfficersPhone, "help", new { });
        byPhone.GetProperty("consult").GetProperty("id").GetString().ShouldBe(consult);
        (await station.Logged()).OfType<CustodyEvent.HelpAsked>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_press_that_nobody_answers_rings_on_and_alerts_the_operations_centre()
    {
        await using var station = await LiveStation.Open();
        await station.Press();
        foreach (var _ in Enumerable.Range(0, 4))
        {
            station.Clock.Advance(TimeSpan.FromSeconds(15));
            await station.Agency.Get<Helping>().RingOn(default);
        }
        var rang = (await station.Logged()).OfType<CustodyEvent.HelpRang>().ToList();
        rang.Select(r => r.Clinician).ShouldBe([station.Clinicians[0].Id, station.Clinicians[1].Id, null]);
        var page = await station.Operations.GetStringAsync("live");
        page.ShouldContain("Maya Okafor asks for a health professional");
    }

    [Fact]
    public async Task A_camera_that_goes_live_later_is_seen_by_whoever_answered()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        var consult = await station.Press();
        await LiveStation.Accept(doctor, consult);
        var early = await doctor.Browser.GetAsync($"consult/{consult}/ways");
        // A conflict passes: the page waits for the camera, where it would take a 403 for the end.
        (early.StatusCode, await LiveStation.CodeOf(early)).ShouldBe((HttpStatusCode.Conflict, "camera-not-live"));
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        var ways = await doctor.Browser.GetFromJsonAsync<JsonElement>($"consult/{consult}/ways");
        ways.GetProperty("watch").GetProperty("url").GetString()!.ShouldEndWith($"live/whep/{session}");
    }

    [Fact]
    public async Task The_stream_ends_with_the_recording_and_takes_every_lease_along()
    {
        await using var station = await LiveStation.Open();
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        var lease = await LiveStation.Post(station.Operations, $"sessions/{session}/leases", new { reason = "officer-safety" });
        var paused = await (
            await station.Report(session, new(true, RecordingState.Muted, "informant"))
        ).Content.ReadFromJsonAsync<JsonElement>();
        paused.GetProperty("state").GetString().ShouldBe("paused");
        paused.TryGetProperty("publish", out _).ShouldBeFalse("nothing is sent while nothing may be shown");
        (await station.Report(session, new(true))).EnsureSuccessStatusCode();
        var over = await (await station.Report(session, new(Recording: false))).Content.ReadFromJsonAsync<JsonElement>();
        over.GetProperty("state").GetString().ShouldBe("ended");

        var id = lease.GetProperty("lease").GetProperty("id").GetString();
        (await station.Operations.GetAsync($"api/v1/live/leases/{id}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await station.Logged())
            .Select(CustodyEvents.KindOf)
            .Where(k => k.StartsWith("live.", StringComparison.Ordinal) || k == "lease.ended")
            .ShouldBe(["live.started", "live.paused", "live.resumed", "lease.ended", "live.ended"]);
        (await LiveStation.CodeOf(await station.Report(session, new(true)))).ShouldBe("live-session-ended");
    }

    [Fact]
    public async Task Nothing_begins_in_an_excluded_place_or_from_the_buffer()
    {
        await using var station = await LiveStation.Open();
        foreach (
            var (report, code) in new[]
            {
                (new StreamReport(false), "stream-needs-recording"),
                (new StreamReport(true, Place: "hospital"), "stream-excluded-place"),
            }
        )
        {
            var answer = await station.Camera.Http.PostAsJsonAsync(
                "api/v1/live/sessions",
                new BeginSession(station.Recording, report),
                LapelJson.Lenient
            );
            (await LiveStation.CodeOf(answer)).ShouldBe(code);
        }
        (await station.Logged()).OfType<CustodyEvent.LiveStarted>().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_kill_switch_ends_it_for_everybody_and_for_good()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        var consult = await station.Press();
        await LiveStation.Accept(doctor, consult);
        await LiveStation.Post(
            station.Supervisor,
            $"sessions/{session}/end",
            new { reason = "A police shooting", seriousIncident = true }
        );

        (await doctor.Browser.GetAsync($"consult/{consult}/ways")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var again = await station.Camera.Http.PostAsJsonAsync(
            "api/v1/live/sessions",
            new BeginSession(station.Recording, new(true)),
            LapelJson.Lenient
        );
        (await LiveStation.CodeOf(again)).ShouldBe("stream-killed");
        var killed = (await station.Logged()).OfType<CustodyEvent.LiveKilled>().Single();
        (killed.Reason, killed.SeriousIncident).ShouldBe(("A police shooting", true));
    }

    [Fact]
    public async Task A_refusal_of_the_person_ends_what_the_clinician_sees()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        await station.GoLive();
        var consult = await station.Press();
        await LiveStation.Accept(doctor, consult);
        await LiveStation.Post(station.Camera.Http, "help/consent", new { consent = "declined" });
        (await doctor.Browser.GetAsync($"consult/{consult}/ways")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await station.Logged()).OfType<CustodyEvent.LeaseEnded>().Single().Why.ShouldBe("consent-declined");
    }

    [Fact]
    public async Task A_lease_ends_by_itself_and_is_renewed_before()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        var consult = await station.Press();
        await LiveStation.Accept(doctor, consult);
        (await LiveStation.CodeOf(await LiveStation.Act(doctor, consult, "renew"))).ShouldBe("lease-renewed-too-early");
        // A camera reports all the time; here one report lasts for hours, so that its silence ends nothing.
        await using (var work = await station.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            await work.Execute(
                "UPDATE live_session SET seen_at = @later",
                new { later = station.Clock.Now() + Duration.FromHours(9) },
                default
            );
            await work.Commit(default);
        }
        station.Clock.Advance(TimeSpan.FromMinutes(35));
        var twice = await Task.WhenAll(LiveStation.Act(doctor, consult, "renew"), LiveStation.Act(doctor, consult, "renew"));
        twice.Count(a => a.StatusCode == HttpStatusCode.Redirect).ShouldBe(1);
        (await station.Logged()).OfType<CustodyEvent.LeaseRenewed>().Count().ShouldBe(1);
        station.Clock.Advance(TimeSpan.FromMinutes(56));
        await station.Agency.Get<Streaming>().Tidy(station.Clock.Now(), default);
        (await doctor.Browser.GetAsync($"consult/{consult}/ways")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await station.Logged()).OfType<CustodyEvent.LeaseEnded>().Single().Why.ShouldBe("expired");
    }

    [Fact]
    public async Task A_silent_camera_is_not_live_any_more()
    {
        await using var station = await LiveStation.Open();
        await station.GoLive();
        await station.Agency.Get<Streaming>().Tidy(station.Clock.Now(), default); // from here on somebody listens
        station.Clock.Advance(TimeSpan.FromSeconds(21));
        await station.Agency.Get<Streaming>().Tidy(station.Clock.Now(), default);
        (await LiveStation.Get(station.Operations, "sessions")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await station.Logged()).OfType<CustodyEvent.LiveEnded>().Single().Why.ShouldBe("camera-silent");
    }

    [Fact]
    public async Task Another_units_supervisor_and_the_officers_colleagues_know_nothing_of_it()
    {
        await using var station = await LiveStation.Open();
        var session = (await station.GoLive()).GetProperty("session").GetString()!;
        (await LiveStation.Get(station.OtherSupervisor, "sessions")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await station.OtherSupervisor.GetAsync($"live/{session}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await station.OfficersPhone.GetAsync($"live/{session}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var tried = await station.OtherSupervisor.PostAsJsonAsync(
            $"api/v1/live/sessions/{session}/leases",
            new { reason = "officer-safety" }
        );
        tried.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await station.Logged()).OfType<CustodyEvent.WatchRefused>().Single().Code.ShouldBe("live-session-not-found");
    }
}
