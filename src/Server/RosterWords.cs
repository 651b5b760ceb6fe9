namespace Lapel.Server;

/// <summary>The words of <see cref="ApiWords"/> for accounts, units, officers, cameras and docks.</summary>
static class RosterWords
{
    public static readonly Dictionary<string, ApiWord> All = new()
    {
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
    };
}
