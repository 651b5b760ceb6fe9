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
    static readonly (string, string) Viewing = ("viewing", "The id of a viewing that this caller opened.");

    static readonly (string, string)[] Filter =
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
        field ??= Own.Concat(DispatchWords.All).Concat(HelpWords.All).ToDictionary();

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

        ["GET /api/v1/policy"] = new(
            "The policy in force",
            "Everybody may read what holds for them. With at: what held then, a moment in UTC.",
            "The policy as read and as written, its number and its span."
        ),
        ["GET /api/v1/policies"] = new("Versions of the policy", "The newest draft first, without texts.", "A page of versions."),
        ["POST /api/v1/policies"] = new(
            "Begin a draft",
            "From what comes with Lapel (toronto, peel, template), from a version's id, or from a text of one's own.",
            "The draft.",
            201
        ),
        ["GET /api/v1/policies/shipped"] = new(
            "Texts that come with Lapel",
            "Examples with their sources.",
            "Names to begin from."
        ),
        ["GET /api/v1/policies/shipped/{name}"] = new("A text that comes with Lapel", "JSON with comments.", "The text."),
        ["GET /api/v1/policies/schema"] = new(
            "The schema of a policy",
            "JSON Schema 2020-12, with a description of every field.",
            "The schema.",
            MediaType: "application/schema+json"
        ),
        ["POST /api/v1/policies/check"] = new(
            "Check a policy's text",
            "Keeps nothing.",
            "Everything that is wrong with it, each with line, column, path and a sentence; empty when it can be proposed."
        ),
        ["GET /api/v1/policies/{version}"] = new(
            "A version of the policy",
            "",
            "Its text, what is wrong with it, who approved it and what was done with it."
        ),
        ["PUT /api/v1/policies/{version}/text"] = new(
            "Write a draft's text",
            "A draft may be wrong; it only cannot be proposed then. Refused when somebody else wrote it since the text one saw.",
            "The version."
        ),
        ["POST /api/v1/policies/{version}/propose"] = new(
            "Propose a draft",
            "Fixes its text and the moment it takes effect, which is not in the past unless it is the first.",
            "The version."
        ),
        ["POST /api/v1/policies/{version}/approve"] = new(
            "Approve a version",
            "For exactly the text one saw. With the second person's approval it is adopted and gets its number.",
            "The version."
        ),
        ["POST /api/v1/policies/{version}/withdraw"] = new("Withdraw a version", "What is adopted stays.", "The version."),
        ["GET /api/v1/policies/{version}/what-if"] = new(
            "What a version would have made of the past",
            "Judges the days from and until, both included, under it; last month when none are named (this one in the programme's first). Writes nothing. Names only for those who may see findings.",
            "Outcomes and findings before and after, and the findings that appear, vanish or change."
        ),
        ["GET /api/v1/policies/{version}/diff"] = new(
            "Compare two versions",
            "Rule by rule, by what they say, and line by line. Without against: with the one before it, or a draft with the one in force.",
            "What changed from the version named by against to this one."
        ),

        ["GET /api/v1/accounts"] = new(
            "Accounts",
            "In the order of their names; ask for the next page with after.",
            "A page of accounts."
        ),
        ["POST /api/v1/accounts"] = new(
            "Make an account",
            "Without a password one is made up, shown once, and must be changed at the first sign-in.",
            "The account, and the password when it was made up.",
            201
        ),
        ["GET /api/v1/accounts/{account}"] = new("An account", "", "The account."),
        ["PATCH /api/v1/accounts/{account}"] = new("Change an account", "", "The account."),
        ["POST /api/v1/accounts/{account}/disable"] = new(
            "Disable an account",
            "Its sessions end at once. Accounts are never deleted.",
            "The account."
        ),
        ["POST /api/v1/accounts/{account}/enable"] = new("Enable an account again", "", "The account."),
        ["POST /api/v1/accounts/{account}/password"] = new(
            "Give an account a new password",
            "It is made up, shown once, and must be changed at the next sign-in.",
            "The account and the password."
        ),
        ["GET /api/v1/accounts/{account}/sessions"] = new("An account's sessions", "", "Sessions that can still be used."),
        ["DELETE /api/v1/accounts/{account}/sessions/{session}"] = new("End a session of an account", "", "It ended.", 204, ""),
        ["GET /api/v1/roles"] = new("What each role may do", "", "Roles with their permissions."),
        ["PUT /api/v1/roles/{role}"] = new(
            "Change what a role may do",
            "Administrators never see recordings, and nobody else changes permissions.",
            "The role with its permissions."
        ),

        ["GET /api/v1/units"] = new(
            "Units",
            "The tree as a list: a parent comes before those under it.",
            "All units, closed ones too."
        ),
        ["POST /api/v1/units"] = new("Open a unit", "", "The unit.", 201),
        ["PATCH /api/v1/units/{unit}"] = new("Rename a unit", "", "The unit."),
        ["POST /api/v1/units/{unit}/close"] = new(
            "Close a unit",
            "Only one that nobody belongs to. Units are never deleted.",
            "The unit."
        ),
        ["GET /api/v1/officers"] = new(
            "Officers",
            "With where they belonged and what they wore on a day or at a moment.",
            "A page of officers."
        ),
        ["POST /api/v1/officers"] = new("Enter an officer", "", "The officer.", 201),
        ["GET /api/v1/officers/{officer}"] = new(
            "An officer",
            "With where they belonged and what they wore on a day or at a moment.",
            "The officer."
        ),
        ["PATCH /api/v1/officers/{officer}"] = new("Change an officer's name or rank", "", "The officer."),
        ["POST /api/v1/officers/{officer}/leave"] = new(
            "An officer leaves the service",
            "Memberships and assignments end.",
            "The officer."
        ),
        ["GET /api/v1/officers/{officer}/memberships"] = new("Where an officer belonged", "", "Memberships, oldest first."),
        ["POST /api/v1/officers/{officer}/memberships"] = new(
            "An officer joins a unit",
            "From a day on; the membership before ends there.",
            "The membership.",
            201
        ),
        ["GET /api/v1/assignments"] = new("Who wore which camera", "On a day or at a moment.", "Assignments."),
        ["POST /api/v1/assignments"] = new("Hand out a camera", "", "The assignment.", 201),
        ["POST /api/v1/assignments/{assignment}/return"] = new("Take a camera back", "", "The assignment."),
        ["GET /api/v1/cameras"] = new("Cameras", "", "A page of cameras, with who wears each now."),
        ["POST /api/v1/cameras"] = new(
            "Expect a camera",
            "Gives out a one-time enrolment code. Asking again for the same serial number gives a new code.",
            "The camera and its code, which is shown once.",
            201
        ),
        ["GET /api/v1/cameras/{camera}"] = new("A camera", "", "The camera, and who wears it now."),
        ["GET /api/v1/cameras/{camera}/keys"] = new("A camera's keys", "", "Every key that it was ever enrolled with."),
        ["POST /api/v1/cameras/{camera}/revoke"] = new(
            "Revoke a camera's key",
            "For a camera that is lost or out of use. What it signed before stays evidence.",
            "The camera."
        ),
        ["GET /api/v1/docks"] = new("Docks", "", "All docks."),
        ["POST /api/v1/docks"] = new("Enter a dock", "", "The dock.", 201),
        ["PATCH /api/v1/docks/{dock}"] = new("Change a dock", "", "The dock."),
        ["POST /api/v1/docks/{dock}/close"] = new("Take a dock out of use", "", "The dock."),

        ["POST /api/v1/phones"] = new(
            "An officer's phone asks to be a camera",
            "By the officer's own sign-in. The browser then enrols with the code as every camera does; an earlier phone of the officer counts as handed in.",
            "The camera with its serial number, and a one-time code.",
            201
        ),
        ["POST /api/v1/cameras/enrol"] = new(
            "A camera enrols",
            "With its one-time code and its own new public key. Format: docs/formats/enrolment.md.",
            "Who it is, the key that clips are sealed to, and the key that receipts are checked with."
        ),
        ["POST /api/v1/cameras/session"] = new(
            "A camera begins a session",
            "The body is a signed envelope. Format: docs/formats/enrolment.md.",
            "A bearer token, the server's time, and who wears the camera."
        ),
        ["GET /api/v1/uploads"] = new(
            "Uploads in progress",
            "Cameras send clips to this address by tus 1.0.0: see docs/formats/upload.md.",
            "Which camera has sent how much."
        ),
        ["POST /api/v1/admissions"] = new(
            "A camera brings a manifest",
            "The body is a signed envelope. Repeats are harmless. 409 clips-missing names the clips to bring, 422 says why it was quarantined.",
            "The receipt that lets the camera free its clips."
        ),
        ["GET /api/v1/quarantine"] = new("What was refused admission", "Newest first.", "A page of quarantined recordings."),
        ["GET /api/v1/quarantine/{id}"] = new("A quarantined recording", "", "Why, and its files."),
        ["POST /api/v1/quarantine/{id}/try-again"] = new(
            "Have admission tried again",
            "When the cause is gone.",
            "The recording and its receipt."
        ),
        ["GET /api/v1/admission-remarks"] = new(
            "What was noticed at admission",
            "Gaps in a camera's chain, clocks that were off, officers who differ from the roster.",
            "The newest remarks."
        ),

        ["GET /api/v1/recordings"] = new(
            "Recordings",
            "Those that the caller may see, newest first.",
            "A page of recordings, and the places of its neighbours."
        )
        {
            Query = Filter,
        },
        ["GET /api/v1/recordings/{id}"] = new("A recording", "", "The recording, its clips, states, bookmarks and positions."),
        ["GET /api/v1/recordings/{id}/manifest"] = new(
            "The manifest as the camera signed it",
            "The envelope's bytes, unchanged.",
            "The envelope."
        ),
        ["GET /api/v1/recordings/{id}/receipt"] = new(
            "The receipt of admission",
            "Proves the recording.admitted entry's place in the custody log. Format: docs/formats/receipt.md.",
            "The receipt."
        ),
        ["GET /api/v1/recordings/{id}/custody"] = new("What happened to a recording", "", "Its custody events, oldest first."),
        ["POST /api/v1/recordings/{id}/verify"] = new(
            "Verify a recording now",
            "Checks everything again and puts the outcome into the custody log.",
            "One line of JSON for each check, as it is made.",
            200,
            "application/x-ndjson"
        ),
        ["GET /api/v1/recordings/{id}/grants"] = new("Who was given access", "", "Grants, standing or not."),
        ["POST /api/v1/recordings/{id}/grants"] = new("Give an account access", "", "The grant.", 201),
        ["POST /api/v1/recordings/{id}/grants/{number}/revoke"] = new("Revoke access", "", "It is revoked.", 204, ""),
        ["POST /api/v1/recordings/{id}/viewings"] = new(
            "Open a viewing",
            "Looking is a custody event; picture and sound are given only within a viewing. Whoever did not wear the camera gives a purpose.",
            "The viewing.",
            201
        ),
        ["GET /api/v1/recordings/{id}/playlist.m3u8"] = new(
            "Play",
            "An HLS playlist of byte ranges over the original clips. Without a viewing it opens one, which needs a purpose.",
            "The playlist.",
            200,
            "application/vnd.apple.mpegurl"
        ),
        ["GET /api/v1/recordings/{id}/clips/{number}/media"] = new(
            "A clip in clear",
            "Takes Range; decrypted and authenticated on its way out.",
            "The clip, or the ranges asked for.",
            200,
            "video/mp4"
        ),
        ["GET /api/v1/recordings/{id}/clips/{number}/sealed"] = new(
            "A clip as the vault keeps it",
            "An export: the custody event comes first.",
            "The sealed clip.",
            200,
            "application/octet-stream"
        ),
        ["GET /api/v1/recordings/{id}/clips/{number}/proxy"] = new(
            "A playable copy of a clip",
            "For originals that browsers do not play. Takes Range.",
            "The copy.",
            200,
            "video/mp4"
        ),
        ["GET /api/v1/recordings/{id}/thumbnails"] = new(
            "Where the small pictures stand",
            "",
            "Times and places in the picture."
        ),
        ["GET /api/v1/recordings/{id}/thumbnails.jpg"] = new(
            "Small pictures for lists",
            "",
            "One picture of all.",
            200,
            "image/jpeg"
        ),
        ["GET /api/v1/recordings/{id}/filmstrip"] = new(
            "Where the filmstrip's pictures stand",
            "",
            "Times and places in the picture."
        )
        {
            Query = [Viewing],
        },
        ["GET /api/v1/recordings/{id}/filmstrip.jpg"] = new("The filmstrip", "", "One picture of all.", 200, "image/jpeg")
        {
            Query = [Viewing],
        },
        ["GET /api/v1/recordings/{id}/waveform"] = new("The waveform", "", "Peaks of the sound.") { Query = [Viewing] },
        ["POST /api/v1/recordings/{id}/renditions/rebuild"] = new(
            "Make the renditions again",
            "They are derived and disposable.",
            "It will be done.",
            202,
            ""
        ),
        ["GET /api/v1/recordings/{id}/export"] = new(
            "Export a recording",
            "A folder with media in clear, manifest, custody events and proofs, for lapel verify.",
            "The folder.",
            200,
            "application/zip"
        ),

        ["GET /api/v1/findings"] = new(
            "Findings",
            "Those that the caller may know of, the newest first; ask for the next page with before.",
            "A page of findings with their state."
        )
        {
            Query =
            [
                ("stage", "to-explain, to-review, in-case, closed or withdrawn."),
                ("kind", "A kind of finding."),
                ("officer", "Id or badge number."),
                ("unit", "Id; units below it are included."),
                ("days", "At least so many days old."),
                ("before", "The place that a list gave as next."),
            ],
        },
        ["GET /api/v1/findings/{id}"] = new(
            "A finding",
            "With why it was found: the rule, the rows it rests on, the sums, and what would have made it fine; and all that people said.",
            "The finding, its state, explanations and review."
        ),
        ["GET /api/v1/my-findings"] = new(
            "What waits for the officer who asks",
            "Open findings, those decided lately, cases, praise, and what had to be recorded today.",
            "The officer's own page as data."
        ),
        ["POST /api/v1/findings/{id}/explanations"] = new(
            "Explain a finding",
            "Only the officer whom it is about can. Explaining again adds; nothing is taken away.",
            "The explanation.",
            201
        ),
        ["POST /api/v1/findings/{id}/review"] = new(
            "Review a finding",
            "What is held against an officer needs their explanation, or that their seven days have passed. A sustained breach goes the way the policy says.",
            "The review, and the case that it opened.",
            201
        ),
        ["GET /api/v1/cases"] = new(
            "Cases of professional standards",
            "The newest first; an officer sees their own. Ask for the next page with before.",
            "A page of cases."
        ),
        ["GET /api/v1/cases/{id}"] = new("A case", "", "The case with its finding, evidence, proposal, decision and appeal."),
        ["POST /api/v1/findings/{id}/second-review"] = new(
            "Review a finding a second time",
            "Where the policy allows it, by somebody else, on one of its grounds. The first review stays in the record.",
            "The review, and the case that it opened.",
            201
        ),
        ["POST /api/v1/cases"] = new(
            "Open a case by hand",
            "After a complaint or at a board's request, about an incident that the officer took part in or a recording of theirs. Whoever opens a case does not decide it.",
            "The case.",
            201
        ),
        ["POST /api/v1/cases/{id}/replies"] = new(
            "Reply to a case",
            "Only the officer whom the case is about can.",
            "The case.",
            201
        ),
        ["POST /api/v1/cases/{id}/evidence"] = new("Add evidence to a case", "", "The case.", 201),
        ["POST /api/v1/cases/{id}/decision"] = new(
            "Decide a case",
            "By somebody who did not sustain it. Below the policy's floor it needs a departure, signed with one's full name.",
            "The case.",
            201
        ),
        ["POST /api/v1/cases/{id}/appeal"] = new("Appeal", "Only the officer whom the case is about can.", "The case.", 201),
        ["POST /api/v1/cases/{id}/appeal/decision"] = new(
            "Decide an appeal",
            "By somebody who did not decide the case; it can only become milder.",
            "The case.",
            201
        ),
        ["POST /api/v1/commendations"] = new(
            "Praise an officer",
            "For a recording or for a part in an incident. The officer sees it the next time they sign in.",
            "Its number.",
            201
        ),
        ["GET /api/v1/recordings/{id}/tag"] = new("A recording's case number and category", "", "The newest tag."),
        ["POST /api/v1/recordings/{id}/tag"] = new(
            "Tag a recording",
            "Officers tag their own, supervisors those of their unit, as the policy says.",
            "The tag.",
            201
        ),
        ["GET /api/v1/judgements"] = new(
            "An officer's judgements",
            "Every part in an incident that began in the span, in order of time, as far as the asker may see them.",
            "The judgements."
        ),
        ["POST /api/v1/judging/replay"] = new(
            "Judge everything again",
            "From the facts alone; the result is the same unless the facts or the rules changed.",
            "It is done.",
            204,
            ""
        ),
        ["GET /api/v1/reviews"] = new(
            "One's own reviews",
            "Those that wait, the most urgent first, and the last that were done.",
            "Both lists."
        ),
        ["GET /api/v1/reviews/overdue"] = new("Overdue reviews", "Of all reviewers, the oldest first.", "The reviews."),
        ["GET /api/v1/reviews/draws"] = new("Draws", "The newest first.", "The draws."),
        ["POST /api/v1/reviews/draws"] = new(
            "Draw besides the weekly draws",
            "Fixes the list of required recordings; the draw follows when the custody log has signed that. Days are of the agency's calendar.",
            "The draw, not drawn yet.",
            202
        ),
        ["GET /api/v1/reviews/draws/{draw}"] = new("One draw", "", "The draw and what was drawn, in the order of drawing."),
        ["GET /api/v1/reviews/draws/{draw}/frame"] = new(
            "The list that was drawn from",
            "See docs/formats/review-draw.md.",
            "Ids of attendances, a line each.",
            200,
            "text/plain"
        ),
        ["GET /api/v1/reviews/draws/{draw}/checkpoint"] = new(
            "The seed of a draw",
            "The log's signed head with the list's entry as its last.",
            "A signed note.",
            200,
            "text/plain"
        ),
        ["GET /api/v1/reviews/{draw}/{attendance}"] = new(
            "One review",
            "For whoever does it, had it or did it, and for those who look into findings.",
            "What is known about the drawn attendance, and the questions."
        ),
        ["POST /api/v1/reviews/{draw}/{attendance}"] = new(
            "Do a review",
            "Every question of the policy has an answer: yes, no or does-not-apply.",
            "The review as it stands now."
        ),
        ["POST /api/v1/reviews/{draw}/{attendance}/watched"] = new(
            "Tell which seconds were watched",
            "Only seconds that were served to this account in a counted look are believed.",
            "How many different seconds were watched so far."
        ),
        ["GET /api/v1/recordings/{id}/leads"] = new(
            "Leads from a recording's media",
            "Dark or still pictures and silence, for a person to look at. They are no findings.",
            "When the media was looked through, and the leads."
        ),

        ["GET /api/v1/measures"] = new(
            "The measures of a month",
            "Of the service or of a unit with all below it.",
            "Measures with numerators, denominators and what is left out; by unit, by officer and for thirteen months."
        )
        {
            Query = [("month", "2026-11; the last whole month when left out."), ("unit", "Id; the service when left out.")],
        },
        ["GET /api/v1/measures/rows"] = new(
            "The rows behind a number",
            "For those who may see officers' numbers there.",
            "Attendances, or recordings, a page of them."
        )
        {
            Query =
            [
                ("month", "2026-11; the present one when left out."),
                ("kind", "missing (when left out), covered_whole, untagged…: kinds of docs/measures-method.md, with commas."),
                ("unit", "Id; units below it are included."),
                ("officer", "Id."),
                ("after", "The place that a page gave as next."),
            ],
        },
        ["GET /api/v1/measures/{month}/report"] = new(
            "The board's report of a month",
            "Small cells are withheld.",
            "What the printed report shows."
        ),
        ["POST /api/v1/measures/{month}/publications"] = new(
            "Publish a month",
            "Counts it once more and puts out its open data. A month that is out gets another edition.",
            "The publication.",
            201
        ),
        ["GET /api/v1/open-data"] = new("Published months", "Open to everybody.", "The publications and their files."),
        ["GET /api/v1/open-data/{month}/{edition}/{file}"] = new(
            "A published file",
            "Open to everybody; it never changes.",
            "The file.",
            200,
            "text/csv"
        ),
        ["GET /api/v1/morning"] = new(
            "What waits this morning",
            "For a supervisor of their unit, for the programme's manager of the programme.",
            "One of the two."
        )
        {
            Query = [("day", "2026-11-21; yesterday when left out.")],
        },

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
