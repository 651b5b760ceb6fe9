namespace Lapel.Governance;

/// <summary>
/// Where no camera was on, though one had to be and nothing excuses it: before the first recording, after the last, and between. Each is
/// empty when it is within the policy's tolerance.
/// </summary>
sealed record Absences(List<Interval> Late, List<Interval> Early, List<Interval> Gaps)
{
    static readonly Absences Nowhere = new(Intervals.None, Intervals.None, Intervals.None);

    public bool Any => Late.Count > 0 || Early.Count > 0 || Gaps.Count > 0;

    /// <summary>Of an interval that some recording touches; where none does, there is no before and after.</summary>
    public static Absences Of(Tolerances tolerances, Interval window, Coverage coverage, List<Interval> excused)
    {
        if (coverage.Touched.Count == 0)
            return Nowhere;
        var absent = Intervals.Minus(Intervals.Minus([window], coverage.Touched), excused);
        if (absent.Count == 0)
            return Nowhere;
        var (first, last) = (coverage.Touched[0].From, coverage.Touched[^1].Until);
        return new(
            Beyond(LateTolerance(tolerances), absent.FindAll(a => a.Until <= first)),
            Beyond(EarlyTolerance(tolerances), absent.FindAll(a => a.From >= last)),
            absent.FindAll(a => a.From >= first && a.Until <= last && a.Length > GapTolerance(tolerances))
        );
    }

    static List<Interval> Beyond(long tolerance, List<Interval> parts) =>
        Intervals.Length(parts) > tolerance ? parts : Intervals.None;

    // The clocks of dispatch and of cameras disagree a little; inside a recording there is one clock only.
    public static long LateTolerance(Tolerances tolerances) =>
        Microseconds(tolerances.LateStartSeconds) + Microseconds(tolerances.ClockSeconds);

    public static long EarlyTolerance(Tolerances tolerances) =>
        Microseconds(tolerances.EarlyStopSeconds) + Microseconds(tolerances.ClockSeconds);

    public static long GapTolerance(Tolerances tolerances) => Microseconds(tolerances.GapSeconds);

    internal static long Microseconds(int seconds) => seconds * 1_000_000L;
}
