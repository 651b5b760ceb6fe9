namespace Lapel.Server;

/// <summary>The words of <see cref="ApiWords"/> for policies, findings, cases, reviews and measures.</summary>
static class GovernanceWords
{
    public static readonly Dictionary<string, ApiWord> All = new()
    {
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
    };
}
