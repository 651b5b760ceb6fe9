namespace Lapel.Governance;

/// <summary>One of an officer's calls, judged by itself.</summary>
/// <param name="Policy">The version that judged it; none when none was in force.</param>
sealed record JudgedCall(PolicyInForce? Policy, AttendanceFacts Facts, Judgement Judgement);

/// <summary>
/// An officer's calls side by side: where two asked for the camera at the same time by the same rule, no second is held against the officer
/// twice. It counts for the call that began first, whose finding names the others; what is left for them is a finding only when it is
/// longer than the tolerance. Pure, and looks no further than at calls that share a moment.
/// </summary>
static class SameSeconds
{
    /// <param name="calls">Judged by themselves, and every call that shares a moment with one of interest among them; put in order here.</param>
    public static void Once(List<JudgedCall> calls)
    {
        calls.Sort(
            (a, b) =>
                a.Facts.BeginsAt != b.Facts.BeginsAt
                    ? a.Facts.BeginsAt.CompareTo(b.Facts.BeginsAt)
                    : a.Judgement.Attendance.CompareTo(b.Judgement.Attendance)
        );
        List<(int At, Judgement Held)>? changed = null;
        for (var i = 0; i < calls.Count; i++)
            if (calls[i].Judgement.Findings.Count > 0 && Held(calls, i) is { } held)
                (changed ??= []).Add((i, held));
        if (changed is null)
            return;
        foreach (var (at, held) in changed)
            calls[at] = calls[at] with { Judgement = held };
    }

    /// <returns>What is held of it; none when nothing changes.</returns>
    static Judgement? Held(List<JudgedCall> calls, int at)
    {
        var mine = calls[at].Judgement;
        var (earlier, later) = (Beside(calls, at, -1), Beside(calls, at, 1));
        if (earlier is null && later is null)
            return null;
        var (findings, parts) = (new List<Finding>(), new List<List<Interval>>());
        var saidWith = new List<AttendanceId>();
        var again = mine.AgainAt;
        foreach (var (finding, all) in mine.Findings.Zip(mine.Parts))
        {
            var kept = all;
            foreach (var call in earlier ?? [])
                if (Intervals.Both(all, PartsOf(call.Judgement, finding.Kind)) is { Count: > 0 } theirs)
                {
                    kept = Intervals.Minus(kept, theirs);
                    if (!saidWith.Contains(call.Judgement.Attendance))
                        saidWith.Add(call.Judgement.Attendance);
                }
            if (finding.Kind == FindingKind.NoticeMissing && kept.Count > 0)
                kept = all; // people are told or not: half a notice is none
            var cut = Intervals.Length(kept) < Intervals.Length(all);
            if (cut && Intervals.Length(kept) <= Tolerance(calls[at].Policy!.Policy.Tolerances, finding.Kind))
                continue;
            if (IsAbsence(finding.Kind) && WaitsFor(earlier, kept) is { } wait)
            {
                again = again is { } before && before > wait ? before : wait;
                continue;
            }
            var span = Intervals.Hull(kept);
            findings.Add(
                finding with
                {
                    From = cut ? span.Start : finding.From,
                    Until = cut ? span.End : finding.Until,
                    Also = Named(later, finding.Kind, kept),
                }
            );
            parts.Add(kept);
        }
        return mine with { Findings = findings, Parts = parts, AgainAt = again, SaidWith = saidWith };
    }

    /// <summary>Those before or after it whose required time shares a moment with its own, by the same rule.</summary>
    static List<JudgedCall>? Beside(List<JudgedCall> calls, int at, int step)
    {
        var mine = calls[at].Judgement;
        if (mine.Required is not { } required)
            return null;
        List<JudgedCall>? beside = null;
        for (var i = at + step; i >= 0 && i < calls.Count; i += step)
        {
            // Later ones begin later and later; earlier ones reach no further than a policy's longest call.
            if (step > 0 ? calls[i].Facts.BeginsAt >= required.Until : calls[i].Facts.BeginsAt < required.From - Farthest)
                break;
            if (
                calls[i].Judgement is { Required: { } other } theirs
                && theirs.Policy == mine.Policy
                && other.Trigger == required.Trigger
                && other.From < required.Until
                && other.Until > required.From
            )
                (beside ??= []).Add(calls[i]);
        }
        return beside;
    }

    /// <summary>Longer than any policy's longest call.</summary>
    static readonly Duration Farthest = Duration.FromHours(PolicyRules.MostIncidentHours);

    /// <summary>What was found of the same kind: whether a camera was not on, or was on and stopped, muted, averted; or that nobody was told.</summary>
    static List<Interval> PartsOf(Judgement judgement, FindingKind kind)
    {
        List<Interval>? parts = null;
        foreach (var (finding, its) in judgement.Findings.Zip(judgement.Parts))
            if (finding.Kind == kind || (IsAbsence(finding.Kind) && IsAbsence(kind)))
                (parts ??= []).AddRange(its);
        return parts is null ? Intervals.None : Intervals.Union(parts);
    }

    static bool IsAbsence(FindingKind kind) =>
        kind is FindingKind.NoRecording or FindingKind.LateStart or FindingKind.EarlyStop or FindingKind.Gap;

    static long Tolerance(Tolerances tolerances, FindingKind kind) =>
        kind switch
        {
            FindingKind.NoRecording or FindingKind.LateStart => Absences.LateTolerance(tolerances),
            FindingKind.EarlyStop => Absences.EarlyTolerance(tolerances),
            FindingKind.NoticeMissing => 0,
            _ => Absences.GapTolerance(tolerances),
        };

    /// <summary>The latest deadline of an earlier call that may still take these moments: until then nothing is said twice and taken back.</summary>
    static Instant? WaitsFor(List<JudgedCall>? earlier, List<Interval> kept)
    {
        Instant? wait = null;
        foreach (var call in earlier ?? [])
            if (
                call.Judgement is { AgainAt: { } again, Required: { } required }
                && Intervals.In(kept, Interval.Of(required.From, required.Until)).Count > 0
                && (wait is null || again > wait)
            )
                wait = again;
        return wait;
    }

    static string? Named(List<JudgedCall>? later, FindingKind kind, List<Interval> kept)
    {
        List<string>? named = null;
        foreach (var call in later ?? [])
            if (Intervals.Both(kept, PartsOf(call.Judgement, kind)).Count > 0)
                (named ??= []).Add(call.Judgement.Attendance.Text);
        return named is null ? null : string.Join(' ', named);
    }
}
