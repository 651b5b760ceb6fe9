namespace Lapel.Governance;

/// <summary>A draw of required recordings for review, whatever exists of them as video: first a fixed list, then a seed that nobody chose.</summary>
/// <param name="Weekly">The draw of a unit's week; otherwise somebody asked for it.</param>
/// <param name="Unit">Whose, units below it too; none: the whole agency.</param>
/// <param name="From">Attendances that began from then until before <paramref name="Until"/>.</param>
/// <param name="Policy">Number of the policy version whose questions are asked.</param>
/// <param name="Position">Place in the custody log of the event that fixed the list; none until it has one.</param>
/// <param name="Checkpoint">The signed head that is the seed; none until drawn.</param>
public sealed record ReviewDraw(
    DrawId Id,
    bool Weekly,
    UnitId? Unit,
    Instant From,
    Instant Until,
    int Policy,
    int Wanted,
    Digest Frame,
    int FrameLength,
    string CommittedBy,
    Instant CommittedAt,
    long? Position,
    string? Checkpoint,
    Instant? DrawnAt
);

public static class ReviewDraws
{
    public const int PageSize = 50;

    /// <summary>A list longer than this is a census, not a frame for a handful of reviews.</summary>
    public const int LongestFrame = 200_000;

    const string Columns =
        "id, weekly, unit, from_at, until_at, policy, wanted, frame, frame_length, committed_by, committed_at, position, checkpoint, drawn_at";

    public static readonly Refusal NotFound = new("draw-not-found", "There is no such draw.", RefusalKind.NotFound);

    public static Task<ReviewDraw?> Find(Reading reading, DrawId id, CancellationToken stop) =>
        reading.One($"SELECT {Columns} FROM review_draw WHERE id = @id", new { id }, From, stop);

    /// <summary>The newest first.</summary>
    public static Task<IReadOnlyList<ReviewDraw>> Newest(Reading reading, CancellationToken stop) =>
        reading.Many($"SELECT {Columns} FROM review_draw ORDER BY committed_at DESC, id DESC LIMIT {PageSize}", null, From, stop);

    public static async Task<string> FrameText(Reading reading, DrawId id, CancellationToken stop) =>
        await reading.One("SELECT frame_text FROM review_draw WHERE id = @id", new { id }, row => row.Text("frame_text"), stop)
        ?? "";

    /// <summary>Required recordings of the unit that began in the span, whether or not anything was recorded.</summary>
    public static Task<IReadOnlyList<AttendanceId>> Frame(
        Reading reading,
        UnitId? unit,
        Instant from,
        Instant until,
        CancellationToken stop
    ) =>
        reading.Many(
            $"""
            {(unit is null ? "" : UnitSql.Below)}
            SELECT attendance FROM judgement
            WHERE begins_at >= @from AND begins_at < @until AND from_at IS NOT NULL
                {(unit is null ? "" : "AND unit IN (SELECT id FROM below)")}
            LIMIT {LongestFrame + 1}
            """,
            new
            {
                unit,
                from,
                until,
            },
            row => row.Id<Nouns.Attendance>("attendance"),
            stop
        );

    public static Refusal? WhyNotCommit(Instant from, Instant until, int wanted, int frameLength, bool hasPolicy, Instant now) =>
        until <= from ? new("span-reversed", "The last day lies before the first.")
        : until > now ? new("span-not-over", "Draw from days that are over: what is still to come cannot be in the list.")
        : wanted is < 1 or > 1000 ? new("wanted-unreasonable", "Draw between 1 and 1000.")
        : !hasPolicy ? new("no-policy", "No policy is in force, so nobody has said what a review asks.", RefusalKind.Conflict)
        : frameLength == 0 ? new("frame-empty", "No recording was required of that unit in those days.", RefusalKind.Conflict)
        : frameLength > LongestFrame
            ? new("frame-too-long", $"More than {LongestFrame} recordings were required there. Choose fewer days or one unit.")
        : null;

