namespace Lapel.Evidence;

/// <summary>A reason to look at a recording that one did not make. It is asked once a look and stands in the custody log.</summary>
/// <param name="Asks">What has to be said besides; none when the choice says it all.</param>
public sealed record ViewingPurpose(string Code, string Label, string? Asks)
{
    /// <summary>In the order of showing.</summary>
    public static IReadOnlyList<ViewingPurpose> All { get; } =
    [
        new("finding", "Review of a finding", "Which finding, or about what"),
        new("drawn-review", "Drawn review", null),
        new("complaint", "Complaint, or a request about it", "Its number"),
        new("court", "Preparing for court", "The case's number"),
        new("evidence", "Looking after the evidence: disclosure, quarantine, export", "For what"),
        new("oversight", "Investigation by oversight", "Its number"),
        new("training", "Training, with the officer's consent", "When they agreed, and to what"),
        new("other", "Something else", "What, so that others understand it"),
    ];

    public const int LongestWords = 400;

    /// <summary>Whoever wore the camera owes nobody a reason; everybody else does.</summary>
    public static bool IsAskedOf(Viewer viewer, Recording recording) =>
        recording.Officer is not { } wearer || viewer.Account.Officer != wearer.Id;

    /// <param name="purpose">As it will stand in the log; see <see cref="Said"/>.</param>
    public static Refusal? WhyNotLook(Viewer viewer, Recording recording, string? purpose) =>
        string.IsNullOrWhiteSpace(purpose) && IsAskedOf(viewer, recording)
            ? new("purpose-needed", "Say why you look at this recording: it is not your own.")
            : null;

    /// <summary>The choice as the page sends it.</summary>
    public static Refusal? WhyNotChoose(string? code, string? words) =>
        All.FirstOrDefault(p => p.Code == code) is not { } chosen
            ? new("purpose-needed", "Choose why you look at this recording.")
        : chosen.Asks is { } asks && string.IsNullOrWhiteSpace(words)
            ? new("purpose-words-missing", $"Say in a few words: {asks.ToLowerInvariant()}.")
        : words?.Trim().Length > LongestWords ? new("purpose-too-long", $"A purpose has at most {LongestWords} characters.")
        : null;

    /// <summary>The purpose as it stands in the log.</summary>
    public static string Said(string code, string? words) =>
        All.First(p => p.Code == code).Label + (string.IsNullOrWhiteSpace(words) ? "" : $": {words.Trim()}");
}
