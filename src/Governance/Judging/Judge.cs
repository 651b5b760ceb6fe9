using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Says what the record shows against what the policy asked for. Pure: the same facts at the same time give the same judgement, to the
/// byte. What each word means is in docs/decisions/0023-judging.md; a second, slow reading of that page in the tests must agree.
/// </summary>
public static partial class Judge
{
    /// <param name="policy">The version in force when the part began; none when none was.</param>
    /// <param name="asOf">What is not docked by then may still come, until its deadline.</param>
    public static Judgement Of(PolicyInForce? policy, AttendanceFacts facts, Instant asOf)
    {
        if (policy is null || Required.TriggerOf(policy.Policy, facts.Attendance, facts.Incident) is not { } trigger)
            return WithoutInterval(facts, policy?.Number ?? 0, Outcome.NotRequired, null);
        var (span, trouble) = Required.SpanOf(policy.Policy, trigger, facts.Attendance);
        if (span is not { } window)
            return WithoutInterval(facts, policy.Number, Outcome.Unknown, trouble);
        var coverage = Coverage.Of(window, facts.Recordings);
        var required = Required.Of(policy, trigger, window, facts, coverage);
        return new Sitting(policy, facts, required, window, coverage, asOf).Judge();
    }

    static Judgement WithoutInterval(AttendanceFacts facts, int policy, Outcome outcome, string? trouble) =>
        new(facts.Attendance.Id, policy, null, outcome, 0, 0, 0, false, null, trouble, null, []);

    /// <summary>The breach class that a finding would be: the first in the document's order that covers its kind.</summary>
    public static string? BreachOf(Policy policy, FindingKind kind)
    {
        foreach (var breach in policy.Breaches)
            if (breach.Findings.Contains(kind))
                return breach.Id;
        return null;
    }

