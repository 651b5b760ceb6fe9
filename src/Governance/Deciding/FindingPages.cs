using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The pages of findings: the officer's own, the list, and one finding with the player at the right second.</summary>
static class FindingPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        Done.Add("finding-explained", "Your explanation is kept. Your supervisor reads it next.");
        Done.Add("finding-reviewed", "The review is kept, and the officer sees it.");
        Done.Add("finding-reviewed-again", "The second review is kept, and the first with it. The officer sees both.");
        Done.Add("case-opened", "The review is kept. A case of professional standards is open.");
        app.MapGet("/my-findings", Mine).Needs(Permission.AnswerFindings).ExcludeFromDescription();
        app.MapGet("/findings", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/findings/{id}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/findings/{id}/explain", Explain).Needs(Permission.AnswerFindings);
        app.MapForm("/findings/{id}/review-again", ReviewAgain).Needs(Permission.ReviewFindings);
        app.MapForm("/findings/{id}/review", Review).Needs(Permission.ReviewFindings);
    }

    static async Task<IResult> Mine(Agency agency, [AsParameters] Desk desk, CancellationToken stop)
    {
        if (desk.Viewer.Account.Officer is not { } officer)
            return Page.Of<MyFindingsPage>(new { Mine = (MyFindings?)null, Now = desk.Clock.Now() });
        MyFindings mine;
        await using (var reading = await desk.Records.Read(stop))
            mine = await MyFindings.Read(reading, officer, agency.Profile, desk.Clock.Now(), stop);
        await NoteSeen(desk, officer, mine, stop);
        return Page.Of<MyFindingsPage>(new { Mine = mine, Now = desk.Clock.Now() });
    }

    // What was seen when is part of the record; a page that shows nothing new writes nothing.
    static async Task NoteSeen(Desk desk, OfficerId officer, MyFindings mine, CancellationToken stop)
    {
        var fresh = mine.Open.Where(f => f.State is { AskedAt: not null, SeenAt: null }).Select(f => f.Finding.Id).ToList();
        if (fresh.Count == 0 && mine.Praise.All(p => p.SeenAt is not null))
            return;
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await FindingNotices.Seen(work, officer, fresh, stop);
        await Commendations.Seen(work, officer, stop);
        await work.Commit(stop);
    }

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var reach = await WhoSees.Of(reading, desk.Viewer, stop);
        var rows = await FindingFilter.Run(desk.Http.Request, reading, desk.Viewer, desk.Clock.Now(), stop);
        var units = reach.All || reach.Units.Count > 0 ? await Units.All(reading, stop) : [];
        return Page.Of<FindingsPage>(
            new { Rows = rows, Units = units.Where(u => reach.All || reach.Units.Contains(u.Id)).ToList() }
        );
    }

    static Task<IResult> One(FindingId id, [AsParameters] Desk desk, CancellationToken stop) => Show(id, null, null, desk, stop);

    internal static async Task<IResult> Show(FindingId id, Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        FindingFile file;
        ToReviewAgain review;
        FindingNotice? notice;
        await using (var reading = await desk.Records.Read(stop))
        {
            file = await FindingFile.Require(reading, desk.Viewer, id, desk.Clock.Now(), stop);
            review = await SecondReviews.Of(reading, desk.Viewer, file, stop);
            notice = await FindingNotices.Find(reading, id, stop);
        }
        var own = desk.Viewer.Account.Officer == file.Finding.Officer;
        if (own && notice is { SeenAt: null })
        {
            await desk.Write(work => FindingNotices.Seen(work, file.Finding.Officer, [id], stop), stop);
        }
        // Looking at a recording for a finding is a look like any other, and the finding is its purpose.
        OpenRecording? open = null;
        foreach (var recording in file.Recordings)
            if (open is null)
                open = await OpenRecording.For(desk.Records, desk.Viewer, recording, $"Review of a finding: {id}", stop);
        return Page.Of<FindingFilePage>(
            new
            {
                File = file,
                Open = open,
                Own = own,
                ToReview = review.Finding,
                Again = review,
                SeesCase = file.State.Case is not null && CaseReach.Of(desk.Viewer).Sees(file.Finding.Officer),
                Now = desk.Clock.Now(),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Explain(FindingId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        desk.Do(
            async work =>
            {
                var at = PlaceText.Read(form.TextOrNull("at"));
                var ask = new AskExplanation(
                    form.TextOrNull("reason"),
                    form.TextOrNull("text"),
                    at is null ? null : form.IdOrNull<Nouns.Recording>("recording"),
                    at
                );
                await FindingActs.Explain(work, desk.Viewer, id, ask, stop);
                return (form.Text("from") == "mine" ? "my-findings" : $"findings/{id}", "finding-explained");
            },
            refusal => Show(id, form, refusal, desk, stop),
            stop
        );

    static Task<IResult> ReviewAgain(FindingId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        desk.Do(
            async work =>
            {
                var ask = new AskSecondReview(
                    Words<ReviewOutcome>.TryParse(form.Text("outcome"), out var outcome) ? outcome : null,
                    Words<SecondGround>.TryParse(form.Text("ground"), out var ground) ? ground : null,
                    form.TextOrNull("reason")
                );
                var opened = await FindingActs.ReviewAgain(work, desk.Viewer, id, ask, stop);
                return ($"findings/{id}", opened is null ? "finding-reviewed-again" : "case-opened");
            },
            refusal => Show(id, form, refusal, desk, stop),
            stop
        );

    static Task<IResult> Review(FindingId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        desk.Do(
            async work =>
            {
                ReviewOutcome? outcome = Words<ReviewOutcome>.TryParse(form.Text("outcome"), out var known) ? known : null;
                var opened = await FindingActs.Review(work, desk.Viewer, id, new(outcome, form.TextOrNull("reason")), stop);
                return ($"findings/{id}", opened is null ? "finding-reviewed" : "case-opened");
            },
            refusal => Show(id, form, refusal, desk, stop),
            stop
        );
}
