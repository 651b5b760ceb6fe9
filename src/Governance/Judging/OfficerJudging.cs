using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Judges all of one officer's that touches a span and writes what changed. One changed call and two years of a city go the same way: a
/// fixed number of queries for each officer, and no statement for what stays as it is.
/// </summary>
static class OfficerJudging
{
    /// <returns>How many rows changed.</returns>
    public static async Task<int> Do(
        Work work,
        Standing standing,
        JudgementWriting writing,
        OfficerId officer,
        Interval span,
        CancellationToken stop
    )
    {
        var facts = await OfficerFacts.Of(work, standing, officer, span, stop);
        // What changed one call may change what is held of a call beside it.
        var beside = facts.WithCalls(standing, span);
        var before = await StandingRows.Of(work, standing, officer, beside, stop);
        var changed = writing.Changed;
        foreach (var (of, judgement) in Attendances(standing, facts, beside, work.Now))
        {
            before.Loaded.Remove(judgement.Attendance);
            await writing.Put(Judged.Of(of, judgement), before.Judged.GetValueOrDefault(judgement.Attendance), stop);
            await Compare(writing, before, judgement.Attendance.Text, judgement.Findings, stop);
        }
        foreach (var attended in facts.Attended)
            before.Loaded.Remove(attended.Attendance.Id);
        foreach (var left in before.Loaded)
            if (await StandingRows.IsGone(work, officer, left, stop))
                await writing.Remove(before.Judged[left], stop);
        foreach (var (recorded, judgement) in RecordingsOf(standing, facts, span, work.Now))
        {
            before.Waits.Remove(recorded.Recording, out var stood);
            if (judgement.AgainAt is { } again)
                await writing.Put(new(officer, recorded.Recording, recorded.ActivatedAt, again), stood, stop);
            else if (stood is not null)
                await writing.Remove(stood, stop);
            await Compare(writing, before, judgement.Recording.Text, judgement.Findings, stop);
        }
        foreach (var left in before.Waits.Values)
            if (left.BeganAt >= span.Start && left.BeganAt < span.End)
                await writing.Remove(left, stop); // another officer's after all
        foreach (var attended in facts.Attended)
            before.Findings.Remove(attended.Attendance.Id.Text);
        foreach (var recording in facts.Recordings)
            before.Findings.Remove(recording.Recording.Text);
        foreach (var left in before.Findings.Values)
            if (await StandingRows.IsGone(work, officer, left[0].Finding, stop))
                foreach (var stood in left)
                    await writing.Withdraw(stood, stop);
        return writing.Changed - changed;
    }

    /// <summary>The officer's attendances that touch the span, judged.</summary>
    public static IEnumerable<(AttendanceFacts Facts, Judgement Judgement)> Attendances(
        Standing standing,
        OfficerFacts facts,
        Interval span,
        Instant asOf
    )
    {
        foreach (var call in Calls(standing, facts, span, asOf))
            if (Touches(call.Facts, span))
                yield return (call.Facts, call.Judgement);
    }

    static bool Touches(AttendanceFacts facts, Interval span) =>
        facts.BeginsAt.ToMicroseconds() < span.Until && facts.EndsAt.ToMicroseconds() >= span.From;

    /// <summary>The same, with the calls beside them, for which some seconds may be missing that are held elsewhere.</summary>
    internal static List<JudgedCall> Calls(Standing standing, OfficerFacts facts, Interval span, Instant asOf)
    {
        var (from, until) = facts.WithCalls(standing, span) is var wide ? (wide.Start, wide.End) : default;
        var calls = new List<JudgedCall>(facts.Attended.Count);
        foreach (var attended in facts.Attended)
        {
            if (attended.Begins >= until || attended.Ends < from)
                continue;
            var of = facts.FactsOf(attended);
            var policy = standing.PolicyAt(attended.Begins);
            calls.Add(new(policy, of, Judge.Of(policy, of, asOf)));
        }
        SameSeconds.Once(calls);
        return calls;
    }

    /// <summary>The officer's recordings that touch the span, judged alone.</summary>
    public static IEnumerable<(Recorded Recorded, RecordingJudgement Judgement)> RecordingsOf(
        Standing standing,
        OfficerFacts facts,
        Interval span,
        Instant asOf
    )
    {
        var required = RequiredSpans(standing, facts);
        var latest = new Dictionary<CameraId, Recorded>();
        foreach (var recording in facts.Recordings)
        {
            latest.TryGetValue(recording.Camera, out var before);
            if (before is null || recording.Until > before.Until)
                latest[recording.Camera] = recording;
            var itself = Interval.Of(recording.From, recording.Until);
            if (itself.From >= span.Until || itself.Until < span.From)
                continue;
            var ofIncident = Touches(required, itself);
            var policy = standing.PolicyAt(recording.ActivatedAt);
            yield return (recording, Judge.JudgeRecording(policy, recording, asOf, ofIncident, before));
        }
    }

    static List<Interval> RequiredSpans(Standing standing, OfficerFacts facts)
    {
        var spans = new List<Interval>(facts.Attended.Count);
        foreach (var attended in facts.Attended)
            if (OfficerFacts.RequiredOf(standing, attended) is { } span)
                spans.Add(span);
        return Intervals.Union(spans);
    }

    static bool Touches(List<Interval> spans, Interval one)
    {
        var (low, high) = (0, spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].Until <= one.From)
                low = middle + 1;
            else
                high = middle;
        }
        return low < spans.Count && spans[low].From < one.Until && !one.IsEmpty;
    }

    static async ValueTask Compare(
        JudgementWriting writing,
        StandingRows before,
        string about,
        IReadOnlyList<Finding> found,
        CancellationToken stop
    )
    {
        before.Findings.Remove(about, out var stood);
        foreach (var finding in found)
            if (stood?.Find(f => f.Finding.Id == finding.Id) is not { } same || same.Withdrawn || same.Finding != finding)
                await writing.Put(finding, stop);
        if (stood is not null)
            foreach (var one in stood)
                if (!found.Any(f => f.Id == one.Finding.Id))
                    await writing.Withdraw(one, stop);
    }
}
