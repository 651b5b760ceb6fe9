using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Why a finding is there, as a tree of plain sentences: the rule, the rows it rests on, the sums, and what would have made it fine.
/// It is made from the same facts as the judgement and never kept, so it cannot say anything else.
/// </summary>
public static partial class Explained
{
    /// <returns>None for a finding that no longer holds: what it rested on is no longer so.</returns>
    public static async Task<Because?> Of(Reading reading, StoodFinding stood, Instant asOf, CancellationToken stop)
    {
        var finding = stood.Finding;
        if (stood.Withdrawn)
            return null;
        if (finding.Attendance is { } attendance)
            return
                await Judgements.Again(reading, attendance, asOf, stop) is { Policy: { } policy } again
                && again.Judgement.Findings.Any(f => f.Id == finding.Id)
                ? Of(policy, again.Facts, again.Judgement, finding)
                : null;
        var standing = await Standing.Of(reading, stop);
        return
            await RecordedRows.Find(reading, finding.Recording!.Value, stop) is { } recorded
            && standing.PolicyAt(recorded.ActivatedAt) is { } rules
            ? Of(rules, recorded, finding)
            : null;
    }

    /// <summary>A finding about an attendance.</summary>
    public static Because Of(PolicyInForce policy, AttendanceFacts facts, Judgement judgement, Finding finding)
    {
        var required =
            judgement.Required
            ?? throw new ArgumentException("Nothing was required, so there is nothing to explain.", nameof(judgement));
        var rows = Rows(facts, required);
        return Because.Of(
            Headline(finding, facts),
            Rules(policy, required, finding),
            rows with
            {
                Why = [.. rows.Why, .. BesideRows(facts, judgement, finding)],
            },
            Sums(policy.Policy, facts, required, judgement, finding),
            Because.Of($"It would have been fine {Otherwise(policy.Policy, required, finding)}.")
        );
    }

    static Sentence Headline(Finding finding, AttendanceFacts facts)
    {
        var call = CallOf(facts);
        return finding.Kind switch
        {
            FindingKind.NoRecording => $"There is no recording of {call}.",
            FindingKind.LateStart =>
                $"The recording of {call} begins late: from {finding.From} until {finding.Until} nothing was recorded.",
            FindingKind.EarlyStop =>
                $"The recording of {call} ends early: from {finding.From} until {finding.Until} nothing was recorded.",
            FindingKind.Gap => $"The recording of {call} has a gap from {finding.From} until {finding.Until}.",
            FindingKind.Stopped =>
                $"The recording of {call} was stopped from {finding.From} until {finding.Until} without a reason that the policy accepts there.",
            FindingKind.Muted =>
                $"The recording of {call} has no sound from {finding.From} until {finding.Until}, without a reason that the policy accepts there.",
            FindingKind.Averted =>
                $"The recording of {call} has no picture from {finding.From} until {finding.Until}, without a reason that the policy accepts there.",
            FindingKind.NoticeMissing =>
                $"No mark says that people at {call} were told of the camera between {finding.From} and {finding.Until}.",
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };
    }

    static Part.Incident CallOf(AttendanceFacts facts) => CallOf(facts.Incident);

    static Part.Incident CallOf(DispatchIncident incident) => new(incident.Id, $"{incident.Number} ({incident.CallType})");

    static IEnumerable<Because> BesideRows(AttendanceFacts facts, Judgement judgement, Finding finding)
    {
        foreach (var also in finding.AlsoOf)
            if (facts.Beside.TryGetValue(also, out var incident))
                yield return Because.Of(
                    $"The officer was at {CallOf(incident)} too, for which the same rule asked for some of the same seconds: they are held against the officer once, here."
                );
        foreach (var with in judgement.SaidWith)
            if (facts.Beside.TryGetValue(with, out var incident))
                yield return facts.SaidBy.TryGetValue(with, out var there)
                    ? Because.Of(
                        $"The officer was at {CallOf(incident)} before: seconds that both asked for by the same rule are {new Part.Other(there, "said there")} and are not counted here again."
                    )
                    : Because.Of(
                        $"The officer was at {CallOf(incident)} before: seconds that both asked for by the same rule are said there and are not counted here again."
                    );
    }

    static Because Rules(PolicyInForce policy, RequiredRecording required, Finding finding)
    {
        var trigger = policy.Policy.Triggers.Single(t => t.Id == required.Trigger);
        var rules = new List<Because> { RuleOf(policy, $"triggers/{trigger.Id}", trigger.Says) };
        if (required.StandIn is not null && policy.Policy.MissingTimes is { } missing)
            rules.Add(RuleOf(policy, "missing-times", missing.Says));
        if (finding.Reason is { } code && policy.Policy.Reasons.FirstOrDefault(r => r.Code == code) is { } reason)
            rules.Add(RuleOf(policy, $"reasons/{reason.Code}", reason.Says));
        if (finding.Kind == FindingKind.NoticeMissing)
            rules.Add(RuleOf(policy, "notice", policy.Policy.Notice.Says));
        if (finding.Kind == FindingKind.NoRecording)
            rules.Add(RuleOf(policy, "docking", policy.Policy.Docking.Says));
        return Because.Of($"The rule, in version {policy.Number} of the policy, in force since {policy.From}:", rules);
    }

