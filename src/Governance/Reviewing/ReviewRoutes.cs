using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Reviews and draws for programs. Pages do the same through the same functions.</summary>
static class ReviewRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/reviews", Mine).NeedsSignIn();
        api.MapGet("/reviews/overdue", Late).Needs(Permission.DrawReviews);
        api.MapGet("/reviews/draws", Draws).Needs(Permission.SeeMeasures);
        api.MapPost("/reviews/draws", Commit).Needs(Permission.DrawReviews);
        api.MapGet("/reviews/draws/{draw}", One).Needs(Permission.SeeMeasures);
        api.MapGet("/reviews/draws/{draw}/frame", Frame).Needs(Permission.SeeMeasures);
        api.MapGet("/reviews/draws/{draw}/checkpoint", Checkpoint).Needs(Permission.SeeMeasures);
        api.MapGet("/reviews/{draw}/{attendance}", Sheet).NeedsSignIn();
        api.MapPost("/reviews/{draw}/{attendance}", Do).Needs(Permission.ReviewFindings);
        api.MapPost("/reviews/{draw}/{attendance}/watched", Watch).Needs(Permission.ReviewFindings);
        api.MapGet("/recordings/{id}/leads", Leads).NeedsSignIn();
    }

    public sealed record MyReviews(IReadOnlyList<Review> Waiting, IReadOnlyList<Review> Done);

    public sealed record AskDraw(UnitId? Unit, string From, string Until, int Wanted);

    /// <param name="Drawn">In the order of drawing; empty until it is drawn.</param>
    public sealed record DrawAnswer(ReviewDraw Draw, IReadOnlyList<AttendanceId> Drawn);

    public sealed record AskDo(IReadOnlyDictionary<string, Answer> Answers, string? Words = null);

    /// <param name="Seconds">Pairs of whole seconds of the player's time: from, and until before.</param>
    public sealed record AskWatched(RecordingId Recording, IReadOnlyList<IReadOnlyList<long>> Seconds);

    public sealed record WatchedAnswer(int WatchedSeconds);

    /// <param name="LookedAt">When a machine looked through the media; none while it has not.</param>
    public sealed record LeadsAnswer(Instant? LookedAt, IReadOnlyList<MediaLead> Leads);

    static async Task<IResult> Mine([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(
            new MyReviews(
                await Reviews.WaitingFor(reading, desk.Viewer.Account.Id, stop),
                await Reviews.DoneBy(reading, desk.Viewer.Account.Id, stop)
            )
        );
    }

    static async Task<IResult> Late([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await Reviews.Overdue(reading, desk.Now, stop));
    }

    static async Task<IResult> Draws(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await ReviewDraws.Newest(reading, stop));
    }

    static async Task<IResult> Commit(AskDraw ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var id = await CommitByHand(desk, ask, stop);
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Accepted($"reviews/draws/{id}", await ReviewDraws.Find(reading, id, stop));
    }

    /// <exception cref="RefusedException">No such unit, or the list does not do.</exception>
    public static async Task<DrawId> CommitByHand(Desk desk, AskDraw ask, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        if (ask.Unit is { } unit && await Units.Find(work, unit, stop) is null)
            throw new RefusedException(Units.NotFound);
        var from = AsOf.Read(ask.From, desk.Agency.Profile, work.Now).From;
        var until = AsOf.Read(ask.Until, desk.Agency.Profile, work.Now).Until ?? work.Now;
        var policy = await Policies.InForce(work, work.Now, stop);
        var id = await ReviewDraws.Commit(work, weekly: false, ask.Unit, from, until, ask.Wanted, policy, stop);
        await work.Commit(stop);
        return id;
    }

    static async Task<IResult> One(DrawId draw, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await ReviewDraws.Find(reading, draw, stop) is { } found
            ? TypedResults.Ok(new DrawAnswer(found, [.. (await Reviews.OfDraw(reading, draw, stop)).Select(r => r.Attendance)]))
            : new Refused(ReviewDraws.NotFound);
    }

    static async Task<IResult> Frame(DrawId draw, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await ReviewDraws.Find(reading, draw, stop) is null
            ? new Refused(ReviewDraws.NotFound)
            : TypedResults.Text(await ReviewDraws.FrameText(reading, draw, stop), "text/plain; charset=utf-8");
    }

    static async Task<IResult> Checkpoint(DrawId draw, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await ReviewDraws.Find(reading, draw, stop) switch
        {
            null => new Refused(ReviewDraws.NotFound),
            { Checkpoint: { } note } => TypedResults.Text(note, "text/plain; charset=utf-8"),
            _ => new Refused(NotDrawn),
        };
    }

    static readonly Refusal NotDrawn = new(
        "not-drawn-yet",
        "The list is fixed; the draw follows in a moment, when the custody log has signed it.",
        RefusalKind.Conflict
    );

    static async Task<IResult> Sheet(DrawId draw, AttendanceId attendance, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return await ReviewSheet.Read(reading, draw, attendance, stop) is { } sheet && MaySee(desk.Viewer, sheet.Review)
            ? TypedResults.Ok(sheet)
            : new Refused(Reviews.NotFound);
    }

    /// <summary>Whose it is, who had it or did it, and those who look into findings; what was recorded is decided apart, by Access.</summary>
    public static bool MaySee(Viewer viewer, Review review) =>
        viewer.May(Permission.SeeFindings)
        || review.Reviewer == viewer.Account.Id
        || review.DoneBy == viewer.Account.Id
        || review.EscalatedFrom == viewer.Account.Id;

    static async Task<IResult> Do(
        DrawId draw,
        AttendanceId attendance,
        AskDo ask,
        [AsParameters] Desk desk,
        Pulse pulse,
        CancellationToken stop
    )
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var sheet = await ReviewSheet.Read(work, draw, attendance, stop) ?? throw new RefusedException(Reviews.NotFound);
        await Reviews.Do(work, sheet.Review, desk.Viewer.Account.Id, sheet.Questions, ask.Answers, ask.Words, stop);
        await work.Commit(stop);
        pulse.Send("reviews");
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await Reviews.Find(reading, draw, attendance, stop));
    }

    static async Task<IResult> Watch(
        DrawId draw,
        AttendanceId attendance,
        AskWatched ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var sheet = await ReviewSheet.Read(work, draw, attendance, stop);
        if (
            sheet is null
            || sheet.Review.Reviewer != desk.Viewer.Account.Id
            || sheet.Recordings.All(r => r.Recording != ask.Recording)
        )
            return new Refused(Reviews.NotFound);
        if (ask.Seconds.Count > 500 || ask.Seconds.Any(pair => pair.Count != 2))
            return new Refused(new("seconds-unreadable", "Seconds come as pairs: from, and until before; at most 500 of them."));
        if (sheet.Review.DoneAt is null)
        {
            var served = await Served.To(work, desk.Viewer.Account.Id, ask.Recording, stop);
            await Watched.Keep(work, sheet.Review, ask.Recording, ask.Seconds.Select(p => (p[0], p[1])), served, stop);
            await work.Commit(stop);
        }
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(new WatchedAnswer(await Watched.Seconds(reading, draw, attendance, stop)));
    }

    static async Task<IResult> Leads(RecordingId id, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var (recording, refusal) = await Access.Ask(reading, desk.Viewer, id, Act.See, desk.Now, stop);
        if (recording is null || !LeadsAside.MaySee(desk.Viewer))
            return new Refused(refusal ?? Access.NotFound);
        return TypedResults.Ok(
            new LeadsAnswer(await MediaLeads.LookedAt(reading, id, stop), await MediaLeads.Of(reading, id, stop))
        );
    }
}
