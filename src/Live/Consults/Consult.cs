namespace Lapel.Live;

public enum ConsultState
{
    Ringing,
    Talking,
    Ended,

    /// <summary>Nobody accepted before the officer needed no help any more.</summary>
    Withdrawn,
}

/// <summary>What the officer asks with one press.</summary>
/// <param name="Why">Code of the live policy's helpReasons.</param>
/// <param name="Words">One line more, for those who have a hand free.</param>
public sealed record HelpRequest(OfficerId Officer, string Why, string? Words = null);

/// <summary>One request for help and what came of it. This is the police side's record: it holds no health data.</summary>
/// <param name="Session">What the clinician sees; none while the camera does not record.</param>
/// <param name="Aloud">The person hears the clinician too; otherwise the officer alone.</param>
public sealed record Consult(
    ConsultId Id,
    LiveSessionId? Session,
    RecordingId? Recording,
    OfficerId Officer,
    UnitId? Unit,
    string Why,
    string? Words,
    ConsultState State,
    Instant AskedAt,
    Instant? AlertedAt,
    ClinicianId? Clinician,
    Instant? AcceptedAt,
    Instant? MediaAt,
    Instant? SpeakingAt,
    Instant? EndedAt,
    string? Outcome,
    string? EndedBy,
    string Consent,
    bool Aloud
)
{
    public bool IsOpen => EndedAt is null;
}

/// <param name="Advice">Advice stays with the record; other lines are chat, kept with it too.</param>
public sealed record ConsultLine(long Number, Instant At, bool ByClinician, bool Advice, string Text);

/// <param name="Place">In the order of ringing, from 1.</param>
public sealed record Rung(ClinicianId Clinician, string Name, int Place, Instant At);

public static class Consults
{
    public const int MostLineLength = 280;

    public static readonly Refusal NotFound = new("consult-not-found", "There is no such consult.", RefusalKind.NotFound);

    public static readonly Refusal Taken = new(
        "consult-taken",
        "A colleague was quicker: this request is answered already.",
        RefusalKind.Conflict
    );

    public static readonly Refusal Over = new("consult-over", "This consult is over.", RefusalKind.Conflict);

    public static Refusal? WhyNotAsk(HelpRequest ask, Consult? open, LivePolicy policy) =>
        open is not null
            ? new(
                "help-asked-already",
                "You have asked for help already; it rings or somebody is with you.",
                RefusalKind.Conflict
            )
        : !policy.HelpReasons.ContainsKey(ask.Why) ? new("help-reason-unknown", "Choose one of the reasons of the live policy.")
        : ask.Words?.Length > MostLineLength ? TooLong
        : null;

    /// <summary>May this clinician accept? Only one whom it rings; the first one gets in.</summary>
    public static Refusal? WhyNotAccept(Consult consult, bool rung, bool busy) =>
        !rung ? NotFound
        : consult.State == ConsultState.Withdrawn ? Over
        : consult.State != ConsultState.Ringing ? Taken
        : busy ? new("clinician-busy", "You are in another consult: end it first.", RefusalKind.Conflict)
        : null;

    public static Refusal? WhyNotEnd(Consult consult, string outcome, string consent, LivePolicy policy) =>
        consult.State != ConsultState.Talking ? Over
        : policy.OutcomeOf(outcome) is null ? new("outcome-unknown", "Choose one of the outcomes of the live policy.")
        : consent == LivePolicy.NotAsked
            ? new("consent-not-noted", "First note whether the person agreed, declined or could not be asked.")
        : null;

    public static Refusal? WhyNotSay(Consult consult, string text) =>
        consult.State != ConsultState.Talking ? Over
        : text.Trim().Length is 0 ? new("line-empty", "Write something first.")
        : text.Trim().Length > MostLineLength || text.Contains('\n') ? TooLong
        : null;

    static readonly Refusal TooLong = new("line-too-long", $"One line, at most 280 characters.");

    public static Task<Consult?> Find(Reading reading, ConsultId id, CancellationToken stop) =>
        reading.One("SELECT * FROM consult WHERE id = @id", new { id }, From, stop);

    public static Task<Consult?> OpenOf(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.One("SELECT * FROM consult WHERE officer = @officer AND ended_at IS NULL", new { officer }, From, stop);

    public static Task<Consult?> OpenOf(Reading reading, ClinicianId clinician, CancellationToken stop) =>
        reading.One("SELECT * FROM consult WHERE clinician = @clinician AND ended_at IS NULL", new { clinician }, From, stop);

    public static Task<IReadOnlyList<Consult>> Open(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM consult WHERE ended_at IS NULL ORDER BY asked_at, id", null, From, stop);

    /// <summary>What rings at this clinician's place, the oldest first.</summary>
    public static Task<IReadOnlyList<Consult>> RingingAt(Reading reading, ClinicianId clinician, CancellationToken stop) =>
        reading.Many(
            """
            SELECT consult.* FROM consult JOIN consult_ring ON consult_ring.consult = consult.id
            WHERE consult_ring.clinician = @clinician AND consult.state = 'ringing' ORDER BY asked_at, consult.id
            """,
            new { clinician },
            From,
            stop
        );

    /// <summary>Newest first.</summary>
    /// <param name="before">Only those asked earlier.</param>
    public static Task<IReadOnlyList<Consult>> Page(
        Reading reading,
        Instant? from,
        Instant? before,
        int size,
        CancellationToken stop
    ) =>
        reading.Many(
            "SELECT * FROM consult WHERE asked_at >= @from AND asked_at < @before ORDER BY asked_at DESC, id DESC LIMIT @size",
            new
            {
                from = from ?? Instant.FromUnixTimeTicks(0),
                before = before ?? Instant.FromUtc(9000, 1, 1, 0, 0),
                size,
            },
            From,
            stop
        );

    public static Task<IReadOnlyList<Rung>> RungOf(Reading reading, ConsultId consult, CancellationToken stop) =>
        reading.Many(
            """
            SELECT consult_ring.*, clinician.name FROM consult_ring JOIN clinician ON clinician.id = consult_ring.clinician
            WHERE consult = @consult ORDER BY place
            """,
            new { consult },
            row => new Rung(
                row.Id<Nouns.Clinician>("clinician"),
                row.Text("name"),
                (int)row.Number("place"),
                row.Time("rung_at")
            ),
            stop
        );

    public static Task<IReadOnlyList<ConsultLine>> LinesOf(Reading reading, ConsultId consult, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM consult_line WHERE consult = @consult ORDER BY number",
            new { consult },
            row => new ConsultLine(
                row.Number("number"),
                row.Time("at"),
                row.Flag("by_clinician"),
                row.Flag("advice"),
                row.Text("text")
            ),
            stop
        );

    static Consult From(Row row) =>
        new(
            row.Id<Nouns.Consult>("id"),
            row.IdOrNull<Nouns.LiveSession>("session"),
            row.IdOrNull<Nouns.Recording>("recording"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Text("why"),
            row.TextOrNull("words"),
            row.Word<ConsultState>("state"),
            row.Time("asked_at"),
            row.TimeOrNull("alerted_at"),
            row.IdOrNull<Nouns.Clinician>("clinician"),
            row.TimeOrNull("accepted_at"),
            row.TimeOrNull("media_at"),
            row.TimeOrNull("speaking_at"),
            row.TimeOrNull("ended_at"),
            row.TextOrNull("outcome"),
            row.TextOrNull("ended_by"),
            row.Text("consent"),
            row.Flag("aloud")
        );
}
