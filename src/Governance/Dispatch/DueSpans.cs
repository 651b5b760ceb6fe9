namespace Lapel.Governance;

/// <summary>Says what has to be judged again after parts changed: their old and their new spans, an hour more on each side.</summary>
static class DueSpans
{
    static readonly Duration Around = Duration.FromHours(1);

    // Spans of one officer that lie closer than this are said as one: fewer rows, and the judge reads the stretch at once.
    static readonly Duration Near = Duration.FromHours(12);

    public static async Task Say(Work work, IEnumerable<(KnownPart? Before, KnownPart After)> touched, CancellationToken stop)
    {
        var spans = new Dictionary<OfficerId, List<(Instant From, Instant Until)>>();
        void Add(KnownPart? part)
        {
            if (part?.Attendance.Officer is not { } officer)
                return;
            if (!spans.TryGetValue(officer, out var list))
                spans[officer] = list = [];
            list.Add((Instant.Min(part.Span.From, part.BeginsAt), part.Span.Until));
        }
        foreach (var (before, after) in touched)
        {
            Add(before);
            Add(after);
        }
        foreach (var (officer, list) in spans)
        foreach (var (from, until) in Joined(list))
            await Due.Say(work, officer, from - Around, until + Around, stop);
    }

    internal static IEnumerable<(Instant From, Instant Until)> Joined(List<(Instant From, Instant Until)> spans)
    {
        spans.Sort();
        var (from, until) = spans[0];
        foreach (var next in spans.Skip(1))
        {
            if (next.From <= until + Near)
            {
                until = Instant.Max(until, next.Until);
                continue;
            }
            yield return (from, until);
            (from, until) = next;
        }
        yield return (from, until);
    }
}
