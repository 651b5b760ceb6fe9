using Lapel.Governance;
using NodaTime;

namespace Lapel.Tests.Governance;

/// <summary>
/// The judge against the slow reading of the same page, on made-up worlds: clocks that are off, recordings that overlap, cameras swapped,
/// states across states, exemptions, faults, calls of no length. A difference names its seed, and the seed makes the same world again.
/// </summary>
public sealed class The_judge_and_the_slow_oracle
{
    const int Worlds = 36_000;

    [Fact]
    public void Agree_on_a_hundred_thousand_calls()
    {
        var calls = 0;
        Parallel.For(
            0,
            Worlds,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            seed => Interlocked.Add(ref calls, Compare(seed))
        );
        calls.ShouldBeGreaterThanOrEqualTo(100_000);
    }

    static int Compare(int seed)
    {
        var world = RandomWorld.Of(seed);
        foreach (var (facts, asOf) in world.Calls)
        {
            var judged = Judge.Of(world.InForce, facts, asOf);
            var expected = JudgingOracle.Judge(world.InForce.Policy, facts, asOf);
            Describe(judged).ShouldBe(Describe(expected), $"world {seed}");
            judged.Findings.Select(f => f.Id).ShouldBeUnique();
            // Only the deadline matters of the time at which it is judged.
            if (judged.AgainAt is { } again)
                Judge.Of(world.InForce, facts, again).AgainAt.ShouldBeNull();
        }
        return world.Calls.Count;
    }

    static string Describe(Judgement j) =>
        Describe(
            new JudgingOracle.Verdict(
                j.Outcome,
                checked((int)(j.CoveredUs / 500_000)),
                checked((int)(j.ExcusedUs / 500_000)),
                j.Recordings,
                j.Whole,
                j.Notice,
                j.AgainAt,
                [
                    .. j.Findings.Select(f => new JudgingOracle.Found(
                        f.Kind,
                        f.Recording,
                        JudgingOracle.Tick(f.From),
                        JudgingOracle.Tick(f.Until),
                        f.Reason
                    )),
                ]
            )
        );

    static string Describe(JudgingOracle.Verdict verdict) =>
        $"{verdict with { Findings = [] }}\n{string.Join('\n', verdict.Findings.Select(f => f.ToString()).Order(StringComparer.Ordinal))}";
}

/// <summary>One officer's hour, made from a seed.</summary>
sealed class RandomWorld
{
    static readonly Says Says = new("As made up.", Grade.Proposal, []);
    readonly Random random;
    readonly int span;

    public required PolicyInForce InForce { get; init; }
    public IReadOnlyList<(AttendanceFacts Facts, Instant AsOf)> Calls { get; private set; } = [];

    RandomWorld(Random random, int span) => (this.random, this.span) = (random, span);

    public static RandomWorld Of(int seed)
    {
        var random = new Random(seed);
        int[] spans = [12, 30, 30, 30, 60, 60, 120, 240];
        var world = new RandomWorld(random, spans[random.Next(spans.Length)])
        {
            InForce = new(1, Instant.MinValue, null, PolicyOf(random)),
        };
        world.Fill();
        return world;
    }

    static Policy PolicyOf(Random random)
    {
        bool Coin(int oneIn = 2) => random.Next(oneIn) == 0;
        ReasonRule Reason(string code) =>
            new(
                code,
                code,
                Says,
                [.. Enum.GetValues<RecordingState>().Where(_ => Coin())],
                Coin(3) ? [Place.PrivateHome, Place.Hospital] : [],
                Coin(3) ? [Place.Public] : [],
                Coin(3) ? [AskedBy.Occupant, AskedBy.Medical] : [],
                Coin(3),
                Coin(3),
                Coin(),
                Coin(3) ? random.Next(1, 3) : null
            );
        return JudgingWorld.SomePolicy with
        {
            Tolerances = new(random.Next(7), random.Next(7), random.Next(4), random.Next(3), 1),
            Reasons = [Reason("a"), Reason("b"), Reason("c")],
            Notice = new(Says, Coin(), "notice given", random.Next(10)),
            Docking = new(Says, random.Next(3)),
        };
    }

    bool Coin(int oneIn = 2) => random.Next(oneIn) == 0;

    int Somewhere() => random.Next(-span / 4, span + span / 4 + 1);

    (Instant From, Instant Until) Stretch()
    {
        var (a, b) = (Somewhere(), Coin(8) ? -1000 : Somewhere());
        if (b == -1000)
            b = a; // of no length
        return (JudgingOracle.At(Math.Min(a, b)), JudgingOracle.At(Math.Max(a, b)));
    }

    T Any<T>(params T[] all) => all[random.Next(all.Length)];

