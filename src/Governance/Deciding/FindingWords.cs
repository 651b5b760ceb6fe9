namespace Lapel.Governance;

/// <summary>How findings, reviews and routes are called on pages.</summary>
static class FindingWords
{
    public static string Of(FindingKind kind) =>
        kind switch
        {
            FindingKind.NoRecording => "No recording",
            FindingKind.LateStart => "Late start",
            FindingKind.EarlyStop => "Early stop",
            FindingKind.Gap => "Gap",
            FindingKind.Stopped => "Stopped",
            FindingKind.Muted => "Muted",
            FindingKind.Averted => "Lens averted",
            FindingKind.ShortBuffer => "Short pre-event buffer",
            FindingKind.NoticeMissing => "Notice not marked",
            FindingKind.DockedLate => "Docked late",
            FindingKind.Untagged => "Not tagged",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    public static string Of(ReviewOutcome outcome) =>
        outcome switch
        {
            ReviewOutcome.ExplanationAccepted => "Explanation accepted",
            ReviewOutcome.NoBreach => "No breach",
            ReviewOutcome.Technical => "Technical",
            ReviewOutcome.Withdrawn => "Withdrawn",
            ReviewOutcome.Coaching => "Coaching",
            ReviewOutcome.Sustained => "Sustained",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    /// <summary>What follows, told before one decides.</summary>
    public static string Means(ReviewOutcome outcome, BreachClass? breach) =>
        outcome switch
        {
            ReviewOutcome.ExplanationAccepted => "What the officer says holds. Closed; it does not count against anyone.",
            ReviewOutcome.NoBreach => "What was found is so, and it was all right. Closed; it does not count.",
            ReviewOutcome.Technical => "A fault of camera, dock, clock or dispatch. Closed; it does not count.",
            ReviewOutcome.Withdrawn => "Later facts undid it. Closed; it does not count.",
            ReviewOutcome.Coaching => "You talk about it. Closed; the officer sees your words.",
            ReviewOutcome.Sustained when breach is null => "Not possible: the policy has no class of breach for this.",
            ReviewOutcome.Sustained => $"A breach: {breach.Label.TrimEnd('.')}. {Follows(breach)}",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    static string Follows(BreachClass breach) =>
        breach.Route switch
        {
            Route.Reminder => "The officer is reminded, and it counts as history.",
            Route.Coaching => "The officer is coached, and it counts as history.",
            Route.SupervisorReview => "It stays with the supervisor, and counts as history.",
            Route.ProfessionalStandards =>
                $"A case of professional standards is opened, which somebody else decides within {breach.DecideWithinDays} days"
                    + (breach.FloorDays is { } floor ? $"; the policy's floor is {CaseDecisions.Days(floor)}." : "."),
            _ => throw new ArgumentOutOfRangeException(nameof(breach)),
        };

    public static string Of(FindingStage stage) =>
        stage switch
        {
            FindingStage.ToExplain => "Waits for the officer",
            FindingStage.ToReview => "Waits for review",
            FindingStage.InCase => "With professional standards",
            FindingStage.Closed => "Closed",
            FindingStage.Withdrawn => "Undone by later facts",
            _ => throw new ArgumentOutOfRangeException(nameof(stage)),
        };

    public static Tone ToneOf(FindingStage stage) =>
        stage switch
        {
            FindingStage.ToExplain => Tone.Info,
            FindingStage.ToReview => Tone.Warn,
            FindingStage.InCase => Tone.Danger,
            _ => Tone.Neutral,
        };

    public static string Of(AppealOutcome outcome) =>
        outcome switch
        {
            AppealOutcome.Upheld => "The decision stands",
            AppealOutcome.Varied => "Fewer days",
            AppealOutcome.SetAside => "Set aside: no breach",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    public static string Of(Outcome outcome) =>
        outcome switch
        {
            Outcome.NotRequired => "Not required",
            Outcome.Covered => "Recorded",
            Outcome.Exempt => "Exempt",
            Outcome.Technical => "Technical",
            Outcome.Missing => "Missing",
            Outcome.Unknown => "Not known yet",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    public static Tone ToneOf(Outcome outcome) =>
        outcome switch
        {
            Outcome.Covered => Tone.Ok,
            Outcome.Missing => Tone.Danger,
            Outcome.Unknown => Tone.Info,
            _ => Tone.Neutral,
        };
}
