using System.Text.RegularExpressions;

namespace Lapel.Governance;

/// <summary>What a recording is about: the number of the case and a category. Tagging again adds another; the newest counts.</summary>
public sealed record RecordingTag(long Number, RecordingId Recording, string CaseNumber, string Category, Instant At);

public static class RecordingTags
{
    /// <param name="rule">Of the policy in force; none when none is: then any number and any category will do.</param>
    /// <param name="mayTag">It is the person's own recording, or one of an officer they lead.</param>
    public static Refusal? WhyNotTag(bool mayTag, TaggingRule? rule, string? caseNumber, string? category) =>
        !mayTag
            ? new("tag-not-yours", "Officers tag their own recordings, supervisors those of their unit.", RefusalKind.Forbidden)
        : string.IsNullOrWhiteSpace(caseNumber) || caseNumber.Trim().Length > 60
            ? new("case-number-missing", "Give the case's number, at most 60 characters.")
        : rule?.CaseNumber is { } form && !Fits(form, caseNumber.Trim())
            ? new("case-number-wrong", "This is not how the policy says that a case number is written.")
        : string.IsNullOrWhiteSpace(category) || category.Length > 120 ? new("category-missing", "Choose a category.")
        : rule is { Categories.Count: > 0 } && !rule.Categories.Contains(category)
            ? new("category-unknown", "Choose one of the policy's categories.")
        : null;

    // Without backtracking: a policy's expression must not be able to hang the server.
    static bool Fits(string form, string text) => Regex.IsMatch(text, $@"\A(?:{form})\z", RegexOptions.NonBacktracking);

    public static Task<RecordingTag?> Newest(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.One(
            "SELECT * FROM recording_tag WHERE recording = @recording ORDER BY number DESC LIMIT 1",
            new { recording },
            row => new RecordingTag(
                row.Number("number"),
                row.Id<Nouns.Recording>("recording"),
                row.Text("case_number"),
                row.Text("category"),
                row.Time("tagged_at")
            ),
            stop
        );

    /// <summary>Keeps it and has everything judged again that the recording touches.</summary>
    internal static async Task Add(
        Work work,
        Viewer viewer,
        Recording recording,
        string caseNumber,
        string category,
        CancellationToken stop
    )
    {
        await work.Execute(
            """
            INSERT INTO recording_tag (recording, case_number, category, tagged_by, tagged_at)
            VALUES (@recording, @number, @category, @by, @Now)
            """,
            new
            {
                recording = recording.Id,
                number = caseNumber.Trim(),
                category,
                by = viewer.Account.Id,
                work.Now,
            },
            stop
        );
        await work.Execute(
            "UPDATE recorded SET tagged_at = @Now WHERE recording = @recording AND tagged_at IS NULL",
            new { recording = recording.Id, work.Now },
            stop
        );
        work.Append(new CustodyEvent.RecordingTagged(recording.Id, caseNumber.Trim(), category), recording.Id);
        await MonthsDue.Say(work, [(recording.StartedAt, recording.StartedAt)], stop);
        if (recording.Officer is { } officer)
            await Due.Say(work, officer.Id, recording.StartedAt, recording.StartedAt + recording.Length, stop);
    }
}
