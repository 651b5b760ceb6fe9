using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lapel.Live;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests.Live;

/// <summary>A whole server with an officer who wears a camera, people of the police who may look on, and two clinicians on call.</summary>
public sealed partial class LiveStation : IAsyncDisposable
{
    const string Password = "tangerine lamp otter";

    public required House House { get; init; }
    public required TestClock Clock { get; init; }
    public required TestCamera Camera { get; init; }
    public required Officer Officer { get; init; }
    public required HttpClient OfficersPhone { get; init; }
    public required HttpClient Supervisor { get; init; }
    public required HttpClient OtherSupervisor { get; init; }
    public required HttpClient Operations { get; init; }
    public required HttpClient Admin { get; init; }
    public required IReadOnlyList<Doctor> Clinicians { get; init; }

    public Agency Agency => House.Agency;
    public RecordingId Recording { get; } = RecordingId.New();

    public sealed record Doctor(ClinicianId Id, string Name, string Link, HttpClient Browser);

    public static async Task<LiveStation> Open()
    {
        var clock = new TestClock();
        var house = await House.Open(clock);
        var camera = await TestCamera.Dock(house);
        Officer officer;
        Unit first;
        Unit second;
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            var service = await Units.Open(work, null, "York", UnitKind.Service, default);
            first = await Units.Open(work, service.Id, "31 Division", UnitKind.Division, default);
            second = await Units.Open(work, service.Id, "12 Division", UnitKind.Division, default);
            officer = await Officers.Enter(work, "1042", "Maya Okafor", "Constable", default);
            await Memberships.Join(work, officer.Id, first.Id, work.Now - Duration.FromDays(1), null, default);
            await Assignments.Assign(work, camera.Id, officer.Id, work.Now - Duration.FromHours(1), null, default);
            await work.Commit(default);
        }
        var admin = await house.SignIn();
        async Task<HttpClient> Person(string name, object account)
        {
            (await admin.PostAsJsonAsync("api/v1/accounts", account, LapelJson.Lenient)).EnsureSuccessStatusCode();
            return await house.SignIn(name, Password);
        }
        var station = new LiveStation
        {
            House = house,
            Clock = clock,
            Camera = camera,
            Officer = officer,
            Admin = admin,
            OfficersPhone = await Person(
                "okafor",
                new
                {
                    name = "okafor",
                    fullName = "Maya Okafor",
                    role = "officer",
                    officer = officer.Id,
                    password = Password,
                }
            ),
            Supervisor = await Person(
                "brandt",
                new
                {
                    name = "brandt",
                    fullName = "Helen Brandt",
                    role = "supervisor",
                    unit = first.Id,
                    password = Password,
                }
            ),
            OtherSupervisor = await Person(
                "moreau",
                new
                {
                    name = "moreau",
                    fullName = "Luc Moreau",
                    role = "supervisor",
                    unit = second.Id,
                    password = Password,
                }
            ),
            Operations = await Person(
                "centre",
                new
                {
                    name = "centre",
                    fullName = "Omar Haddad",
                    role = "operations",
                    password = Password,
                }
            ),
            Clinicians = [],
        };
        List<Doctor> doctors =
        [
            await station.OnCall("Ada Chen", "crisis nurse", 1),
            await station.OnCall("Noor Haq", "psychiatrist", 2),
        ];
        return new()
        {
            House = house,
            Clock = clock,
            Camera = camera,
            Officer = officer,
            Admin = admin,
            OfficersPhone = station.OfficersPhone,
            Supervisor = station.Supervisor,
            OtherSupervisor = station.OtherSupervisor,
            Operations = station.Operations,
            Clinicians = doctors,
        };
    }

    /// <summary>Enters a clinician, signs their browser in by link and code, and puts them on the rota from now on.</summary>
    async Task<Doctor> OnCall(string name, string title, int place)
    {
        var entered = await Post(
            Operations,
            "clinicians",
            new
            {
                name,
                title,
                employer = "Humber Hospital",
            }
        );
        var id = entered.GetProperty("id").GetString()!;
        var link = (await Post(Operations, $"clinicians/{id}/link", new { })).GetProperty("path").GetString()!;
        var now = Clock.Now();
        await Post(
            Operations,
            "rota",
            new
            {
                clinician = id,
                from = now - Duration.FromHours(1),
                until = now + Duration.FromHours(11),
                place,
            }
        );
        var browser = House.Visitor();
        var doctor = new Doctor(ClinicianId.Parse(id), name, link, browser);
        var entering = await SignIn(doctor, await Code(doctor));
        entering.StatusCode.ShouldBe(HttpStatusCode.Redirect, await entering.Content.ReadAsStringAsync());
        return doctor;
    }

    public async Task<string> Code(Doctor doctor) =>
        (await Post(Operations, $"clinicians/{doctor.Id}/code", new { })).GetProperty("code").GetString()!;

    public Task<HttpResponseMessage> SignIn(Doctor doctor, string code, HttpClient? browser = null) =>
        Send(browser ?? doctor.Browser, doctor.Link, "consult/enter", ("link", doctor.Link.Split('/')[^1]), ("code", code));

    /// <summary>Sends a form from a page, with that page's antiforgery token, as a browser does.</summary>
    public static async Task<HttpResponseMessage> Send(
        HttpClient browser,
        string page,
        string action,
        params (string Name, string Value)[] fields
    )
    {
        var html = await browser.GetStringAsync(page);
        using var ask = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(
                fields
                    .Append(("__RequestVerificationToken", Token().Match(html).Groups["token"].Value))
                    .Select(f => KeyValuePair.Create(f.Item1, f.Item2))
            ),
        };
        ask.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await browser.SendAsync(ask);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();

    public async Task<JsonElement> GoLive(StreamReport? report = null)
    {
        var answer = await Camera.Http.PostAsJsonAsync(
            "api/v1/live/sessions",
            new BeginSession(Recording, report ?? new(true)),
            LapelJson.Lenient
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<HttpResponseMessage> Report(string session, StreamReport report) =>
        Camera.Http.PostAsJsonAsync($"api/v1/live/sessions/{session}/reports", report, LapelJson.Lenient);

    public async Task<string> Press()
    {
        var answer = await Camera.Http.PostAsJsonAsync("api/v1/live/help", new { why = "person-in-crisis" }, LapelJson.Lenient);
        var help = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.IsSuccessStatusCode.ShouldBeTrue(help.ToString());
        return help.GetProperty("consult").GetProperty("id").GetString()!;
    }

    public static Task<HttpResponseMessage> Accept(Doctor doctor, string consult) =>
        Send(doctor.Browser, "consult", $"consult/{consult}/accept");

    public static Task<HttpResponseMessage> Act(Doctor doctor, string consult, string act, params (string, string)[] fields) =>
        Send(doctor.Browser, $"consult/{consult}", $"consult/{consult}/{act}", fields);

    public static async Task<JsonElement> Post(HttpClient http, string path, object body)
    {
        var answer = await http.PostAsJsonAsync("api/v1/live/" + path, body, LapelJson.Lenient);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static Task<JsonElement> Get(HttpClient http, string path) =>
        http.GetFromJsonAsync<JsonElement>("api/v1/live/" + path);

    public static async Task<string?> CodeOf(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? JsonDocument.Parse(text).RootElement.GetProperty("code").GetString()
            : CodeOnPage().Match(text) is { Success: true } found ? found.Groups["code"].Value
            : null;
    }

    [GeneratedRegex("<code>(?<code>[a-z-]+)</code>")]
    private static partial Regex CodeOnPage();

    /// <summary>Kinds of the custody log's facts about live help, in their order.</summary>
    public async Task<IReadOnlyList<CustodyEvent>> Logged()
    {
        await using var reading = await Agency.Get<AgencyRecords>().Read(default);
        return await reading.Many(
            "SELECT entry FROM custody_entry ORDER BY arrival",
            null,
            row => LogEntry.Read(row.Bytes("entry")).Event,
            default
        );
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var doctor in Clinicians)
            doctor.Browser.Dispose();
        foreach (var person in new[] { OfficersPhone, Supervisor, OtherSupervisor, Operations, Admin })
            person.Dispose();
        Camera.Dispose();
        await House.DisposeAsync();
    }
}
