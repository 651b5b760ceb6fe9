using System.Text.RegularExpressions;

namespace Lapel.Governance;

/// <summary>
/// What a policy must hold to beyond its shape, so that it can be followed: everything named exists, nothing contradicts itself, no rule
/// claims more than its source says, and no finding is left without a way to answer it.
/// </summary>
public static partial class PolicyRules
{
    /// <summary>A case number is matched on every tagging; a pattern that takes longer than this is refused outright.</summary>
    public static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);

    const int LongestSentence = 600;
    const int LongestLabel = 120;

    /// <returns>Every trouble, with its field's path and without a line; empty when the policy can be proposed.</returns>
    public static IReadOnlyList<PolicyTrouble> WhyNotValid(Policy policy) =>
        [
            .. Whole(policy),
            .. Each(policy.Triggers, "$.triggers", (t, at) => OfTrigger(policy, t, at)),
            .. Unreachable(policy.Triggers),
            .. Tolerant(policy.Tolerances),
            .. OfSays(policy, policy.PreEvent.Says, "$.preEvent"),
            .. Within("$.preEvent.seconds", policy.PreEvent.Seconds, 0, 300),
            .. Within("$.preEvent.toleranceSeconds", policy.PreEvent.ToleranceSeconds, 0, policy.PreEvent.Seconds),
            .. Each(policy.Reasons, "$.reasons", (r, at) => OfReason(policy, r, at)),
            .. Each(
                policy.Exigencies,
                "$.exigencies",
                (e, at) => [.. OfWord($"{at}.code", e.Code), .. OfLabel($"{at}.label", e.Label), .. OfSays(policy, e.Says, at)]
            ),
            .. OfSays(policy, policy.Notice.Says, "$.notice"),
            .. OfLabel("$.notice.mark", policy.Notice.Mark),
            .. Within("$.notice.withinSeconds", policy.Notice.WithinSeconds, 0, 3600),
            .. OfSays(policy, policy.Docking.Says, "$.docking"),
            .. Within("$.docking.withinHours", policy.Docking.WithinHours, 1, 24 * 14),
            .. OfTagging(policy),
            .. OfReviews(policy),
            .. Each(
                policy.Explanations,
                "$.explanations",
                (e, at) => [.. OfWord($"{at}.code", e.Code), .. OfLabel($"{at}.label", e.Label), .. Once($"{at}.for", e.For)]
            ),
            .. Answerable(policy.Explanations),
            .. BreachRules.WhyNotValid(policy),
            .. Unique("$.triggers", "id", policy.Triggers.Select(t => t.Id)),
            .. Unique("$.reasons", "code", policy.Reasons.Select(r => r.Code)),
            .. Unique("$.exigencies", "code", policy.Exigencies.Select(e => e.Code)),
            .. Unique("$.explanations", "code", policy.Explanations.Select(e => e.Code)),
        ];

    static IEnumerable<PolicyTrouble> Whole(Policy policy)
    {
        if (policy.V != 1)
            yield return At("$.v", "This Lapel reads policies of shape 1.");
        foreach (var trouble in OfLabel("$.name", policy.Name))
            yield return trouble;
        if (string.IsNullOrWhiteSpace(policy.About))
            yield return At("$.about", "It has to be said what this policy is, and what it is not.");
        if (policy.Triggers.Count == 0)
            yield return At("$.triggers", "Without a trigger no camera ever has to be on; write at least one.");
        foreach (var (key, source) in policy.Sources)
        {
            var at = $"$.sources.{key}";
            if (!SourceKey().IsMatch(key))
                yield return At(at, "A source's key has 1 to 20 letters, digits and hyphens.");
            if (string.IsNullOrWhiteSpace(source.Title))
                yield return At($"{at}.title", "A source needs a title by which somebody else finds it.");
            if (source.Address is { } address && (address.Length == 0 || address.Any(char.IsWhiteSpace)))
                yield return At($"{at}.address", "An address has no spaces; leave it out when there is none.");
        }
    }

    static IEnumerable<PolicyTrouble> OfTrigger(Policy policy, Trigger trigger, string at)
    {
        foreach (
            var trouble in new[]
            {
                OfWord($"{at}.id", trigger.Id),
                OfSays(policy, trigger.Says, at),
                Once($"{at}.callTypes", trigger.CallTypes),
                Once($"{at}.notCallTypes", trigger.NotCallTypes),
            }.SelectMany(t => t)
        )
            yield return trouble;
        if (trigger.From >= trigger.Until)
            yield return At(
                $"{at}.until",
                "The camera would have to be on until a moment that is not after the one it has to be on from."
            );
        if (trigger.MostPriority is { } most && most is < 1 or > 99)
            yield return At($"{at}.mostPriority", "A priority is a number from 1, the most urgent, to 99.");
        foreach (var (field, types) in new[] { ("callTypes", trigger.CallTypes), ("notCallTypes", trigger.NotCallTypes) })
            for (var i = 0; i < types.Count; i++)
                if (
                    types[i].Length == 0
                    || types[i].Trim() != types[i]
                    || types[i].IndexOf('*') is >= 0 and var star && (star != types[i].Length - 1 || star == 0)
                )
                    yield return At(
                        $"{at}.{field}[{i}]",
                        "A call type is written as dispatch writes it; * may stand once, at its end."
                    );
        if (
            trigger.On != Activity.Call
            && (trigger.CallTypes.Count > 0 || trigger.NotCallTypes.Count > 0 || trigger.MostPriority is not null)
        )
            yield return At($"{at}.on", "Only calls have a call type and a priority; this rule is about something else.");
        if (trigger.CallTypes.FirstOrDefault(t => trigger.NotCallTypes.Any(n => Covers(n, t))) is { } both)
            yield return At($"{at}.notCallTypes", $"'{both}' is both asked for and left out.");
    }

    // The first trigger that fits decides, so one that stands behind a wider one never does.
    static IEnumerable<PolicyTrouble> Unreachable(IReadOnlyList<Trigger> triggers)
    {
        for (var i = 1; i < triggers.Count; i++)
            if (triggers.Take(i).FirstOrDefault(before => IsWider(before, triggers[i])) is { } wider)
                yield return At(
                    $"$.triggers[{i}]",
                    $"'{wider.Id}' stands before it and fits whatever this one fits, so this one never decides."
                );
    }

    static bool IsWider(Trigger one, Trigger other) =>
        one.On == other.On
        && one.NotCallTypes.Count == 0
        && (one.MostPriority is not { } most || other.MostPriority <= most)
        && (
            one.CallTypes.Count == 0
            || other.CallTypes.Count > 0 && other.CallTypes.All(t => one.CallTypes.Any(w => Covers(w, t)))
        );

    static bool Covers(string pattern, string type) =>
        pattern.EndsWith('*')
            ? type.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
            : string.Equals(pattern, type, StringComparison.OrdinalIgnoreCase);

    static IEnumerable<PolicyTrouble> Tolerant(Tolerances tolerances) =>
        [
            .. Within("$.tolerances.lateStartSeconds", tolerances.LateStartSeconds, 0, 600),
            .. Within("$.tolerances.earlyStopSeconds", tolerances.EarlyStopSeconds, 0, 600),
            .. Within("$.tolerances.gapSeconds", tolerances.GapSeconds, 0, 600),
            .. Within("$.tolerances.clockSeconds", tolerances.ClockSeconds, 0, 600),
            .. Within("$.tolerances.longestIncidentHours", tolerances.LongestIncidentHours, 1, 72),
        ];

    static IEnumerable<PolicyTrouble> OfReason(Policy policy, ReasonRule reason, string at)
    {
        foreach (
            var trouble in new[]
            {
                OfWord($"{at}.code", reason.Code),
                OfLabel($"{at}.label", reason.Label),
                OfSays(policy, reason.Says, at),
                Once($"{at}.permits", reason.Permits),
                Once($"{at}.places", reason.Places),
                Once($"{at}.notPlaces", reason.NotPlaces),
                Once($"{at}.askedBy", reason.AskedBy),
            }.SelectMany(t => t)
        )
            yield return trouble;
        var hasConditions =
            reason.Places.Count + reason.AskedBy.Count > 0
            || reason.SaidAloud
            || reason.Supervisor
            || reason.UnlessExigent
            || reason.MostMinutes is not null;
        if (reason.Permits.Count == 0 && hasConditions)
            yield return At(
                $"{at}.permits",
                "A reason that is never accepted has no conditions; say what it permits, or take the conditions out."
            );
        if (reason.Places.Intersect(reason.NotPlaces).ToList() is [var place, ..])
            yield return At(
                $"{at}.notPlaces",
                $"'{Words<Place>.Of(place)}' is among the places where it holds and among those where it does not."
            );
        if (reason.Permits.Count > 0 && reason.NotPlaces.Distinct().Count() == Enum.GetValues<Place>().Length)
            yield return At($"{at}.notPlaces", "It holds in no place at all; a reason that is never accepted permits nothing.");
        if (reason.UnlessExigent && policy.Exigencies.Count == 0)
            yield return At($"{at}.unlessExigent", "It gives way to an exigency, and the policy names none.");
        if (reason.MostMinutes is { } most && most is < 1 or > 24 * 60)
            yield return At($"{at}.mostMinutes", "A time limit has 1 to 1440 minutes; leave it out when there is none.");
    }

    static IEnumerable<PolicyTrouble> OfTagging(Policy policy)
    {
        var tagging = policy.Tagging;
        foreach (
            var trouble in new[]
            {
                OfSays(policy, tagging.Says, "$.tagging"),
                Within("$.tagging.withinHours", tagging.WithinHours, 1, 24 * 90),
                Once("$.tagging.categories", tagging.Categories),
            }.SelectMany(t => t)
        )
            yield return trouble;
        if (tagging.Categories.Count == 0)
            yield return At("$.tagging.categories", "A recording gets a category, so there must be at least one to choose.");
        for (var i = 0; i < tagging.Categories.Count; i++)
            foreach (var trouble in OfLabel($"$.tagging.categories[{i}]", tagging.Categories[i]))
                yield return trouble;
        if (tagging.CaseNumber is { } pattern && WhyNotPattern(pattern) is { } why)
            yield return At("$.tagging.caseNumber", why);
    }

    /// <summary>Whole case numbers only, in time that grows with their length and no faster.</summary>
    /// <exception cref="ArgumentException">The pattern is none, or needs looking back and forth.</exception>
    public static Regex CaseNumber(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);

    static string? WhyNotPattern(string pattern)
    {
        if (pattern.Length is 0 or > 200)
            return "A pattern has 1 to 200 characters; leave it out when any case number will do.";
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking); // by itself: one that closes our bracket is none
            var whole = CaseNumber(pattern);
            return whole.IsMatch("") ? "This pattern accepts a case number without a single character." : null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return "This is no pattern that can be matched without going back and forth: no look-around, no back-references.";
        }
    }

    static IEnumerable<PolicyTrouble> OfReviews(Policy policy)
    {
        var reviews = policy.Reviews;
        var questions = Each(
            reviews.Questions,
            "$.reviews.questions",
            (q, at) => [.. OfWord($"{at}.id", q.Id), .. OfSentence($"{at}.text", q.Text)]
        );
        foreach (
            var trouble in new[]
            {
                OfSays(policy, reviews.Says, "$.reviews"),
                Within("$.reviews.perReviewerEachWeek", reviews.PerReviewerEachWeek, 0, 50),
                Within("$.reviews.dueDays", reviews.DueDays, 1, 90),
                Within("$.reviews.escalateDays", reviews.EscalateDays, reviews.DueDays, 180),
                questions,
                Unique("$.reviews.questions", "id", reviews.Questions.Select(q => q.Id)),
            }.SelectMany(t => t)
        )
            yield return trouble;
        if (reviews.PerReviewerEachWeek > 0 && reviews.Questions.Count == 0)
            yield return At("$.reviews.questions", "Reviews are asked for, and the form asks nothing.");
    }

    static IEnumerable<PolicyTrouble> Answerable(IReadOnlyList<ExplanationReason> explanations)
    {
        var without = Enum.GetValues<FindingKind>()
            .Where(k => !explanations.Any(e => e.For.Count == 0 || e.For.Contains(k)))
            .ToList();
        if (without.Count > 0)
            yield return At(
                "$.explanations",
                $"An officer could not explain {string.Join(", ", without.Select(Words<FindingKind>.Of))}; offer an explanation for every kind of finding."
            );
    }
}
