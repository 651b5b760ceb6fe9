using System.Net;
using System.Text;
using System.Text.Json;
using Lapel.Live;
using Lapel.Records;
using Lapel.Tests.Server;
using Lapel.Web;

namespace Lapel.Tests.Live;

/// <summary>Clinicians come in without an account, and what they write stays with them.</summary>
[Trait("engine", "both")]
public sealed class ClinicianTests
{
    const string Secret = "hears-voices-since-april-zq9";

    static async Task<(LiveStation Station, string Consult)> WithNote()
    {
        var station = await LiveStation.Open();
        await station.GoLive();
        var consult = await station.Press();
        await LiveStation.Accept(station.Clinicians[0], consult);
        var kept = await LiveStation.Act(station.Clinicians[0], consult, "note", ("text", Secret));
        kept.StatusCode.ShouldBe(HttpStatusCode.Redirect, await kept.Content.ReadAsStringAsync());
        return (station, consult);
    }

    [Fact]
    public async Task A_code_works_once_and_a_guessed_one_not_at_all()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        using var other = station.House.Visitor();
        var code = await station.Code(doctor);
        (await LiveStation.CodeOf(await station.SignIn(doctor, "00000000", other))).ShouldBe("clinician-code-wrong");
        (await station.SignIn(doctor, code, other)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await LiveStation.CodeOf(await station.SignIn(doctor, code, other))).ShouldBe("clinician-code-wrong");
        var guessed = await station.Code(doctor);
        for (var i = 0; i < 5; i++)
            await station.SignIn(doctor, "11111111", other);
        (await LiveStation.CodeOf(await station.SignIn(doctor, guessed, other))).ShouldBe(
            "clinician-code-wrong",
            "five tries end a code"
        );
        (await station.Logged()).OfType<CustodyEvent.ClinicianRefused>().Count().ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task One_click_enters_a_made_up_clinician_of_a_demo_agency_who_has_no_link_of_their_own()
    {
        await using var station = await LiveStation.Open();
        var entered = await LiveStation.Post(
            station.Operations,
            "clinicians",
            new
            {
                name = "Tomasz Wolski",
                title = "social worker",
                employer = "Humber Hospital",
            }
        );
        using var visitor = station.House.Visitor();
        var page = await (await visitor.GetAsync("consult")).Content.ReadAsStringAsync();
        page.ShouldContain("Tomasz Wolski");
        page.ShouldNotContain("Ada Chen", customMessage: "whoever was given a link is entered by it alone");
        var id = entered.GetProperty("id").GetString()!;
        foreach (var _ in Enumerable.Range(0, 2)) // a second visitor does not send the first one away
        {
            using var other = station.House.Visitor();
            var entering = await LiveStation.Send(other, "sign-in", "consult/demo", ("clinician", id));
            entering.StatusCode.ShouldBe(HttpStatusCode.Redirect);
            (await other.GetAsync("consult")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        using var pryer = station.House.Visitor();
        await LiveStation.Send(pryer, "sign-in", "consult/demo", ("clinician", station.Clinicians[0].Id.Text));
        (await pryer.GetAsync("consult")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_is_entered_by_one_click_where_people_are_real()
    {
        await using var house = await House.Open(demo: false);
        Clinician clinician;
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            clinician = await Clinicians.Enter(work, "Tomasz Wolski", "social worker", "Humber Hospital", null, default);
            await work.Commit(default);
        }
        using var visitor = house.Visitor();
        (await visitor.GetStringAsync("sign-in")).ShouldNotContain("Health professional on call");
        (await (await visitor.GetAsync("consult")).Content.ReadAsStringAsync()).ShouldNotContain("Wolski");
        await Should.ThrowAsync<RefusedException>(() =>
            house.Agency.Get<ClinicianSignIn>().AsDemo(house.Agency, clinician.Id, "::1", default)
        );
    }

    [Fact]
    public async Task A_code_is_over_after_a_quarter_of_an_hour()
    {
        await using var station = await LiveStation.Open();
        using var other = station.House.Visitor();
        var code = await station.Code(station.Clinicians[0]);
        station.Clock.Advance(TimeSpan.FromMinutes(15));
        (await LiveStation.CodeOf(await station.SignIn(station.Clinicians[0], code, other))).ShouldBe("clinician-code-wrong");
    }

    [Fact]
    public async Task A_new_link_ends_the_old_one_and_its_sessions()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        await LiveStation.Post(station.Operations, $"clinicians/{doctor.Id}/link", new { });
        (await doctor.Browser.GetAsync("consult")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var answer = await doctor.Browser.GetAsync(doctor.Link);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await LiveStation.CodeOf(answer)).ShouldBe("clinician-link-gone");
    }

    [Fact]
    public async Task A_clinicians_cookie_opens_no_page_of_the_police()
    {
        await using var station = await LiveStation.Open();
        foreach (
            var path in new[]
            {
                "recordings",
                "live",
                "consults",
                "roster",
                "on-duty",
                "api/v1/recordings",
                "api/v1/live/sessions",
                "api/v1/live/help",
            }
        )
            (await station.Clinicians[0].Browser.GetAsync(path)).StatusCode.ShouldNotBe(HttpStatusCode.OK, path);
    }

    [Fact]
    public async Task A_colleague_sees_neither_the_consult_nor_its_notes()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        foreach (var path in new[] { $"consult/{consult}", $"consult/{consult}/notes.json", $"consult/{consult}/ways" })
            (await station.Clinicians[1].Browser.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
    }

    [Fact]
    public async Task No_page_route_export_log_fsck_or_file_of_the_police_has_a_clinical_note()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        await LiveStation.Act(station.Clinicians[0], consult, "end", ("outcome", "referred"), ("consent", "given"));
        (await station.Clinicians[0].Browser.GetStringAsync($"consult/{consult}")).ShouldContain(Secret);

        var ids = new Dictionary<string, string> { ["consult"] = consult, ["clinician"] = station.Clinicians[0].Id.Text };
        foreach (
            var person in new[]
            {
                station.OfficersPhone,
                station.Supervisor,
                station.Operations,
                station.Admin,
                station.Camera.Http,
                station.House.Visitor(),
            }
        )
        foreach (
            var route in Route
                .AllOf(station.House)
                .Where(r => r.Method == "GET" && !r.Pattern.EndsWith("events", StringComparison.Ordinal))
        )
        {
            using var answer = await person.GetAsync(route.Address(ids));
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain(Secret, customMessage: route.Key);
        }
        foreach (var finding in await station.House.Fsck())
            finding.Sentence.ShouldNotContain(Secret);
        foreach (var fact in await station.Logged())
            Encoding.UTF8.GetString(LogEntry.Of(fact, Actor.System("test"), default).ToBytes()).ShouldNotContain(Secret);
        // On the disk of the server: records, journals, log and keys alike.
        var needle = Encoding.UTF8.GetBytes(Secret);
        foreach (var file in Directory.EnumerateFiles(station.House.Data, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is "server.lock" or ".lock")
                continue; // empty, and held by the server

            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await open.CopyToAsync(bytes);
            bytes.ToArray().AsSpan().IndexOf(needle).ShouldBe(-1, file);
        }
    }

    [Fact]
    public async Task The_notes_go_to_the_health_record_as_a_document_reference()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        var document = JsonDocument
            .Parse(await station.Clinicians[0].Browser.GetStringAsync($"consult/{consult}/notes.json"))
            .RootElement;
        document.GetProperty("resourceType").GetString().ShouldBe("DocumentReference");
        document.GetProperty("custodian").GetProperty("display").GetString().ShouldBe("Humber Hospital");
        var text = document.GetProperty("content")[0].GetProperty("attachment").GetProperty("data").GetString()!;
        Encoding.UTF8.GetString(Convert.FromBase64String(text)).ShouldContain(Secret);
    }

