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

    static async Task<IResult> List(Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop)
    {
        var (reviews, draws) = (viewer.May(Permission.ReviewFindings), viewer.May(Permission.DrawReviews));
        if (!reviews && !draws)
            throw new RefusedException(WhoMay.Nothing);
        await using var reading = await records.Read(stop);
        return Page.Of<ReviewsPage>(
            new
            {
                Viewer = viewer,
                Waiting = reviews ? await Items(reading, await Reviews.WaitingFor(reading, viewer.Account.Id, stop), stop) : null,
                DoneByMe = reviews ? await Items(reading, await Reviews.DoneBy(reading, viewer.Account.Id, stop), stop) : null,
                Overdue = draws ? await Items(reading, await Reviews.Overdue(reading, clock.Now(), stop), stop) : null,
                Now = clock.Now(),
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

    static Task<IResult> AllDraws(
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) => ShowDraws(viewer, agency, records, clock, null, stop);

    static async Task<IResult> ShowDraws(
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var (from, until) = ReviewWeek.LastWeek(clock.Now(), agency.Profile);
        return Page.Of<DrawsPage>(
            new
            {
                Viewer = viewer,
                Draws = await ReviewDraws.Newest(reading, stop),
                Units = await Units.All(reading, stop),
                FirstDay = Roster.Span.DayOf(from, agency.Profile).ToString("uuuu-MM-dd", null),
                LastDay = Roster.Span.DayOf(until - Duration.FromHours(1), agency.Profile).ToString("uuuu-MM-dd", null),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Commit(
        HttpContext http,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var ask = new ReviewRoutes.AskDraw(
                    form.IdOrNull<Nouns.Unit>("unit"),
                    form.Text("from"),
                    form.Text("until"),
                    int.TryParse(form.Text("wanted"), out var wanted) ? wanted : 0
                );
                var id = await ReviewRoutes.CommitByHand(viewer, agency, records, ask, stop);
                return Forms.To(http, $"reviews/draws/{id}", "draw-committed");
            },
            refusal => ShowDraws(viewer, agency, records, clock, refusal, stop)
        );

    static async Task<IResult> OneDraw(DrawId draw, Viewer viewer, AgencyRecords records, CustodyLog log, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await ReviewDraws.Find(reading, draw, stop) is not { } found)
            throw new RefusedException(ReviewDraws.NotFound);
        return Page.Of<DrawPage>(
            new
            {
                Draw = found,
                Items = await Items(reading, await Reviews.OfDraw(reading, draw, stop), stop),
                Unit = found.Unit is { } unit ? await Units.Find(reading, unit, stop) : null,
                MayOpen = viewer.May(Permission.SeeFindings),
                MayName = viewer.May(Permission.SeeFindings) || viewer.May(Permission.DrawReviews),
                Account = viewer.Account.Id,
                LogKey = log.Verifier.ToString(),
            }
        );
    }

    static Task<IResult> One(
        DrawId draw,
        AttendanceId attendance,
        RecordingId? recording,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) => Show(draw, attendance, recording, viewer, records, clock, null, null, stop);

    static async Task<IResult> Show(
        DrawId draw,
        AttendanceId attendance,
        RecordingId? wanted,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        Refusal? trouble,
        Form? typed,
        CancellationToken stop
    )
    {
        ReviewSheet? sheet;
        ReviewFilm? film = null;
        await using (var work = await records.Begin(viewer.Actor, stop))
        {
            sheet = await ReviewSheet.Read(work, draw, attendance, stop);
            if (sheet is null || !ReviewRoutes.MaySee(viewer, sheet.Review))
                throw new RefusedException(Reviews.NotFound);
            var chosen = sheet.Recordings.FirstOrDefault(r => r.Recording == wanted) ?? sheet.Recordings.FirstOrDefault();
            // Only whoever reviews it sees it here; others go to the recording's own page and say why.
            if (chosen is not null && sheet.Review.Reviewer == viewer.Account.Id)
                film = await ReviewFilm.Open(work, viewer, sheet, chosen.Recording, stop);
            await work.Commit(stop);
        }
        return Page.Of<ReviewPage>(
            new
            {
                Viewer = viewer,
                Sheet = sheet,
                Film = film,
                Trouble = trouble,
                Typed = typed is null ? null : AnswersOf(typed),
                TypedWords = typed?.TextOrNull("words"),
                Now = clock.Now(),
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Do(
        DrawId draw,
        AttendanceId attendance,
        HttpContext http,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        Pulse pulse,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await using var work = await records.Begin(viewer.Actor, stop);
                var sheet = await ReviewSheet.Read(work, draw, attendance, stop) ?? throw new RefusedException(WhoMay.Nothing);
                if (sheet.Review.Reviewer != viewer.Account.Id)
                    throw new RefusedException(WhoMay.Nothing);
                await Reviews.Do(
                    work,
                    sheet.Review,
                    viewer.Account.Id,
                    sheet.Questions,
                    AnswersOf(form),
                    form.TextOrNull("words"),
                    stop
                );
                await work.Commit(stop);
                pulse.Send("reviews");
                return Forms.To(http, "reviews", "review-done");
            },
            refusal => Show(draw, attendance, null, viewer, records, clock, refusal, form, stop)
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
