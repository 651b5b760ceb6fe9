using System.Globalization;

namespace Lapel.Governance;

/// <summary>One part of a policy as people read it.</summary>
/// <param name="Id">A word: the anchor on the page and the field of the document.</param>
/// <param name="Lead">What the part is for.</param>
public sealed record RuleSection(string Id, string Title, string Lead, IReadOnlyList<Rule> Rules);

/// <summary>One rule as people read it: every field of the document is in it, so that two rules that differ read differently.</summary>
/// <param name="Key">Names the rule across versions.</param>
/// <param name="Says">None for what is not a rule itself: sources, figures, what a form asks.</param>
public sealed record Rule(string Key, string Heading, Says? Says, IReadOnlyList<RuleFact> Facts);

public sealed record RuleFact(string Label, string Text);

/// <summary>A policy in words: the page of the policy in force, and what two versions are compared by.</summary>
public static class PolicyInWords
{
    public static IReadOnlyList<RuleSection> Of(Policy policy) =>
        [
            new RuleSection(
                "triggers",
                "When the camera must be on",
                "The first rule that fits what you are doing decides.",
                [.. policy.Triggers.Select(OfTrigger)]
            ),
            new RuleSection(
                "reasons",
                "Reasons to stop, mute or avert",
                "Say the reason first, and go back to recording as soon as it has passed.",
                [.. policy.Reasons.Select(OfReason)]
            ),
            new RuleSection(
                "exigencies",
                "When exceptions do not hold",
                "While one of these stands, the camera stays on.",
                [.. policy.Exigencies.Select(e => new Rule($"exigencies.{e.Code}", e.Label, e.Says, []))]
            ),
            new RuleSection(
                "duties",
                "Before and after",
                "What goes with a recording.",
                [OfBuffer(policy.PreEvent), OfNotice(policy.Notice), OfDocking(policy.Docking), OfTagging(policy.Tagging)]
            ),
            new RuleSection("reviews", "Reviews", "Drawn at random from what had to be recorded.", [OfReviews(policy.Reviews)]),
            new RuleSection(
                "breaches",
                "What a finding can lead to",
                "Nothing follows by itself: people decide, after hearing the officer.",
                [.. policy.Breaches.Select(b => OfBreach(policy, b))]
            ),
            new RuleSection(
                "tolerances",
                "How much off is still right",
                "Figures by which recordings are compared with dispatch.",
                [OfTolerances(policy.Tolerances)]
            ),
            new RuleSection(
                "explanations",
                "How an officer can explain",
                "Offered with every finding, beside free text.",
                [.. policy.Explanations.Select(OfExplanation)]
            ),
        ];

    /// <summary>What is neither rule nor figure: the policy's name, its description and what it rests on.</summary>
    public static IReadOnlyList<RuleSection> Frame(Policy policy) =>
        [
            new RuleSection(
                "policy",
                "The document",
                "",
                [new Rule("policy", "Name and description", null, [new("Name", policy.Name), new("About", policy.About)])]
            ),
            new RuleSection(
                "sources",
                "Sources",
                "",
                [
                    .. policy.Sources.Select(s => new Rule(
                        $"sources.{s.Key}",
                        s.Key,
                        null,
                        [new("Title", s.Value.Title), .. Fact("Date", s.Value.Date), .. Fact("Address", s.Value.Address)]
                    )),
                ]
            ),
        ];

    static Rule OfTrigger(Trigger t) =>
        new(
            $"triggers.{t.Id}",
            t.On switch
            {
                Activity.Call => "A call for service",
                Activity.Investigation => "An investigation you begin",
                Activity.Questioning => "Asking questions to collect information",
                Activity.Transport => "Taking a person somewhere",
                _ => "Anything else",
            },
            t.Says,
            [
                new("On", $"from {Word(t.From)} until {Word(t.Until)}"),
                .. Facts("Only for calls of type", t.CallTypes),
                .. Facts("Not for calls of type", t.NotCallTypes),
                .. Fact("Only for calls of priority", t.MostPriority is { } most ? $"{Number(most)} or more urgent" : null),
            ]
        );

    static Rule OfReason(ReasonRule r) =>
        new(
            $"reasons.{r.Code}",
            r.Label,
            r.Says,
            [
                new("Permits", r.Permits.Count == 0 ? "nothing: never accepted" : Join(r.Permits, Word)),
                .. Facts("Only in", [.. r.Places.Select(Word)]),
                .. Facts("Not in", [.. r.NotPlaces.Select(Word)]),
                .. Facts("Only if asked by", [.. r.AskedBy.Select(Word)]),
                .. Fact("Said aloud first", r.SaidAloud ? "yes" : null),
                .. Fact("Supervisor", r.Supervisor ? "told, or agreed" : null),
                .. Fact("In an exigency", r.UnlessExigent ? "does not hold" : null),
                .. Fact("At most", r.MostMinutes is { } most ? Count(most, "minute") : null),
                new("Code on the camera", r.Code),
            ]
        );

    static Rule OfBuffer(BufferRule b) =>
        new Rule(
            "preEvent",
            "The seconds before",
            b.Says,
            [
                new("Must be there", b.Seconds == 0 ? "nothing" : Count(b.Seconds, "second")),
                new("May be shorter by", Count(b.ToleranceSeconds, "second")),
            ]
        );