    /// <summary>Fixes the list and says so in the custody log. The draw follows once the log has that entry under a signed head.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotCommit"/>.</exception>
    public static async Task<DrawId> Commit(
        Work work,
        bool weekly,
        UnitId? unit,
        Instant from,
        Instant until,
        int wanted,
        PolicyInForce? policy,
        CancellationToken stop
    )
    {
        var ids = await Frame(work, unit, from, until, stop);
        if (WhyNotCommit(from, until, wanted, ids.Count, policy is not null, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        var text = FairDraw.FrameText(ids);
        var (id, frame) = (DrawId.New(), FairDraw.DigestOf(text));
        await work.Execute(
            """
            INSERT INTO review_draw (id, weekly, unit, from_at, until_at, policy, wanted, frame, frame_text, frame_length,
                committed_by, committed_at)
            VALUES (@id, @weekly, @unit, @from, @until, @Number, @wanted, @frame, @text, @length, @Name, @Now)
            """,
            new
            {
                id,
                weekly,
                unit,
                from,
                until,
                policy!.Number,
                wanted,
                frame,
                text,
                length = ids.Count,
                work.Actor.Name,
                work.Now,
            },
            stop
        );
        work.Append(new CustodyEvent.ReviewFrameCommitted(id, unit, from, until, frame, ids.Count, wanted));
        return id;
    }

    /// <summary>Draws, deals and says so. Harmless when repeated.</summary>
    /// <param name="checkpoint">The signed head whose last entry is the one that fixed the list.</param>
    public static async Task Draw(Work work, ReviewDraw draw, string checkpoint, ReviewRule rule, CancellationToken stop)
    {
        if (draw.DrawnAt is not null || draw.Position is not { } position)
            return;
        var drawn = FairDraw.Of(checkpoint, await FrameText(work, draw.Id, stop), draw.Wanted);
        var officers = new List<(AttendanceId, OfficerId?)>();
        foreach (var attendance in drawn)
            officers.Add((attendance, await OfficerOf(work, attendance, stop)));
        var dealt = Reviewers.Deal(officers, draw.Unit, await Reviewers.All(work, stop), await Units.All(work, stop));
        foreach (var (i, (attendance, reviewer)) in dealt.Index())
            await work.Execute(
                """
                INSERT INTO review (draw, attendance, place, reviewer, due_at) VALUES (@Id, @attendance, @place, @reviewer, @due)
                ON CONFLICT (draw, attendance) DO NOTHING
                """,
                new
                {
                    draw.Id,
                    attendance,
                    place = i + 1,
                    reviewer,
                    due = work.Now + Duration.FromDays(rule.DueDays),
                },
                stop
            );
        await work.Execute(
            "UPDATE review_draw SET checkpoint = @checkpoint, drawn_at = @Now WHERE id = @Id",
            new
            {
                checkpoint,
                work.Now,
                draw.Id,
            },
            stop
        );
        work.Append(new CustodyEvent.ReviewsDrawn(draw.Id, position + 1, draw.Frame, draw.FrameLength, drawn.Count));
    }

    static Task<OfficerId?> OfficerOf(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        reading.One(
            "SELECT officer FROM attendance WHERE id = @attendance",
            new { attendance },
            row => row.IdOrNull<Nouns.Officer>("officer"),
            stop
        );

    static ReviewDraw From(Row row) =>
        new(
            row.Id<Nouns.Draw>("id"),
            row.Flag("weekly"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Time("from_at"),
            row.Time("until_at"),
            (int)row.Number("policy"),
            (int)row.Number("wanted"),
            row.Digest("frame"),
            (int)row.Number("frame_length"),
            row.Text("committed_by"),
            row.Time("committed_at"),
            row.NumberOrNull("position"),
            row.TextOrNull("checkpoint"),
            row.TimeOrNull("drawn_at")
        );
}

/// <summary>SQL that several questions begin with.</summary>
static class UnitSql
{
    /// <summary>The table <c>below</c>: the unit <c>@unit</c> and all below it, closed ones too.</summary>
    public const string Below = """
        WITH RECURSIVE below (id) AS (
            SELECT id FROM unit WHERE id = @unit
            UNION
            SELECT unit.id FROM unit JOIN below ON unit.parent = below.id
        )
        """;
}
