using System.Text.Json;

namespace Lapel.Governance;

/// <summary>What was decided in a case, by whom and why.</summary>
/// <param name="Outcome">Code of a <see cref="CaseOutcome"/>.</param>
/// <param name="PenaltyDays">Days of suspension; 0 for none.</param>
/// <param name="Departure">Why the penalty is below the floor; none when it is not.</param>
/// <param name="File">What lay before the decision maker, as it was then.</param>
public sealed record CaseDecision(
    string Outcome,
    int PenaltyDays,
    int FloorDays,
    string Reason,
    string? Departure,
    CaseFile File,
    AccountId Account,
    string Name,
    Instant At,
    Instant AppealBy
);

/// <summary>Everything that lay before the decision maker. Kept with the decision, so that it reads the same in ten years.</summary>
/// <param name="AskedAt">When the officer was asked to explain; none when only their explanations show it.</param>
public sealed record CaseFile(
    Finding Finding,
    string Event,
    Because Because,
    IReadOnlyList<CaseEvidence> Evidence,
    IReadOnlyList<Explanation> Explanations,
    Instant? AskedAt,
    FindingReview Review,
    PenaltyProposal Proposal
);

/// <summary>What somebody wants to decide.</summary>
/// <param name="Signature">The decision maker's full name, typed: signs a departure from the floor.</param>
public sealed record AskDecision(
    string? Outcome,
    int Days = 0,
    string? Reason = null,
    string? Departure = null,
    string? Signature = null
);

/// <summary>A case as its decision maker meets it.</summary>
/// <param name="Officer">Whom it is about.</param>
/// <param name="SustainedBy">Who passed it on.</param>
/// <param name="HasEvent">It names an officer's part in an incident, or a recording.</param>
/// <param name="Evidence">How many things it rests on.</param>
public sealed record ToDecide(
    OfficerId Officer,
    AccountId SustainedBy,
    bool HasEvent,
    int Evidence,
    bool Explained,
    Instant? AskedAt,
    int? FloorDays,
    bool Decided
);

/// <summary>Who decides.</summary>
/// <param name="Officer">The officer they are; none when they are none.</param>
public sealed record Decider(AccountId Account, string Name, OfficerId? Officer, bool MayDecide);

public static class CaseDecisions
{
    public const int MostDays = 365;

    public static Refusal? WhyNotDecide(ToDecide subject, Decider who, AskDecision asked, Instant now) =>
        WhyNotDecider(subject, who)
        ?? (
            subject.Decided ? Decided
            : !subject.HasEvent
                ? new(
                    "case-without-event",
                    "No incident and no recording is named, so there is nothing to decide about.",
                    RefusalKind.Conflict
                )
            : subject.Evidence == 0
                ? new("case-without-evidence", "List the evidence first: a case does not close without.", RefusalKind.Conflict)
            : subject is { Explained: false, AskedAt: null }
                ? new("officer-not-asked", "The officer was never asked to explain. They must be, first.", RefusalKind.Conflict)
            : !subject.Explained && !(FindingReviews.AnswerUntil(subject.AskedAt) <= now)
                ? new("officer-has-time", "The officer still has time to explain.", RefusalKind.Conflict)
            : CaseOutcome.Find(asked.Outcome) is not { } outcome ? new("outcome-missing", "Choose how the case ends.")
            : outcome.AsksDays && asked.Days is < 1 or > MostDays ? new("penalty-days", $"A suspension has 1 to {MostDays} days.")
            : !outcome.AsksDays && asked.Days != 0
                ? new("penalty-days-needless", $"'{outcome.Label}' has no days; choose a suspension.")
            : FindingReviews.WhyNotReason(asked.Reason) ?? WhyNotBelowFloor(subject.FloorDays, outcome, who, asked)
        );

    internal static readonly Refusal Decided = new(
        "case-decided",
        "This case is decided. Only an appeal can change that.",
        RefusalKind.Conflict
    );

    static Refusal? WhyNotDecider(ToDecide subject, Decider who) =>
        !who.MayDecide ? new("decide-not-yours", "Your role does not decide cases.", RefusalKind.Forbidden)
        : who.Officer == subject.Officer ? new("case-own", "Nobody decides a case about themselves.", RefusalKind.Forbidden)
        : who.Account == subject.SustainedBy
            ? new(
                "case-accuser",
                "Who sustained the finding does not decide the case. Somebody else must.",
                RefusalKind.Forbidden
            )
        : null;

    internal static bool IsBelowFloor(int? floorDays, CaseOutcome outcome, int days) => outcome.Breach && days < (floorDays ?? 0);

    internal static Refusal? WhyNotBelowFloor(int? floorDays, CaseOutcome outcome, Decider who, AskDecision asked) =>
        !IsBelowFloor(floorDays, outcome, asked.Days) ? null
        : string.IsNullOrWhiteSpace(asked.Departure)
            ? new(
                "departure-missing",
                $"This is below the floor of {Days(floorDays ?? 0)}: say why you depart from it, and sign."
            )
        : asked.Departure.Trim().Length > FindingReviews.LongestReason
            ? new("text-too-long", $"At most {FindingReviews.LongestReason} characters.")
        : !string.Equals(asked.Signature?.Trim(), who.Name, StringComparison.OrdinalIgnoreCase)
            ? new("departure-unsigned", $"Sign the departure with your full name, {who.Name}.")
        : null;

    internal static string Days(int days) => days == 1 ? "one day's suspension" : $"{days} days' suspension";

    public static Task<CaseDecision?> Find(Reading reading, CaseId id, CancellationToken stop) =>
        reading.One("SELECT * FROM case_decision WHERE conduct_case = @id", new { id }, From, stop);

    internal static async Task Keep(Work work, ConductCase decided, CaseDecision decision, CancellationToken stop)
    {
        var kept = await work.Execute(
            """
            INSERT INTO case_decision
                (conduct_case, outcome, penalty_days, floor_days, reason, departure, file, account, name, at, appeal_by)
            VALUES (@id, @Outcome, @PenaltyDays, @FloorDays, @Reason, @Departure, @file, @Account, @Name, @At, @AppealBy)
            ON CONFLICT (conduct_case) DO NOTHING
            """,
            new
            {
                id = decided.Id,
                decision.Outcome,
                decision.PenaltyDays,
                decision.FloorDays,
                decision.Reason,
                decision.Departure,
                file = JsonSerializer.Serialize(decision.File, LapelJson.Lenient),
                decision.Account,
                decision.Name,
                decision.At,
                decision.AppealBy,
            },
            stop
        );
        if (kept == 0)
            throw new RefusedException(Decided); // somebody else did in this moment
        await work.Execute("UPDATE conduct_case SET decided_at = @At WHERE id = @Id", new { decided.Id, decision.At }, stop);
        work.Append(
            new CustodyEvent.CaseDecided(
                decided.Id,
                decision.Outcome,
                decision.PenaltyDays,
                decision.FloorDays,
                decision.Reason,
                decision.Departure
            )
        );
    }

    static CaseDecision From(Row row) =>
        new(
            row.Text("outcome"),
            (int)row.Number("penalty_days"),
            (int)row.Number("floor_days"),
            row.Text("reason"),
            row.TextOrNull("departure"),
            row.Json<CaseFile>("file"),
            row.Id<Nouns.Account>("account"),
            row.Text("name"),
            row.Time("at"),
            row.Time("appeal_by")
        );
}
