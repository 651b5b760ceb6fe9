using System.Text.Json;

namespace Lapel.Governance;

/// <summary>
/// Counts one month whole and puts it in place of what was counted before: it may run as often as it likes. Attendances count in the
/// month in which they began, an incident in the month of its first attendance, recordings in the month of their activation.
/// </summary>
public static class CountingMonth
{
    sealed class Sheet
    {
        readonly Dictionary<(string Unit, string Officer), Counts> rows = [];

        public void Add(string? unit, string officer, string kind, long more)
        {
            if (more == 0)
                return;
            if (!rows.TryGetValue((unit ?? "", officer), out var counts))
                rows.Add((unit ?? "", officer), counts = new());
            counts.Add(kind, more);
        }

        public IEnumerable<((string Unit, string Officer) Whose, Counts Counts)> Rows => rows.Select(r => (r.Key, r.Value));
    }

    public static async Task Count(Work work, Month month, AgencyProfile agency, CancellationToken stop)
    {
        var span = (From: month.From(agency), Until: month.Until(agency));
        var sheet = new Sheet();
        await Attendances(work, span, sheet, stop);
        await Incidents(work, span, sheet, stop);
        await States(work, span, sheet, stop);
        await Recordings(work, span, sheet, stop);
        await work.Execute("DELETE FROM measure WHERE month = @month", new { month = month.ToString() }, stop);
        var insert =
            $"INSERT INTO measure (month, unit, officer, {string.Join(", ", Counts.Kinds)}) VALUES (@month, @unit, @officer, {string.Join(", ", Counts.Kinds.Select(k => "@" + k))})";
        foreach (var ((unit, officer), counts) in sheet.Rows)
        {
            var row = new Dapper.DynamicParameters(
                new
                {
                    month = month.ToString(),
                    unit,
                    officer,
                }
            );
            foreach (var kind in Counts.Kinds)
                row.Add(kind, counts[kind]);
            await work.Execute(insert, row, stop);
        }
        await work.Execute(
            """
            INSERT INTO measured_month (month, counted_at) VALUES (@month, @Now)
            ON CONFLICT (month) DO UPDATE SET counted_at = @Now
            """,
            new { month = month.ToString(), work.Now },
            stop
        );
        await work.Execute("DELETE FROM measure_due WHERE month = @month", new { month = month.ToString() }, stop);
    }

    static async Task Attendances(Reading reading, (Instant From, Instant Until) span, Sheet sheet, CancellationToken stop)
    {
        await foreach (
            var (unit, officer, outcome, whole, notice, count) in reading.Each(
                """
                SELECT unit, officer, outcome, whole, notice, COUNT(*) AS many FROM judgement
                WHERE begins_at >= @From AND begins_at < @Until GROUP BY unit, officer, outcome, whole, notice
                """,
                new { span.From, span.Until },
                row =>
                    (
                        row.TextOrNull("unit"),
                        row.Text("officer"),
                        row.Word<Outcome>("outcome"),
                        row.Flag("whole"),
                        row.NumberOrNull("notice"),
                        row.Number("many")
                    ),
                stop
            )
        )
        {
            sheet.Add(unit, officer, KindOf(outcome, whole), count);
            if (outcome == Outcome.Covered && notice is { } marked)
                sheet.Add(unit, officer, marked != 0 ? "noticed" : "not_noticed", count);
        }
    }

