using Lapel.Governance;
using NodaTime;

namespace Lapel.Tests.Governance;

/// <summary>
/// The judge written a second time, slowly, from docs/decisions/0023-judging.md alone: it asks about every half second by itself and knows
/// nothing of intervals. Times are half seconds from nine o'clock.
/// </summary>
static class JudgingOracle
{
    /// <summary>A finding without its id.</summary>
    public sealed record Found(FindingKind Kind, RecordingId? Recording, int From, int Until, string? Reason);

    public sealed record Verdict(
        Outcome Outcome,
        int Covered,
        int Excused,
        int Recordings,
        bool Whole,
        bool? Notice,
        Instant? AgainAt,
        IReadOnlyList<Found> Findings
    );

    public static int Tick(Instant at) => checked((int)((at - JudgingWorld.Nine).BclCompatibleTicks / 5_000_000));

    public static Instant At(int tick) => JudgingWorld.Nine + Duration.FromMilliseconds(500L * tick);

    static Verdict Nothing(Outcome outcome) => new(outcome, 0, 0, 0, false, null, null, []);

    public static Verdict Judge(Policy policy, AttendanceFacts facts, Instant asOf)
    {
        var attendance = facts.Attendance;
        var trigger = policy.Triggers.FirstOrDefault(t =>
            t.On == attendance.Activity
            && (t.CallTypes.Count == 0 || t.CallTypes.Any(p => Fits(p, facts.Incident.CallType)))
            && !t.NotCallTypes.Any(p => Fits(p, facts.Incident.CallType))
            && (t.MostPriority is null || (facts.Incident.Priority is { } priority && priority <= t.MostPriority))
        );
        if (trigger is null)
            return Nothing(Outcome.NotRequired);
        Instant?[] moments = [attendance.DispatchedAt, attendance.EnRouteAt, attendance.ArrivedAt, attendance.ClearedAt];
        for (var i = 0; i < 4; i++)
        for (var j = i + 1; j < 4; j++)
            if (moments[i] > moments[j])
                return Nothing(Outcome.Unknown);
        var begins = moments[(int)trigger.From];
        for (var i = (int)trigger.From; i < 3 && begins is null; i++)
            begins = moments[i];
        var ends = moments[(int)trigger.Until];
        if (
            begins is null
            || ends is null
            || ends <= begins
            || ends - begins > Duration.FromHours(policy.Tolerances.LongestIncidentHours)
        )
            return Nothing(Outcome.Unknown);
        return Judge(policy, facts, asOf, Tick(begins.Value), Tick(ends.Value));
    }

    static bool Fits(string pattern, string callType) =>
        pattern[^1] == '*'
            ? callType.ToUpperInvariant().StartsWith(pattern[..^1].ToUpperInvariant(), StringComparison.Ordinal)
            : callType.ToUpperInvariant() == pattern.ToUpperInvariant();

    // Times in half seconds, looked up once: asking an instant 400 times for each moment would take hours.
    sealed record Clip(Recorded Of, int From, int Until, IReadOnlyList<Pause> Pauses)
    {
        public bool In(int t) => From <= t && t < Until;

        public bool Is(RecordingState state, int t) => Pauses.Any(p => p.Of.State == state && p.In(t));

        public bool On(int t) => In(t) && !Is(RecordingState.Stopped, t);
    }

    sealed record Pause(StateSpan Of, int From, int Until, Func<int, bool> Permitted)
    {
        public bool In(int t) => From <= t && t < Until;
    }

    sealed record Stretch(int From, int Until, CameraId? Camera)
    {
        public bool In(int t) => From <= t && t < Until;

        public static Stretch Of(Instant from, Instant? until, CameraId? camera = null) =>
            new(Tick(from), until is { } end ? Tick(end) : int.MaxValue, camera);
    }

