namespace Lapel.Governance;

/// <summary>
/// A stretch of time as the judge reckons: microseconds since 1970 UTC on the server's clock, half-open. Instants know no daylight saving
/// and no midnight, so neither does the judge.
/// </summary>
public readonly record struct Interval(long From, long Until)
{
    public static Interval Of(Instant from, Instant until) => new(from.ToMicroseconds(), until.ToMicroseconds());

    public bool IsEmpty => Until <= From;

    public long Length => IsEmpty ? 0 : Until - From;

    public Interval In(Interval window) => new(Math.Max(From, window.From), Math.Min(Until, window.Until));

    public Instant Start => Time.FromMicroseconds(From);

    public Instant End => Time.FromMicroseconds(Until);
}

/// <summary>
/// Sets of moments as lists of intervals: in order, none empty, none touching the next. Everything takes and gives such lists, except
/// <see cref="Union"/>, which makes one of any.
/// </summary>
public static class Intervals
{
    public static readonly List<Interval> None = [];

    /// <summary>Puts them in order and joins what overlaps or touches; the list itself is changed.</summary>
    public static List<Interval> Union(List<Interval> any)
    {
        any.RemoveAll(i => i.IsEmpty);
        if (any.Count < 2)
            return any;
        any.Sort((a, b) => a.From.CompareTo(b.From));
        var last = 0;
        for (var i = 1; i < any.Count; i++)
            if (any[i].From <= any[last].Until)
                any[last] = new(any[last].From, Math.Max(any[last].Until, any[i].Until));
            else
                any[++last] = any[i];
        any.RemoveRange(last + 1, any.Count - last - 1);
        return any;
    }

    /// <summary>What is in both.</summary>
    public static List<Interval> Both(List<Interval> a, List<Interval> b)
    {
        if (a.Count == 0 || b.Count == 0)
            return None;
        var both = new List<Interval>();
        for (int i = 0, j = 0; i < a.Count && j < b.Count; )
        {
            var common = a[i].In(b[j]);
            if (!common.IsEmpty)
                both.Add(common);
            if (a[i].Until < b[j].Until)
                i++;
            else
                j++;
        }
        return both;
    }

    /// <summary>What is in the first and not in the second.</summary>
    public static List<Interval> Minus(List<Interval> a, List<Interval> b)
    {
        if (a.Count == 0 || b.Count == 0)
            return a;
        var left = new List<Interval>();
        var j = 0;
        foreach (var whole in a)
        {
            var from = whole.From;
            while (j < b.Count && b[j].Until <= from)
                j++;
            for (var k = j; k < b.Count && b[k].From < whole.Until; k++)
            {
                if (b[k].From > from)
                    left.Add(new(from, b[k].From));
                from = Math.Max(from, b[k].Until);
            }
            if (from < whole.Until)
                left.Add(new(from, whole.Until));
        }
        return left;
    }

    /// <summary>What of it lies in the window.</summary>
    public static List<Interval> In(List<Interval> a, Interval window) => Both(a, window.IsEmpty ? None : [window]);

    /// <summary>Microseconds.</summary>
    public static long Length(List<Interval> a)
    {
        var sum = 0L;
        foreach (var part in a)
            sum += part.Length;
        return sum;
    }

    /// <summary>From the beginning of the first to the end of the last.</summary>
    public static Interval Hull(List<Interval> a) => new(a[0].From, a[^1].Until);
}
