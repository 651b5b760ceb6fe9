using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <param name="Recording">What it is for; or</param>
/// <param name="Attendance">the part in an incident that it is for.</param>
public sealed record AskPraise(string? Text, RecordingId? Recording = null, AttendanceId? Attendance = null);

/// <summary>Praising an officer, from a recording or from a part in an incident.</summary>
static class PraiseRoutes
{
    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        Done.Add("officer-commended", "The officer sees your praise the next time they sign in.");
        app.MapForm("/commendations", PraiseByForm).Needs(Permission.ReviewFindings);
        api.MapPost("/commendations", Praise).DisableAntiforgery().Needs(Permission.ReviewFindings);
    }

    static async Task<IResult> Praise(AskPraise ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var number = await Do(work, viewer, ask, stop);
        await work.Commit(stop);
        return TypedResults.Created("commendations", new { number });
    }

    static Task<IResult> PraiseByForm(
        Form form,
        IEnumerable<IRecordingAside> asides,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        var ask = new AskPraise(
            form.TextOrNull("text"),
            form.IdOrNull<Nouns.Recording>("recording"),
            form.IdOrNull<Nouns.Attendance>("attendance")
        );
        var finding = form.IdOrNull<Nouns.Finding>("finding");
        return desk.Do(
            async work =>
            {
                await Do(work, desk.Viewer, ask, stop);
                return (
                    finding is { } back ? $"findings/{back}"
                    : ask.Recording is { } recording ? $"recordings/{recording}"
                    : "findings",
                    "officer-commended"
                );
            },
            refusal =>
                finding is { } from ? FindingPages.Show(from, form, refusal, desk, stop)
                : ask.Recording is { } seen ? RecordingPages.Show(seen, desk, asides, form, refusal, stop)
                : throw new RefusedException(refusal),
            stop
        );
    }

    static async Task<long> Do(Work work, Viewer viewer, AskPraise ask, CancellationToken stop)
    {
        OfficerId? officer = null;
        UnitId? unit = null;
        if (ask.Recording is { } recording)
        {
            var seen = await Access.Require(work, viewer, recording, Act.See, work.Now, stop);
            (officer, unit) = (seen.Officer?.Id, seen.Unit);
        }
        else if (ask.Attendance is { } attendance)
        {
            var judged = await Judgements.Find(work, attendance, stop);
            (officer, unit) = (judged?.Officer, judged?.Unit);
        }
        FindingActs.Throw(
            Commendations.WhyNotCommend(
                await FindingActs.Leads(work, viewer, unit, stop),
                viewer.Account.Officer,
                officer,
                ask.Text
            )
        );
        return await Commendations.Give(work, officer!.Value, ask.Recording, ask.Attendance, ask.Text!, stop);
    }
}

/// <summary>The card beside a recording that shows praise for it, and takes some.</summary>
sealed class PraiseAside : IRecordingAside
{
    public int Order => 30;

    public async Task<Aside?> Read(Reading reading, Viewer viewer, Recording recording, CancellationToken stop)
    {
        var may =
            recording.Officer is { } officer
            && officer.Id != viewer.Account.Officer
            && await FindingActs.Leads(reading, viewer, recording.Unit, stop);
        var praise = await Commendations.OfRecording(reading, recording.Id, stop);
        return may || praise.Count > 0
            ? Aside.Of<PraiseCard>(
                new()
                {
                    ["Recording"] = recording.Id,
                    ["MayPraise"] = may,
                    ["Praise"] = praise,
                }
            )
            : null;
    }
}
