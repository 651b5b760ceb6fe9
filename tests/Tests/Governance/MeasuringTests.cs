using System.Diagnostics;
using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Records;
using Lapel.Tests.Server;
using Lapel.Web;

namespace Lapel.Tests.Governance;

[Trait("engine", "both")]
public sealed class Measures_of_a_month : IAsyncLifetime
{
    static readonly CancellationToken Stop = CancellationToken.None;
    static readonly Month October = new(2026, 10);

    TestAgency house = null!;
    MeasuredProgramme programme = null!;

    public async ValueTask InitializeAsync()
    {
        house = await TestAgency.Open(
            parts => EvidenceModule.AddParts(parts),
            new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(EvidenceModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );
        await using (var work = await house.Begin())
        {
            await Roles.Seed(work, Stop);
            await work.Commit(Stop);
        }
        programme = await MeasuredProgramme.Begin(house.Agency);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    static Instant At(int day, int hour = 12) => Instant.FromUtc(2026, 10, day, hour, 0);

    async Task<Counts> Count(Month month, UnitId? unit = null)
    {
        await using (var work = await house.Begin())
        {
            await CountingMonth.Count(work, month, house.Agency.Profile, Stop);
            await work.Commit(Stop);
        }
        await using var reading = await house.Records.Read(Stop);
        return (await Measures.Trend(reading, month, month, unit, Stop)).GetValueOrDefault(month) ?? new();
    }

    [Fact]
    public async Task Every_attendance_is_in_exactly_one_kind_and_the_month_in_which_it_began()
    {
        var (a, b) = (programme.Officers[0], programme.Officers[1]);
        await using (var work = await programme.Begin())
        {
            await programme.Judge(work, a, programme.First, At(3), Outcome.Covered, whole: true, notice: true);
            await programme.Judge(work, a, programme.First, At(4), Outcome.Covered, notice: false);
            await programme.Judge(work, b, programme.First, At(5), Outcome.Missing);
            await programme.Judge(work, b, programme.Second, At(6), Outcome.Exempt, excuse: Excuse.Exemption);
            await programme.Judge(work, b, programme.Second, At(7), Outcome.Technical, excuse: Excuse.Fault);
            await programme.Judge(work, b, null, At(8), Outcome.Unknown);
            await programme.Judge(work, b, null, At(9), Outcome.NotRequired);
            // Toronto's October ends at four in the morning, UTC.
            await programme.Judge(work, a, programme.First, Instant.FromUtc(2026, 11, 1, 3, 59), Outcome.Missing);
            await programme.Judge(work, a, programme.First, Instant.FromUtc(2026, 11, 1, 4, 1), Outcome.Missing);
            await work.Commit(Stop);
        }
        var counts = await Count(October);
        counts.ShouldBe(
            new Counts
            {
                ["covered_whole"] = 1,
                ["covered_part"] = 1,
                ["missing"] = 2,
                ["exempt"] = 1,
                ["technical"] = 1,
                ["unknown"] = 1,
                ["not_required"] = 1,
                ["noticed"] = 1,
                ["not_noticed"] = 1,
                ["incidents_covered"] = 2,
                ["incidents_missed"] = 2,
                ["incidents_excluded"] = 3,
            }
        );
        var r1 = Measure.Find("R1")!.Of(counts);
        (r1.Numerator, r1.Denominator).ShouldBe((2, 4));
        r1.Excluded.Select(e => (e.What.Kind, e.Count))
            .ShouldBe([("exempt", 1L), ("technical", 1L), ("unknown", 1L), ("not_required", 1L)]);
        (await Count(October)).ShouldBe(counts, "counting again gives the same");
        (await Count(October, programme.Second.Id))["technical"].ShouldBe(1);
        (await Count(October, programme.Second.Id))["missing"].ShouldBe(0);
    }

    [Fact]
    public async Task An_incident_counts_once_for_the_officer_who_was_first()
    {
        await using (var work = await programme.Begin())
        {
            var first = await programme.Judge(work, programme.Officers[0], programme.First, At(3, 10), Outcome.Missing);
            var incident = await work.One(
                "SELECT incident FROM judgement WHERE attendance = @first",
                new { first },
                row => row.Id<Nouns.Incident>("incident"),
                Stop
            );
            await programme.Judge(
                work,
                programme.Officers[1],
                programme.Second,
                At(3, 11),
                Outcome.Covered,
                whole: true,
                incident: incident
            );
            await work.Commit(Stop);
        }
        var all = await Count(October);
        (all["incidents_covered"], all["incidents_missed"]).ShouldBe((1, 0));
        (await Count(October, programme.First.Id))["incidents_covered"].ShouldBe(1);
        (await Count(October, programme.Second.Id))["incidents_covered"].ShouldBe(0);
        Measure.Find("R1")!.Of(all).Rate.ShouldBe(0.5, "an officer-event is missing though the incident was recorded");
    }

    [Fact]
    public async Task A_state_counts_as_reasoned_unless_a_finding_stands_and_as_elsewhere_outside_required_times()
    {
        var officer = programme.Officers[0];
        StateSpan State(RecordingState state, int minute) =>
            new(state, At(3) + Duration.FromMinutes(minute), At(3) + Duration.FromMinutes(minute + 1), "privacy", null, true);
        var recording = RecordingId.New();
        await using (var work = await programme.Begin())
        {
            await programme.Judge(work, officer, programme.First, At(3), Outcome.Covered, whole: true);
            await MeasuredProgramme.Record(
                work,
                officer,
                programme.First,
                At(3),
                Duration.FromMinutes(60),
                Duration.FromHours(1),
                Duration.FromHours(1),
                [State(RecordingState.Muted, 2), State(RecordingState.Stopped, 5), State(RecordingState.Muted, 40)],
                recording
            );
            await work.Execute(
                """
                INSERT INTO finding (id, kind, recording, officer, from_at, until_at, policy, withdrawn)
                VALUES (@id, 'stopped', @recording, @officer, @from, @until, 1, 0)
                """,
                new
                {
                    id = FindingId.New(),
                    recording,
                    officer = officer.Id,
                    from = At(3) + Duration.FromMinutes(5),
                    until = At(3) + Duration.FromMinutes(6),
                },
                Stop
            );
            await work.Commit(Stop);
        }
        var counts = await Count(October);
        (counts["states_reasoned"], counts["states_unreasoned"], counts["states_elsewhere"]).ShouldBe((1, 1, 1));
        foreach (var kind in new[] { "states_reasoned", "states_unreasoned", "states_elsewhere", "tagged", "docked" })
        {
            await using var reading = await house.Records.Read(Stop);
            var rows = await MeasuredRows.Read(
                reading,
                house.Agency.Profile,
                new(October, kind, programme.Service.Id, null, null),
                house.Clock.Now(),
                Stop
            );
            rows.Recordings.Count.ShouldBe((int)counts[kind], kind);
        }
    }

    [Fact]
    public async Task The_rows_behind_every_number_of_attendances_are_as_many_as_the_number()
    {
        var random = new Random(11);
        await using (var work = await programme.Begin())
        {
            IncidentId? last = null;
            for (var i = 0; i < 60; i++)
            {
                var id = await programme.Judge(
                    work,
                    programme.Officers[random.Next(6)],
                    random.Next(3) switch
                    {
                        0 => programme.First,
                        1 => programme.Second,
                        _ => null,
                    },
                    At(random.Next(1, 28), random.Next(24)),
                    (Outcome)random.Next(6),
                    whole: random.Next(2) == 0,
                    notice: random.Next(2) == 0,
                    incident: random.Next(3) == 0 ? last : null
                );
                last = await work.One(
                    "SELECT incident FROM judgement WHERE attendance = @id",
                    new { id },
                    row => row.Id<Nouns.Incident>("incident"),
                    Stop
                );
            }
            await work.Commit(Stop);
        }
        foreach (var unit in new UnitId?[] { null, programme.First.Id })
        {
            var counts = await Count(October, unit);
            foreach (var kind in Counts.Kinds.Take(12))
            {
                await using var reading = await house.Records.Read(Stop);
                var ask = new RowsAsked(October, kind, unit, null, null);
                var rows = await MeasuredRows.Read(reading, house.Agency.Profile, ask, house.Clock.Now(), Stop);
                rows.Judged.Count.ShouldBe((int)counts[kind], $"{kind} of {unit}");
            }
        }
    }

    [Fact]
    public async Task Open_data_recomputes_to_the_published_numbers_and_a_small_cell_is_told_by_nothing()
    {
        var random = new Random(5);
        await using (var work = await programme.Begin())
        {
            for (var i = 0; i < 300; i++)
                await programme.Judge(
                    work,
                    programme.Officers[i % 12],
                    i % 12 < 6 ? programme.First : programme.Second,
                    At(random.Next(1, 28)),
                    random.Next(10) switch
                    {
                        0 => Outcome.Missing,
                        1 => Outcome.Technical,
                        _ => Outcome.Covered,
                    },
                    whole: random.Next(4) > 0,
                    notice: random.Next(3) > 0
                );
            for (var i = 0; i < 3; i++) // small in one division, large in the other
                await programme.Judge(work, programme.Officers[i], programme.First, At(7 + i), Outcome.Exempt);
            for (var i = 0; i < 9; i++)
                await programme.Judge(work, programme.Officers[7], programme.Second, At(7 + i), Outcome.Exempt);
            for (var i = 0; i < 40; i++)
                await MeasuredProgramme.Record(
                    work,
                    programme.Officers[i % 12],
                    i % 2 == 0 ? programme.First : programme.Second,
                    At(2 + i % 20) + Duration.FromMinutes(i),
                    Duration.FromMinutes(9),
                    Duration.FromHours(i % 30),
                    Duration.FromHours(i)
                );
            await work.Commit(Stop);
        }
        Publication publication;
        await using (var work = await house.Begin())
        {
            publication = await Publications.Publish(work, October, house.Agency.Profile, Stop);
            await work.Commit(Stop);
        }
        var folder = Directory.CreateTempSubdirectory("lapel-open-").FullName;
        try
        {
            await using (var reading = await house.Records.Read(Stop))
                foreach (
                    var name in new[]
                    {
                        "rows.csv",
                        "measures.csv",
                        "excluded.csv",
                        "recompute.py",
                        "datapackage.json",
                        "method.md",
                    }
                )
                    await File.WriteAllTextAsync(
                        Path.Combine(folder, name),
                        await Publications.FindFile(reading, October, 1, name, Stop)
                    );
            Digest.Of(await File.ReadAllBytesAsync(Path.Combine(folder, "datapackage.json"))).ShouldBe(publication.Digest);

            var (exit, said) = Python(Path.Combine(folder, "recompute.py"), folder);
            said.ShouldContain(" 0 differ, ");
            exit.ShouldBe(0, said);

            var rows = await File.ReadAllLinesAsync(Path.Combine(folder, "rows.csv"));
            rows.Count(r => r.EndsWith(",exempt", StringComparison.Ordinal)).ShouldBe(12, "the service's total is whole");
            rows.Count(r => r == "officer-event,31 Division,exempt").ShouldBe(0);
            rows.Count(r => r == "officer-event,32 Division,exempt").ShouldBe(0, "or the total would give the other away");
            (await File.ReadAllTextAsync(Path.Combine(folder, "rows.csv"))).ShouldNotContain("Officer A");
            var lie = (await File.ReadAllTextAsync(Path.Combine(folder, "rows.csv"))).Replace(
                "officer-event,31 Division,missing\n",
                "",
                StringComparison.Ordinal
            );
            await File.WriteAllTextAsync(Path.Combine(folder, "rows.csv"), lie);
            Python(Path.Combine(folder, "recompute.py"), folder).Exit.ShouldBe(1, "other rows give other numbers");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_month_of_few_officers_or_one_that_is_not_over_is_not_published()
    {
        await using (var work = await programme.Begin())
        {
            for (var i = 0; i < 4; i++)
                await programme.Judge(work, programme.Officers[i], programme.First, At(3), Outcome.Covered);
            await work.Commit(Stop);
        }
        async Task<string> Refused(Month month)
        {
            await using var work = await house.Begin();
            return (
                await Should.ThrowAsync<RefusedException>(() => Publications.Publish(work, month, house.Agency.Profile, Stop))
            )
                .Refusal
                .Code;
        }
        (await Refused(October)).ShouldBe("too-few-officers");
        (await Refused(new(2026, 11))).ShouldBe("month-not-over");
        (await Refused(new(2026, 3))).ShouldBe("month-not-counted");
    }

    internal static (int Exit, string Said) Python(params string[] arguments)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var run = Process.Start(start)!;
        var said = run.StandardOutput.ReadToEnd() + run.StandardError.ReadToEnd();
        run.WaitForExit();
        return (run.ExitCode, said);
    }
}

public sealed class Wilsons_interval
{
    // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Agrees_with_the_published_examples(long successes, long size, double low, double high)
    {
        var (l, h) = Wilson.Of(successes, size);
        l.ShouldBe(low, 0.00006);
        h.ShouldBe(high, 0.00006);
    }
}

public sealed class Hidden_cells
{
    [Fact]
    public void No_small_cell_follows_from_what_is_shown_in_random_tables()
    {
        var random = new Random(3);
        for (var round = 0; round < 400; round++)
        {
            var (units, kinds) = (random.Next(2, 5), random.Next(2, 5));
            var values = Enumerable
                .Range(0, units * kinds)
                .Select(_ =>
                    (long)(
                        random.Next(3) switch
                        {
                            0 => 0,
                            1 => random.Next(1, 5),
                            _ => random.Next(5, 9),
                        }
                    )
                )
                .ToList();
            var relations = Enumerable
                .Range(0, kinds)
                .Select(k => new Suppression.Relation([.. Enumerable.Range(0, units).Select(u => (u * kinds + k, 1))]))
                .Concat(
                    random.Next(2) == 0
                        ? []
                        : Enumerable
                            .Range(0, units)
                            .Select(u => new Suppression.Relation([
                                .. Enumerable.Range(0, kinds).Select(k => (u * kinds + k, 1)),
                            ]))
                )
                .ToList();
            var hidden = Suppression.Hide(values, relations);
            values.Index().Where(v => Suppression.IsSmall(v.Item)).ShouldAllBe(v => hidden.Contains(v.Index));
            // A reader who tries every table: each small cell can have another value and all that is known still holds.
            foreach (var (cell, value) in values.Index().Where(v => Suppression.IsSmall(v.Item)))
            {
                // But when all that is not empty around it is hidden, there is nothing left to hide it behind.
                var company = relations.Where(r => r.Terms.Any(t => t.Cell == cell)).SelectMany(r => r.Terms).Select(t => t.Cell);
                if (company.Any(c => values[c] > 0 && !hidden.Contains(c)))
                    Another(values, relations, hidden, cell).ShouldBeTrue($"round {round}: cell {cell} = {value} is given away");
            }
        }
    }

    /// <summary>Whether adding or taking one in the cell can be made good elsewhere among the hidden: looked for by search.</summary>
    static bool Another(
        IReadOnlyList<long> values,
        IReadOnlyList<Suppression.Relation> relations,
        IReadOnlySet<int> hidden,
        int cell
    )
    {
        foreach (var step in new[] { 1L, -1L })
        {
            var table = values.ToArray();
            table[cell] += step;
            if (table[cell] >= 0 && Repair(table, [cell], 0))
                return true;
        }
        return false;

        bool Repair(long[] table, HashSet<int> touched, int depth)
        {
            var broken = relations.FirstOrDefault(r =>
                r.Terms.Sum(t => t.Sign * table[t.Cell]) != r.Terms.Sum(t => t.Sign * values[t.Cell])
            );
            if (broken is null)
                return true;
            if (depth > 12)
                return false;
            var off = broken.Terms.Sum(t => t.Sign * (table[t.Cell] - values[t.Cell]));
            foreach (var (other, sign) in broken.Terms.Where(t => hidden.Contains(t.Cell) && !touched.Contains(t.Cell)))
            {
                var kept = table[other];
                table[other] -= off * sign;
                if (table[other] >= 0 && Repair(table, [.. touched, other], depth + 1))
                    return true;
                table[other] = kept;
            }
            return false;
        }
    }

    [Fact]
    public void What_two_subjects_tell_together_is_hidden_as_well()
    {
        // covered 90 + 2 in one unit, 80 + 7 in the other; the same things as noticed 60 + 32 and 50 + 37.
        long[] values = [90, 2, 60, 32, 80, 7, 50, 37];
        List<Suppression.Relation> relations =
        [
            .. Enumerable.Range(0, 4).Select(k => new Suppression.Relation([(k, 1), (4 + k, 1)])),
            new([(0, 1), (1, 1), (2, -1), (3, -1)]),
            new([(4, 1), (5, 1), (6, -1), (7, -1)]),
        ];
        var hidden = Suppression.Hide(values, relations);
        hidden.ShouldContain(1);
        hidden.Count.ShouldBeGreaterThan(2, "hiding 2 and 7 is not enough: the notices say how many were covered");
        Suppression.Determined(hidden, relations).ShouldNotContain(1);
    }
}
