using System.Text;
using System.Text.Json;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Records;
using NodaTime;

namespace Lapel.Tests.Governance;

/// <summary>An agency with officers, cameras and a policy, whose calls and recordings a test enters as dispatch and the follower would.</summary>
sealed class JudgingAgency : IAsyncDisposable
{
    public static readonly CancellationToken Stop = CancellationToken.None;

    public required TestAgency Inner { get; init; }
    public required Unit Division { get; init; }
    public required IReadOnlyList<Officer> Officers { get; init; }
    public required IReadOnlyList<CameraId> Cameras { get; init; }
    public Judging Judging => Inner.Agency.Get<Judging>();
    public AgencyRecords Records => Inner.Records;
    public Instant Now => Inner.Clock.Now();

    public static async Task<JudgingAgency> Open()
    {
        TestClock? clock = null;
        var inner = await TestAgency.Open(
            parts => parts.Add(agency => new Judging(agency.Get<AgencyRecords>(), agency.Get<Pulse>(), clock!)),
            new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(Lapel.Evidence.EvidenceModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );
        clock = inner.Clock;
        await using var work = await inner.Begin();
        var service = await Units.Open(work, null, "York Police", UnitKind.Service, Stop);
        var division = await Units.Open(work, service.Id, "31 Division", UnitKind.Division, Stop);
        var officers = new List<Officer>();
        var cameras = new List<CameraId>();
        for (var i = 0; i < 3; i++)
        {
            officers.Add(await Lapel.Roster.Officers.Enter(work, $"310{i}", $"Officer Number{i}", null, Stop));
            var (camera, _) = await Lapel.Roster.Cameras.Expect(work, $"X81-000{i}", "Chest 2", Stop);
            cameras.Add(camera.Id);
            await work.Execute(
                "INSERT INTO membership (officer, unit, from_at) VALUES (@officer, @unit, @from)",
                new
                {
                    officer = officers[i].Id,
                    unit = division.Id,
                    from = work.Now - Duration.FromDays(100),
                },
                Stop
            );
            await work.Execute(
                "INSERT INTO assignment (id, camera, officer, from_at) VALUES (@id, @camera, @officer, @from)",
                new
                {
                    id = AssignmentId.New(),
                    camera = camera.Id,
                    officer = officers[i].Id,
                    from = work.Now - Duration.FromDays(100),
                },
                Stop
            );
        }
        await work.Commit(Stop);
        return new()
        {
            Inner = inner,
            Division = division,
            Officers = officers,
            Cameras = cameras,
        };
    }

    public async Task Adopt(int number, Instant from, Policy? policy = null)
    {
        var text = policy is null
            ? ShippedPolicy.Find("toronto")!.ReadText()
            : JsonSerializer.Serialize(policy, LapelJson.Lenient);
        await Do(work =>
            work.Execute(
                """
                INSERT INTO policy_version (id, number, state, name, text, digest, drafted_by, drafted_at, effective_from)
                VALUES (@id, @number, 'adopted', 'Toronto', @text, @digest, @by, @Now, @from)
                """,
                new
                {
                    id = PolicyVersionId.New(),
                    number = (long)number,
                    text,
                    digest = Digest.Of(Encoding.UTF8.GetBytes(text)),
                    by = AccountId.New(),
                    work.Now,
                    from,
                },
                Stop
            )
        );
    }

    public async Task Do(Func<Work, Task> act)
    {
        await using var work = await Inner.Begin();
        await act(work);
        await work.Commit(Stop);
    }

    public async Task<T> Read<T>(Func<Reading, Task<T>> look)
    {
        await using var reading = await Records.Read(Stop);
        return await look(reading);
    }

    /// <summary>A call, its incident with it, and that it is due.</summary>
    public async Task<AttendanceId> Call(Officer officer, Instant? arrived, Instant? cleared, AttendanceId? again = null)
    {
        var id = again ?? AttendanceId.New();
        await Do(async work =>
        {
            var begins = arrived ?? cleared ?? work.Now;
            if (again is null)
            {
                var incident = IncidentId.New();
                await work.Execute(
                    """
                    INSERT INTO incident (id, number, source, call_type, revision, content_digest, changed_at)
                    VALUES (@incident, @number, 'file', 'DISTURBANCE', 1, '', @Now)
                    """,
                    new
                    {
                        incident,
                        number = id.Text,
                        work.Now,
                    },
                    Stop
                );
                await work.Execute(
                    """
                    INSERT INTO attendance (id, incident, officer, badge, activity, begins_at)
                    VALUES (@id, @incident, @officer, '3100', 'call', @begins)
                    """,
                    new
                    {
                        id,
                        incident,
                        officer = officer.Id,
                        begins,
                    },
                    Stop
                );
            }
            await work.Execute(
                """
                UPDATE attendance SET officer = @officer, begins_at = @begins, arrived_at = @arrived, cleared_at = @cleared,
                    withdrawn_at = NULL WHERE id = @id
                """,
                new
                {
                    id,
                    officer = officer.Id,
                    begins,
                    arrived,
                    cleared,
                },
                Stop
            );
            await Say(work, officer.Id, begins, cleared ?? begins);
        });
        return id;
    }

    public static Task Say(Work work, OfficerId officer, Instant from, Instant until) =>
        Due.Say(work, officer, from - Duration.FromHours(1), until + Duration.FromHours(1), Stop);

    public async Task<RecordingId> Recording(int officer, Instant from, Instant until, params StateSpan[] states)
    {
        var recorded = new Recorded(
            RecordingId.New(),
            Cameras[officer],
            Officers[officer].Id,
            Division.Id,
            from,
            from + Duration.FromSeconds(Math.Min(30, (until - from).TotalSeconds)),
            until,
            30_000,
            from + Duration.FromSeconds(31),
            states,
            Now,
            null
        );
        await Do(async work =>
        {
            await RecordedRows.Put(work, recorded, Stop);
            await Say(work, recorded.Officer, from, until);
        });
        return recorded.Recording;
    }

    public Task Judge() => Judging.Run("", Stop);

    public Task<Judged?> Of(AttendanceId attendance) => Read(r => Judgements.Find(r, attendance, Stop));

    public Task<IReadOnlyList<StoodFinding>> FindingsOf(AttendanceId attendance) =>
        Read(r =>
            r.Many(
                "SELECT * FROM finding WHERE attendance = @attendance ORDER BY from_at, id",
                new { attendance },
                Findings.ReadStood,
                Stop
            )
        );

    /// <summary>All that judging wrote, row by row.</summary>
    public Task<string> Dump(bool withdrawnToo = true) =>
        Read(async reading =>
        {
            var text = new StringBuilder();
            foreach (var row in await reading.Many("SELECT * FROM judgement ORDER BY attendance", null, Judgements.Read, Stop))
                text.Append(row).Append('\n');
            foreach (
                var row in await reading.Many("SELECT * FROM recording_wait ORDER BY recording", null, RecordingWait.Read, Stop)
            )
                text.Append(row).Append('\n');
            foreach (var row in await reading.Many("SELECT * FROM finding ORDER BY id", null, Findings.ReadStood, Stop))
                if (withdrawnToo || !row.Withdrawn)
                    text.Append(row).Append('\n');
            return text.ToString();
        });

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