    public static string KindOf(Outcome outcome, bool whole) =>
        outcome switch
        {
            Outcome.Covered => whole ? "covered_whole" : "covered_part",
            Outcome.Missing => "missing",
            Outcome.Exempt => "exempt",
            Outcome.Technical => "technical",
            Outcome.Unknown => "unknown",
            Outcome.NotRequired => "not_required",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    // An incident over midnight of a month's last day has attendances in two months: read a little further, count by the first.
    static async Task Incidents(Reading reading, (Instant From, Instant Until) span, Sheet sheet, CancellationToken stop)
    {
        (string Incident, string? Unit, string Officer, bool Here, bool Covered, bool Missing)? at = null;
        await foreach (
            var row in reading.Each(
                $"""
                SELECT incident, unit, officer, outcome, begins_at FROM judgement AS here
                WHERE begins_at >= @From AND begins_at < @far AND outcome <> 'not-required'
                    AND NOT EXISTS (
                        SELECT 1 FROM attendance a JOIN judgement j ON {Judgements.OfAttendance}
                        WHERE a.incident = here.incident AND j.begins_at < @From AND j.outcome <> 'not-required'
                    )
                ORDER BY incident, begins_at, attendance
                """,
                new { span.From, far = span.Until + Duration.FromDays(2) },
                row =>
                    (
                        Incident: row.Text("incident"),
                        Unit: row.TextOrNull("unit"),
                        Officer: row.Text("officer"),
                        Outcome: row.Word<Outcome>("outcome"),
                        BeginsAt: row.Time("begins_at")
                    ),
                stop
            )
        )
        {
            if (at?.Incident != row.Incident)
            {
                Close();
                at = (row.Incident, row.Unit, row.Officer, row.BeginsAt < span.Until, false, false);
            }
            at = at!.Value with
            {
                Covered = at.Value.Covered || row.Outcome == Outcome.Covered,
                Missing = at.Value.Missing || row.Outcome == Outcome.Missing,
            };
        }
        Close();

        void Close()
        {
            if (at is { Here: true } done)
                sheet.Add(
                    done.Unit,
                    done.Officer,
                    done.Covered ? "incidents_covered"
                        : done.Missing ? "incidents_missed"
                        : "incidents_excluded",
                    1
                );
        }
    }

    static async Task States(Reading reading, (Instant From, Instant Until) span, Sheet sheet, CancellationToken stop)
    {
        var rows = await reading.Many(
            """
            SELECT recording, officer, unit, until_at, states FROM recorded
            WHERE activated_at >= @From AND activated_at < @Until AND states IS NOT NULL
            """,
            new { span.From, span.Until },
            row =>
                (
                    Recording: row.Text("recording"),
                    Officer: row.Text("officer"),
                    Unit: row.TextOrNull("unit"),
                    Until: row.Time("until_at"),
                    States: JsonSerializer.Deserialize<List<StateSpan>>(row.Text("states"), LapelJson.Lenient)!
                ),
            stop
        );
        if (rows.Count == 0)
            return;
        var (gaps, required) = (await GapsInStates(reading, span, stop), await RequiredTimes(reading, span, stop));
        foreach (var row in rows)
        foreach (var state in row.States)
        {
            var until = state.Until ?? row.Until;
            sheet.Add(
                row.Unit,
                row.Officer,
                !required[row.Officer].Any(r => r.From < until && state.From < r.Until) ? "states_elsewhere"
                    : gaps[(row.Recording, state.State)].Any(g => g.From < until && state.From < g.Until) ? "states_unreasoned"
                    : "states_reasoned",
                1
            );
        }
    }

    static async Task<ILookup<(string, RecordingState), (Instant From, Instant Until)>> GapsInStates(
        Reading reading,
        (Instant From, Instant Until) span,
        CancellationToken stop
    ) =>
        (
            await reading.Many(
                """
                SELECT finding.recording, finding.kind, finding.from_at, finding.until_at
                FROM recorded JOIN finding ON finding.recording = recorded.recording
                WHERE recorded.activated_at >= @From AND recorded.activated_at < @Until AND recorded.states IS NOT NULL
                    AND finding.kind IN ('stopped', 'muted', 'averted') AND finding.withdrawn = 0
                """,
                new { span.From, span.Until },
                row =>
                    (
                        Key: (row.Text("recording"), Words<RecordingState>.Parse(row.Text("kind"))),
                        Span: (From: row.Time("from_at"), Until: row.Time("until_at"))
                    ),
                stop
            )
        ).ToLookup(r => r.Key, r => r.Span);

    static async Task<ILookup<string, (Instant From, Instant Until)>> RequiredTimes(
        Reading reading,
        (Instant From, Instant Until) span,
        CancellationToken stop
    ) =>
        (
            await reading.Many(
                """
                SELECT officer, from_at, until_at FROM judgement
                WHERE begins_at >= @near AND begins_at < @far AND from_at IS NOT NULL AND until_at IS NOT NULL
                    AND officer IN (
                        SELECT officer FROM recorded
                        WHERE activated_at >= @From AND activated_at < @Until AND states IS NOT NULL
                    )
                """,
                new
                {
                    near = span.From - Duration.FromDays(2),
                    far = span.Until + Duration.FromDays(2),
                    span.From,
                    span.Until,
                },
                row => (Officer: row.Text("officer"), Span: (From: row.Time("from_at"), Until: row.Time("until_at"))),
                stop
            )
        ).ToLookup(r => r.Officer, r => r.Span);

    // Each recording by the policy that was in force when it began; before the first policy nothing was asked, so nothing is counted.
    static async Task Recordings(Work work, (Instant From, Instant Until) span, Sheet sheet, CancellationToken stop)
    {
        foreach (var policy in await Policies.AllInForce(work, stop))
        {
            var (from, until) = (Instant.Max(span.From, policy.From), Instant.Min(span.Until, policy.Until ?? span.Until));
            if (from >= until)
                continue;
            await foreach (
                var (unit, officer, counts) in work.Each(
                    """
                    SELECT unit, officer,
                        SUM(CASE WHEN tagged_at <= admitted_at + @tag THEN 1 ELSE 0 END) AS tagged,
                        SUM(CASE WHEN tagged_at IS NULL AND admitted_at + @tag > @Now THEN 1 ELSE 0 END) AS tag_open,
                        SUM(CASE WHEN admitted_at <= until_at + @dock THEN 1 ELSE 0 END) AS docked,
                        COUNT(*) AS many
                    FROM recorded WHERE activated_at >= @begin AND activated_at < @end GROUP BY unit, officer
                    """,
                    new
                    {
                        begin = from,
                        end = until,
                        tag = policy.Policy.Tagging.WithinHours * 3_600_000_000L,
                        dock = policy.Policy.Docking.WithinHours * 3_600_000_000L,
                        work.Now,
                    },
                    row =>
                        (
                            row.TextOrNull("unit"),
                            row.Text("officer"),
                            (
                                Tagged: row.Number("tagged"),
                                Open: row.Number("tag_open"),
                                Docked: row.Number("docked"),
                                Many: row.Number("many")
                            )
                        ),
                    stop
                )
            )
            {
                sheet.Add(unit, officer, "tagged", counts.Tagged);
                sheet.Add(unit, officer, "tag_open", counts.Open);
                sheet.Add(unit, officer, "untagged", counts.Many - counts.Tagged - counts.Open);
                sheet.Add(unit, officer, "docked", counts.Docked);
                sheet.Add(unit, officer, "docked_late", counts.Many - counts.Docked);
            }
        }
    }
}
