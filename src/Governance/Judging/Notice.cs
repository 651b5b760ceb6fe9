namespace Lapel.Governance;

/// <summary>
/// Whether people were told in time that they were being recorded: a mark on a recording between the beginning of what was required and
/// the policy's seconds after the officer arrived, or after the first recorded moment where that is later (a late start is a finding of
/// its own). Clocks are given the policy's tolerance on both sides.
/// </summary>
/// <param name="At">The first mark in time; none when there is none.</param>
/// <param name="From">From when on the seconds count, microseconds.</param>
/// <param name="Deadline">Until when, tolerance included, microseconds.</param>
readonly record struct Notice(Instant? At, long From, long Deadline)
{
    public static Notice Of(Policy policy, Attendance attendance, Interval window, Coverage coverage)
    {
        var clock = Absences.Microseconds(policy.Tolerances.ClockSeconds);
        var from = Math.Max(
            Math.Max(window.From, attendance.ArrivedAt?.ToMicroseconds() ?? window.From),
            coverage.Recorded[0].From
        );
        var deadline = from + Absences.Microseconds(policy.Notice.WithinSeconds) + clock;
        Instant? first = null;
        foreach (var recording in coverage.Touching)
        foreach (var mark in recording.Notices)
        {
            var at = mark.ToMicroseconds();
            if (at >= window.From - clock && at <= deadline && (first is null || mark < first))
                first = mark;
        }
        return new(first, from, deadline);
    }
}
