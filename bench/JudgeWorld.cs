using Lapel.Governance;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// Two years of a city, computed from numbers instead of kept: 425 calls and 2,128 recordings for each officer. Nineteen of twenty calls
/// have a recording that begins about when the officer arrives and ends about when the call does.
/// </summary>
sealed class JudgeWorld(long events, long recordings)
{
    const long Second = 1_000_000;
    const int EventsEach = 425;

    public int Officers { get; } = (int)Math.Max(1, events / EventsEach);

    public int Each => EventsEach;

    public int RecordingsEach { get; } = (int)Math.Max(EventsEach, recordings * EventsEach / events);

    /// <summary>Recordings to a call.</summary>
    int Ratio => RecordingsEach / EventsEach;

    static readonly long Until = Instant.FromUtc(2026, 11, 1, 0, 0).ToMicroseconds();
    static readonly long Span = 730L * 86400 * Second;

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
        if (k % Ratio == 0 && k / Ratio < EventsEach && Between(officer, k, 3, 0, 1000) >= 64)
        {
            var (from, until) = Event(officer, k / Ratio);
            return (
                from + Between(officer, k, 4, -120 * Second, 180 * Second),
                until + Between(officer, k, 5, -90 * Second, 300 * Second)
            );
        }
        var begins = SlotOf(k) + Slot / 2 + Between(officer, k, 6, 0, Slot / 8);
        return (begins, begins + Between(officer, k, 7, 120 * Second, 1200 * Second));
    }

    public static string Id(int kind, long number) => $"{kind:x8}-0000-7000-8000-{number:x12}";

    public OfficerId Officer(int number) => OfficerId.Parse(Id(2, number));

    /// <summary>Straight into the tables, as dispatch and the follower would have left them.</summary>
    public async Task Fill(BenchAgency agency)
    {
        var stop = CancellationToken.None;
        var long_ago = Instant.FromUtc(2020, 1, 1, 0, 0).ToMicroseconds();
        for (var officer = 0; officer < Officers; )
        {
            await using var work = await agency.Records.Begin(Actor.System("bench"), stop);
            if (officer == 0)
                await Policy(work, long_ago);
            await using var officers = work.Prepare(
                "INSERT INTO officer (id, badge, name, entered_at) VALUES (@id, @badge, @name, @at)",
                "id",
                "badge",
                "name",
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
            await using var recorded = work.Prepare(
                """
                INSERT INTO recorded (officer, from_at, recording, camera, activated_at, until_at, pre_event_ms, notice_at, states,
                    admitted_at, tagged_at)
                VALUES (@officer, @from, @id, @camera, @from + 30000000, @until, 30000, @from + 31000000, @states, @until + 3600000000,
                    @until + 7200000000)
                """,
                "officer",
                "from",
                "id",
                "camera",
                "until",
                "states"
            );
            for (var last = Math.Min(Officers, officer + 20); officer < last; officer++)
            {
                var (who, camera) = (Id(2, officer), Id(4, officer));
                await officers.Add([who, $"B{officer}", $"Officer Number{officer}", long_ago], stop);
                await cameras.Add([camera, $"LC-{officer}", long_ago], stop);
                await officers.Send(stop);
                await cameras.Send(stop);
                await worn.Add([Id(6, officer), camera, who, long_ago], stop);
                for (var e = 0; e < Each; e++)
                {
                    var ((from, until), number) = (Event(officer, e), (long)officer * Each + e);
                    await incidents.Add([Id(7, number), $"26-{number}", from], stop);
                    if (e % 400 == 399 || e == Each - 1)
                        await incidents.Send(stop);
                }
                for (var e = 0; e < Each; e++)
                {
                    var ((from, until), number) = (Event(officer, e), (long)officer * Each + e);
                    await calls.Add([Id(8, number), Id(7, number), who, $"B{officer}", from, until], stop);
                }
                for (var k = 0; k < RecordingsEach; k++)
                {
                    var (from, until) = Recording(officer, k);
                    await recorded.Add(
                        [who, from, Id(1, (long)officer * RecordingsEach + k), camera, until, StatesOf(k, from)],
                        stop
                    );
                }
            }
            foreach (var statement in new[] { worn, calls, recorded })
                await statement.Send(stop);
            await work.Commit(stop);
        }
    }

    // One in fifty was muted for a minute; never one that a call touches, so that every engine adds up the same microseconds.
    string? StatesOf(int k, long from) =>
        k % Ratio == 1 && k % 10 == 1
            ? $$"""[{"state":"muted","from":"{{Time.FromMicroseconds(from + 40 * Second).ToText()}}","until":"{{Time.FromMicroseconds(from + 100 * Second).ToText()}}","reasonCode":"coffee","saidAloud":false}]"""
            : null;

    static Task Policy(Work work, long from)
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
                from,
            },
            CancellationToken.None
        );
    }
}
