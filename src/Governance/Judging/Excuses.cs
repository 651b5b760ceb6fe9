namespace Lapel.Governance;

/// <summary>
/// Which parts of a required interval do not count against anyone, and why. Where several hold, the first of these is named: an
/// exemption, a permitted state, no camera, a reported fault.
/// </summary>
static class Excuses
{
    public static IReadOnlyList<ExcusedSpan> Of(Policy policy, Interval window, AttendanceFacts facts, Coverage coverage)
    {
        var excused = new Excused(window);
        foreach (var exemption in facts.Exemptions)
            if (exemption.CallTypes.Count == 0 || CallTypes.Any(exemption.CallTypes, facts.Incident.CallType))
                excused.Add(
                    [Interval.Of(exemption.From, exemption.Until)],
                    Excuse.Exemption,
                    $"{exemption.Reason} (approved by {exemption.ApprovedBy})"
                );
        foreach (var recording in coverage.Touching)
        foreach (var state in recording.States)
            if (Permitted(policy, recording, state, facts.Incident) is { } permit)
                excused.Add(
                    Intervals.In(coverage.LackOf(recording, state), Interval.Of(state.From, permit.Until)),
                    Excuse.PermittedState,
                    permit.Rule!.Label
                );
        var worn = Worn(facts, window, null);
        excused.Add(Intervals.Minus([window], worn), Excuse.NoCamera, "No camera was issued to the officer.");
        foreach (var fault in facts.Faults)
        {
            var span = Interval.Of(fault.From, fault.Until ?? window.End).In(window);
            if (!span.IsEmpty)
                excused.Add(
                    fault.Camera is { } camera ? Intervals.In(Worn(facts, window, camera), span) : [span],
                    Excuse.Fault,
                    fault.What
                );
        }
        return excused.Spans;
    }

    static Permit? Permitted(Policy policy, Recorded recording, StateSpan state, DispatchIncident incident) =>
        StateRules.Of(policy, state, state.Until ?? recording.Until, incident) is var permit && permit.Until > state.From
            ? permit
            : null;

    /// <param name="camera">Only this one; none: any.</param>
    static List<Interval> Worn(AttendanceFacts facts, Interval window, CameraId? camera)
    {
        var worn = new List<Interval>(facts.Worn.Count);
        foreach (var one in facts.Worn)
            if (camera is null || one.Camera == camera)
                worn.Add(Interval.Of(one.From, one.Until ?? window.End).In(window));
        return Intervals.Union(worn);
    }

    /// <summary>Takes excuses in their order; a moment that has one gets no second.</summary>
    sealed class Excused(Interval window)
    {
        readonly List<ExcusedSpan> spans = [];
        List<Interval> taken = [];

        public IReadOnlyList<ExcusedSpan> Spans
        {
            get
            {
                spans.Sort((a, b) => a.From.CompareTo(b.From));
                return spans;
            }
        }

        public void Add(List<Interval> parts, Excuse excuse, string why)
        {
            var fresh = Intervals.Minus(Intervals.In(parts, window), taken);
            if (fresh.Count == 0)
                return;
            foreach (var part in fresh)
                spans.Add(new(part.Start, part.End, excuse, why));
            taken = Intervals.Union([.. taken, .. fresh]);
        }
    }
}
