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
        Done.Add("case-opened-by-hand", "The case is open, and the officer sees it with your reason. Somebody else decides it.");
        Done.Add("case-replied", "Your reply is kept with the case.");
        Done.Add("evidence-added", "The evidence is on the list.");
        Done.Add("case-decided", "The decision is kept with everything that lay before you. The officer sees it.");
        Done.Add("appeal-filed", "Your appeal is filed. Somebody who did not decide the case answers it.");
        Done.Add("appeal-decided", "The appeal is decided, and the officer sees it.");
        app.MapGet("/cases", List).NeedsSignIn().ExcludeFromDescription();
        app.MapGet("/cases/{id}", One).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/cases", Open).Needs(Permission.DecideCases);
        app.MapForm("/cases/{id}/reply", Reply).Needs(Permission.AnswerFindings);
        app.MapForm("/cases/{id}/evidence", AddEvidence).Needs(Permission.DecideCases);
        app.MapForm("/cases/{id}/decide", Decide).Needs(Permission.DecideCases);
        app.MapForm("/cases/{id}/appeal", File).Needs(Permission.AnswerFindings);
        app.MapForm("/cases/{id}/appeal/decide", DecideAppeal).Needs(Permission.DecideCases);
    }

    static Task<IResult> List(string? state, string? before, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowList(state, before, null, null, desk, stop);

    static async Task<IResult> ShowList(
        string? state,
        string? before,
        Form? typed,
        Refusal? trouble,
        Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var rows = await CaseList.Page(reading, desk.Viewer, state != "all", before, stop);
        var policy = (await Policies.AllInForce(reading, stop)).LastOrDefault(p => p.From <= desk.Clock.Now());
        return Page.Of<CasesPage>(
            new
            {
                Rows = rows,
                All = state == "all",
                Classes = desk.Viewer.May(Permission.DecideCases) ? policy?.Policy.Breaches ?? [] : [],
                Now = desk.Clock.Now(),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Open(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        desk.Do(
            async work =>
            {
                var ask = new AskCase(
                    form.TextOrNull("officer"),
                    form.TextOrNull("breach"),
                    Words<CaseOrigin>.TryParse(form.Text("origin"), out var origin) ? origin : null,
                    form.TextOrNull("reason"),
                    form.TextOrNull("incident"),
                    form.IdOrNull<Nouns.Recording>("recording")
                );
                var id = await CasesByHand.Open(work, desk.Viewer, ask, stop);
                return ($"cases/{id}", "case-opened-by-hand");
            },
            refusal => ShowList(null, null, form, refusal, desk, stop),
            stop
        );

    static Task<IResult> Reply(CaseId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Do(
            id,
            form,
            desk,
            work => CaseActs.Reply(work, desk.Viewer, id, new(form.TextOrNull("text")), stop),
            "case-replied",
            stop
        );

    static Task<IResult> One(CaseId id, [AsParameters] Desk desk, CancellationToken stop) => Show(id, null, null, desk, stop);

    static async Task<IResult> Show(CaseId id, Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<CasePage>(
            new
            {
                Folder = await CaseFolder.Require(reading, desk.Viewer, id, stop),
                Who = CaseFolder.Who(desk.Viewer),
                Now = desk.Clock.Now(),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> AddEvidence(CaseId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Do(
            id,
            form,
            desk,
            work =>
                CaseActs.AddEvidence(
                    work,
                    desk.Viewer,
                    id,
                    new(form.TextOrNull("what"), form.TextOrNull("reference"), form.IdOrNull<Nouns.Recording>("recording")),
                    stop
                ),
            "evidence-added",
            stop
        );

    static Task<IResult> Decide(CaseId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Do(
            id,
            form,
            desk,
            work =>
                CaseActs.Decide(
                    work,
                    desk.Viewer,
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

    static Task<IResult> File(CaseId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Do(
            id,
            form,
            desk,
            work => CaseActs.Appeal(work, desk.Viewer, id, new(form.TextOrNull("ground")), stop),
            "appeal-filed",
            stop
        );

    static Task<IResult> DecideAppeal(CaseId id, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Do(
            id,
            form,
            desk,
            work =>
                CaseActs.DecideAppeal(
                    work,
                    desk.Viewer,
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

    static Task<IResult> Do(CaseId id, Form form, Desk desk, Func<Work, Task> act, string done, CancellationToken stop) =>
        desk.Do(
            async work =>
            {
                await act(work);
                return ($"cases/{id}", done);
            },
            refusal => Show(id, form, refusal, desk, stop),
            stop
        );
}
