using NodaTime;

namespace Lapel.Governance;

/// <summary>The arithmetic of an explanation, and what would have made it fine.</summary>
public static partial class Explained
{
    static Because Sums(Policy policy, AttendanceFacts facts, RequiredRecording required, Judgement judgement, Finding finding)
    {
        var sums = new List<Because>
        {
            Because.Of($"Required: {required.Until - required.From}, from {required.From} until {required.Until}."),
            Because.Of($"Covered with picture and sound: {Us(judgement.CoveredUs)}."),
        };
        foreach (var excused in required.Excused)
            sums.Add(
                Because.Of(
                    $"Excused: {excused.Until - excused.From}, from {excused.From} until {excused.Until}, {ExcuseWords(excused.Excuse)}: {excused.Why}"
                )
            );
        sums.Add(Because.Of($"In question here: {finding.Until - finding.From}."));
        var tolerances = policy.Tolerances;
        switch (finding.Kind)
        {
            case FindingKind.LateStart:
                sums.Add(Tolerated("late start", tolerances.LateStartSeconds, tolerances.ClockSeconds));
                break;
            case FindingKind.EarlyStop:
                sums.Add(Tolerated("early stop", tolerances.EarlyStopSeconds, tolerances.ClockSeconds));
                break;
            case FindingKind.Gap:
                sums.Add(Tolerated("gap", tolerances.GapSeconds, 0));
                break;
            case FindingKind.NoRecording:
                sums.Add(
                    Because.Of(
                        $"Docking was due {policy.Docking.WithinHours} h after the end, at {required.Until + Duration.FromHours(policy.Docking.WithinHours)}."
                    )
                );
                break;
            case FindingKind.Stopped or FindingKind.Muted or FindingKind.Averted:
                if (StateOf(facts, finding) is var (recording, state))
                    sums.Add(
                        Because.Of(
                            $"{StateRules.Of(policy, state, state.Until ?? recording.Until, facts.Incident).WhyNot ?? "The reason is accepted for another part of it."}"
                        )
                    );
                sums.Add(Tolerated("interruption", tolerances.GapSeconds, 0));
                break;
            case FindingKind.NoticeMissing:
                foreach (var late in facts.Recordings.SelectMany(r => r.Notices).Where(at => at > finding.Until).Take(1))
                    sums.Add(Because.Of($"There is a mark at {late}, {late - finding.Until} too late."));
                break;
        }
        return Because.Of($"The sums:", sums);
    }

    static Because Tolerated(string what, int seconds, int clocks) =>
        clocks == 0
            ? Because.Of($"Tolerance for a {what}: {Duration.FromSeconds(seconds)}.")
            : Because.Of(
                $"Tolerance for a {what}: {Duration.FromSeconds(seconds)}, and {Duration.FromSeconds(clocks)} for clocks that disagree."
            );

    internal static (Recorded Recording, StateSpan State)? StateOf(AttendanceFacts facts, Finding finding)
    {
        foreach (var recording in facts.Recordings.Where(r => r.Recording == finding.Recording))
        foreach (var (nth, state) in recording.States.Index())
            if (
                finding.Attendance is { } attendance
                && Findings.IdOf(Judge.KindOf(state.State), attendance.Text, recording.Recording, nth) == finding.Id
            )
                return (recording, state);
        return null;
    }

    static Duration Us(long microseconds) => Duration.FromTicks(checked(microseconds * 10));

    static string ExcuseWords(Excuse excuse) =>
        excuse switch
        {
            Excuse.Exemption => "by an exemption",
            Excuse.NoCamera => "for want of a camera",
            Excuse.Fault => "by a reported fault",
            Excuse.PermittedState => "by an accepted reason",
            _ => throw new ArgumentOutOfRangeException(nameof(excuse)),
        };

