using NodaTime;

namespace Lapel.Governance;

/// <summary>From when to when a camera had to record, and by which rule, whether or not any recording exists.</summary>
public static class Required
{
    /// <returns>
    /// What was required, with what excuses parts of it; none when no trigger asked for anything, or, with the trouble in a sentence, when
    /// the times cannot be right.
    /// </returns>
    public static (RequiredRecording? Required, string? Trouble) Of(PolicyInForce policy, AttendanceFacts facts)
    {
        if (TriggerOf(policy.Policy, facts.Attendance, facts.Incident) is not { } trigger)
            return (null, null);
        var (span, trouble) = SpanOf(policy.Policy, trigger, facts.Attendance);
        return span is { } known
            ? (Of(policy, trigger, known, facts, Coverage.Of(known, facts.Recordings)), null)
            : (null, trouble);
    }

    internal static RequiredRecording Of(
        PolicyInForce policy,
        Trigger trigger,
        Interval span,
        AttendanceFacts facts,
        Coverage coverage
    ) =>
        new(
            facts.Attendance.Id,
            facts.Attendance.Officer
                ?? throw new ArgumentException("An attendance without an officer is not judged.", nameof(facts)),
            policy.Number,
            trigger.Id,
            span.Start,
            span.End,
            Excuses.Of(policy.Policy, span, facts, coverage)
        );

    /// <summary>The first in the document's order that fits. Where a rule asks for a priority and none is known, it does not fit.</summary>
    public static Trigger? TriggerOf(Policy policy, Attendance attendance, DispatchIncident incident)
    {
        foreach (var trigger in policy.Triggers)
            if (
                trigger.On == attendance.Activity
                && (trigger.CallTypes.Count == 0 || CallTypes.Any(trigger.CallTypes, incident.CallType))
                && !CallTypes.Any(trigger.NotCallTypes, incident.CallType)
                && (trigger.MostPriority is not { } most || incident.Priority <= most)
            )
                return trigger;
        return null;
    }

    internal static (Interval? Span, string? Trouble) SpanOf(Policy policy, Trigger trigger, Attendance attendance)
    {
        if (WhyNotInOrder(attendance) is { } disorder)
            return (null, disorder);
        if (At(attendance, trigger.Until) is not { } until)
            return (
                null,
                trigger.Until == Moment.Cleared
                    ? "Dispatch does not say when the officer was cleared, so nobody knows until when a camera had to be on."
                    : $"Dispatch does not say when the officer {Did(trigger.Until)}, so nobody knows until when a camera had to be on."
            );
        Instant? from = null;
        for (var moment = trigger.From; from is null && moment <= Moment.Arrived; moment++)
            from = At(attendance, moment);
        if (from is null && trigger.From == Moment.Cleared)
            from = At(attendance, Moment.Cleared);
        if (from is not { } begins)
            return (
                null,
                $"Dispatch does not say when the officer {Did(trigger.From)}, so nobody knows from when on a camera had to be on."
            );
        if (until < begins)
            return (null, "By these times the camera had to be off before it had to be on; one of them cannot be right.");
        if (until == begins)
            return (null, "Dispatch says that it began and ended in the same moment, so there is nothing to judge.");
        if (until - begins > Duration.FromHours(policy.Tolerances.LongestIncidentHours))
            return (
                null,
                $"It lasted longer than {policy.Tolerances.LongestIncidentHours} h by these times; the end was probably forgotten."
            );
        return (Interval.Of(begins, until), null);
    }

    static string? WhyNotInOrder(Attendance attendance)
    {
        Moment? before = null;
        for (var moment = Moment.Dispatched; moment <= Moment.Cleared; moment++)
        {
            if (At(attendance, moment) is not { } at)
                continue;
            if (before is { } earlier && at < At(attendance, earlier))
                return $"Dispatch says that the officer {Did(moment)} before the officer {Did(earlier)}; one of the times cannot be right.";
            before = moment;
        }
        return null;
    }

    internal static Instant? At(Attendance attendance, Moment moment) =>
        moment switch
        {
            Moment.Dispatched => attendance.DispatchedAt,
            Moment.EnRoute => attendance.EnRouteAt,
            Moment.Arrived => attendance.ArrivedAt,
            Moment.Cleared => attendance.ClearedAt,
            _ => throw new ArgumentOutOfRangeException(nameof(moment)),
        };

    internal static string Did(Moment moment) =>
        moment switch
        {
            Moment.Dispatched => "was dispatched",
            Moment.EnRoute => "set out",
            Moment.Arrived => "arrived",
            Moment.Cleared => "was cleared",
            _ => throw new ArgumentOutOfRangeException(nameof(moment)),
        };
}

/// <summary>Lists of call types in policies and exemptions: whole words of the dispatch system, or a beginning followed by <c>*</c>.</summary>
public static class CallTypes
{
    public static bool Any(IReadOnlyList<string> patterns, string callType)
    {
        foreach (var pattern in patterns)
            if (Fits(pattern, callType))
                return true;
        return false;
    }

    static bool Fits(string pattern, string callType) =>
        pattern.EndsWith('*')
            ? callType.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
            : callType.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
