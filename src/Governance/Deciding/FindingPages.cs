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
        Done.Add("case-opened", "The review is kept. A case of professional standards is open.");
        app.MapGet("/my-findings", Mine).Needs(Permission.AnswerFindings).ExcludeFromDescription();
        app.MapGet("/findings", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/findings/{id}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/findings/{id}/explain", Explain).Needs(Permission.AnswerFindings);
        app.MapForm("/findings/{id}/review", Review).Needs(Permission.ReviewFindings);
    }

    static async Task<IResult> Mine(
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (viewer.Account.Officer is not { } officer)
            return Page.Of<MyFindingsPage>(new { Mine = (MyFindings?)null, Now = clock.Now() });
        MyFindings mine;
        await using (var reading = await records.Read(stop))
            mine = await MyFindings.Read(reading, officer, agency.Profile, clock.Now(), stop);
        await NoteSeen(records, viewer, officer, mine, stop);
        return Page.Of<MyFindingsPage>(new { Mine = mine, Now = clock.Now() });
    }

    // What was seen when is part of the record; a page that shows nothing new writes nothing.
    static async Task NoteSeen(AgencyRecords records, Viewer viewer, OfficerId officer, MyFindings mine, CancellationToken stop)
    {
        var fresh = mine.Open.Where(f => f.State is { AskedAt: not null, SeenAt: null }).Select(f => f.Finding.Id).ToList();
        if (fresh.Count == 0 && mine.Praise.All(p => p.SeenAt is not null))
            return;
        await using var work = await records.Begin(viewer.Actor, stop);
        await FindingNotices.Seen(work, officer, fresh, stop);
        await Commendations.Seen(work, officer, stop);
        await work.Commit(stop);
    }

    static async Task<IResult> List(
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var reach = await WhoSees.Of(reading, viewer, stop);
        var rows = await FindingFilter.Run(http.Request, reading, viewer, clock.Now(), stop);
        var units = reach.All || reach.Units.Count > 0 ? await Units.All(reading, stop) : [];
        return Page.Of<FindingsPage>(
            new { Rows = rows, Units = units.Where(u => reach.All || reach.Units.Contains(u.Id)).ToList() }
        );
    }

    static Task<IResult> One(FindingId id, Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop) =>
        Show(id, null, null, viewer, records, clock, stop);

    static async Task<IResult> Show(
        FindingId id,
        Form? typed,
        Refusal? trouble,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        FindingFile file;
        ToReview review;
        FindingNotice? notice;
        await using (var reading = await records.Read(stop))
        {
            file = await FindingFile.Require(reading, viewer, id, clock.Now(), stop);
            review = await FindingActs.ToReview(reading, viewer, file, stop);
            notice = await FindingNotices.Find(reading, id, stop);
        }
        var own = viewer.Account.Officer == file.Finding.Officer;
        if (own && notice is { SeenAt: null })
        {
            await using var work = await records.Begin(viewer.Actor, stop);
            await FindingNotices.Seen(work, file.Finding.Officer, [id], stop);
            await work.Commit(stop);
        }
        // Looking at a recording for a finding is a look like any other, and the finding is its purpose.
        OpenRecording? open = null;
        foreach (var recording in file.Recordings)
            if (open is null)
                open = await OpenRecording.For(records, viewer, recording, $"Review of a finding: {id}", stop);
        return Page.Of<FindingFilePage>(
            new
            {
                File = file,
                Open = open,
                Own = own,
                ToReview = review,
                SeesCase = file.State.Case is not null && CaseReach.Of(viewer).Sees(file.Finding.Officer),
                Now = clock.Now(),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Explain(
        FindingId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var at = PlaceText.Read(form.TextOrNull("at"));
                await using var work = await records.Begin(viewer.Actor, stop);
                var ask = new AskExplanation(
                    form.TextOrNull("reason"),
                    form.TextOrNull("text"),
                    at is null ? null : form.IdOrNull<Nouns.Recording>("recording"),
                    at
                );
                await FindingActs.Explain(work, viewer, id, ask, stop);
                await work.Commit(stop);
                return Forms.To(http, form.Text("from") == "mine" ? "my-findings" : $"findings/{id}", "finding-explained");
            },
            refusal => Show(id, form, refusal, viewer, records, clock, stop)
        );

    static Task<IResult> Review(
        FindingId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                ReviewOutcome? outcome = Words<ReviewOutcome>.TryParse(form.Text("outcome"), out var known) ? known : null;
                await using var work = await records.Begin(viewer.Actor, stop);
                var opened = await FindingActs.Review(work, viewer, id, new(outcome, form.TextOrNull("reason")), stop);
                await work.Commit(stop);
                return Forms.To(http, $"findings/{id}", opened is null ? "finding-reviewed" : "case-opened");
            },
            refusal => Show(id, form, refusal, viewer, records, clock, stop)
        );
}
