namespace Lapel.Evidence;

/// <summary>
/// The list of recordings that somebody may see, newest first, from any place on. Every page costs about the same whatever the
/// viewer may see and however far down it is: the reach becomes arms (one a unit, one for oneself, one for grants), each of which
/// walks an index in the list's order, and both engines merge the arms lazily. Arms do not overlap, so nothing is shown twice.
/// </summary>
public static class RecordingList
{
    public const int MaxSize = 200;

    /// <param name="before">Older than this; or</param>
    /// <param name="after">newer than this; at most one of both.</param>
    public static async Task<RecordingSlice> Page(
        Reading reading,
        Reach reach,
        RecordingFilter filter,
        RecordingCursor? before,
        RecordingCursor? after,
        int size,
        Instant now,
        CancellationToken stop
    )
    {
        size = Math.Clamp(size, 1, MaxSize);
        var upwards = after is not null;
        var query = new RecordingListQuery(
            reading.Engine,
            reach,
            filter,
            await RecordingText.Plan(reading, SearchWords.Asked(filter.Text), stop),
            upwards ? after : before,
            upwards,
            size + 1,
            now
        );
        if (query.Sql is null)
            return new([], null, null);
        var found = await reading.Many(
            query.Sql,
            query.Args,
            row => (Recording: Recordings.Read(row), Place: RecordingCursor.At(row.Time("started_at"), row.Number("place"))),
            stop
        );
        var more = found.Count > size;
        var rows = found.Take(size).ToList();
        if (upwards)
            rows.Reverse();
        if (rows.Count == 0)
            return new([], null, null);
        var (hasNewer, hasOlder) = upwards ? (more, true) : (before is not null, more);
        return new([.. rows.Select(r => r.Recording)], hasNewer ? rows[0].Place : null, hasOlder ? rows[^1].Place : null);
    }
}
