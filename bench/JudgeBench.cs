using System.Diagnostics;
using Lapel.Governance;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// Every call of two years judged, from the database to stored judgements and findings; beside the least that any program must do with the
/// same times in memory (sort and sweep), beside the database alone reading and storing the same rows, and beside PostgreSQL joining the same
/// ranges and storing one number a call. <c>--size</c>: calls;
/// five recordings to each.
/// </summary>
static class JudgeBench
{
    const int Changed = 300;

    public static async Task Run(Report report, BenchOptions options)
    {
        var calls = options.Size ?? 1_000_000;
        var world = new JudgeWorld(calls, 5 * calls);
        var (events, recordings) = ((long)world.Officers * world.Each, (long)world.Officers * world.RecordingsEach);
        using var scratch = new Scratch();
        await using var agency = await BenchAgency.Open(scratch.File("data"), options.Records);
        var engine = options.Records is null ? "SQLite" : "PostgreSQL";
        var filling = Stopwatch.GetTimestamp();
        await world.Fill(agency);
        report.Note(
            $"{engine}: {events:N0} calls and {recordings:N0} recordings of {world.Officers:N0} officers entered in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0} s"
        );
        var judging = agency.Agency.Get<Judging>();
        GC.Collect();
        Proc.ForgetPeak(Environment.ProcessId);
        var before = Proc.ResidentMebibytes(Environment.ProcessId);
        var (ours, cpu) = await Timed(() => judging.FromZero(CancellationToken.None));
        var peak = Proc.PeakMebibytes(Environment.ProcessId);
        var (covered, findings) = await Stored(agency);

        var (floor, swept) = Floor(world);
        report.Add("all judged, database to stored findings", "s", ours, "sort and sweep in memory", floor);
        report.Add("the same, CPU", "s", cpu);
        var (reading, pure) = await Parts(agency, world);
        report.Add("of it: judged in memory", "s", pure, "sort and sweep in memory", floor);
        var (bareReading, bareWriting) = await StorageFloor.Run(
            agency.Records,
            [.. Enumerable.Range(0, world.Officers).Select(world.Officer)]
        );
        if (await Stored(agency) != (covered, findings))
            report.Note("DISAGREE: the floor did not store the same rows.");
        report.Add("all judged, beside storing alone", "s", ours, $"the same rows by {engine} alone", bareReading + bareWriting);
        report.Add("of it: facts read", "s", reading, $"read by {engine} alone", bareReading);
        report.Add($"{engine} alone: judgements and findings written", "s", bareWriting, "sort and sweep in memory", floor);
        report.Add("calls and recordings judged", "rows/s", (events + recordings) / ours);
        if (swept != covered)
            report.Note($"DISAGREE: judged {covered:N0} us, swept {swept:N0} us.");
        report.Note($"{findings:N0} findings; covered {covered / 1_000_000:N0} s, the same in every way of reckoning.");
        if (await PostgresJoin.Run(world) is var (joined, joinedCovered))
        {
            report.Add("all judged, beside one range join", "s", ours, "PostgreSQL's", joined);
            report.Add("sort and sweep in memory", "s", floor, "PostgreSQL's range join", joined, Goal.RatioAtMost(0.1));
            if (joinedCovered != covered)
                report.Note($"DISAGREE: PostgreSQL covered {joinedCovered:N0} us.");
        }
        else
            report.Note("PostgreSQL is not installed: no range join beside it.");
        report.Add("peak memory above what stood", "MiB", peak - before, goal: Goal.AtMost(400, "MiB"));
        await Again(report, agency, judging, world);
    }

