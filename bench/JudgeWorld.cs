using Lapel.Governance;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// Two years of a city, computed from numbers instead of kept: 425 calls and 2,128 recordings for each officer, 85 platoons. How often a
/// recording is missing, begins late or ends early is what city auditors counted by hand: Minneapolis 2017, 65 to 71 % of dispatches
/// recorded; Austin 2019, of 151 recordings 3 % late and 4 % ended early. Ids sort by time and calls are entered by time, as dispatch
/// does, so that an officer's lie scattered over their tables.
/// </summary>
sealed class JudgeWorld(long events, long recordings)
{
    const long Second = 1_000_000;
    const int EventsEach = 425;
    const int RecordedOf100 = 68;
    const int LateOf100 = 3;
    const int ShortOf100 = 4;
    const int Platoons = 85;

    public int Officers { get; } = (int)Math.Max(1, events / EventsEach);

    public int Each => EventsEach;

    public int RecordingsEach { get; } = (int)Math.Max(EventsEach, recordings * EventsEach / events);

    /// <summary>Recordings to a call.</summary>
    int Ratio => RecordingsEach / EventsEach;

    static readonly long Until = Instant.FromUtc(2026, 11, 1, 0, 0).ToMicroseconds();
    static readonly long Span = 730L * 86400 * Second;

    static readonly long LongAgo = Instant.FromUtc(2020, 1, 1, 0, 0).ToMicroseconds();

    long Slot => Span / RecordingsEach;

    long SlotOf(int k) => Until - Span + k * Slot;

