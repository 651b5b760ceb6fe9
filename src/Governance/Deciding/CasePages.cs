using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The pages of professional standards, and their forms.</summary>
static class CasePages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        Done.Add("evidence-added", "The evidence is on the list.");
        Done.Add("case-decided", "The decision is kept with everything that lay before you. The officer sees it.");
        Done.Add("appeal-filed", "Your appeal is filed. Somebody who did not decide the case answers it.");
        Done.Add("appeal-decided", "The appeal is decided, and the officer sees it.");
        app.MapGet("/cases", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/cases/{id}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/cases/{id}/evidence", AddEvidence).Needs(Permission.DecideCases);
        app.MapForm("/cases/{id}/decide", Decide).Needs(Permission.DecideCases);
        app.MapForm("/cases/{id}/appeal", File).Needs(Permission.AnswerFindings);
        app.MapForm("/cases/{id}/appeal/decide", DecideAppeal).Needs(Permission.DecideCases);
    }

    static async Task<IResult> List(
        string? state,
        string? before,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var rows = await CaseList.Page(reading, viewer, state != "all", before, stop);
        return Page.Of<CasesPage>(
            new
            {
                Rows = rows,
                All = state == "all",
                Now = clock.Now(),
            }
        );
    }

    static Task<IResult> One(CaseId id, Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop) =>
        Show(id, null, null, viewer, records, clock, stop);

    static async Task<IResult> Show(
        CaseId id,
        Form? typed,
        Refusal? trouble,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return Page.Of<CasePage>(
            new
            {
                Folder = await CaseFolder.Require(reading, viewer, id, stop),
                Who = CaseFolder.Who(viewer),
                Now = clock.Now(),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> AddEvidence(
        CaseId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Do(
            id,
            form,
            http,
            viewer,
            records,
            clock,
            work =>
                CaseActs.AddEvidence(
                    work,
                    viewer,
                    id,
                    new(form.TextOrNull("what"), form.TextOrNull("reference"), form.IdOrNull<Nouns.Recording>("recording")),
                    stop
                ),
            "evidence-added",
            stop
        );

    static Task<IResult> Decide(
        CaseId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Do(
            id,
            form,
            http,
            viewer,
            records,
            clock,
            work =>
                CaseActs.Decide(
                    work,
                    viewer,
                    id,
                    new(
                        form.TextOrNull("outcome"),
                        // The field of days stands beside every outcome and counts for suspensions alone.
                        CaseOutcome.Find(form.Text("outcome"))
                            is { AsksDays: true }
                            ? DaysIn(form)
                            : 0,
                        form.TextOrNull("reason"),
                        form.TextOrNull("departure"),
                        form.TextOrNull("signature")
                    ),
                    stop
                ),
            "case-decided",
            stop
        );

    static Task<IResult> File(
        CaseId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Do(
            id,
            form,
            http,
            viewer,
            records,
            clock,
            work => CaseActs.Appeal(work, viewer, id, new(form.TextOrNull("ground")), stop),
            "appeal-filed",
            stop
        );

    static Task<IResult> DecideAppeal(
        CaseId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Do(
            id,
            form,
            http,
            viewer,
            records,
            clock,
            work =>
                CaseActs.DecideAppeal(
                    work,
                    viewer,
                    id,
                    new(
                        Words<AppealOutcome>.TryParse(form.Text("outcome"), out var outcome) ? outcome : null,
                        DaysIn(form),
                        form.TextOrNull("reason"),
                        form.TextOrNull("departure"),
                        form.TextOrNull("signature")
                    ),
                    stop
                ),
            "appeal-decided",
            stop
        );

    static int DaysIn(Form form) =>
        form.TextOrNull("days") is not { } days ? 0
        : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new RefusedException(new("penalty-days", $"A suspension has 1 to {CaseDecisions.MostDays} days."));

    static Task<IResult> Do(
        CaseId id,
        Form form,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        Func<Work, Task> act,
        string done,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await using var work = await records.Begin(viewer.Actor, stop);
                await act(work);
                await work.Commit(stop);
                return Forms.To(http, $"cases/{id}", done);
            },
            refusal => Show(id, form, refusal, viewer, records, clock, stop)
        );
}
