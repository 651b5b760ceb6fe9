namespace Lapel.Governance;

/// <summary>A finding as it stands under the policies in force, and as it would stand under the draft; one of the two may be none.</summary>
public sealed record WhatIfChange(Finding? Before, Finding? After);

/// <summary>What a draft would have made of a span of the past. Counts are of everything; lists stop at <see cref="WhatIf.MostListed"/>.</summary>
/// <param name="Calls">Parts in incidents that began in the span.</param>
/// <param name="Appear">Findings that only the draft makes, in order of officer and time.</param>
/// <param name="Vanish">Findings that the draft does not make.</param>
/// <param name="Change">Findings of both that differ in their span, reason or breach class.</param>
public sealed record WhatIfResult(
    Instant From,
    Instant Until,
    long Calls,
    IReadOnlyDictionary<Outcome, long> OutcomesBefore,
    IReadOnlyDictionary<Outcome, long> OutcomesAfter,
    IReadOnlyDictionary<FindingKind, long> FindingsBefore,
    IReadOnlyDictionary<FindingKind, long> FindingsAfter,
    long Appears,
    long Vanishes,
    long Changes,
    IReadOnlyList<WhatIfChange> Appear,
    IReadOnlyList<WhatIfChange> Vanish,
    IReadOnlyList<WhatIfChange> Change
);

/// <summary>
/// Judges a span of the past under a draft, beside the policies that were in force, from the same facts. Nothing is written; one officer is
/// in memory at a time.
/// </summary>
public static class WhatIf
{
    public const int MostListed = 200;

    public static async Task<WhatIfResult> Of(
        Reading reading,
        Policy draft,
        Instant from,
        Instant until,
        Instant asOf,
        CancellationToken stop
    )
    {
        var before = await Standing.Of(reading, stop);
        var after = before.Under(draft);
        var farthest = before.Reach > after.Reach ? before : after;
        var tally = new Tally();
        var span = Interval.Of(from, until);
        var officers = await reading.Many("SELECT id FROM officer ORDER BY id", null, row => row.Id<Nouns.Officer>("id"), stop);
        foreach (var officer in officers)
        {
            var facts = await OfficerFacts.Of(reading, farthest, officer, span, stop);
            var then = Judged(before, facts, span, asOf, tally.OutcomesBefore);
            var would = Judged(after, facts, span, asOf, tally.OutcomesAfter);
            tally.Compare(then, would);
        }
        return tally.ToResult(from, until);
    }

    /// <summary>Findings of what began in the span, in order of time.</summary>
    static List<Finding> Judged(
        Standing standing,
        OfficerFacts facts,
        Interval span,
        Instant asOf,
        Dictionary<Outcome, long> outcomes
    )
    {
        var findings = new List<Finding>();
        foreach (var (of, judgement) in OfficerJudging.Attendances(standing, facts, span, asOf))
            if (of.BeginsAt >= span.Start)
            {
                outcomes[judgement.Outcome] = outcomes.GetValueOrDefault(judgement.Outcome) + 1;
                findings.AddRange(judgement.Findings);
            }
        foreach (var (recorded, judgement) in OfficerJudging.RecordingsOf(standing, facts, span, asOf))
            if (recorded.ActivatedAt >= span.Start && recorded.ActivatedAt < span.End)
                findings.AddRange(judgement.Findings);
        return findings;
    }

    sealed class Tally
    {
        readonly Dictionary<FindingKind, long> findingsBefore = [],
            findingsAfter = [];
        readonly Listed appear = new(),
            vanish = new(),
            change = new();

        public Dictionary<Outcome, long> OutcomesBefore { get; } = [];

        public Dictionary<Outcome, long> OutcomesAfter { get; } = [];

        public void Compare(List<Finding> before, List<Finding> after)
        {
            Count(before, findingsBefore);
            Count(after, findingsAfter);
            var stood = before.ToDictionary(f => f.Id);
            foreach (var would in after)
                if (!stood.Remove(would.Id, out var then))
                    appear.Add(null, would);
                else if (then with { Policy = would.Policy } != would)
                    change.Add(then, would);
            foreach (var gone in before.Where(f => stood.ContainsKey(f.Id)))
                vanish.Add(gone, null);
        }

        static void Count(List<Finding> findings, Dictionary<FindingKind, long> counts)
        {
            foreach (var finding in findings)
                counts[finding.Kind] = counts.GetValueOrDefault(finding.Kind) + 1;
        }

        public WhatIfResult ToResult(Instant from, Instant until) =>
            new(
                from,
                until,
                OutcomesBefore.Values.Sum(),
                OutcomesBefore,
                OutcomesAfter,
                findingsBefore,
                findingsAfter,
                appear.Count,
                vanish.Count,
                change.Count,
                appear.First,
                vanish.First,
                change.First
            );
    }

    sealed class Listed
    {
        readonly List<WhatIfChange> first = [];

        public long Count { get; private set; }

        public IReadOnlyList<WhatIfChange> First => first;

        public void Add(Finding? before, Finding? after)
        {
            if (Count++ < MostListed)
                first.Add(new(before, after));
        }
    }
}