    static ulong Mixed(int officer, int k, int what)
    {
        var x = ((ulong)(uint)officer << 40) ^ ((ulong)(uint)k << 8) ^ (uint)what;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    static long Between(int officer, int k, int what, long least, long most) =>
        least + (long)(Mixed(officer, k, what) % (ulong)(most - least));

    public (long From, long Until) Event(int officer, int e)
    {
        var from = SlotOf(e * Ratio) + Between(officer, e, 1, 0, Slot / 4);
        return (from, from + Between(officer, e, 2, 300 * Second, 3000 * Second));
    }

    public (long From, long Until) Recording(int officer, int k)
    {
        if (k % Ratio == 0 && k / Ratio < EventsEach && Between(officer, k, 3, 0, 100) < RecordedOf100)
        {
            var (from, until) = Event(officer, k / Ratio);
            return (
                from
                    + (
                        Between(officer, k, 8, 0, 100) < LateOf100
                            ? Between(officer, k, 4, 60 * Second, 150 * Second)
                            : Between(officer, k, 4, -120 * Second, 30 * Second)
                    ),
                until
                    + (
                        Between(officer, k, 9, 0, 100) < ShortOf100
                            ? Between(officer, k, 5, -140 * Second, -90 * Second)
                            : Between(officer, k, 5, -60 * Second, 300 * Second)
                    )
            );
        }
        var begins = SlotOf(k) + Slot / 2 + Between(officer, k, 6, 0, Slot / 8);
        return (begins, begins + Between(officer, k, 7, 120 * Second, 1200 * Second));
    }

    static string Id(int kind, long number) => $"{kind:x8}-0000-7000-8000-{number:x12}";

    /// <summary>As ids are: the millisecond first, then what tells those of one millisecond apart.</summary>
    static string Id(int kind, long at, long number) =>
        $"{at / 1000 >> 16:x8}-{(at / 1000) & 0xffff:x4}-7000-8{kind:x3}-{number:x12}";

    public OfficerId Officer(int number) => OfficerId.Parse(Id(2, number));

    public string Attendance(int officer, int e) => Id(8, Event(officer, e).From, (long)officer * EventsEach + e);

    /// <summary>Straight into the tables, as the roster, dispatch and the follower would have left them.</summary>
    public async Task Fill(BenchAgency agency)
    {
        var stop = CancellationToken.None;
        await using (var work = await agency.Records.Begin(Actor.System("bench"), stop))
        {
            await Policy(work);
            await Roster(work, stop);
            await work.Commit(stop);
        }
        for (var e = 0; e < Each; e += 20)
        {
            await using var work = await agency.Records.Begin(Actor.System("bench"), stop);
            await work.KeepPages(128, stop);
            await Calls(work, e, Math.Min(Each, e + 20), stop);
            await work.Commit(stop);
        }
        for (var officer = 0; officer < Officers; officer += 20)
        {
            await using var work = await agency.Records.Begin(Actor.System("bench"), stop);
            await Recordings(work, officer, Math.Min(Officers, officer + 20), stop);
            await work.Commit(stop);
        }
    }

    async Task Roster(Work work, CancellationToken stop)
    {
        await using var units = work.Prepare(
            "INSERT INTO unit (id, name, kind, opened_at) VALUES (@id, @name, 'platoon', @at)",
            "id",
            "name",
            "at"
        );
        await using var officers = work.Prepare(
            "INSERT INTO officer (id, badge, name, entered_at) VALUES (@id, @badge, @name, @at)",
            "id",
            "badge",
            "name",
            "at"
        );
        await using var members = work.Prepare(
            "INSERT INTO membership (officer, unit, from_at) VALUES (@officer, @unit, @at)",
            "officer",
            "unit",
            "at"
        );
        await using var cameras = work.Prepare(
            "INSERT INTO camera (id, serial, model, state, expected_at) VALUES (@id, @serial, 'bench', 'expected', @at)",
            "id",
            "serial",
            "at"
        );
        await using var worn = work.Prepare(
            "INSERT INTO assignment (id, camera, officer, from_at) VALUES (@id, @camera, @officer, @at)",
            "id",
            "camera",
            "officer",
            "at"
        );
        for (var platoon = 0; platoon < Platoons; platoon++)
            await units.Add([Id(3, platoon), $"Platoon {platoon}", LongAgo], stop);
        for (var officer = 0; officer < Officers; officer++)
            await officers.Add([Id(2, officer), $"B{officer}", $"Officer Number{officer}", LongAgo], stop);
        for (var officer = 0; officer < Officers; officer++)
            await cameras.Add([Id(4, officer), $"LC-{officer}", LongAgo], stop);
        foreach (var statement in new[] { units, officers, cameras })
            await statement.Send(stop);
        for (var officer = 0; officer < Officers; officer++)
            await members.Add([Id(2, officer), Id(3, officer % Platoons), LongAgo], stop);
        for (var officer = 0; officer < Officers; officer++)
            await worn.Add([Id(6, officer), Id(4, officer), Id(2, officer), LongAgo], stop);
        foreach (var statement in new[] { members, worn })
            await statement.Send(stop);
    }

    async Task Calls(Work work, int first, int last, CancellationToken stop)
    {
        await using var incidents = work.Prepare(
            """
            INSERT INTO incident (id, number, source, call_type, priority, revision, content_digest, received_at, changed_at)
            VALUES (@id, @number, 'file', 'DISTURBANCE', 2, 1, '', @at, @at)
            """,
            "id",
            "number",
            "at"
        );
        await using var calls = work.Prepare(
            """
            INSERT INTO attendance (id, incident, officer, badge, activity, dispatched_at, arrived_at, cleared_at, begins_at)
            VALUES (@id, @incident, @officer, @badge, 'call', @from - 300000000, @from, @until, @from - 300000000)
            """,
            "id",
            "incident",
            "officer",
            "badge",
            "from",
            "until"
        );
        for (var e = first; e < last; e++)
        {
            for (var officer = 0; officer < Officers; officer++)
            {
                var ((from, _), number) = (Event(officer, e), (long)e * Officers + officer);
                await incidents.Add([Id(7, from, number), $"26-{number}", from], stop);
            }
            await incidents.Send(stop);
            for (var officer = 0; officer < Officers; officer++)
            {
                var ((from, until), number) = (Event(officer, e), (long)e * Officers + officer);
                await calls.Add([Attendance(officer, e), Id(7, from, number), Id(2, officer), $"B{officer}", from, until], stop);
            }
            await calls.Send(stop);
        }
    }

    // Officer by officer, as the table lies, since at full size entering them by time would take longer than all else.
    async Task Recordings(Work work, int first, int last, CancellationToken stop)
    {
        await using var recorded = work.Prepare(
            """
            INSERT INTO recorded (officer, from_at, recording, camera, unit, activated_at, until_at, pre_event_ms, notice_at, states,
                admitted_at, tagged_at)
            VALUES (@officer, @from, @id, @camera, @unit, @from + 30000000, @until, 30000, @from + 31000000, @states,
                @until + 3600000000, @until + 7200000000)
            """,
            "officer",
            "from",
            "id",
            "camera",
            "unit",
            "until",
            "states"
        );
        for (var officer = first; officer < last; officer++)
        for (var k = 0; k < RecordingsEach; k++)
        {
            var (from, until) = Recording(officer, k);
            var (id, unit) = (Id(1, from, (long)officer * RecordingsEach + k), Id(3, officer % Platoons));
            await recorded.Add([Id(2, officer), from, id, Id(4, officer), unit, until, StatesOf(k, from)], stop);
        }
        await recorded.Send(stop);
    }

    // One in fifty was muted for a minute; never one that a call touches, so that every engine adds up the same microseconds.
    string? StatesOf(int k, long from) =>
        k % Ratio == 1 && k % 10 == 1
            ? $$"""[{"state":"muted","from":"{{Time.FromMicroseconds(from + 40 * Second).ToText()}}","until":"{{Time.FromMicroseconds(from + 100 * Second).ToText()}}","reasonCode":"coffee","saidAloud":false}]"""
            : null;

    static Task Policy(Work work)
    {
        var text = ShippedPolicy.Find("toronto")!.ReadText();
        return work.Execute(
            """
            INSERT INTO policy_version (id, number, state, name, text, digest, drafted_by, drafted_at, effective_from)
            VALUES (@id, 1, 'adopted', 'Toronto', @text, @digest, 'bench', @from, @from)
            """,
            new
            {
                id = PolicyVersionId.New(),
                text,
                digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)),
                from = LongAgo,
            },
            CancellationToken.None
        );
    }
}
