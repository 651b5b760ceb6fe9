using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

public sealed record AskTag(string? CaseNumber, string? Category);

/// <summary>Giving a recording its case number and category.</summary>
static class TagRoutes
{
    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        Done.Add("recording-tagged", "The recording has its case number and category.");
        app.MapForm("/recordings/{id}/tag", TagByForm).NeedsSignIn();
        api.MapGet("/recordings/{id}/tag", Newest).NeedsSignIn();
        api.MapPost("/recordings/{id}/tag", Tag).DisableAntiforgery().NeedsSignIn();
    }

    static async Task<IResult> Newest(
        RecordingId id,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        HttpContext http,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        await Access.Require(reading, viewer, id, Act.See, clock.Now(), stop);
        return TypedResults.Ok(new { tag = await RecordingTags.Newest(reading, id, stop) });
    }

    static async Task<IResult> Tag(RecordingId id, AskTag ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        await Do(work, viewer, id, ask, stop);
        var tag = (await RecordingTags.Newest(work, id, stop))!;
        await work.Commit(stop);
        return TypedResults.Created($"recordings/{id}/tag", tag);
    }

    static Task<IResult> TagByForm(
        RecordingId id,
        Form form,
        IEnumerable<IRecordingAside> asides,
        [AsParameters] Desk desk,
        CancellationToken stop
    ) =>
        desk.Do(
            async work =>
            {
                await Do(work, desk.Viewer, id, new(form.TextOrNull("caseNumber"), form.TextOrNull("category")), stop);
                return ($"recordings/{id}", "recording-tagged");
            },
            refusal => RecordingPages.Show(id, desk, asides, form, refusal, stop),
            stop
        );

    static async Task Do(Work work, Viewer viewer, RecordingId id, AskTag ask, CancellationToken stop)
    {
        var recording = await Access.Require(work, viewer, id, Act.See, work.Now, stop);
        var rule = (await Policies.AllInForce(work, stop)).LastOrDefault(p => p.From <= work.Now)?.Policy.Tagging;
        FindingActs.Throw(
            RecordingTags.WhyNotTag(await MayTag(work, viewer, recording, stop), rule, ask.CaseNumber, ask.Category)
        );
        await RecordingTags.Add(work, viewer, recording, ask.CaseNumber!, ask.Category!, stop);
    }

    public static async Task<bool> MayTag(Reading reading, Viewer viewer, Recording recording, CancellationToken stop) =>
        !ViewingPurpose.IsAskedOf(viewer, recording) || await FindingActs.Leads(reading, viewer, recording.Unit, stop);
}

/// <summary>The card beside a recording that shows and takes its case number and category.</summary>
sealed class TagAside : IRecordingAside
{
    public int Order => 10;

    public async Task<Aside?> Read(Reading reading, Viewer viewer, Recording recording, CancellationToken stop)
    {
        var may = await TagRoutes.MayTag(reading, viewer, recording, stop);
        var tag = await RecordingTags.Newest(reading, recording.Id, stop);
        var rule = (await Policies.AllInForce(reading, stop)).LastOrDefault()?.Policy.Tagging;
        return may || tag is not null
            ? Aside.Of<TagCard>(
                new()
                {
                    ["Recording"] = recording.Id,
                    ["MayTag"] = may,
                    ["Tag"] = tag!,
                    ["Rule"] = rule!,
                }
            )
            : null;
    }
}

/// <summary>The card beside a recording that names the findings about it.</summary>
sealed class FindingsAside : IRecordingAside
{
    public int Order => 20;

    public async Task<Aside?> Read(Reading reading, Viewer viewer, Recording recording, CancellationToken stop)
    {
        var reach = await WhoSees.Of(reading, viewer, stop);
        var found = (await Findings.OfRecording(reading, recording.Id, stop)).Where(reach.Sees).ToList();
        return found.Count == 0 ? null : Aside.Of<FindingsCard>(new() { ["Findings"] = found });
    }
}