    static Verdict Judge(Policy policy, AttendanceFacts facts, Instant asOf, int from, int until)
    {
        var clips = facts
            .Recordings.Select(r => new Clip(
                r,
                Tick(r.From),
                Tick(r.Until),
                [.. r.States.Select(s => new Pause(s, Tick(s.From), Tick(s.Until!.Value), Permission(policy, s, facts.Incident)))]
            ))
            .ToList();
        var ticks = Enumerable.Range(from, until - from).ToList();
        HashSet<int> When(Func<int, bool> so) => [.. ticks.Where(so)];
        var touched = When(t => clips.Any(r => r.In(t)));
        var recorded = When(t => clips.Any(r => r.On(t)));
        var sight = When(t => clips.Any(r => r.On(t) && !r.Is(RecordingState.Averted, t)));
        var sound = When(t => clips.Any(r => r.On(t) && !r.Is(RecordingState.Muted, t)));
        // What this state takes away then, that no other recording gives.
        bool Lacks(Clip r, Pause p, int t) =>
            r.In(t)
            && p.In(t)
            && p.Of.State switch
            {
                RecordingState.Stopped => !recorded.Contains(t),
                RecordingState.Muted => !r.Is(RecordingState.Stopped, t) && !sound.Contains(t),
                _ => !r.Is(RecordingState.Stopped, t) && !sight.Contains(t),
            };
        var exemptions = facts
            .Exemptions.Where(e => e.CallTypes.Count == 0 || e.CallTypes.Any(p => Fits(p, facts.Incident.CallType)))
            .Select(e => Stretch.Of(e.From, e.Until))
            .ToList();
        var worn = facts.Worn.Select(w => Stretch.Of(w.From, w.Until, w.Camera)).ToList();
        var faults = facts.Faults.Select(f => Stretch.Of(f.From, f.Until, f.Camera)).ToList();
        Excuse? ExcuseAt(int t) =>
            exemptions.Any(e => e.In(t)) ? Excuse.Exemption
            : clips.Any(r => r.Pauses.Any(p => p.Permitted(t) && Lacks(r, p, t))) ? Excuse.PermittedState
            : !worn.Any(w => w.In(t)) ? Excuse.NoCamera
            : faults.Any(f => f.In(t) && (f.Camera is null || worn.Any(w => w.Camera == f.Camera && w.In(t)))) ? Excuse.Fault
            : null;
        var excuses = ticks.ToDictionary(t => t, ExcuseAt);
        bool Excused(int t) => excuses[t] is not null;

        var tolerances = policy.Tolerances;
        var lateTolerance = 2 * (tolerances.LateStartSeconds + tolerances.ClockSeconds);
        var earlyTolerance = 2 * (tolerances.EarlyStopSeconds + tolerances.ClockSeconds);
        var gapTolerance = 2 * tolerances.GapSeconds;
        var deadline = At(until) + Duration.FromHours(policy.Docking.WithinHours);

        var rest = ticks.Count(t => !Excused(t));
        var notExempt = ticks.Count(t => excuses[t] is not (Excuse.Exemption or Excuse.PermittedState));
        var outcome =
            recorded.Count > 0 ? Outcome.Covered
            : rest < ticks.Count && rest <= lateTolerance
                ? notExempt < ticks.Count && notExempt <= lateTolerance ? Outcome.Exempt
                    : Outcome.Technical
            : asOf < deadline ? Outcome.Unknown
            : Outcome.Missing;

        var found = new List<Found>();
        var stopHole = false;
        foreach (var r in clips)
        foreach (var p in r.Pauses)
        {
            var bad = ticks.Where(t => Lacks(r, p, t) && !Excused(t)).ToList();
            if (bad.Count <= gapTolerance)
                continue;
            stopHole |= p.Of.State == RecordingState.Stopped;
            var kind = p.Of.State switch
            {
                RecordingState.Stopped => FindingKind.Stopped,
                RecordingState.Muted => FindingKind.Muted,
                _ => FindingKind.Averted,
            };
            found.Add(new(kind, r.Of.Recording, bad[0], bad[^1] + 1, p.Of.ReasonCode));
        }

        var absences = new List<Found>();
        if (touched.Count > 0)
        {
            var (first, last) = (touched.Min(), touched.Max());
            // The recording that begins, or ends, there; or reaches over the interval's edge there.
            RecordingId Begins(int t) => clips.First(r => r.In(t) && (r.From == t || t == from)).Of.Recording;
            RecordingId Ends(int t) => clips.First(r => r.In(t) && (r.Until == t + 1 || t + 1 == until)).Of.Recording;
            var absent = ticks.Where(t => !touched.Contains(t) && !Excused(t)).ToList();
            var late = absent.Where(t => t < first).ToList();
            var early = absent.Where(t => t > last).ToList();
            if (late.Count > lateTolerance)
                absences.Add(new(FindingKind.LateStart, Begins(first), late[0], late[^1] + 1, null));
            if (early.Count > earlyTolerance)
                absences.Add(new(FindingKind.EarlyStop, Ends(last), early[0], early[^1] + 1, null));
            foreach (var gap in Runs(absent.Where(t => t > first && t < last)))
                if (gap.Until - gap.From > gapTolerance)
                    absences.Add(new(FindingKind.Gap, Ends(touched.Where(t => t < gap.From).Max()), gap.From, gap.Until, null));
        }
        var waits =
            outcome == Outcome.Covered
            && asOf < deadline
            && !worn.Where(w => ticks.Any(w.In)).All(w => clips.Any(r => r.Of.Camera == w.Camera && ticks.Any(r.In)));
        if (outcome is Outcome.Covered or Outcome.Missing && !waits)
            found.AddRange(touched.Count == 0 ? [new Found(FindingKind.NoRecording, null, from, until, null)] : absences);

        var touching = clips.Where(r => ticks.Any(r.In)).ToList();
        return new(
            outcome,
            ticks.Count(t => sight.Contains(t) && sound.Contains(t)),
            ticks.Count(t => Excused(t) && !(sight.Contains(t) && sound.Contains(t))),
            touching.Count,
            outcome == Outcome.Covered && absences.Count == 0 && !stopHole,
            recorded.Count == 0 ? null : NoticeOf(policy, facts, from, until, recorded.Min(), touching, found),
            outcome == Outcome.Unknown || (waits && absences.Count > 0) ? deadline : null,
            found
        );
    }

