using System.Text.Json;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Server;

namespace Lapel.Tests.Governance;

/// <summary>
/// A service with two divisions, a supervisor for each, a manager, a policy in force, and judgements as a test wants them: written
/// straight into the tables, since what is tested here begins where judging ends.
/// </summary>
public sealed class MeasuredProgramme(Agency agency)
{
    public const string Password = "a very long pass phrase";
    public static readonly CancellationToken Stop = CancellationToken.None;

    public Agency Agency => agency;
    public AgencyRecords Records => agency.Get<AgencyRecords>();
    public Unit Service { get; private set; } = null!;
    public Unit First { get; private set; } = null!;
    public Unit Second { get; private set; } = null!;
    public List<Officer> Officers { get; } = [];
    public AccountId Supervisor { get; private set; }
    public AccountId Above { get; private set; }

    int number;

    public static async Task<MeasuredProgramme> Begin(Agency agency, int officers = 12)
    {
        var made = new MeasuredProgramme(agency);
        await using var work = await made.Begin();
        made.Service = await Units.Open(work, null, "York Police", UnitKind.Service, Stop);
        made.First = await Units.Open(work, made.Service.Id, "31 Division", UnitKind.Division, Stop);
        made.Second = await Units.Open(work, made.Service.Id, "32 Division", UnitKind.Division, Stop);
        for (var i = 0; i < officers; i++)
            made.Officers.Add(await Lapel.Roster.Officers.Enter(work, $"31{i:00}", $"Officer {(char)('A' + i)}", null, Stop));
        made.Supervisor = await Account(work, "sergeant", Role.Supervisor, made.First.Id);
        made.Above = await Account(work, "inspector", Role.Supervisor, made.Service.Id);
        await Account(work, "manager", Role.ProgrammeManager, null);
        await Account(work, "watcher", Role.Oversight, null);
        var text = await File.ReadAllTextAsync(Path.Combine(Docs.Root, "policies", "toronto.jsonc"));
        await work.Execute(
            """
            INSERT INTO policy_version (id, number, state, name, text, digest, drafted_by, drafted_at, effective_from, note)
            VALUES (@id, 1, 'adopted', 'Toronto', @text, @digest, 'test', 0, 0, '')
            """,
            new
            {
                id = PolicyVersionId.New(),
                text,
                digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)),
            },
            Stop
        );
        await work.Commit(Stop);
        return made;
    }

    public Task<Work> Begin() => Records.Begin(new(ActorKind.Account, "0193", "Ada Clerk"), Stop);

    static async Task<AccountId> Account(Work work, string name, Role role, UnitId? unit) =>
        (
            await Accounts.Make(
                work,
                new(name, $"{name} Person", role, unit, null, null),
                await NewPassword.Of(Password, Stop),
                mustChange: false,
                Stop
            )
        ).Id;

    /// <summary>One attendance with its judgement, in an incident of its own or in one that another made.</summary>
    public async Task<AttendanceId> Judge(
        Work work,
        Officer officer,
        Unit? unit,
        Instant begins,
        Outcome outcome,
        bool whole = false,
        bool? notice = null,
        Excuse? excuse = null,
        IncidentId? incident = null
    )
    {
        var (attendance, of) = (AttendanceId.New(), incident ?? IncidentId.New());
        if (incident is null)
            await work.Execute(
                """
                INSERT INTO incident (id, number, source, call_type, received_at, revision, content_digest, changed_at)
                VALUES (@of, @number, 'file', 'DISTURBANCE', @begins, 1, '', @begins)
                """,
                new
                {
                    of,
                    number = $"26-{++number:000000}",
                    begins,
                },
                Stop
            );
        await work.Execute(
            """
            INSERT INTO attendance (id, incident, officer, badge, activity, dispatched_at, arrived_at, cleared_at, begins_at)
            VALUES (@attendance, @of, @officer, @Badge, 'call', @begins, @begins, @ends, @begins)
            """,
            new
            {
                attendance,
                of,
                officer = officer.Id,
                officer.Badge,
                begins,
                ends = begins + Duration.FromMinutes(20),
            },
            Stop
        );
        var required = outcome is not (Outcome.NotRequired or Outcome.Unknown);
        await work.Execute(
            """
            INSERT INTO judgement (attendance, incident, officer, unit, policy, trigger_id, begins_at, from_at, until_at, outcome,
                covered_us, excused_us, excuse, recordings, whole, notice)
            VALUES (@attendance, @of, @officer, @unit, 1, @trigger, @begins, @from, @until, @outcome,
                @covered, 0, @excuse, @recordings, @whole, @notice)
            """,
            new
            {
                attendance,
                of,
                officer = officer.Id,
                unit = unit?.Id,
                trigger = required ? "call" : null,
                begins,
                from = required ? begins : (Instant?)null,
                until = required ? begins + Duration.FromMinutes(20) : (Instant?)null,
                outcome = Words<Outcome>.Of(outcome),
                covered = outcome == Outcome.Covered ? 600_000_000L : 0,
                excuse = excuse is { } why ? Words<Excuse>.Of(why) : null,
                recordings = outcome == Outcome.Covered ? 1 : 0,
                whole,
                notice = notice is { } marked ? (marked ? 1L : 0L) : (long?)null,
            },
            Stop
        );
        return attendance;
    }

    public static async Task Record(
        Work work,
        Officer officer,
        Unit? unit,
        Instant from,
        Duration length,
        Duration untilDocked,
        Duration? untilTagged = null,
        IReadOnlyList<StateSpan>? states = null,
        RecordingId? recording = null
    ) =>
        await work.Execute(
            """
            INSERT INTO recorded (officer, from_at, recording, camera, unit, activated_at, until_at, pre_event_ms, states, admitted_at, tagged_at)
            VALUES (@officer, @from, @recording, @camera, @unit, @from, @until, 0, @states, @admitted, @tagged)
            """,
            new
            {
                officer = officer.Id,
                from,
                recording = recording ?? RecordingId.New(),
                camera = CameraId.New(),
                unit = unit?.Id,
                until = from + length,
                states = states is null ? null : JsonSerializer.Serialize(states, LapelJson.Lenient),
                admitted = from + length + untilDocked,
                tagged = untilTagged is { } after ? from + length + untilDocked + after : (Instant?)null,
            },
            Stop
        );
}
