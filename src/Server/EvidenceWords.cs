namespace Lapel.Server;

/// <summary>The words of <see cref="ApiWords"/> for what comes in, and recordings.</summary>
static class EvidenceWords
{
    public static readonly Dictionary<string, ApiWord> All = new()
    {
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
            Query = ApiWords.Filter,
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
            Query = [ApiWords.Viewing],
        },
        ["GET /api/v1/recordings/{id}/filmstrip.jpg"] = new("The filmstrip", "", "One picture of all.", 200, "image/jpeg")
        {
            Query = [ApiWords.Viewing],
        },
        ["GET /api/v1/recordings/{id}/waveform"] = new("The waveform", "", "Peaks of the sound.") { Query = [ApiWords.Viewing] },
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
    };
}