    static Rule OfNotice(NoticeRule n) =>
        new Rule(
            "notice",
            "Telling people",
            n.Says,
            [
                new("Mark on the camera", n.Mark),
                new("Within", $"{Count(n.WithinSeconds, "second")} of arrival"),
                new("When it is missing", n.Required ? "a finding" : "counted in the measures, no finding"),
            ]
        );

    static Rule OfDocking(DockingRule d) =>
        new Rule("docking", "Docking", d.Says, [new("Within", $"{Count(d.WithinHours, "hour")} of a recording's end")]);

    static Rule OfTagging(TaggingRule t) =>
        new Rule(
            "tagging",
            "Case number and category",
            t.Says,
            [
                new("Within", $"{Count(t.WithinHours, "hour")} of admission"),
                .. Fact("A case number looks like", t.CaseNumber),
                .. Facts("Categories", t.Categories),
            ]
        );

    static Rule OfReviews(ReviewRule r) =>
        new Rule(
            "reviews",
            "Random reviews",
            r.Says,
            [
                new("Each supervisor, each week", Number(r.PerReviewerEachWeek)),
                new("Due after", Count(r.DueDays, "day")),
                new("Goes up a level after", Count(r.EscalateDays, "day")),
                .. r.Questions.Select(q => new RuleFact($"Question {q.Id}", q.Text)),
            ]
        );

    static Rule OfTolerances(Tolerances t) =>
        new Rule(
            "tolerances",
            "Tolerances",
            null,
            [
                new("Late start", Count(t.LateStartSeconds, "second")),
                new("Early stop", Count(t.EarlyStopSeconds, "second")),
                new("Gap inside", Count(t.GapSeconds, "second")),
                new("Clocks of dispatch and cameras", Count(t.ClockSeconds, "second")),
                new("Longest believable call", Count(t.LongestIncidentHours, "hour")),
            ]
        );

    static Rule OfExplanation(ExplanationReason e) =>
        new(
            $"explanations.{e.Code}",
            e.Label,
            null,
            [new("Offered for", e.For.Count == 0 ? "every finding" : Join(e.For, Word))]
        );

    static Rule OfBreach(Policy policy, BreachClass b) =>
        new(
            $"breaches.{b.Id}",
            b.Label,
            b.Says,
            [
                new(
                    "Findings",
                    b.Findings.Count == 0 ? "none by itself: by escalation, or chosen by people" : Join(b.Findings, Word)
                ),
                new("Goes to", Word(b.Route)),
                new("Least suspension", b.FloorDays is { } floor ? Count(floor, "day") : "none"),
                new("Earlier decisions count for", Count(b.LookBackDays, "day")),
                .. Fact(
                    "Repeats",
                    b.EscalatesTo is { } to
                        ? $"from the {Ordinal(b.EscalatesAt ?? 0)} on: {policy.Breaches.FirstOrDefault(o => o.Id == to)?.Label ?? to}"
                        : null
                ),
                new("Decided within", Count(b.DecideWithinDays, "day")),
                new("Appeal", $"within {Count(b.AppealWithinDays, "day")} to: {b.AppealTo}"),
                new("In the yearly report", b.InAnnualReport ? "yes" : "no"),
            ]
        );

    public static string Word(FindingKind kind) => Words<FindingKind>.Of(kind).Replace('-', ' ');

    public static string Word(Grade grade) =>
        grade switch
        {
            Grade.Published => "Published",
            Grade.Inferred => "Inferred",
            Grade.Unconfirmed => "Unconfirmed",
            _ => "Proposal",
        };

    static string Word(Moment moment) =>
        moment switch
        {
            Moment.Dispatched => "dispatch",
            Moment.EnRoute => "setting out",
            Moment.Arrived => "arrival",
            _ => "clearing",
        };

    static string Word(RecordingState state) => Words<RecordingState>.Of(state);

    static string Word(Place place) => Words<Place>.Of(place).Replace('-', ' ');

    static string Word(AskedBy by) =>
        by == AskedBy.Self ? "the officer"
        : by == AskedBy.Other ? "somebody else"
        : "the " + Words<AskedBy>.Of(by);

    static string Word(Route route) =>
        route switch
        {
            Route.Reminder => "a reminder",
            Route.Coaching => "coaching",
            Route.SupervisorReview => "review by the supervisor",
            _ => "professional standards",
        };

    static string Join<T>(IEnumerable<T> items, Func<T, string> word) => string.Join(", ", items.Select(word));

    static IEnumerable<RuleFact> Fact(string label, string? text) => text is null ? [] : [new(label, text)];

    static IEnumerable<RuleFact> Facts(string label, IReadOnlyList<string> items) =>
        items.Count == 0 ? [] : [new(label, string.Join(", ", items))];

    static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Count(int number, string unit) => $"{Number(number)} {unit}{(number == 1 ? "" : "s")}";

    static string Ordinal(int number) =>
        number switch
        {
            2 => "2nd",
            3 => "3rd",
            _ => $"{number}th",
        };
}
