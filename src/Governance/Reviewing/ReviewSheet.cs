namespace Lapel.Governance;

/// <summary>Everything that the form of one review shows.</summary>
/// <param name="Judged">None when a correction took the attendance away after it was drawn.</param>
/// <param name="Recordings">The officer's recordings that touch the required interval; empty when nothing was recorded, which is as much to review.</param>
/// <param name="Findings">Kinds found, in order.</param>
/// <param name="WatchedSeconds">So far.</param>
public sealed record ReviewSheet(
    ReviewDraw Draw,
    Review Review,
    JudgedRow? Judged,
    IReadOnlyList<ReviewSheet.RecordedSpan> Recordings,
    IReadOnlyList<ReviewSheet.FoundGap> Findings,
    IReadOnlyList<MediaLead> Leads,
    IReadOnlyList<ReviewQuestion> Questions,
    string? ReviewerName,
    string? UnitName,
    int WatchedSeconds
)
{
    public sealed record RecordedSpan(RecordingId Recording, Instant From, Instant ActivatedAt, Instant Until, Instant? LookedAt);

    public sealed record FoundGap(FindingId Finding, FindingKind Kind, RecordingId? Recording, Instant From, Instant Until);

    public static async Task<ReviewSheet?> Read(Reading reading, DrawId draw, AttendanceId attendance, CancellationToken stop)
    {
        if (
            await Reviews.Find(reading, draw, attendance, stop) is not { } review
            || await ReviewDraws.Find(reading, draw, stop) is not { } drawn
        )
            return null;
        var judged = await JudgedRow.Find(reading, attendance, stop);
        var recordings = judged is { From: { } from, Until: { } until }
            ? await Touching(reading, judged.Officer.Id, from, until, stop)
            : [];
        var leads = new List<MediaLead>();
        foreach (var recording in recordings)
            leads.AddRange(await MediaLeads.Of(reading, recording.Recording, stop));
        var policies = await Policies.AllInForce(reading, stop);
        return new(
            drawn,
            review,
            judged,
            recordings,
            await Found(reading, attendance, stop),
            leads,
            policies.FirstOrDefault(p => p.Number == drawn.Policy)?.Policy.Reviews.Questions ?? [],
            review.Reviewer is { } reviewer ? (await Accounts.Find(reading, reviewer, stop))?.FullName : null,
            judged?.Unit is { } unit ? (await Units.Find(reading, unit, stop))?.Name : null,
            await Watched.Seconds(reading, draw, attendance, stop)
        );
    }

    static Task<IReadOnlyList<RecordedSpan>> Touching(
        Reading reading,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop
    ) =>
        reading.Many(
            """
            SELECT recorded.recording, from_at, activated_at, until_at, looked_at
            FROM recorded LEFT JOIN media_look ON media_look.recording = recorded.recording
            WHERE officer = @officer AND from_at < @until AND until_at > @from ORDER BY from_at LIMIT 20
            """,
            new
            {
                officer,
                from,
                until,
            },
            row => new RecordedSpan(
                row.Id<Nouns.Recording>("recording"),
                row.Time("from_at"),
                row.Time("activated_at"),
                row.Time("until_at"),
                row.TimeOrNull("looked_at")
            ),
            stop
        );

    static Task<IReadOnlyList<FoundGap>> Found(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        reading.Many(
            "SELECT id, kind, recording, from_at, until_at FROM finding WHERE attendance = @attendance AND withdrawn = 0 ORDER BY from_at, id",
            new { attendance },
            row => new FoundGap(
                row.Id<Nouns.Finding>("id"),
                row.Word<FindingKind>("kind"),
                row.IdOrNull<Nouns.Recording>("recording"),
                row.Time("from_at"),
                row.Time("until_at")
            ),
            stop
        );
}
