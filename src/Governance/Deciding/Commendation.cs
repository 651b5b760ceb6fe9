namespace Lapel.Governance;

/// <summary>Praise for what an officer did, with what it is for. It stands beside findings and counts in the same measures.</summary>
/// <param name="SeenAt">When the officer first saw it.</param>
public sealed record Commendation(
    long Number,
    OfficerId Officer,
    RecordingId? Recording,
    AttendanceId? Attendance,
    string Text,
    string Name,
    Instant At,
    Instant? SeenAt
);

public static class Commendations
{
    public static Refusal? WhyNotCommend(bool mayReview, OfficerId? by, OfficerId? officer, string? text) =>
        officer is null ? new("commendation-for-nobody", "No officer is on record for this, so nobody can be praised for it.")
        : !mayReview ? new("commend-not-yours", "You do not lead this officer's unit.", RefusalKind.Forbidden)
        : by == officer ? new("commend-own", "Praise somebody else.", RefusalKind.Forbidden)
        : string.IsNullOrWhiteSpace(text) ? new("commendation-text-missing", "Say what was done well.")
        : text.Trim().Length > FindingReviews.LongestReason
            ? new("text-too-long", $"At most {FindingReviews.LongestReason} characters.")
        : null;

    internal static async Task<long> Give(
        Work work,
        OfficerId officer,
        RecordingId? recording,
        AttendanceId? attendance,
        string text,
        CancellationToken stop
    )
    {
        var number = await work.One(
            """
            INSERT INTO commendation (officer, recording, attendance, text, account, name, at)
            VALUES (@officer, @recording, @attendance, @words, @account, @name, @Now) RETURNING number
            """,
            new
            {
                officer,
                recording,
                attendance,
                words = text.Trim(),
                account = work.Actor.Id,
                name = work.Actor.Name,
                work.Now,
            },
            row => row.Number("number"),
            stop
        );
        work.Append(new CustodyEvent.OfficerCommended(officer, recording, text.Trim()), recording);
        return number;
    }

    public static Task<IReadOnlyList<Commendation>> OfOfficer(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM commendation WHERE officer = @officer ORDER BY number DESC LIMIT 50",
            new { officer },
            From,
            stop
        );

    public static Task<IReadOnlyList<Commendation>> OfRecording(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many("SELECT * FROM commendation WHERE recording = @recording ORDER BY number", new { recording }, From, stop);

    internal static Task<int> Seen(Work work, OfficerId officer, CancellationToken stop) =>
        work.Execute(
            "UPDATE commendation SET seen_at = @Now WHERE officer = @officer AND seen_at IS NULL",
            new { officer, work.Now },
            stop
        );

    static Commendation From(Row row) =>
        new(
            row.Number("number"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Recording>("recording"),
            row.IdOrNull<Nouns.Attendance>("attendance"),
            row.Text("text"),
            row.Text("name"),
            row.Time("at"),
            row.TimeOrNull("seen_at")
        );
}
