using System.Diagnostics;
using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Drains what is due, officer by officer: the judgements and the taking of what was due commit together, so it can stop anywhere. A
/// deadline that passes is due by itself: the job wakes at the earliest.
/// </summary>
public sealed class Judging(AgencyRecords records, Pulse pulse, TimeProvider clock) : IJob
{
    /// <summary>Subject under which the job waits for the next deadline.</summary>
    const string NextDeadline = "deadline";

    /// <summary>A unit of work ends after this long: on SQLite a camera's upload may be waiting for its turn.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(150);

    /// <summary>When everything is judged again, somebody asked for it and waits too.</summary>
    static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(500);

    /// <summary>Mebibytes: indexes over random ids are written all over the file.</summary>
    const int PagesOfLongTurn = 128;

    /// <summary>Spans closer than this are judged as one.</summary>
    static readonly Duration Near = Duration.FromHours(12);

    public string Kind => Due.Job;

    public Task Run(string subject, CancellationToken stop) => Drain(Turn, stop);

    async Task Drain(TimeSpan turn, CancellationToken stop)
    {
        if (await AnyDeadlinePassed(stop))
            await using (var work = await records.Begin(Actor.System("judging"), stop))
            {
                await SayDeadlines(work, stop);
                await work.Commit(stop);
            }
        OfficerId? after = null;
        do after = await Step(after, turn, stop);
        while (after is not null);
    }

    /// <returns>The last officer judged, to go on after; none when nothing is left.</returns>
    async Task<OfficerId?> Step(OfficerId? after, TimeSpan turn, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        await using var work = await records.Begin(Actor.System("judging"), stop);
        if (turn == LongTurn)
            await work.KeepPages(PagesOfLongTurn, stop);
        var standing = await Standing.Of(work, stop);
        await using var writing = new JudgementWriting(work);
        var more = true;
        do
        {
            var next = await Next(work, after, stop) ?? (after is null ? null : await Next(work, null, stop));
            if (next is not { } officer)
            {
                more = false;
                break;
            }
            after = officer;
            foreach (var span in await Take(work, standing, officer, stop))
            {
                await OfficerJudging.Do(work, standing, writing, officer, span, stop);
                await writing.Send(stop);
            }
        } while (Stopwatch.GetElapsedTime(began) < turn);
        if (!more)
            await WakeAtNextDeadline(work, stop);
        if (writing.FindingsChanged > 0)
            await Jobs.Enqueue(work, Asking.JobKind, "", stop);
        if (writing.Reach is { } reach)
            await MonthsDue.Say(work, [reach], stop);
        if (turn == LongTurn && !more)
            await work.KeepPages(Work.FewPages, stop);
        await work.Commit(stop);
        if (writing.FindingsChanged > 0)
            pulse.Send("findings");
        else if (writing.Changed > 0)
            pulse.Send("judgements");
        return more ? after : null;
    }

    static Task<OfficerId?> Next(Work work, OfficerId? after, CancellationToken stop) =>
        work.One(
            """
            SELECT officer FROM judging_due WHERE officer > @after AND due_at <= @Now ORDER BY officer, due_at LIMIT 1
            """,
            new { after = after?.Text ?? "", work.Now },
            row => row.IdOrNull<Nouns.Officer>("officer"),
            stop
        );

    /// <summary>
    /// Takes what is due of an officer and joins what lies close together. Whoever said it may have said it by dispatch's clock: it reaches
    /// as far as that clock was ever off.
    /// </summary>
    static async Task<List<Interval>> Take(Work work, Standing standing, OfficerId officer, CancellationToken stop)
    {
        var (before, after) = (OfficerFacts.Us(standing.MostOffset), -OfficerFacts.Us(standing.LeastOffset));
        var due = await work.Many(
            "DELETE FROM judging_due WHERE officer = @officer AND due_at <= @Now RETURNING from_at, until_at",
            new { officer, work.Now },
            row => new Interval(row.Number("from_at") - before, row.Number("until_at") + after + OfficerFacts.Us(Near)),
            stop
        );
        return [.. Intervals.Union([.. due]).Select(i => i with { Until = i.Until - OfficerFacts.Us(Near) })];
    }

    async Task<bool> AnyDeadlinePassed(CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await reading.Any(
            """
            SELECT 1 FROM judgement WHERE again_at <= @now
            UNION ALL SELECT 1 FROM recording_wait WHERE again_at <= @now LIMIT 1
            """,
            new { now = clock.Now() },
            stop
        );
    }

    /// <summary>Deadlines that have passed become due like everything else.</summary>
    static async Task SayDeadlines(Work work, CancellationToken stop)
    {
        foreach (var (table, from) in new[] { ("judgement", "begins_at"), ("recording_wait", "began_at") })
            await work.Execute(
                $"""
                INSERT INTO judging_due (officer, from_at, until_at, due_at)
                SELECT officer, {from}, {from} + 1, @Now FROM {table} WHERE again_at <= @Now
                """,
                new { work.Now },
                stop
            );
    }

    static async Task WakeAtNextDeadline(Work work, CancellationToken stop)
    {
        Instant? next = null;
        foreach (
            var sql in new[]
            {
                "SELECT MIN(again_at) AS next FROM judgement WHERE again_at IS NOT NULL",
                "SELECT MIN(again_at) AS next FROM recording_wait",
                "SELECT MIN(due_at) AS next FROM judging_due",
            }
        )
            if (await work.One(sql, null, row => row.TimeOrNull("next"), stop) is { } at && (next is null || at < next))
                next = at;
        if (next is { } wake)
            await Jobs.Enqueue(work, Due.Job, NextDeadline, stop, wake);
    }

    /// <summary>
    /// Judges everything again from the facts and replaces what judging ever wrote. Findings that no longer hold stay as withdrawn, as
    /// they would have.
    /// </summary>
    public async Task FromZero(CancellationToken stop)
    {
        await using (var work = await records.Begin(Actor.System("judging"), stop))
        {
            await work.Execute("DELETE FROM judging_due", null, stop);
            await work.Execute("DELETE FROM judgement", null, stop);
            await work.Execute("DELETE FROM recording_wait", null, stop);
            await work.Execute("UPDATE finding SET withdrawn = 1", null, stop);
            await work.Execute(
                """
                INSERT INTO judging_due (officer, from_at, until_at, due_at)
                SELECT id, @earliest, @latest, @Now FROM officer
                """,
                new
                {
                    earliest = Instant.FromUtc(1990, 1, 1, 0, 0),
                    latest = work.Now + Duration.FromDays(366),
                    work.Now,
                },
                stop
            );
            await work.Commit(stop);
        }
        await Drain(LongTurn, stop);
    }
}
