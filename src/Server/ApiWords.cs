namespace Lapel.Server;

/// <summary>What the description of the API says about one operation, beyond what its route shows.</summary>
/// <param name="Answer">What is in the answer in case of success.</param>
/// <param name="MediaType">Of the answer; empty when it has no body.</param>
public sealed record ApiWord(
    string Summary,
    string Description,
    string Answer,
    int Status = 200,
    string MediaType = "application/json"
)
{
    /// <summary>Parameters that the route reads by itself.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];
}

/// <summary>One entry for each operation; a test expects no operation without words and no words without an operation.</summary>
public static class ApiWords
{
    internal static readonly (string, string) Viewing = ("viewing", "The id of a viewing that this caller opened.");

    internal static readonly (string, string)[] Filter =
    [
        ("officer", "Id or badge number."),
        ("camera", "Id or serial number."),
        ("unit", "Id; units below it are included."),
        ("from", "A day in the agency's time zone, or a moment in UTC."),
        ("until", "A day, which is included, or a moment."),
        ("state", "stopped, muted, averted or power-cut."),
        ("urgent", "1: only urgent recordings."),
        ("text", "Words to look for."),
        ("before", "The place that a list gave as older."),
        ("after", "The place that a list gave as newer."),
        ("size", "How many; 48 when left out."),
    ];

    /// <summary>None when nobody wrote any.</summary>
    public static ApiWord? Of(string method, string path) => All.GetValueOrDefault($"{method} {path}");

    public static IReadOnlyDictionary<string, ApiWord> All =>
        field ??= Own.Concat(RosterWords.All)
            .Concat(EvidenceWords.All)
            .Concat(GovernanceWords.All)
            .Concat(DispatchWords.All)
            .Concat(HelpWords.All)
            .ToDictionary();

    static readonly Dictionary<string, ApiWord> Own = new()
    {
        ["POST /api/v1/agencies"] = new(
            "Found an agency",
            "Makes its keys, vault, custody log and first administrator. Stands at the server's root, not under an agency.",
            "The agency's short name and name.",
            201
        ),
        ["POST /api/v1/sign-in"] = new(
            "Sign in",
            "Every refusal is the same, whether the name, the password or the account was at fault.",
            "A bearer token, until when it lasts, and what the account may do."
        ),
        ["GET /api/v1/session"] = new("Who is asking", "", "The account, its permissions and this session."),
        ["DELETE /api/v1/session"] = new("Sign out", "Ends the session that asks.", "It ended.", 204, ""),
        ["GET /api/v1/sessions"] = new("One's own sessions", "", "Sessions that can still be used, the latest first."),
        ["DELETE /api/v1/sessions/{session}"] = new("End one of one's own sessions", "", "It ended.", 204, ""),
        ["POST /api/v1/password"] = new(
            "Change one's own password",
            "All other sessions of the account end.",
            "It is changed.",
            204,
            ""
        ),
        ["GET /api/v1/health"] = new(
            "Is Lapel well",
            "Room, log, witnesses, followers, checks and clocks, in plain words.",
            "The report."
        ),
        ["GET /api/v1/log/entries/{position}/proof"] = new(
            "The proof of a log entry",
            "",
            "The entry and its proof under the newest checkpoint."
        ),
        ["GET /log/checkpoint"] = new("The log's signed head", "A C2SP checkpoint.", "A signed note.", 200, "text/plain"),
        ["GET /log/key"] = new("The log's public key", "A C2SP verifier key.", "One line.", 200, "text/plain"),
        ["GET /log/tile/{level}/{path}"] = new(
            "A tile of hashes",
            "C2SP tlog-tiles.",
            "The tile.",
            200,
            "application/octet-stream"
        ),
        ["GET /log/tile/entries/{path}"] = new(
            "A bundle of entries",
            "C2SP tlog-tiles. Entries say who did what.",
            "The bundle.",
            200,
            "application/octet-stream"
        ),
    };
}
