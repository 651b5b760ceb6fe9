namespace Lapel.Governance;

/// <summary>
/// Which seconds of a recording a reviewer watched. The player says which were on the screen; none is believed that was not served to
/// that reviewer in a counted look before.
/// </summary>
static class Watched
{
    /// <summary>Longest that one report tells: the player reports every few seconds.</summary>
    public const int MostAtOnce = 3600;

    /// <summary>Those of the claimed seconds whose middle was served.</summary>
    public static IReadOnlyList<long> Believed(
        IEnumerable<(long From, long Until)> claimed,
        IReadOnlyList<(long FromMs, long UntilMs)> served
    ) =>
        [
            .. claimed
                .Where(c => c.From >= 0 && c.Until > c.From && c.Until - c.From <= MostAtOnce)
                .SelectMany(c => Enumerable.Range(0, (int)(c.Until - c.From)).Select(i => c.From + i))
                .Distinct()
                .Take(MostAtOnce)
                .Where(second => served.Any(s => s.FromMs <= second * 1000 + 500 && second * 1000 + 500 < s.UntilMs))
                .Order(),
        ];

    public static async Task Keep(
        Work work,
        Review review,
        RecordingId recording,
        IEnumerable<(long From, long Until)> claimed,
        IReadOnlyList<(long FromMs, long UntilMs)> served,
        CancellationToken stop
    )
    {
        foreach (var second in Believed(claimed, served))
            await work.Execute(
                """
                INSERT INTO review_watched (draw, attendance, recording, second) VALUES (@Draw, @Attendance, @recording, @second)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    review.Draw,
                    review.Attendance,
                    recording,
                    second,
                },
                stop
            );
    }

    public static async Task<int> Seconds(Reading reading, DrawId draw, AttendanceId attendance, CancellationToken stop) =>
        (int)
            await reading.One(
                "SELECT COUNT(*) AS seconds FROM review_watched WHERE draw = @draw AND attendance = @attendance",
                new { draw, attendance },
                row => row.Number("seconds"),
                stop
            );
}