    /// <summary>At which moments the policy permits the state.</summary>
    static Func<int, bool> Permission(Policy policy, StateSpan state, DispatchIncident incident)
    {
        if (policy.Reasons.FirstOrDefault(r => r.Code == state.ReasonCode) is not { } rule)
            return _ => false;
        var place =
            Enum.GetValues<Place>().Cast<Place?>().FirstOrDefault(p => Kebab(p!.Value.ToString()) == state.Place)
            ?? incident.Place;
        var asker = Enum.GetValues<AskedBy>().Cast<AskedBy?>().FirstOrDefault(a => Kebab(a!.Value.ToString()) == state.AskedBy);
        var exigent = policy.Exigencies.Any(e => e.Code == incident.Exigency);
        var permitted =
            rule.Permits.Contains(state.State)
            && !(rule.UnlessExigent && exigent)
            && (rule.Places.Count == 0 || (place is { } p1 && rule.Places.Contains(p1)))
            && (rule.NotPlaces.Count == 0 || (place is { } p2 && !rule.NotPlaces.Contains(p2)))
            && (rule.AskedBy.Count == 0 || (asker is { } a1 && rule.AskedBy.Contains(a1)))
            && (!rule.SaidAloud || state.SaidAloud)
            && (!rule.Supervisor || state.Supervisor is not null);
        var end = rule.MostMinutes is { } most ? Tick(state.From) + 120 * most : int.MaxValue;
        return t => permitted && t < end;
    }

    static string Kebab(string word) =>
        string.Concat(
            word.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")
        );

    static bool NoticeOf(
        Policy policy,
        AttendanceFacts facts,
        int from,
        int until,
        int firstRecorded,
        List<Clip> touching,
        List<Found> found
    )
    {
        var clock = 2 * policy.Tolerances.ClockSeconds;
        var counts = Math.Max(firstRecorded, Math.Max(from, facts.Attendance.ArrivedAt is { } arrived ? Tick(arrived) : from));
        var deadline = counts + 2 * policy.Notice.WithinSeconds + clock;
        var told = touching.SelectMany(r => r.Of.Notices).Any(at => Tick(at) >= from - clock && Tick(at) <= deadline);
        if (!told && policy.Notice.Required && deadline <= until)
            found.Add(new(FindingKind.NoticeMissing, touching[0].Of.Recording, counts, deadline, null));
        return told;
    }

    static IEnumerable<(int From, int Until)> Runs(IEnumerable<int> ticks)
    {
        var runs = new List<(int From, int Until)>();
        foreach (var t in ticks)
            if (runs.Count > 0 && runs[^1].Until == t)
                runs[^1] = (runs[^1].From, t + 1);
            else
                runs.Add((t, t + 1));
        return runs;
    }
}