    /// <summary>Completes "It would have been fine …".</summary>
    static Sentence Otherwise(Policy policy, RequiredRecording required, Finding finding)
    {
        var tolerances = policy.Tolerances;
        return finding.Kind switch
        {
            FindingKind.NoRecording =>
                $"with any recording of the time, docked by {required.Until + Duration.FromHours(policy.Docking.WithinHours)}, or with an exemption, a reported fault, or no camera to wear",
            FindingKind.LateStart =>
                $"with a camera on by {finding.From + Duration.FromSeconds(tolerances.LateStartSeconds + tolerances.ClockSeconds)}",
            FindingKind.EarlyStop =>
                $"with a camera on until {finding.Until - Duration.FromSeconds(tolerances.EarlyStopSeconds + tolerances.ClockSeconds)}",
            FindingKind.Gap => $"with no hole longer than {Duration.FromSeconds(tolerances.GapSeconds)}",
            FindingKind.NoticeMissing => $"with a mark “{policy.Notice.Mark}” on the recording by {finding.Until}",
            FindingKind.Stopped or FindingKind.Muted or FindingKind.Averted => $"with {Accepted(policy, finding)}",
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };
    }

    static string Accepted(Policy policy, Finding finding)
    {
        var state = finding.Kind switch
        {
            FindingKind.Stopped => RecordingState.Stopped,
            FindingKind.Muted => RecordingState.Muted,
            _ => RecordingState.Averted,
        };
        var reasons = policy.Reasons.Where(r => r.Permits.Contains(state)).Select(r => $"“{r.Label}”").ToList();
        return reasons.Count == 0
            ? "no interruption: the policy accepts no reason for it"
            : $"one of these reasons, its conditions met: {string.Join(", ", reasons)}";
    }

    /// <summary>A finding about a recording alone.</summary>
    public static Because Of(PolicyInForce policy, Recorded recording, Finding finding)
    {
        var rules = policy.Policy;
        var link = Link(recording);
        Sentence headline = finding.Kind switch
        {
            FindingKind.ShortBuffer =>
                $"Before {link} was switched on at {recording.ActivatedAt}, {Kept(recording)} were kept, which is too short.",
            FindingKind.DockedLate => $"{link} came to Lapel at {recording.AdmittedAt}, after it was due at {finding.From}.",
            FindingKind.Untagged => $"{link} has had no case number and category since it was due at {finding.Until}.",
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };
        var (id, says) = finding.Kind switch
        {
            FindingKind.ShortBuffer => ("pre-event", rules.PreEvent.Says),
            FindingKind.DockedLate => ("docking", rules.Docking.Says),
            _ => ("tagging", rules.Tagging.Says),
        };
        Because[] sums = finding.Kind switch
        {
            FindingKind.ShortBuffer =>
            [
                Because.Of(
                    $"Required: {Duration.FromSeconds(rules.PreEvent.Seconds)}; tolerance {Duration.FromSeconds(rules.PreEvent.ToleranceSeconds)}; kept: {Kept(recording)}."
                ),
            ],
            FindingKind.DockedLate =>
            [
                Because.Of($"It ended at {recording.Until} and had {rules.Docking.WithinHours} h to come."),
                Because.Of($"It came {recording.AdmittedAt - finding.From} too late."),
            ],
            _ =>
            [
                Because.Of($"It came to Lapel at {recording.AdmittedAt}; the tag was due {rules.Tagging.WithinHours} h later."),
            ],
        };
        Sentence otherwise = finding.Kind switch
        {
            FindingKind.ShortBuffer =>
                $"with a camera that had been on for {Duration.FromSeconds(rules.PreEvent.Seconds)} before",
            FindingKind.DockedLate => $"in the dock by {finding.From}",
            _ => $"with case number and category by {finding.Until}; it is fine as soon as it has them",
        };
        return Because.Of(
            headline,
            Because.Of(
                $"The rule, in version {policy.Number} of the policy, in force since {policy.From}:",
                RuleOf(policy, id, says)
            ),
            Because.Of($"The sums:", sums),
            Because.Of($"It would have been fine {otherwise}.")
        );
    }

    static Duration Kept(Recorded recording) => Duration.FromMilliseconds(recording.PreEventMs);
}