    void Fill()
    {
        var worn = WornCameras();
        var exemptions = Enumerable.Range(0, Coin(3) ? random.Next(1, 3) : 0).Select(_ => Exemption()).ToList();
        var faults = Enumerable.Range(0, Coin(3) ? random.Next(1, 3) : 0).Select(_ => Fault()).ToList();
        var recordings = Enumerable.Range(0, random.Next(6)).Select(_ => Recording()).OrderBy(r => r.From).ToList();
        Calls =
        [
            .. Enumerable
                .Range(0, random.Next(1, 6))
                .Select(_ =>
                {
                    var facts = new AttendanceFacts(Attendance(), Incident(), null, worn, exemptions, faults, recordings);
                    return (facts, AsOf(facts));
                }),
        ];
    }

    List<Worn> WornCameras()
    {
        if (Coin(10))
            return [];
        var (from, until) = Stretch();
        return Any(1, 2, 3) switch
        {
            1 => [new(JudgingWorld.Camera, JudgingOracle.At(-2000), null)],
            2 => [new(JudgingWorld.Camera, JudgingOracle.At(-2000), from), new(JudgingWorld.OtherCamera, until, null)],
            _ => [new(JudgingWorld.Camera, from, until)],
        };
    }

    Exemption Exemption()
    {
        var (from, until) = Stretch();
        return new(ExemptionId.New(), JudgingWorld.Officer, null, Coin(3) ? ["DIST*"] : [], from, until, "a task", "the chief");
    }

    CameraFault Fault()
    {
        var (from, until) = Stretch();
        return new(
            FaultId.New(),
            JudgingWorld.Officer,
            Any<CameraId?>(null, JudgingWorld.Camera, JudgingWorld.OtherCamera),
            from,
            Coin(3) ? null : until,
            "broken",
            null,
            from
        );
    }

    Attendance Attendance()
    {
        var times = Enumerable.Range(0, 4).Select(_ => Somewhere()).ToArray();
        if (!Coin(12))
            Array.Sort(times); // mostly in order
        if (Coin(12))
            times[3] = times[2];
        if (Coin(40))
            times[3] += 2 * 3600 + random.Next(-2, 3) - Math.Max(0, times[2]); // about as long as the longest
        Instant? Time(int i, int unknownOneIn) => Coin(unknownOneIn) ? null : JudgingOracle.At(times[i]);
        return new(
            AttendanceId.New(),
            IncidentId.New(),
            JudgingWorld.Officer,
            "3101",
            null,
            Any(Activity.Call, Activity.Call, Activity.Call, Activity.Transport, Activity.Other),
            Time(0, 4),
            Time(1, 4),
            Time(2, 12),
            Time(3, 15),
            null
        );
    }

    DispatchIncident Incident() =>
        new(
            IncidentId.New(),
            "26-1",
            IncidentSource.File,
            Any("DISTURBANCE", "THEFT", "THEFT", "Parade"),
            Any<int?>(null, 1, 2, 3),
            null,
            Any<Place?>(null, null, Place.Public, Place.PrivateHome),
            Any(null, null, "imminent-harm", "unheard of"),
            null,
            null,
            1,
            JudgingWorld.Nine
        );

    /// <summary>As a camera signs it, with a clock that is off, and then taken over as Lapel does.</summary>
    Recorded Recording()
    {
        var offset = Duration.FromMilliseconds(500L * random.Next(-20_000, 20_000));
        var (from, until) = Stretch();
        StateSpan State()
        {
            var (stateFrom, stateUntil) = Stretch();
            return new(
                Any(RecordingState.Stopped, RecordingState.Muted, RecordingState.Averted),
                stateFrom + offset,
                Coin(6) ? null : stateUntil + offset,
                Any("a", "b", "c", "coffee"),
                null,
                Coin(),
                Any(null, "public", "private-home", "hospital", "nowhere"),
                Any(null, "occupant", "medical", "self"),
                Any(null, "2044")
            );
        }
        var manifest = new Manifest(
            1,
            RecordingId.New(),
            Any(JudgingWorld.Camera, JudgingWorld.OtherCamera),
            null,
            1,
            null,
            from + offset,
            from + offset,
            until + offset,
            new("button"),
            new("button"),
            Ending.Deactivated,
            0,
            false,
            false,
            new((long)offset.TotalMilliseconds, 10, from),
            [],
            [.. Enumerable.Range(0, Any(0, 0, 1, 2, 3)).Select(_ => State())],
            [
                .. Enumerable
                    .Range(0, random.Next(3))
                    .Select(_ => new Bookmark(
                        JudgingOracle.At(Somewhere()) + offset,
                        Any("notice given", "Notice given ", "knife")
                    )),
            ],
            [],
            "made up"
        );
        return Recorded.Of(manifest, JudgingWorld.Officer, null, ["notice given"], until, null);
    }

    Instant AsOf(AttendanceFacts facts)
    {
        var end = facts.Attendance.ClearedAt ?? JudgingOracle.At(0);
        var due = end + Duration.FromHours(InForce.Policy.Docking.WithinHours);
        return due + Duration.FromMilliseconds(500L * Any(-100, -1, 0, 1, 100_000));
    }
}
