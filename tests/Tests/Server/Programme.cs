using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Media;

namespace Lapel.Tests.Server;

/// <summary>
/// A small programme at work: two divisions with a supervisor each, an officer whose camera brought one real film, another officer, and
/// everybody else who may ask for it. One recording more lies in quarantine.
/// </summary>
public sealed class Programme : IAsyncDisposable
{
    public const string Password = "tangerine lamp otter";

    public required House House { get; init; }

    public required TestCamera Camera { get; init; }

    /// <summary>In the order of the columns of docs/access.md; none of them sends cookies.</summary>
    public required IReadOnlyDictionary<string, HttpClient> People { get; init; }

    public required RecordingId Recording { get; init; }

    /// <summary>Real ids for the parameters of routes.</summary>
    public required IReadOnlyDictionary<string, string> Ids { get; init; }

    public static async Task<Programme> Begin()
    {
        var house = await House.Open();
        var camera = await TestCamera.Dock(house);
        var ids = new Dictionary<string, string> { ["camera"] = camera.Id.Text };
        Officer owner;
        Officer other;
        Unit first;
        Unit second;
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            var service = await Units.Open(work, null, "York", UnitKind.Service, default);
            first = await Units.Open(work, service.Id, "31 Division", UnitKind.Division, default);
            second = await Units.Open(work, service.Id, "32 Division", UnitKind.Division, default);
            owner = await Officers.Enter(work, "3107", "Dana Osei", null, default);
            other = await Officers.Enter(work, "3112", "Ravi Lind", null, default);
            var lastWeek = work.Now - Duration.FromDays(7);
            await Memberships.Join(work, owner.Id, first.Id, lastWeek, null, default);
            await Memberships.Join(work, other.Id, first.Id, lastWeek, null, default);
            ids["assignment"] = (await Assignments.Assign(work, camera.Id, owner.Id, lastWeek, null, default)).Id.Text;
            ids["dock"] = (await Docks.Enter(work, "Front desk", first.Id, default)).Id.Text;
            ids["officer"] = owner.Id.Text;
            ids["unit"] = first.Id.Text;
            await work.Commit(default);
        }
        var records = house.Agency.Get<AgencyRecords>();
        ids["version"] = (
            await PolicyPeople.Adopt(records, ShippedPolicy.All[0].ReadText(), TimeProvider.System.Now() - Duration.FromDays(7))
        )
            .Id
            .Text;
        ids["name"] = ShippedPolicy.All[0].Name;

        using var admin = await house.SignIn();
        async Task<HttpClient> Person(string name, object role)
        {
            var account = await Post(admin, "accounts", role);
            ids["account"] = account.GetProperty("account").GetProperty("id").GetString()!;
            return await house.SignIn(name, Password);
        }
        var people = new Dictionary<string, HttpClient>
        {
            ["nobody"] = house.Visitor(),
            ["the officer"] = await Person(
                "osei",
                new
                {
                    name = "osei",
                    fullName = "Dana Osei",
                    role = "officer",
                    officer = owner.Id,
                    password = Password,
                }
            ),
            ["another officer"] = await Person(
                "lind",
                new
                {
                    name = "lind",
                    fullName = "Ravi Lind",
                    role = "officer",
                    officer = other.Id,
                    password = Password,
                }
            ),
            ["supervisor"] = await Person(
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
            ["another supervisor"] = await Person(
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
            ["evidence clerk"] = await Person(
                "whitfield",
                new
                {
                    name = "whitfield",
                    fullName = "Nora Whitfield",
                    role = "evidence-clerk",
                    password = Password,
                }
            ),
            ["oversight"] = await Person(
                "abara",
                new
                {
                    name = "abara",
                    fullName = "Daniel Abara",
                    role = "oversight",
                    password = Password,
                }
            ),
            ["programme manager"] = await Person(
                "ng",
                new
                {
                    name = "ng",
                    fullName = "Ada Ng",
                    role = "programme-manager",
                    password = Password,
                }
            ),
            ["professional standards"] = await Person(
                "roth",
                new
                {
                    name = "roth",
                    fullName = "Ben Roth",
                    role = "professional-standards",
                    password = Password,
                }
            ),
            ["administrator"] = await house.SignIn(),
        };

        var film = camera.Record(GoldenMedia.Normal);
        await camera.UploadAndAdmit(film);
        var changed = camera.Record();
        changed.Clips[0].Bytes[^1] ^= 1;
        await camera.Upload(changed);
        var refused = JsonDocument.Parse(await (await camera.Admit(changed.Envelope)).Content.ReadAsStringAsync()).RootElement;
        ids["quarantine"] = refused.GetProperty("quarantine").GetString()!;
        var unfinished = camera.Record();
        ids["upload"] = (await camera.Create(unfinished, unfinished.Clips[0])).Split('/')[^1];
        ids["recording"] = film.Manifest.Recording.Text;
        await Governed(house, ids, owner, first);
        people["a camera"] = Bearing(house, camera.Http.DefaultRequestHeaders.Authorization!);
        var programme = new Programme
        {
            House = house,
            Camera = camera,
            People = people,
            Recording = film.Manifest.Recording,
            Ids = ids,
        };
        await programme.RenditionsAreMade();
        return programme;
    }

    /// <summary>
    /// A call of the officer's that nothing was recorded of, the finding about it, which the supervisor sustained, and the case that came of
    /// it; a draw whose one review is the supervisor's; and a month that was published.
    /// </summary>
    static async Task Governed(House house, Dictionary<string, string> ids, Officer officer, Unit unit)
    {
        await using var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default);
        var draw = DrawId.New();
        var brandt = (await Accounts.FindByName(work, "brandt", default))!;
        var reviewer = brandt.Id;
        var (attendance, finding) = await Missed(work, officer, unit);
        var because = Because.Of($"There is no recording.");
        await FindingReviews.Keep(
            work,
            finding,
            new(finding.Id, ReviewOutcome.Sustained, "No camera on.", null, null, because, reviewer, brandt.FullName, work.Now),
            null,
            default
        );
        var policy = (await Policies.AllInForce(work, default))[^1];
        var opened = await ConductCases.Open(work, finding, policy.Policy.Breaches[0], reviewer, default);
        (ids["findings"], ids["cases"], ids["incident"]) = (finding.Id.Text, opened.Id.Text, "26-1");
        await work.Execute(
            """
            INSERT INTO review_draw (id, weekly, unit, from_at, until_at, policy, wanted, frame, frame_text, frame_length, committed_by,
                committed_at, position, checkpoint, drawn_at)
            VALUES (@draw, 0, @unit, 0, 1, 1, 1, @frame, @text, 1, 'test', @Now, 0, 'a signed note', @Now)
            """,
            new
            {
                draw,
                unit = ids["unit"],
                frame = Digest.Of([]),
                text = attendance + "\n",
                work.Now,
            },
            default
        );
        await work.Execute(
            "INSERT INTO review (draw, attendance, place, reviewer, due_at) VALUES (@draw, @attendance, 1, @reviewer, @Now)",
            new
            {
                draw,
                attendance,
                reviewer,
                work.Now,
            },
            default
        );
        await work.Execute(
            """
            INSERT INTO publication (month, edition, method, digest, published_at, published_by)
            VALUES ('2026-10', 1, '1', @digest, @Now, 'test')
            """,
            new { digest = Digest.Of([]), work.Now },
            default
        );
        await work.Execute(
            "INSERT INTO publication_file (month, edition, name, text) VALUES ('2026-10', 1, 'measures.csv', 'month')",
            null,
            default
        );
        await work.Commit(default);
        (ids["draw"], ids["attendance"]) = (draw.Text, attendance.Text);
        (ids["month"], ids["edition"], ids["file"]) = ("2026-10", "1", "measures.csv");
    }

