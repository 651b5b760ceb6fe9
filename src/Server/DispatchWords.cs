namespace Lapel.Server;

/// <summary>The words of <see cref="ApiWords"/> for calls, imports, exemptions and faults.</summary>
static class DispatchWords
{
    public static readonly Dictionary<string, ApiWord> All = new()
    {
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
        ["GET /api/v1/incidents/{incident}"] = new(
            "A call",
            "By its number.",
            "The incident, its parts and how it stood before."
        ),
        ["PATCH /api/v1/incidents/{incident}"] = new(
            "Correct a call",
            "What is left out stays. How it stood is kept, and a file that says the same as before does not undo it.",
            "The incident."
        ),
        ["GET /api/v1/dispatch/imports"] = new(
            "Imports",
            "The newest first; ask for the next page with before.",
            "A page of imports."
        ),
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
        ["PUT /api/v1/dispatch/imports/{import}/layout"] = new(
            "Change an import's mapping",
            "Before it was started.",
            "The mapping."
        ),
        ["POST /api/v1/dispatch/imports/{import}/start"] = new("Start an import", "It goes on by itself.", "The import.", 202),
        ["POST /api/v1/dispatch/imports/{import}/discard"] = new(
            "Discard an import",
            "Before it was started.",
            "It is discarded.",
            204,
            ""
        ),
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
        ["POST /api/v1/dispatch/systems"] = new(
            "Enter a dispatch system",
            "",
            "The system and its token, which is shown once.",
            201
        ),
        ["POST /api/v1/dispatch/systems/{source}/revoke"] = new(
            "Revoke a dispatch system's token",
            "",
            "It is revoked.",
            204,
            ""
        ),
        ["GET /api/v1/dispatch/messages"] = new("The newest messages of dispatch systems", "", "Fifty messages."),
        ["POST /api/v1/dispatch/eido"] = new(
            "Send an EIDO",
            "NENA-STA-021.1b JSON, with the token of a dispatch system. The same message again changes nothing.",
            "What became of it."
        ),
        ["GET /api/v1/dispatch/call-signs"] = new(
            "Who was in which car",
            "On a day or at a moment.",
            "Entries of the call-sign roster."
        ),
        ["POST /api/v1/dispatch/call-signs"] = new(
            "Enter who was in a car",
            "Calls that waited for it get their officer.",
            "The entry.",
            201
        ),
        ["DELETE /api/v1/dispatch/call-signs/{entry}"] = new(
            "Remove an entry of the call-sign roster",
            "",
            "It is removed.",
            204,
            ""
        ),
        ["GET /api/v1/exemptions"] = new(
            "Exemptions",
            "A supervisor sees those of officers of the own unit, of units and of tasks.",
            "Exemptions."
        ),
        ["POST /api/v1/exemptions"] = new("Grant an exemption", "At most a year.", "The exemption.", 201),
        ["POST /api/v1/exemptions/{exemption}/end"] = new("End an exemption early", "", "The exemption."),
        ["GET /api/v1/faults"] = new("Camera faults", "One's own, or those of officers whom one may see.", "Faults."),
        ["POST /api/v1/faults"] = new("Report a camera's fault", "One's own, or an officer's of one's unit.", "The fault.", 201),
        ["POST /api/v1/faults/{fault}/mend"] = new("A camera works again", "", "The fault."),
    };
}