    internal static Because RuleOf(PolicyInForce policy, string id, Says says)
    {
        var rule = new Part.Rule(policy.Number, id, says.Grade, says.Sentence);
        var grade = says.Grade switch
        {
            Grade.Published => "published",
            Grade.Inferred => "inferred from published figures",
            Grade.Unconfirmed => "a default, not confirmed",
            Grade.Proposal => "a proposal of Lapel's",
            _ => throw new ArgumentOutOfRangeException(nameof(says)),
        };
        var sources = says.Sources.Where(policy.Policy.Sources.ContainsKey).Select(key => policy.Policy.Sources[key]).ToList();
        return Because.Of(
            $"{rule} ({grade})",
            [.. sources.Select(s => Because.Of($"Source: {s.Title}{(s.Date is { } date ? $", {date}" : "")}."))]
        );
    }

    static Because Rows(AttendanceFacts facts, RequiredRecording required)
    {
        var attendance = facts.Attendance;
        var said = new List<Because>();
        for (var moment = Moment.Dispatched; moment <= Moment.Cleared; moment++)
            if (Required.At(attendance, moment) is { } at)
                said.Add(
                    facts.DispatchOffset == Duration.Zero
                        ? Because.Of($"The officer {Required.Did(moment)} at {at}.")
                        : Because.Of(
                            $"The officer {Required.Did(moment)} at {at}; dispatch's clock said {at + facts.DispatchOffset}."
                        )
                );
        if (required.StandIn is { } standIn)
            said.Add(
                Because.Of(
                    $"It does not say when the camera had to be on. By the policy, when the officer {Required.Did(standIn)} stands for it, and no late start is held against the officer by that."
                )
            );
        if (facts.DispatchOffset != Duration.Zero)
            said.Add(
                Because.Of(
                    $"Dispatch's clock was {Length(facts.DispatchOffset)} {(facts.DispatchOffset > Duration.Zero ? "ahead of" : "behind")} the server's, which is taken off."
                )
            );
        if (attendance.CallSign is { } callSign)
            said.Add(Because.Of($"Dispatch names the unit {callSign} and the badge {attendance.Badge}."));
        var rows = new List<Because> { Because.Of($"What dispatch says of {CallOf(facts)}:", said) };
        rows.AddRange(RecordingRows(facts, required));
        foreach (var worn in facts.Worn)
            rows.Add(
                worn.Until is { } until
                    ? Because.Of($"The officer had a camera from {worn.From} until {until}.")
                    : Because.Of($"The officer has had a camera since {worn.From}.")
            );
        if (facts.Worn.Count == 0)
            rows.Add(Because.Of($"The officer had no camera then."));
        return Because.Of($"It rests on these rows:", rows);
    }

    static IEnumerable<Because> RecordingRows(AttendanceFacts facts, RequiredRecording required)
    {
        var touching = facts.Recordings.Where(r => r.From < required.Until && r.Until > required.From).ToList();
        if (touching.Count == 0)
        {
            yield return Because.Of($"No recording of the officer's touches the time.");
            if (facts.Recordings.Where(r => r.Until <= required.From).MaxBy(r => r.Until) is { } earlier)
                yield return Because.Of($"The nearest before, {Link(earlier)}, ended at {earlier.Until}.");
            if (facts.Recordings.Where(r => r.From >= required.Until).MinBy(r => r.From) is { } later)
                yield return Because.Of($"The nearest after, {Link(later)}, began at {later.From}.");
        }
        foreach (var recording in touching)
        {
            var states = recording
                .States.Select(s =>
                    Because.Of(
                        $"{StateWords(s.State)} from {s.From} until {s.Until ?? recording.Until}, reason “{s.ReasonCode}”{Said(s)}."
                    )
                )
                .Concat(recording.Notices.Select(at => Because.Of($"Notice marked at {at}.")));
            yield return Because.Of(
                $"{Link(recording)} shows {recording.From} until {recording.Until}; it was switched on at {recording.ActivatedAt} and came to Lapel at {recording.AdmittedAt}.",
                [.. states]
            );
        }
    }

    static string Said(StateSpan state) =>
        string.Concat(
            state.Place is { } place ? $", place {place.Replace('-', ' ')}" : "",
            state.AskedBy is { } asker ? $", asked for by {asker}" : "",
            state.Supervisor is { } supervisor ? $", supervisor {supervisor}" : "",
            state.SaidAloud ? ", said aloud" : ", not said aloud"
        );

    static string StateWords(RecordingState state) =>
        state switch
        {
            RecordingState.Stopped => "Stopped",
            RecordingState.Muted => "Muted",
            RecordingState.Averted => "Lens turned away",
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };

    internal static Part.Recording Link(Recorded recording, Instant? from = null) =>
        new(recording.Recording, from, "The recording");

    static Duration Length(Duration offset) => offset < Duration.Zero ? -offset : offset;
}
