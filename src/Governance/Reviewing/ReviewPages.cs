using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The pages of reviews: what is mine, one review, the draws and how to redo them.</summary>
public static class ReviewPages
{
    /// <summary>Shown in the navigation to reviewers and to those who draw.</summary>
    public const string Sees = "reviews";

    /// <summary>Before a question's id in the name of its field.</summary>
    public const string AnswerField = "answer-";

    internal static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/reviews", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/reviews/draws", AllDraws).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapForm("/reviews/draws", Commit).Needs(Permission.DrawReviews);
        app.MapGet("/reviews/draws/{draw}", OneDraw).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapGet("/reviews/{draw}/{attendance}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/reviews/{draw}/{attendance}", Do).Needs(Permission.ReviewFindings);
        Done.Add("draw-committed", "The list is fixed. The draw follows in a moment, when the custody log has signed it.");
        Done.Add("review-done", "Thank you. The review is done.");
    }

    /// <param name="Officer">None when a correction took the attendance away.</param>
    public sealed record Item(Review Review, JudgedRow? Judged, string? Reviewer);

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        var (reviews, draws) = (desk.Viewer.May(Permission.ReviewFindings), desk.Viewer.May(Permission.DrawReviews));
        if (!reviews && !draws)
            throw new RefusedException(WhoMay.Nothing);
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<ReviewsPage>(
            new
            {
                Viewer = desk.Viewer,
                Waiting = reviews
                    ? await Items(reading, await Reviews.WaitingFor(reading, desk.Viewer.Account.Id, stop), stop)
                    : null,
                DoneByMe = reviews
                    ? await Items(reading, await Reviews.DoneBy(reading, desk.Viewer.Account.Id, stop), stop)
                    : null,
                Overdue = draws ? await Items(reading, await Reviews.Overdue(reading, desk.Now, stop), stop) : null,
                Now = desk.Now,
            }
        );
    }

    public static async Task<IReadOnlyList<Item>> Items(Reading reading, IReadOnlyList<Review> reviews, CancellationToken stop)
    {
        var names = (await Reviewers.All(reading, stop)).ToLookup(r => r.Account, r => r.Name);
        var items = new List<Item>();
        foreach (var review in reviews)
            items.Add(
                new(
                    review,
                    await JudgedRow.Find(reading, review.Attendance, stop),
                    (review.DoneBy ?? review.Reviewer) is { } who ? names[who].FirstOrDefault() : null
                )
            );
        return items;
    }

    static Task<IResult> AllDraws([AsParameters] Desk desk, CancellationToken stop) => ShowDraws(desk, null, stop);

    static async Task<IResult> ShowDraws(Desk desk, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var (from, until) = ReviewWeek.LastWeek(desk.Now, desk.Agency.Profile);
        return Page.Of<DrawsPage>(
            new
            {
                Viewer = desk.Viewer,
                Draws = await ReviewDraws.Newest(reading, stop),
                Units = await Units.All(reading, stop),
                FirstDay = Roster.Span.DayOf(from, desk.Agency.Profile).ToString("uuuu-MM-dd", null),
                LastDay = Roster.Span.DayOf(until - Duration.FromHours(1), desk.Agency.Profile).ToString("uuuu-MM-dd", null),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Commit(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var ask = new ReviewRoutes.AskDraw(
                    form.IdOrNull<Nouns.Unit>("unit"),
                    form.Text("from"),
                    form.Text("until"),
                    int.TryParse(form.Text("wanted"), out var wanted) ? wanted : 0
                );
                var id = await ReviewRoutes.CommitByHand(desk, ask, stop);
                return desk.To($"reviews/draws/{id}", "draw-committed");
            },
            refusal => ShowDraws(desk, refusal, stop)
        );

    static async Task<IResult> OneDraw(DrawId draw, [AsParameters] Desk desk, CustodyLog log, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        if (await ReviewDraws.Find(reading, draw, stop) is not { } found)
            throw new RefusedException(ReviewDraws.NotFound);
        return Page.Of<DrawPage>(
            new
            {
                Draw = found,
                Items = await Items(reading, await Reviews.OfDraw(reading, draw, stop), stop),
                Unit = found.Unit is { } unit ? await Units.Find(reading, unit, stop) : null,
                MayOpen = desk.Viewer.May(Permission.SeeFindings),
                MayName = desk.Viewer.May(Permission.SeeFindings) || desk.Viewer.May(Permission.DrawReviews),
                Account = desk.Viewer.Account.Id,
                LogKey = log.Verifier.ToString(),
            }
        );
    }

    static Task<IResult> One(
        DrawId draw,
        AttendanceId attendance,
        RecordingId? recording,
        [AsParameters] Desk desk,
        CancellationToken stop
    ) => Show(draw, attendance, recording, desk, null, null, stop);

    static async Task<IResult> Show(
        DrawId draw,
        AttendanceId attendance,
        RecordingId? wanted,
        Desk desk,
        Refusal? trouble,
        Form? typed,
        CancellationToken stop
    )
    {
        ReviewSheet? sheet;
        ReviewFilm? film = null;
        await using (var work = await desk.Records.Begin(desk.Viewer.Actor, stop))
        {
            sheet = await ReviewSheet.Read(work, draw, attendance, stop);
            if (sheet is null || !ReviewRoutes.MaySee(desk.Viewer, sheet.Review))
                throw new RefusedException(Reviews.NotFound);
            var chosen = sheet.Recordings.FirstOrDefault(r => r.Recording == wanted) ?? sheet.Recordings.FirstOrDefault();
            // Only whoever reviews it sees it here; others go to the recording's own page and say why.
            if (chosen is not null && sheet.Review.Reviewer == desk.Viewer.Account.Id)
                film = await ReviewFilm.Open(work, desk.Viewer, sheet, chosen.Recording, stop);
            await work.Commit(stop);
        }
        return Page.Of<ReviewPage>(
            new
            {
                Viewer = desk.Viewer,
                Sheet = sheet,
                Film = film,
                Trouble = trouble,
                Typed = typed is null ? null : AnswersOf(typed),
                TypedWords = typed?.TextOrNull("words"),
                Now = desk.Now,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Do(
        DrawId draw,
        AttendanceId attendance,
        Form form,
        [AsParameters] Desk desk,
        Pulse pulse,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
                var sheet = await ReviewSheet.Read(work, draw, attendance, stop) ?? throw new RefusedException(Reviews.NotFound);
                if (sheet.Review.Reviewer != desk.Viewer.Account.Id)
                    throw new RefusedException(WhoMay.Nothing);
                await Reviews.Do(
                    work,
                    sheet.Review,
                    desk.Viewer.Account.Id,
                    sheet.Questions,
                    AnswersOf(form),
                    form.TextOrNull("words"),
                    stop
                );
                await work.Commit(stop);
                pulse.Send("reviews");
                return desk.To("reviews", "review-done");
            },
            refusal => Show(draw, attendance, null, desk, refusal, form, stop)
        );

    static IReadOnlyDictionary<string, Answer> AnswersOf(Form form)
    {
        var answers = new Dictionary<string, Answer>();
        foreach (var name in form.Names)
            if (name.StartsWith(AnswerField, StringComparison.Ordinal) && Words<Answer>.TryParse(form.Text(name), out var answer))
                answers[name[AnswerField.Length..]] = answer;
        return answers;
    }
}
