namespace Lapel.Server;

/// <summary>The words of <see cref="ApiWords"/> for live help.</summary>
static class HelpWords
{
    public static readonly Dictionary<string, ApiWord> All = new()
    {
        ["GET /api/v1/live/sessions"] = new(
            "Live cameras",
            "Only those that the live policy lets this account's role watch.",
            "Open live sessions, with who watches and what help was asked for."
        ),
        ["GET /api/v1/live/outlines"] = new(
            "Outlines of the divisions",
            "The GeoJSON file that the operator put into the agency's folder.",
            "A FeatureCollection of polygons with names.",
            MediaType: "application/geo+json"
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
        ["DELETE /api/v1/live/sessions/{session}"] = new(
            "End a live session",
            "By its camera, with the recording.",
            "It ended.",
            204,
            ""
        ),
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
        ["POST /api/v1/live/help/withdraw"] = new(
            "Withdraw a request for help",
            "Before anybody accepted.",
            "It is withdrawn.",
            204,
            ""
        ),
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
        ["GET /api/v1/live/consults/{consult}"] = new(
            "A consult",
            "",
            "Its record: who was rung, advice, who watched with which delay."
        ),
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
        ["POST /api/v1/live/clinicians/{clinician}/leave"] = new(
            "A clinician leaves",
            "",
            "Link, sessions and shifts ended.",
            204,
            ""
        ),
        ["GET /api/v1/live/sources"] = new(
            "Live sources",
            "Cameras that are not ours and may stream. No passphrase, key or password is ever in it.",
            "Sources, each with what it does now, in words."
        ),
        ["POST /api/v1/live/sources"] = new(
            "Give a camera a live source",
            "For a camera that records by itself whenever it streams: whoever gives it declares that. With kind srt or rtmp the camera pushes, with rtsp it is asked.",
            "The source; for srt and rtmp with where the camera pushes to and its passphrase or key, shown only now.",
            201
        ),
        ["POST /api/v1/live/sources/{camera}/secret"] = new(
            "Give a live source another passphrase or key",
            "The one before stops working at once and its stream ends.",
            "The source with where the camera pushes to and its secret, shown only now."
        ),
        ["POST /api/v1/live/sources/{camera}/resume"] = new(
            "Let a camera be shown live again",
            "After a stream of it was ended for everybody.",
            "It may begin again.",
            204,
            ""
        ),
        ["POST /api/v1/live/sources/{camera}/revoke"] = new(
            "Revoke a live source",
            "When this is answered its stream is over and nobody listens for it.",
            "It is revoked.",
            204,
            ""
        ),
        ["GET /api/v1/live/rota"] = new("The rota", "Shifts of the next 35 days.", "Shifts by their beginning and place.")
        {
            Query = [("from", "A day or a moment; now when left out.")],
        },
        ["POST /api/v1/live/rota"] = new("Enter a shift", "", "The shift.", 201),
        ["DELETE /api/v1/live/rota/{shift}"] = new(
            "Take a shift off the rota",
            "Of one that runs, what is left of it.",
            "It is off.",
            204,
            ""
        ),
    };
}
