namespace Lapel.Server;

/// <summary>The operations of live help.</summary>
public static partial class ApiWords
{
    // A property, since static fields of two files have no order between them.
    static Dictionary<string, ApiWord> OfLiveHelp =>
        new()
        {
            ["GET /api/v1/live/sessions"] = new(
                "Live cameras",
                "Only those that the live policy lets this account's role watch.",
                "Open live sessions, with who watches and what help was asked for."
            ),
            ["GET /api/v1/live/sessions/{session}"] = new("A live session", "", "The session, ended or not."),
            ["GET /api/v1/live/sessions/{session}/watchers"] = new(
                "Who watched a live session",
                "Everybody who received picture or sound, from when to when, with the measured delay.",
                "Watchings, the latest first."
            ),
            ["POST /api/v1/live/sessions"] = new(
                "Begin to show a recording live",
                "By a camera, with its own session. Repeating it finds the session that runs. Only while it records, never from the buffer.",
                "Where to publish, who watches, and what the officer is to say.",
                201
            ),
            ["POST /api/v1/live/sessions/{session}/reports"] = new(
                "Say how the camera is",
                "At least every five seconds: whether it records, in which state, where. Silence ends the session.",
                "Where to publish, who watches, where the clinician is heard."
            ),
            ["DELETE /api/v1/live/sessions/{session}"] = new("End a live session", "By its camera, with the recording.", "It ended.", 204, ""),
            ["POST /api/v1/live/sessions/{session}/leases"] = new(
                "Ask to watch",
                "For one of the reasons that the live policy allows the role. The officer is told as soon as packets flow.",
                "A lease, and the way to connect by WHEP.",
                201
            ),
            ["POST /api/v1/live/sessions/{session}/end"] = new(
                "End a live session for everybody",
                "The kill switch; with seriousIncident the gateway drops what it holds. The event does not stream again.",
                "It ended.",
                204,
                ""
            ),
            ["GET /api/v1/live/leases/{lease}"] = new(
                "One's own lease",
                "Ask before every connection: tokens are short-lived.",
                "The lease, and the way to connect."
            ),
            ["POST /api/v1/live/leases/{lease}/renew"] = new(
                "Renew one's lease",
                "Possible in its last minutes, as the live policy says.",
                "The lease, and the way to connect."
            ),
            ["POST /api/v1/live/leases/{lease}/delay"] = new(
                "Say how late the picture is shown",
                "Milliseconds from a picture's arrival to the screen; the way up to there the gateway measures.",
                "The delay from lens to screen; 204 while the gateway has measured nothing."
            ),
            ["DELETE /api/v1/live/leases/{lease}"] = new("Stop watching", "", "The lease ended.", 204, ""),
            ["GET /api/v1/live/help"] = new(
                "How help stands",
                "For the officer: by the session of the camera they wear, or by their own sign-in.",
                "The live session, who watches, the open consult, and where the clinician is heard."
            ),
            ["POST /api/v1/live/help"] = new(
                "Ask for help",
                "One press. While help is asked for or there, another press finds the first.",
                "How help stands."
            ),
            ["POST /api/v1/live/help/withdraw"] = new("Withdraw a request for help", "Before anybody accepted.", "It is withdrawn.", 204, ""),
            ["POST /api/v1/live/help/consent"] = new(
                "Note what the person said",
                "An answer of the live policy. A refusal ends the clinician's lease at once.",
                "It is noted.",
                204,
                ""
            ),
            ["POST /api/v1/live/help/lines"] = new("Write to the clinician", "One line.", "It is sent.", 204, ""),
            ["POST /api/v1/live/help/end"] = new("End a consult", "With an outcome of the live policy.", "It ended.", 204, ""),
            ["GET /api/v1/live/consults"] = new(
                "Consults",
                "Newest first. A supervisor sees their unit's.",
                "A page of consults; clinical notes are in none of them."
            )
            {
                Query = [("before", "The place that a page gave as next.")],
            },
            ["GET /api/v1/live/consults/{consult}"] = new("A consult", "", "Its record: who was rung, advice, who watched with which delay."),
            ["GET /api/v1/live/statistics"] = new(
                "Figures over consults",
                "Each beside what it is a part of.",
                "Times from press to acceptance, media and first words; outcomes."
            )
            {
                Query = [("from", "A day or a moment; the last 30 days when left out.")],
            },
            ["GET /api/v1/live/clinicians"] = new("Clinicians", "", "Those who may be called, and those who left."),
            ["POST /api/v1/live/clinicians"] = new("Enter a clinician", "", "The clinician.", 201),
            ["POST /api/v1/live/clinicians/{clinician}/link"] = new(
                "Give a personal link",
                "The link before stops working, and notes that only it opened are readable by nobody.",
                "The link's path; shown only now."
            ),
            ["POST /api/v1/live/clinicians/{clinician}/code"] = new(
                "Give a one-time code",
                "Works once, for a quarter of an hour.",
                "The code; shown only now."
            ),
            ["POST /api/v1/live/clinicians/{clinician}/leave"] = new("A clinician leaves", "", "Link, sessions and shifts ended.", 204, ""),
            ["GET /api/v1/live/rota"] = new("The rota", "Shifts of the next 35 days.", "Shifts by their beginning and place.")
            {
                Query = [("from", "A day or a moment; now when left out.")],
            },
            ["POST /api/v1/live/rota"] = new("Enter a shift", "", "The shift.", 201),
            ["DELETE /api/v1/live/rota/{shift}"] = new("Take a shift off the rota", "Of one that runs, what is left of it.", "It is off.", 204, ""),
            ["GET /api/v1/findings/{id}"] = new(
                "A finding with its explanation",
                "Why it is there, as a tree of sentences: the rule, the rows it rests on, the sums, what would have made it fine. Officers see their own, supervisors their unit's.",
                "The finding, whether it was withdrawn, and because of what it stands."
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
            ["GET /api/v1/incidents"] = new(
                "Calls",
                "Those that the caller may see, newest first. Outcomes of other officers' parts are left out for officers.",
                "A page of incidents with their parts."
            )
            {
                Query =
                [
                    ("day", "A day in the agency's time zone."),
                    ("officer", "Id or badge number."),
                    ("type", "The beginning of a call type."),
                    ("number", "The incident's number."),
                    ("outcome", "not-required, covered, exempt, technical, missing or unknown."),
                    ("before", "The place that a list gave as older."),
                    ("after", "The place that a list gave as newer."),
                ],
            },
            ["POST /api/v1/incidents"] = new(
                "Enter one's own activity",
                "What an officer began and dispatch does not know of; in the server's clock.",
                "The incident.",
                201
            ),
            ["GET /api/v1/incidents/{incident}"] = new("A call", "By its number.", "The incident, its parts and how it stood before."),
            ["PATCH /api/v1/incidents/{incident}"] = new(
                "Correct a call",
                "What is left out stays. How it stood is kept, and a file that says the same as before does not undo it.",
                "The incident."
            ),
            ["GET /api/v1/dispatch/imports"] = new("Imports", "The newest first; ask for the next page with before.", "A page of imports."),
            ["POST /api/v1/dispatch/imports"] = new(
                "Send a file of dispatch",
                "The body is the CSV file. Nothing of it is taken until the import is started.",
                "The import.",
                201
            ),
            ["GET /api/v1/dispatch/imports/{import}"] = new("An import", "", "The import and how far it is."),
            ["GET /api/v1/dispatch/imports/{import}/preview"] = new(
                "What an import would find",
                "Nothing is written.",
                "The first rows as they would be taken, and troubles by kind."
            ),
            ["PUT /api/v1/dispatch/imports/{import}/layout"] = new("Change an import's mapping", "Before it was started.", "The mapping."),
            ["POST /api/v1/dispatch/imports/{import}/start"] = new("Start an import", "It goes on by itself.", "The import.", 202),
            ["POST /api/v1/dispatch/imports/{import}/discard"] = new("Discard an import", "Before it was started.", "It is discarded.", 204, ""),
            ["GET /api/v1/dispatch/imports/{import}/rows"] = new(
                "Rows that were not taken",
                "With flagged=true those that were taken and look wrong. Ask for the next page with after.",
                "A page of rows."
            ),
            ["POST /api/v1/dispatch/imports/{import}/rows/{number}/mend"] = new(
                "Mend a row",
                "Send all its fields; it is taken if it can be, and keeps its troubles if not.",
                "That it was taken."
            ),
            ["POST /api/v1/dispatch/imports/{import}/rows/{number}/set-aside"] = new(
                "Set a bad row aside",
                "It is kept with the reason.",
                "It is set aside.",
                204,
                ""
            ),
            ["GET /api/v1/dispatch/layouts"] = new("Mappings", "Lapel's own and those that were saved.", "All mappings."),
            ["PUT /api/v1/dispatch/layouts/{name}"] = new("Save a mapping", "", "The mapping."),
            ["DELETE /api/v1/dispatch/layouts/{name}"] = new(
                "Remove a saved mapping",
                "One of Lapel's own that was changed is as Lapel brings it again.",
                "It is removed.",
                204,
                ""
            ),
            ["GET /api/v1/dispatch/clock"] = new(
                "The clock of dispatch",
                "An estimate with all it rests on, and what people set. The estimate is applied by nobody but a person.",
                "The clock."
            ),
            ["POST /api/v1/dispatch/clock"] = new("Set the clock of dispatch", "What it touches is judged again.", "The clock."),
            ["GET /api/v1/dispatch/systems"] = new("Dispatch systems", "Those that may send messages.", "All systems."),
            ["POST /api/v1/dispatch/systems"] = new("Enter a dispatch system", "", "The system and its token, which is shown once.", 201),
            ["POST /api/v1/dispatch/systems/{source}/revoke"] = new("Revoke a dispatch system's token", "", "It is revoked.", 204, ""),
            ["GET /api/v1/dispatch/messages"] = new("The newest messages of dispatch systems", "", "Fifty messages."),
            ["POST /api/v1/dispatch/eido"] = new(
                "Send an EIDO",
                "NENA-STA-021.1b JSON, with the token of a dispatch system. The same message again changes nothing.",
                "What became of it."
            ),
            ["GET /api/v1/dispatch/call-signs"] = new("Who was in which car", "On a day or at a moment.", "Entries of the call-sign roster."),
            ["POST /api/v1/dispatch/call-signs"] = new("Enter who was in a car", "Calls that waited for it get their officer.", "The entry.", 201),
            ["DELETE /api/v1/dispatch/call-signs/{entry}"] = new("Remove an entry of the call-sign roster", "", "It is removed.", 204, ""),
            ["GET /api/v1/exemptions"] = new("Exemptions", "A supervisor sees those of officers of the own unit, of units and of tasks.", "Exemptions."),
            ["POST /api/v1/exemptions"] = new("Grant an exemption", "At most a year.", "The exemption.", 201),
            ["POST /api/v1/exemptions/{exemption}/end"] = new("End an exemption early", "", "The exemption."),
            ["GET /api/v1/faults"] = new("Camera faults", "One's own, or those of officers whom one may see.", "Faults."),
            ["POST /api/v1/faults"] = new("Report a camera's fault", "One's own, or an officer's of one's unit.", "The fault.", 201),
            ["POST /api/v1/faults/{fault}/mend"] = new("A camera works again", "", "The fault."),
        };
}