    /// <summary>One attendance being judged.</summary>
    sealed class Sitting(
        PolicyInForce policy,
        AttendanceFacts facts,
        RequiredRecording required,
        Interval window,
        Coverage coverage,
        Instant asOf
    )
    {
        readonly Policy rules = policy.Policy;
        readonly List<Finding> findings = [];
        readonly List<Interval> excused = Spans(required.Excused, _ => true);

        public Judgement Judge()
        {
            var absences = Absences.Of(rules.Tolerances, window, coverage, excused);
            var deadline = required.Until + Duration.FromHours(rules.Docking.WithinHours);
            var (outcome, trouble) = OutcomeOf(deadline);

            var held = FindStates();
            var waits = false;
            if (outcome == Outcome.Covered && asOf < deadline && !EveryCameraCame())
                waits = absences.Any; // what is missing may be on a camera that has not been docked
            else if (outcome is Outcome.Covered or Outcome.Missing)
                FindAbsences(absences);
            var notice = NoticeOf();
            findings.Sort(InOrder);
            return new(
                required.Attendance,
                policy.Number,
                required,
                outcome,
                Intervals.Length(coverage.Full),
                Intervals.Length(Intervals.Minus(excused, coverage.Full)),
                coverage.Touching.Count,
                outcome == Outcome.Covered && !absences.Any && !held,
                notice,
                trouble,
                waits || outcome == Outcome.Unknown ? deadline : null,
                findings
            );
        }

        (Outcome, string?) OutcomeOf(Instant deadline)
        {
            if (coverage.Recorded.Count > 0)
                return (Outcome.Covered, null);
            // Reports are written to the minute: a rest that a late start would be forgiven does not undo an excuse.
            var forgiven = Absences.LateTolerance(rules.Tolerances);
            var whole = window.Length;
            if (excused.Count > 0 && whole - Intervals.Length(excused) <= forgiven)
            {
                var exempt = Intervals.Length(
                    Spans(required.Excused, e => e.Excuse is Excuse.Exemption or Excuse.PermittedState)
                );
                return (exempt > 0 && whole - exempt <= forgiven ? Outcome.Exempt : Outcome.Technical, null);
            }
            return asOf < deadline
                ? (Outcome.Unknown, "There is no recording yet, and the camera is not due at its dock.")
                : (Outcome.Missing, null);
        }

        /// <summary>A camera worn then that sent nothing of it may still hold what is missing.</summary>
        bool EveryCameraCame()
        {
            foreach (var worn in facts.Worn)
            {
                if (Interval.Of(worn.From, worn.Until ?? required.Until).In(window).IsEmpty)
                    continue;
                var came = false;
                foreach (var recording in coverage.Touching)
                    came |= recording.Camera == worn.Camera;
                if (!came)
                    return false;
            }
            return true;
        }

        /// <returns>Whether a stop without a reason left a hole.</returns>
        bool FindStates()
        {
            var hole = false;
            foreach (var recording in coverage.Touching)
            foreach (var (nth, state) in recording.States.Index())
            {
                var lack = Intervals.Minus(coverage.LackOf(recording, state), excused);
                if (Intervals.Length(lack) <= Absences.GapTolerance(rules.Tolerances))
                    continue;
                hole |= state.State == RecordingState.Stopped;
                Find(KindOf(state.State), recording.Recording, nth, Intervals.Hull(lack), state.ReasonCode);
            }
            return hole;
        }

        void FindAbsences(Absences absences)
        {
            if (coverage.Touching.Count == 0)
            {
                Find(FindingKind.NoRecording, null, 0, window, null);
                return;
            }
            if (absences.Late.Count > 0)
                Find(FindingKind.LateStart, StartsAt(coverage.Touched[0].From), 0, Intervals.Hull(absences.Late), null);
            if (absences.Early.Count > 0)
                Find(FindingKind.EarlyStop, EndsAt(coverage.Touched[^1].Until), 0, Intervals.Hull(absences.Early), null);
            foreach (var (recording, nth, gap) in NumberedGaps(absences.Gaps))
                Find(FindingKind.Gap, recording, nth, gap, null);
        }

        // A gap is named by the recording that it follows, so that filling one does not rename the next.
        List<(RecordingId After, int Nth, Interval Gap)> NumberedGaps(List<Interval> gaps)
        {
            var numbered = new List<(RecordingId After, int Nth, Interval Gap)>(gaps.Count);
            foreach (var gap in gaps)
            {
                var after = 0;
                while (after + 1 < coverage.Touched.Count && coverage.Touched[after + 1].From <= gap.From)
                    after++;
                var recording = EndsAt(coverage.Touched[after].Until);
                numbered.Add((recording, numbered.Count(n => n.After == recording), gap));
            }
            return numbered;
        }

        RecordingId StartsAt(long from)
        {
            foreach (var recording in coverage.Touching)
                if (Math.Max(window.From, recording.From.ToMicroseconds()) == from)
                    return recording.Recording;
            throw new InvalidOperationException("Nothing begins where the coverage does.");
        }

        RecordingId EndsAt(long until)
        {
            foreach (var recording in coverage.Touching)
                if (Math.Min(window.Until, recording.Until.ToMicroseconds()) == until)
                    return recording.Recording;
            throw new InvalidOperationException("Nothing ends where the coverage does.");
        }

        bool? NoticeOf()
        {
            if (coverage.Recorded.Count == 0)
                return null;
            var told = Notice.Of(rules, facts.Attendance, window, coverage);
            if (told.At is null && rules.Notice.Required && told.Deadline <= window.Until)
                Find(FindingKind.NoticeMissing, coverage.Touching[0].Recording, 0, new(told.From, told.Deadline), null);
            return told.At is not null;
        }

        void Find(FindingKind kind, RecordingId? recording, int nth, Interval span, string? reason) =>
            findings.Add(
                new(
                    Findings.IdOf(kind, required.Attendance.Text, recording, nth),
                    kind,
                    required.Attendance,
                    recording,
                    required.Officer,
                    facts.Unit,
                    span.Start,
                    span.End,
                    reason,
                    BreachOf(rules, kind),
                    policy.Number
                )
            );
    }

    static List<Interval> Spans(IReadOnlyList<ExcusedSpan> excused, Func<ExcusedSpan, bool> which)
    {
        if (excused.Count == 0)
            return Intervals.None;
        var spans = new List<Interval>(excused.Count);
        foreach (var span in excused)
            if (which(span))
                spans.Add(Interval.Of(span.From, span.Until));
        return Intervals.Union(spans);
    }

    static int InOrder(Finding a, Finding b) =>
        a.From != b.From ? a.From.CompareTo(b.From)
        : a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind)
        : a.Id.CompareTo(b.Id);

    internal static FindingKind KindOf(RecordingState state) =>
        state switch
        {
            RecordingState.Stopped => FindingKind.Stopped,
            RecordingState.Muted => FindingKind.Muted,
            RecordingState.Averted => FindingKind.Averted,
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
}