    static async Task<(AttendanceId, Finding)> Missed(Work work, Officer officer, Unit unit)
    {
        var (incident, attendance) = (IncidentId.New(), AttendanceId.New());
        var from = work.Now - Duration.FromDays(3);
        var until = from + Duration.FromMinutes(10);
        await work.Execute(
            """
            INSERT INTO incident (id, number, source, call_type, priority, revision, content_digest, received_at, changed_at, begins_at)
            VALUES (@incident, '26-1', 'file', 'DISTURBANCE', 2, 1, '', @from, @from, @from)
            """,
            new { incident, from },
            default
        );
        await work.Execute(
            """
            INSERT INTO attendance (id, incident, officer, badge, activity, dispatched_at, arrived_at, cleared_at, begins_at)
            VALUES (@attendance, @incident, @officer, '3107', 'call', @from, @from, @until, @from)
            """,
            new
            {
                attendance,
                incident,
                officer = officer.Id,
                from,
                until,
            },
            default
        );
        // As the judge would say it: whoever judges it again finds the same.
        var policy = (await Policies.AllInForce(work, default))[^1];
        var finding = new Finding(
            Findings.IdOf(FindingKind.NoRecording, attendance.Text, null, 0),
            FindingKind.NoRecording,
            attendance,
            null,
            officer.Id,
            unit.Id,
            from,
            until,
            null,
            Judge.BreachOf(policy.Policy, FindingKind.NoRecording),
            policy.Number
        );
        await using var writing = new JudgementWriting(work);
        await writing.Put(finding, default);
        await writing.Send(default);
        return (attendance, finding);
    }

    /// <summary>Opens a viewing as somebody who may; none for the others.</summary>
    public async Task<string?> View(HttpClient person)
    {
        var answer = await person.PostAsJsonAsync($"api/v1/recordings/{Recording}/viewings", new { purpose = "a walk" });
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()
            : null;
    }

    static HttpClient Bearing(House house, AuthenticationHeaderValue token)
    {
        var http = house.Visitor();
        http.DefaultRequestHeaders.Authorization = token;
        return http;
    }

    static async Task<JsonElement> Post(HttpClient http, string path, object body)
    {
        var answer = await http.PostAsJsonAsync("api/v1/" + path, body, LapelJson.Lenient);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonDocument.Parse(text).RootElement;
    }

    async Task RenditionsAreMade()
    {
        var clerk = People["evidence clerk"];
        var viewing = await View(clerk);
        for (var i = 0; i < 1800; i++)
        {
            using var answer = await clerk.GetAsync($"api/v1/recordings/{Recording}/waveform?viewing={viewing}");
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(100);
        }
        throw new TimeoutException("The renditions were not made within three minutes.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in People.Values)
            person.Dispose();
        Camera.Dispose();
        await House.DisposeAsync();
    }
}