    static async Task<(double Wall, double Cpu)> Timed(Func<Task> act)
    {
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await act();
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    /// <summary>The same without writing: what reading costs, and what judging does.</summary>
    static async Task<(double Reading, double Judging)> Parts(BenchAgency agency, JudgeWorld world)
    {
        var (reads, judges, findings) = (0L, 0L, 0L);
        await using var reading = await agency.Records.Read(CancellationToken.None);
        var standing = await Standing.Of(reading, CancellationToken.None);
        var (always, now) = (new Interval(0, 4_000_000_000_000_000), TimeProvider.System.Now());
        for (var officer = 0; officer < world.Officers; officer++)
        {
            var began = Stopwatch.GetTimestamp();
            var facts = await OfficerFacts.Of(reading, standing, world.Officer(officer), always, CancellationToken.None);
            var read = Stopwatch.GetTimestamp();
            foreach (var (_, judgement) in OfficerJudging.Attendances(standing, facts, always, now))
                findings += judgement.Findings.Count;
            foreach (var (_, judgement) in OfficerJudging.RecordingsOf(standing, facts, always, now))
                findings += judgement.Findings.Count;
            reads += read - began;
            judges += Stopwatch.GetTimestamp() - read;
        }
        if (findings == 0)
            throw new InvalidDataException("Nothing was found: this would measure the wrong thing.");
        return ((double)reads / Stopwatch.Frequency, (double)judges / Stopwatch.Frequency);
    }

    static async Task<(long Covered, long Findings)> Stored(BenchAgency agency)
    {
        await using var reading = await agency.Records.Read(CancellationToken.None);
        return await reading.One(
            "SELECT CAST(SUM(covered_us) AS BIGINT) AS covered, (SELECT COUNT(*) FROM finding) AS findings FROM judgement",
            null,
            row => (row.Number("covered"), row.Number("findings")),
            CancellationToken.None
        );
    }

    /// <summary>One call changes, as when dispatch corrects it: from its being due to the changed rows on disk.</summary>
    static async Task Again(Report report, BenchAgency agency, Judging judging, JudgeWorld world)
    {
        var random = new Random(5);
        List<double> whole = [],
            inside = [];
        for (var i = -20; i < Changed; i++)
        {
            var (officer, e) = (random.Next(world.Officers), random.Next(world.Each));
            var (from, until) = world.Event(officer, e);
            await using (var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None))
            {
                await work.Execute(
                    "UPDATE attendance SET cleared_at = @cleared WHERE id = @id",
                    new { cleared = until + (i + 21) * 1_000_000L, id = world.Attendance(officer, e) },
                    CancellationToken.None
                );
                await Due.Say(
                    work,
                    world.Officer(officer),
                    Time.FromMicroseconds(from - 3_600_000_000),
                    Time.FromMicroseconds(until + 3_600_000_000),
                    CancellationToken.None
                );
                await work.Commit(CancellationToken.None);
            }
            await using (var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None))
            {
                var standing = await Standing.Of(work, CancellationToken.None);
                var began = Stopwatch.GetTimestamp();
                await using var writing = new JudgementWriting(work);
                var span = new Interval(from - 3_600_000_000, until + 3_600_000_000);
                if (await OfficerJudging.Do(work, standing, writing, world.Officer(officer), span, CancellationToken.None) == 0)
                    throw new InvalidDataException("Nothing changed: this would measure the wrong thing.");
                await writing.Send(CancellationToken.None);
                if (i >= 0)
                    inside.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            } // undone: the job does it again, with its commit
            var due = Stopwatch.GetTimestamp();
            await judging.Run("", CancellationToken.None);
            if (i >= 0)
                whole.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
        report.Add("one changed call judged and written, p50", "ms", Measure.Percentile(inside, 50), goal: Goal.AtMost(1, "ms"));
        report.Add("one changed call judged and written, p99", "ms", Measure.Percentile(inside, 99));
        report.Add("the same as a job, commit on disk, p50", "ms", Measure.Percentile(whole, 50));
        report.Add("the same as a job, commit on disk, p99", "ms", Measure.Percentile(whole, 99));
    }

    /// <summary>The least that must be done: times in no order, by officer, sorted, and the union that covers each call added up.</summary>
    static (double Seconds, long Covered) Floor(JudgeWorld world)
    {
        var count = world.Officers * world.RecordingsEach;
        var (who, from, until) = (new int[count], new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var at = (int)((long)i * 7_368_787 % count); // a prime step: neighbours in memory are not neighbours in time
            var officer = at / world.RecordingsEach;
            (who[i], (from[i], until[i])) = (officer, world.Recording(officer, at % world.RecordingsEach));
        }
        var calls = new (long From, long Until)[world.Officers * world.Each];
        for (var i = 0; i < calls.Length; i++)
            calls[i] = world.Event(i / world.Each, i % world.Each);
        var covered = 0L;
        var seconds = Measure.Wall(() => covered = SortAndSweep(world, who, from, until, calls));
        return (seconds, covered);
    }

    static long SortAndSweep(JudgeWorld world, int[] who, long[] from, long[] until, (long From, long Until)[] calls)
    {
        var starts = new int[world.Officers + 1];
        foreach (var officer in who)
            starts[officer + 1]++;
        for (var i = 0; i < world.Officers; i++)
            starts[i + 1] += starts[i];
        var (next, begins, ends) = ((int[])starts.Clone(), new long[who.Length], new long[who.Length]);
        for (var i = 0; i < who.Length; i++)
        {
            var at = next[who[i]]++;
            (begins[at], ends[at]) = (from[i], until[i]);
        }
        var covered = 0L;
        for (var officer = 0; officer < world.Officers; officer++)
        {
            var (first, length) = (starts[officer], starts[officer + 1] - starts[officer]);
            Array.Sort(begins, ends, first, length);
            var mine = calls.AsSpan(officer * world.Each, world.Each);
            mine.Sort((a, b) => a.From.CompareTo(b.From));
            var at = first;
            foreach (var call in mine)
            {
                while (at < first + length && ends[at] <= call.From)
                    at++;
                var reached = call.From;
                for (var i = at; i < first + length && begins[i] < call.Until; i++)
                {
                    var (a, b) = (Math.Max(begins[i], reached), Math.Min(ends[i], call.Until));
                    if (b > a)
                        (covered, reached) = (covered + b - a, b);
                }
            }
        }
        return covered;
    }
}
