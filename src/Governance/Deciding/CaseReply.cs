namespace Lapel.Governance;

public sealed record AskReply(string? Text);

/// <summary>What the officer whom a case is about says to it. It is added and never taken away.</summary>
public sealed record CaseReply(long Number, string Text, string Name, Instant At);

public static class CaseReplies
{
    public static Task<IReadOnlyList<CaseReply>> Of(Reading reading, CaseId id, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM case_reply WHERE conduct_case = @id ORDER BY number",
            new { id },
            row => new CaseReply(row.Number("number"), row.Text("text"), row.Text("name"), row.Time("at")),
            stop
        );

    public static Refusal? WhyNotReply(OfficerId? asking, OfficerId officer, bool decided, string? text) =>
        asking != officer
            ? new("reply-not-yours", "Only the officer whom a case is about can reply to it.", RefusalKind.Forbidden)
        : decided ? CaseDecisions.Decided
        : string.IsNullOrWhiteSpace(text) ? new("reply-missing", "Say it in your own words.")
        : text.Trim().Length > Explanations.LongestText
            ? new("text-too-long", $"At most {Explanations.LongestText} characters; put the rest in another reply.")
        : null;

    internal static async Task Add(Work work, CaseId id, string text, CancellationToken stop)
    {
        await work.Execute(
            """
            INSERT INTO case_reply (conduct_case, text, account, name, at) VALUES (@id, @text, @account, @name, @Now)
            """,
            new
            {
                id,
                text = text.Trim(),
                account = work.Actor.Id,
                name = work.Actor.Name,
                work.Now,
            },
            stop
        );
        work.Append(new CustodyEvent.CaseReplied(id, text.Trim()));
    }
}
