using NodaTime;
using NodaTime.TimeZones;

namespace Lapel.Governance;

/// <summary>A time of a row as written: wall clock, or already a moment when it says its own offset.</summary>
public readonly record struct WrittenTime(LocalDateTime? Wall, Instant? Moment);

/// <param name="Flags">What was decided for a reader to see, one sentence each, by place in the list.</param>
public sealed record ResolvedTimes(IReadOnlyList<Instant?> Times, IReadOnlyList<(int Place, string Sentence)> Flags);

/// <summary>
/// From the wall clock of a time zone to moments, with the two hours a year in which that is not plain. A time that the clocks jumped
/// over is moved on by as much as they jumped. A time that was there twice is told by its neighbours in the row, which happened in
/// order; where they do not tell, it is the earlier one. Both are said aloud.
/// </summary>
public static class LocalTimes
{
    /// <param name="written">In the order in which they must have happened; none where nothing is written.</param>
    public static ResolvedTimes Resolve(DateTimeZone zone, IReadOnlyList<WrittenTime?> written)
    {
        var times = new Instant?[written.Count];
        var flags = new List<(int, string)>();
        var twice = new List<(int Place, Instant Early, Instant Late)>();
        for (var i = 0; i < written.Count; i++)
        {
            if (written[i] is not { } one)
                continue;
            if (one.Moment is { } moment)
            {
                times[i] = moment;
                continue;
            }
            var mapping = zone.MapLocal(one.Wall!.Value);
            switch (mapping.Count)
            {
                case 1:
                    times[i] = mapping.Single().ToInstant();
                    break;
                case 2:
                    twice.Add((i, mapping.First().ToInstant(), mapping.Last().ToInstant()));
                    break;
                default:
                    times[i] = Resolvers
                        .ReturnForwardShifted(one.Wall.Value, zone, mapping.EarlyInterval, mapping.LateInterval)
                        .ToInstant();
                    flags.Add((i, Skipped(one.Wall.Value, mapping)));
                    break;
            }
        }
        if (twice.Count > 0)
            Choose(times, twice, written, flags);
        return new(times, flags);
    }

    /// <summary>Of all ways to read the times that were there twice, those that keep the row in order.</summary>
    static void Choose(
        Instant?[] times,
        List<(int Place, Instant Early, Instant Late)> twice,
        IReadOnlyList<WrittenTime?> written,
        List<(int, string)> flags
    )
    {
        var fitting = new List<int>();
        for (var way = 0; way < 1 << twice.Count; way++)
        {
            Set(times, twice, way);
            if (InOrder(times))
                fitting.Add(way);
        }
        // Bit i is set where the i-th is the later one; among several ways the smallest says "earlier" wherever it can.
        var chosen = fitting.Count > 0 ? fitting[0] : 0;
        Set(times, twice, chosen);
        for (var i = 0; i < twice.Count; i++)
        {
            var bit = 1 << i;
            var told = fitting.Count > 0 && fitting.All(way => (way & bit) == (chosen & bit));
            if (!told)
                flags.Add((twice[i].Place, Doubtful(written[twice[i].Place]!.Value.Wall!.Value)));
        }
    }

    static void Set(Instant?[] times, List<(int Place, Instant Early, Instant Late)> twice, int way)
    {
        for (var i = 0; i < twice.Count; i++)
            times[twice[i].Place] = (way & (1 << i)) == 0 ? twice[i].Early : twice[i].Late;
    }

    static bool InOrder(Instant?[] times)
    {
        Instant? last = null;
        foreach (var time in times)
        {
            if (time is null)
                continue;
            if (time < last)
                return false;
            last = time;
        }
        return true;
    }

    static string Skipped(LocalDateTime wall, ZoneLocalMapping mapping)
    {
        var jump = mapping.LateInterval.WallOffset - mapping.EarlyInterval.WallOffset;
        return $"{wall:uuuu-MM-dd HH:mm:ss} did not exist: the clocks were put forward then. It was read {jump.Seconds / 60} minutes later.";
    }

    static string Doubtful(LocalDateTime wall) =>
        $"{wall:uuuu-MM-dd HH:mm:ss} was there twice: the clocks were put back then, and the row does not tell which is meant. The earlier one was taken.";
}
