namespace Lapel.Governance;

/// <summary>An officer's appeal against what was decided. Somebody who did not decide the case answers it.</summary>
/// <param name="PenaltyDays">What the penalty is from then on; none while it is open.</param>
public sealed record Appeal(
    string Ground,
    AccountId FiledBy,
    Instant FiledAt,
    AppealOutcome? Outcome,
    int? PenaltyDays,
    string? Reason,
    string? Departure,
    AccountId? Account,
    string? Name,
    Instant? DecidedAt
);

public enum AppealOutcome
{
    /// <summary>The decision stands.</summary>
    Upheld,

    /// <summary>A breach, and fewer days.</summary>
    Varied,

    /// <summary>No breach: the decision counts no more.</summary>
    SetAside,
}

public static class Appeals
{
    public static Refusal? WhyNotAppeal(
        OfficerId? asking,
        OfficerId officer,
        CaseDecision? decision,
        bool filed,
        string? ground,
        Instant now
    ) =>
        asking != officer ? new("appeal-not-yours", "Only the officer whom a case is about can appeal.", RefusalKind.Forbidden)
        : decision is null ? new("case-open", "The case is not decided yet.", RefusalKind.Conflict)
        : CaseOutcome.Find(decision.Outcome) is { Breach: false }
            ? new("appeal-needless", "The decision finds no breach; there is nothing to appeal against.", RefusalKind.Conflict)
        : filed ? Filed
        : now > decision.AppealBy ? new("appeal-late", "The time to appeal is over.", RefusalKind.Conflict)
        : string.IsNullOrWhiteSpace(ground) ? new("appeal-ground-missing", "Say on what ground you appeal.")
        : ground.Trim().Length > Explanations.LongestText
            ? new("text-too-long", $"At most {Explanations.LongestText} characters.")
        : null;

    static readonly Refusal Filed = new("appeal-filed", "An appeal is filed already.", RefusalKind.Conflict);
    static readonly Refusal Decided = new("appeal-decided", "The appeal is decided.", RefusalKind.Conflict);

    /// <summary>A penalty varied below the floor needs a signed departure like any other.</summary>
    public static Refusal? WhyNotDecideAppeal(
        ToDecide subject,
        CaseDecision? decision,
        Appeal? appeal,
        Decider who,
        AppealOutcome? outcome,
        AskDecision asked
    ) =>
        !who.MayDecide ? new("decide-not-yours", "Your role does not decide cases.", RefusalKind.Forbidden)
        : who.Officer == subject.Officer ? new("case-own", "Nobody decides a case about themselves.", RefusalKind.Forbidden)
        : decision is null || appeal is null ? new("appeal-none", "No appeal was filed.", RefusalKind.Conflict)
        : appeal.Outcome is not null ? Decided
        : who.Account == decision.Account
            ? new("appeal-decider", "Who decided the case does not decide the appeal. Somebody else must.", RefusalKind.Forbidden)
        : who.Account == subject.SustainedBy
            ? new(
                "case-accuser",
                "Who sustained the finding does not decide the case. Somebody else must.",
                RefusalKind.Forbidden
            )
        : outcome is null ? new("outcome-missing", "Choose how the appeal ends.")
        : outcome == AppealOutcome.Varied && (asked.Days < 0 || asked.Days >= decision.PenaltyDays)
            ? new("appeal-not-milder", $"An appeal can only make it milder than {CaseDecisions.Days(decision.PenaltyDays)}.")
        : FindingReviews.WhyNotReason(asked.Reason)
            ?? (
                outcome == AppealOutcome.Varied
                    ? CaseDecisions.WhyNotBelowFloor(decision.FloorDays, CaseOutcome.Find("suspension")!, who, asked)
                    : null
            );

    public static Task<Appeal?> Find(Reading reading, CaseId id, CancellationToken stop) =>
        reading.One("SELECT * FROM appeal WHERE conduct_case = @id", new { id }, From, stop);

    internal static async Task File(Work work, CaseId id, AccountId by, string ground, CancellationToken stop)
    {
        var kept = await work.Execute(
            """
            INSERT INTO appeal (conduct_case, ground, filed_by, filed_at) VALUES (@id, @ground, @by, @Now)
            ON CONFLICT (conduct_case) DO NOTHING
            """,
            new
            {
                id,
                ground = ground.Trim(),
                by,
                work.Now,
            },
            stop
        );
        if (kept == 0)
            throw new RefusedException(Filed);
        work.Append(new CustodyEvent.AppealFiled(id, ground.Trim()));
    }

    internal static async Task Decide(
        Work work,
        CaseId id,
        CaseDecision decision,
        Decider who,
        AppealOutcome outcome,
        AskDecision asked,
        CancellationToken stop
    )
    {
        var days = outcome switch
        {
            AppealOutcome.Upheld => decision.PenaltyDays,
            AppealOutcome.Varied => asked.Days,
            _ => 0,
        };
        var departure = outcome == AppealOutcome.Varied && days < decision.FloorDays ? asked.Departure!.Trim() : null;
        var kept = await work.Execute(
            """
            UPDATE appeal SET outcome = @word, penalty_days = @days, reason = @reason, departure = @departure, account = @Account,
                name = @Name, decided_at = @Now
            WHERE conduct_case = @id AND outcome IS NULL
            """,
            new
            {
                id,
                word = Words<AppealOutcome>.Of(outcome),
                days,
                reason = asked.Reason!.Trim(),
                departure,
                who.Account,
                who.Name,
                work.Now,
            },
            stop
        );
        if (kept == 0)
            throw new RefusedException(Decided);
        var said = departure is null ? asked.Reason.Trim() : $"{asked.Reason.Trim()} Below the floor because: {departure}";
        work.Append(new CustodyEvent.AppealDecided(id, Said(outcome, days), said));
    }

    internal static string Said(AppealOutcome outcome, int days) =>
        outcome switch
        {
            AppealOutcome.Upheld => "upheld",
            AppealOutcome.Varied => $"varied to {CaseDecisions.Days(days)}",
            _ => "set aside",
        };

    static Appeal From(Row row) =>
        new(
            row.Text("ground"),
            row.Id<Nouns.Account>("filed_by"),
            row.Time("filed_at"),
            row.TextOrNull("outcome") is { } outcome ? Words<AppealOutcome>.Parse(outcome) : null,
            (int?)row.NumberOrNull("penalty_days"),
            row.TextOrNull("reason"),
            row.TextOrNull("departure"),
            row.IdOrNull<Nouns.Account>("account"),
            row.TextOrNull("name"),
            row.TimeOrNull("decided_at")
        );
}
