using System.Text.Json;

namespace Lapel.Governance;

public enum Answer
{
    Yes,
    No,
    DoesNotApply,
}

/// <summary>One drawn required recording before one reviewer: three minutes, a few questions, words if there is something to say.</summary>
/// <param name="Place">1 for the first that the draw chose.</param>
/// <param name="Reviewer">None when no supervisor is there to do it.</param>
/// <param name="EscalatedFrom">Who had it before it went to the next supervisor.</param>
/// <param name="WatchedSeconds">Different seconds of media that the reviewer watched; none until it is done.</param>
public sealed record Review(
    DrawId Draw,
    AttendanceId Attendance,
    int Place,
    AccountId? Reviewer,
    Instant DueAt,
    Instant? EscalatedAt,
    AccountId? EscalatedFrom,
    Instant? DoneAt,
    AccountId? DoneBy,
    IReadOnlyDictionary<string, Answer> Answers,
    string? Words,
    int? WatchedSeconds
)
{
    public bool IsOverdue(Instant now) => DoneAt is null && DueAt < now;
}

public static class Reviews
{
    public const int LongestWords = 4000;

    const string Columns =
        "draw, attendance, place, reviewer, due_at, escalated_at, escalated_from, done_at, done_by, answers, words, watched_seconds";

    public static readonly Refusal NotFound = new(
        "review-not-found",
        "There is no such review, or it is not yours.",
        RefusalKind.NotFound
    );

    public static Task<Review?> Find(Reading reading, DrawId draw, AttendanceId attendance, CancellationToken stop) =>
        reading.One(
            $"SELECT {Columns} FROM review WHERE draw = @draw AND attendance = @attendance",
            new { draw, attendance },
            From,
            stop
        );

    public static Task<IReadOnlyList<Review>> OfDraw(Reading reading, DrawId draw, CancellationToken stop) =>
        reading.Many($"SELECT {Columns} FROM review WHERE draw = @draw ORDER BY place", new { draw }, From, stop);

    /// <summary>What waits for an account, the most urgent first.</summary>
    public static Task<IReadOnlyList<Review>> WaitingFor(Reading reading, AccountId account, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM review WHERE reviewer = @account AND done_at IS NULL ORDER BY due_at, draw, place LIMIT 100",
            new { account },
            From,
            stop
        );

    public static Task<IReadOnlyList<Review>> DoneBy(Reading reading, AccountId account, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM review WHERE done_by = @account ORDER BY done_at DESC LIMIT 30",
            new { account },
            From,
            stop
        );

    /// <summary>Nobody has done them and their day has passed; the oldest first.</summary>
    public static Task<IReadOnlyList<Review>> Overdue(Reading reading, Instant now, CancellationToken stop) =>
        reading.Many(
            $"SELECT {Columns} FROM review WHERE done_at IS NULL AND due_at < @now ORDER BY due_at, draw, place LIMIT 200",
            new { now },
            From,
            stop
        );

    public static Refusal? WhyNotDo(
        Review review,
        AccountId account,
        IReadOnlyList<ReviewQuestion> questions,
        IReadOnlyDictionary<string, Answer> answers,
        string? words
    ) =>
        review.Reviewer != account ? NotFound
        : review.DoneAt is not null ? new("review-done", "This review has been done already.", RefusalKind.Conflict)
        : questions.FirstOrDefault(q => !answers.ContainsKey(q.Id)) is { } open
            ? new("answer-missing", $"Answer every question: \"{open.Text}\" has no answer yet.")
        : answers.Keys.Any(id => questions.All(q => q.Id != id))
            ? new("question-unknown", "An answer is given to a question that the policy does not ask.")
        : words?.Length > LongestWords ? new("words-too-many", $"Write at most {LongestWords} characters.")
        : null;

    /// <exception cref="RefusedException">See <see cref="WhyNotDo"/>.</exception>
    public static async Task Do(
        Work work,
        Review review,
        AccountId account,
        IReadOnlyList<ReviewQuestion> questions,
        IReadOnlyDictionary<string, Answer> answers,
        string? words,
        CancellationToken stop
    )
    {
        if (WhyNotDo(review, account, questions, answers, words) is { } refusal)
            throw new RefusedException(refusal);
        var watched = await Watched.Seconds(work, review.Draw, review.Attendance, stop);
        var done = await work.Execute(
            """
            UPDATE review SET done_at = @Now, done_by = @account, answers = @answers, words = @words, watched_seconds = @watched
            WHERE draw = @Draw AND attendance = @Attendance AND done_at IS NULL
            """,
            new
            {
                work.Now,
                account,
                answers = JsonSerializer.Serialize(answers, LapelJson.Lenient),
                words = string.IsNullOrWhiteSpace(words) ? null : words.Trim(),
                watched,
                review.Draw,
                review.Attendance,
            },
            stop
        );
        if (done == 0)
            throw new RefusedException(new("review-done", "This review has been done already.", RefusalKind.Conflict));
        work.Append(new CustodyEvent.ReviewDone(review.Draw, review.Attendance, watched));
    }

    /// <summary>What nobody did in time goes to the next supervisor above, once; the one who had it is on record.</summary>
    /// <returns>How many went up.</returns>
    public static async Task<int> Escalate(Work work, Func<int, ReviewRule?> ruleOf, CancellationToken stop)
    {
        var (all, units) = (await Reviewers.All(work, stop), await Units.All(work, stop));
        var moved = 0;
        foreach (var review in await Overdue(work, work.Now, stop))
        {
            var draw = await ReviewDraws.Find(work, review.Draw, stop);
            if (review.EscalatedAt is not null || draw is null || ruleOf(draw.Policy) is not { } rule)
                continue;
            if (work.Now < review.DueAt + Duration.FromDays(rule.EscalateDays))
                continue;
            var present = all.FirstOrDefault(r => r.Account == review.Reviewer);
            var next = Reviewers.Above(present?.Unit ?? draw.Unit, all, units).FirstOrDefault(r => r.Account != review.Reviewer);
            moved += await work.Execute(
                """
                UPDATE review SET escalated_at = @Now, escalated_from = reviewer, reviewer = COALESCE(@next, reviewer)
                WHERE draw = @Draw AND attendance = @Attendance AND done_at IS NULL
                """,
                new
                {
                    work.Now,
                    next = next?.Account,
                    review.Draw,
                    review.Attendance,
                },
                stop
            );
        }
        return moved;
    }

    static Review From(Row row) =>
        new(
            row.Id<Nouns.Draw>("draw"),
            row.Id<Nouns.Attendance>("attendance"),
            (int)row.Number("place"),
            row.IdOrNull<Nouns.Account>("reviewer"),
            row.Time("due_at"),
            row.TimeOrNull("escalated_at"),
            row.IdOrNull<Nouns.Account>("escalated_from"),
            row.TimeOrNull("done_at"),
            row.IdOrNull<Nouns.Account>("done_by"),
            row.TextOrNull("answers") is { } answers
                ? JsonSerializer.Deserialize<Dictionary<string, Answer>>(answers, LapelJson.Lenient)!
                : new Dictionary<string, Answer>(),
            row.TextOrNull("words"),
            (int?)row.NumberOrNull("watched_seconds")
        );
}
