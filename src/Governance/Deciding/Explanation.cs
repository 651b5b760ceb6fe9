using System.Text;

namespace Lapel.Governance;

/// <summary>What an officer says about a finding of their own. Saying more adds another; none is ever taken away.</summary>
/// <param name="Reason">Code of one of the policy's <see cref="Policy.Explanations"/>, or <see cref="Explanations.Other"/>.</param>
/// <param name="Label">What that code said when it was chosen.</param>
/// <param name="Place">Where in a recording they point to; none when they do not.</param>
public sealed record Explanation(
    long Number,
    FindingId Finding,
    OfficerId Officer,
    string Reason,
    string Label,
    string Text,
    PlaceInRecording? Place,
    AccountId Account,
    string Name,
    Instant At
);

/// <param name="AtMs">Milliseconds of the player's time.</param>
public sealed record PlaceInRecording(RecordingId Recording, long AtMs);

public static class Explanations
{
    /// <summary>There is always a reason that the policy did not think of; it needs words.</summary>
    public const string Other = "other";

    public const int LongestText = 4000;

    static readonly ExplanationReason OtherReason = new(Other, "Something else", []);

    public static Task<IReadOnlyList<Explanation>> Of(Reading reading, FindingId finding, CancellationToken stop) =>
        reading.Many("SELECT * FROM explanation WHERE finding = @finding ORDER BY number", new { finding }, From, stop);

    /// <summary>What can be chosen for this kind of finding, by the policy that it was judged under; "something else" is the last.</summary>
    public static IReadOnlyList<ExplanationReason> For(Policy? policy, FindingKind kind) =>
        [.. (policy?.Explanations ?? []).Where(r => r.Code != Other && (r.For.Count == 0 || r.For.Contains(kind))), OtherReason];

    /// <param name="closed">The finding was reviewed and no case about it is open.</param>
    /// <param name="withdrawn">Later facts undid it.</param>
    /// <param name="offered">See <see cref="For"/>.</param>
    public static Refusal? WhyNotExplain(
        OfficerId? asking,
        OfficerId officer,
        bool closed,
        bool withdrawn,
        IReadOnlyList<ExplanationReason> offered,
        string? reason,
        string? text
    ) =>
        asking != officer
            ? new("finding-not-yours", "Only the officer whom a finding is about can explain it.", RefusalKind.Forbidden)
        : withdrawn
            ? new("finding-withdrawn", "Later facts undid this finding; there is nothing to explain.", RefusalKind.Conflict)
        : closed
            ? new("finding-closed", "This finding is decided. Against a decision of a case you can appeal.", RefusalKind.Conflict)
        : offered.All(o => o.Code != reason) ? new("explanation-reason-missing", "Choose the reason that comes nearest.")
        : reason == Other && string.IsNullOrWhiteSpace(text)
            ? new("explanation-text-missing", "Say in your own words what the reason was.")
        : text?.Trim().Length > LongestText
            ? new("text-too-long", $"At most {LongestText} characters; put the rest in another explanation.")
        : null;

    /// <exception cref="RefusedException">See <see cref="WhyNotExplain"/>.</exception>
    internal static async Task Add(
        Work work,
        Viewer viewer,
        Finding finding,
        ExplanationReason reason,
        string? text,
        PlaceInRecording? place,
        CancellationToken stop
    )
    {
        var words = text?.Trim() ?? "";
        await work.Execute(
            """
            INSERT INTO explanation (finding, officer, reason, label, text, recording, at_ms, account, name, at)
            VALUES (@finding, @officer, @code, @label, @words, @recording, @atMs, @account, @name, @Now)
            """,
            new
            {
                finding = finding.Id,
                officer = finding.Officer,
                code = reason.Code,
                label = reason.Label,
                words,
                recording = place?.Recording,
                atMs = place?.AtMs,
                account = viewer.Account.Id,
                name = viewer.Account.FullName,
                work.Now,
            },
            stop
        );
        work.Append(
            new CustodyEvent.FindingExplained(finding.Id, reason.Code, Digest.Of(Encoding.UTF8.GetBytes(words))),
            finding.Recording
        );
    }

    static Explanation From(Row row) =>
        new(
            row.Number("number"),
            row.Id<Nouns.Finding>("finding"),
            row.Id<Nouns.Officer>("officer"),
            row.Text("reason"),
            row.Text("label"),
            row.Text("text"),
            row.IdOrNull<Nouns.Recording>("recording") is { } recording ? new(recording, row.NumberOrNull("at_ms") ?? 0) : null,
            row.Id<Nouns.Account>("account"),
            row.Text("name"),
            row.Time("at")
        );
}
