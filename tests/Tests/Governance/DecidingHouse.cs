using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Evidence;
using Lapel.Tests.Media;

namespace Lapel.Tests.Governance;

/// <summary>
/// A programme under Toronto's policy: an officer in 31 Division whose calls and recordings a test brings, the division's supervisor and
/// another one, two of professional standards, and the programme manager. The judging and the asking are the server's own.
/// </summary>
public sealed class DecidingHouse : IAsyncDisposable
{
    public const string Password = "tangerine lamp otter";

    readonly TestClock clock = new();
    readonly HashSet<FindingId> findings = [];
    int calls;

    public House House { get; private set; } = null!;
    public EvidenceRoom Room { get; private set; } = null!;
    public Unit Division { get; private set; } = null!;
    public Instant Now => clock.Now();

    public static async Task<DecidingHouse> Open()
    {
        var own = new DecidingHouse();
        own.House = await House.Open(own.clock);
        own.Room = await EvidenceRoom.In(own.House.Agency, own.clock, own.House.Data);
        var password = await NewPassword.Of(Password, default);
        await using (var work = await own.Room.Begin())
        {
            var weekAgo = work.Now - Duration.FromDays(7);
            own.Division = await Units.Open(work, own.Room.Service.Id, "31 Division", UnitKind.Division, default);
            var other = await Units.Open(work, own.Room.Service.Id, "32 Division", UnitKind.Division, default);
            await Memberships.Join(work, own.Room.Officer.Id, own.Division.Id, weekAgo, null, default);
            await Assignments.Assign(work, own.Room.Camera.Id, own.Room.Officer.Id, weekAgo, null, default);
            var rookie = await Officers.Enter(work, "3102", "Sam Okafor", null, default);
            foreach (
                var (name, full, role, unit, wears) in new (string, string, Role, UnitId?, OfficerId?)[]
                {
                    ("reyes", "Dana Reyes", Role.Officer, null, own.Room.Officer.Id),
                    ("okafor", "Sam Okafor", Role.Officer, null, rookie.Id),
                    ("brandt", "Helen Brandt", Role.Supervisor, own.Division.Id, null),
                    ("moreau", "Luc Moreau", Role.Supervisor, other.Id, null),
                    ("adeyemi", "Tola Adeyemi", Role.Supervisor, own.Room.Service.Id, null),
                    ("roth", "Ben Roth", Role.ProfessionalStandards, null, null),
                    ("marsh", "Cleo Marsh", Role.ProfessionalStandards, null, null),
                    ("ng", "Ada Ng", Role.ProgrammeManager, null, null),
                    ("whitfield", "Nora Whitfield", Role.EvidenceClerk, null, null),
                }
            )
                await Accounts.Make(work, new(name, full, role, unit, wears, null), password, mustChange: false, default);
            await work.Commit(default);
        }
        own.Room.UnitThen = own.Division.Id;
        await PolicyPeople.Adopt(own.House.Agency.Get<AgencyRecords>(), PolicyPeople.Toronto, own.Now);
        own.Pass(hours: 1);
        return own;
    }

    public void Pass(double hours = 0, double days = 0) => clock.Advance(TimeSpan.FromHours(hours) + TimeSpan.FromDays(days));

    /// <summary>A program signed in now: sessions end after an idle hour, and tests let days pass.</summary>
    public Task<HttpClient> As(string name) => House.SignIn(name, Password);

    /// <summary>A call of ten minutes that begins now and is recorded for its first ten seconds alone: an early stop.</summary>
    public async Task<(FindingId Finding, Recording Recording)> StoppedEarly()
    {
        var recording = await Room.Admit(GoldenMedia.Normal, GoldenMedia.Normal);
        await Call();
        return (await Found("early-stop"), recording);
    }

    /// <summary>A call of ten minutes that nothing was recorded of, long enough ago that a camera would have docked.</summary>
    public async Task<FindingId> NotRecorded()
    {
        await Call();
        Pass(days: 3);
        await Judge();
        return await Found("no-recording");
    }

    async Task Call()
    {
        var (incident, attendance) = (IncidentId.New(), AttendanceId.New());
        var at = Now;
        await using (var work = await Room.Begin())
        {
            await work.Execute(
                """
                INSERT INTO incident (id, number, source, call_type, priority, address, received_at, revision, content_digest, changed_at)
                VALUES (@incident, @number, 'file', 'DISTURBANCE', 2, '12 King Street', @at, 1, @digest, @at)
                """,
                new
                {
                    incident,
                    number = $"26-{++calls}",
                    at,
                    digest = Digest.Of("a call"u8),
                },
                default
            );
            await work.Execute(
                """
                INSERT INTO attendance (id, incident, officer, badge, activity, dispatched_at, arrived_at, cleared_at, begins_at)
                VALUES (@attendance, @incident, @officer, '3101', 'call', @at, @at, @until, @at)
                """,
                new
                {
                    attendance,
                    incident,
                    officer = Room.Officer.Id,
                    at,
                    until = at + Duration.FromMinutes(10),
                },
                default
            );
            await work.Commit(default);
        }
        Pass(hours: 0.5);
        await Judge();
    }

    async Task Judge()
    {
        await using var work = await Room.Begin();
        await Due.Say(work, Room.Officer.Id, work.Now - Duration.FromDays(30), work.Now, default);
        await work.Commit(default);
    }

    /// <summary>Waits until another such finding stands and the officer was asked about it.</summary>
    async Task<FindingId> Found(string kind)
    {
        for (var i = 0; i < 1800; i++)
        {
            await using (var reading = await Room.Read())
                if (
                    await reading.One(
                        """
                        SELECT f.id FROM finding f JOIN finding_notice n ON n.finding = f.id
                        WHERE f.kind = @kind AND f.withdrawn = 0 ORDER BY f.from_at DESC LIMIT 1
                        """,
                        new { kind },
                        row => row.IdOrNull<Nouns.Finding>("id"),
                        default
                    )
                        is { } found
                    && findings.Add(found)
                )
                    return found;
            await Task.Delay(100);
        }
        throw new TimeoutException($"No finding {kind} came.");
    }

    public static async Task<JsonElement> Read(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static async Task ShouldBeRefused(HttpResponseMessage answer, string code) =>
        JsonDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .RootElement.GetProperty("code")
            .GetString()
            .ShouldBe(code, $"{answer.StatusCode}");

    /// <summary>Id of a class of breach of the policy in force.</summary>
    public async Task<string> FirstBreach()
    {
        await using var reading = await Room.Read();
        return (await Policies.InForce(reading, Now, default))!.Policy.Breaches[0].Id;
    }

    /// <summary>Every kind of custody event so far.</summary>
    public async Task<IReadOnlyList<string>> Kinds()
    {
        await using var reading = await Room.Read();
        return await reading.Many("SELECT kind FROM custody_entry ORDER BY arrival", null, row => row.Text("kind"), default);
    }

    public async ValueTask DisposeAsync()
    {
        await Room.DisposeAsync();
        await House.DisposeAsync();
    }
}