    [Fact]
    public async Task Notes_are_destroyed_with_their_key()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        var doctor = station.Clinicians[0];
        var key = Path.Combine(station.Agency.Folder.ClinicalKeys, $"consult-{consult}.key");
        File.Exists(key).ShouldBeTrue();
        await LiveStation.Act(doctor, consult, "end", ("outcome", "referred"), ("consent", "given"));
        (await LiveStation.Act(doctor, consult, "destroy-notes")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        File.Exists(key).ShouldBeFalse();
        (await doctor.Browser.GetStringAsync($"consult/{consult}")).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Notes_are_read_in_a_later_session_by_the_same_link_and_by_no_newer_one()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        var doctor = station.Clinicians[0];
        using var later = station.House.Visitor();
        await station.SignIn(doctor, await station.Code(doctor), later);
        (await later.GetStringAsync($"consult/{consult}")).ShouldContain(Secret);

        // Whoever gives out links at the police could sign in as the clinician with a new one: it opens no note.
        var path = (await LiveStation.Post(station.Operations, $"clinicians/{doctor.Id}/link", new { }))
            .GetProperty("path")
            .GetString()!;
        using var impostor = station.House.Visitor();
        var newer = doctor with { Link = path, Browser = impostor };
        (await station.SignIn(newer, await station.Code(newer))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await impostor.GetStringAsync($"consult/{consult}")).ShouldNotContain(Secret);
        (await impostor.GetAsync($"consult/{consult}/notes.json")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_browser_of_another_site_changes_nothing_in_a_clinicians_name()
    {
        var (station, consult) = await WithNote();
        await using var _ = station;
        using var ask = new HttpRequestMessage(HttpMethod.Post, $"consult/{consult}/end")
        {
            Content = new FormUrlEncodedContent([]),
        };
        ask.Headers.Add("Sec-Fetch-Site", "cross-site");
        (await station.Clinicians[0].Browser.SendAsync(ask)).IsSuccessStatusCode.ShouldBeFalse();
        (await station.Logged()).OfType<CustodyEvent.ConsultEnded>().ShouldBeEmpty();
    }
}
