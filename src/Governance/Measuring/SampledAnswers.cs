namespace Lapel.Governance;

/// <summary>What reviewers answered about drawn recordings: a sample, so every share has an interval.</summary>
/// <param name="DoesNotApply">Left out of the share.</param>
public sealed record SampledAnswer(ReviewQuestion Question, int Yes, int No, int DoesNotApply)
{
    public int Size => Yes + No;

    /// <summary>95 % by Wilson; none when nobody said yes or no.</summary>
    public (double Low, double High)? Interval => Size == 0 ? null : Wilson.Of(Yes, Size);
}

/// <param name="Drawn">Reviews of draws whose list begins in the month.</param>
public sealed record SampledAnswers(int Drawn, int Done, int Overdue, IReadOnlyList<SampledAnswer> Answers)
{
    public static async Task<SampledAnswers> Of(
        Reading reading,
        Month month,
        AgencyProfile agency,
        UnitId? unit,
        Instant now,
        CancellationToken stop
    )
    {
        var reviews = await reading.Many(
            $"""
            {(unit is null ? "" : UnitSql.Below)}
            SELECT review.done_at, review.due_at, review.answers, review_draw.policy
            FROM review JOIN review_draw ON review_draw.id = review.draw
            WHERE review_draw.from_at >= @from AND review_draw.from_at < @until
                {(unit is null ? "" : "AND review_draw.unit IN (SELECT id FROM below)")}
            """,
            new
            {
                from = month.From(agency),
                until = month.Until(agency),
                unit,
            },
            row =>
                (
                    DoneAt: row.TimeOrNull("done_at"),
                    DueAt: row.Time("due_at"),
                    Answers: row.TextOrNull("answers"),
                    Policy: (int)row.Number("policy")
                ),
            stop
        );
        var policies = await Policies.AllInForce(reading, stop);
        var answers = reviews
            .Where(r => r.Answers is not null)
            .Select(r => System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, Answer>>(r.Answers!, LapelJson.Lenient)!)
            .ToList();
        var questions = policies
            .Where(p => reviews.Any(r => r.Policy == p.Number))
            .SelectMany(p => p.Policy.Reviews.Questions)
            .DistinctBy(q => q.Id);
        return new(
            reviews.Count,
            reviews.Count(r => r.DoneAt is not null),
            reviews.Count(r => r.DoneAt is null && r.DueAt < now),
            [
                .. questions.Select(q => new SampledAnswer(
                    q,
                    answers.Count(a => a.GetValueOrDefault(q.Id, Answer.DoesNotApply) == Answer.Yes),
                    answers.Count(a => a.TryGetValue(q.Id, out var given) && given == Answer.No),
                    answers.Count(a => a.TryGetValue(q.Id, out var given) && given == Answer.DoesNotApply)
                )),
            ]
        );
    }
}
