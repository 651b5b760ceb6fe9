namespace Lapel.Cli;

/// <summary>
/// What happens in the demo's first week, as data. Every recording is made by a camera program, every call comes in through a dispatch
/// file; seconds count from the moment that the day's cameras are ready. One case is there for each path of the rules.
/// </summary>
static class DemoWeek
{
    /// <summary>One thing said to a camera.</summary>
    public sealed record Step(double At, Say Say);

    /// <summary>A line of the dispatch file. Times are seconds after the day's zero; none: dispatch did not say.</summary>
    /// <param name="Badge">As dispatch writes it.</param>
    public sealed record Call(
        string Type,
        string Badge,
        double? Dispatched,
        double? Arrived,
        double? Cleared,
        string? Address = null,
        string? Place = null
    );

    /// <summary>What one camera does on a day.</summary>
    /// <param name="Camera">1, 2 or 3.</param>
    /// <param name="Docks">False: it stays out, and docks on a later day.</param>
    /// <param name="IsPutOnLate">Switched on when the others are ready: its buffer is almost empty.</param>
    /// <param name="LensIsCovered">For ten seconds nothing is seen.</param>
    public sealed record Lane(
        int Camera,
        IReadOnlyList<Step> Steps,
        bool Docks = true,
        bool IsPutOnLate = false,
        bool LensIsCovered = false
    );

    /// <param name="Ago">Days before the real today.</param>
    /// <param name="Hour">Of the agency's clock, when the day's zero is.</param>
    /// <param name="About">For the terminal.</param>
    public sealed record Day(int Ago, int Hour, string About, IReadOnlyList<Lane> Lanes, IReadOnlyList<Call> Calls);

    const string Okafor = "31-1042";
    const string Tremblay = "31-0877";
    const string Park = "31-1190";
    const string Moreau = "31-1203"; // was never issued a camera
    const string Singh = "31-0954"; // rides a desk for a while: exempt

    static readonly Step Notice = Mark(2, "notice given");

    static Step On(double at) => new(at, new("activate", Trigger: "button"));

    static Step Off(double at) => new(at, new("deactivate", Trigger: "button"));

    static Step Mark(double at, string label) => new(at, new("mark", Label: label));

    static Step Resume(double at) => new(at, new("resume"));

    static Step Stop(double at, string reason, string? text = null, string? place = null, string? askedBy = null) =>
        new(at, new("stop", Reason: reason, Text: text, SaidAloud: text is not null, Place: place, AskedBy: askedBy));

    public static IReadOnlyList<Day> Days { get; } =
    [
        new(
            6,
            9,
            "one call as it should be, one recorded late, one cut short, one without a camera",
            [
                new(1, [On(0), Notice, Mark(5, "Statement begins"), Off(11)]),
                new(2, [On(14), Mark(15, "notice given"), Off(18)]), // its buffer reaches back half of the way
                new(3, [On(0), Notice, Off(5)]),
            ],
            [
                new("DISTURBANCE", Okafor, -4, 1, 9, "Keele St / Wilson Ave"),
                new("THEFT", Tremblay, -4, 0, 16, "Jane St / Sheppard Ave W"),
                new("CHECK ADDRESS", Park, -4, 1, 12, "Weston Rd / Finch Ave W"),
                new("CHECK ADDRESS", Moreau, -4, 1, 12, "Weston Rd / Finch Ave W"),
                new("CHECK ADDRESS", Singh, -4, 1, 12, "Weston Rd / Finch Ave W"),
                new("FOUND PROPERTY", Okafor, 0, 4, 9, "Keele St / Wilson Ave"),
                new("ASSIST EMS", Okafor, 1, 4, 10, "Keele St / Wilson Ave"),
                new("TRAFFIC HAZARD", Okafor, 1, 5, 9, "Keele St / Wilson Ave"),
            ]
        ),
        new(
            5,
            14,
            "a mute in a hospital, an objection in the street, a refusal at home",
            [
                // a nurse talks with the patient: muted, said aloud, and let through by the policy
                new(
                    1,
                    [
                        On(0),
                        Notice,
                        new(
                            4,
                            new(
                                "mute",
                                Reason: "medical",
                                Text: "Nurse talks with the patient",
                                SaidAloud: true,
                                Place: "hospital",
                                AskedBy: "medical"
                            )
                        ),
                        new(8, new("unmute")),
                        Off(12),
                    ]
                ),
                // a passer-by objects in the street: no reason to stop
                new(
                    2,
                    [
                        On(0),
                        Notice,
                        Stop(4, "objection-in-public", "A man did not want to be filmed", "public", "other"),
                        Resume(8),
                        Off(12),
                    ]
                ),
                // at home the occupant may refuse
                new(
                    3,
                    [
                        On(0),
                        Notice,
                        Stop(
                            4,
                            "private-place-refusal",
                            "The occupant asked for the camera to be off inside",
                            "private-home",
                            "occupant"
                        ),
                        Resume(8),
                        Off(12),
                    ]
                ),
            ],
            [
                new("MEDICAL COMPLAINT", Okafor, -20, 1, 11, "Humber River hospital", "hospital"),
                new("TRAFFIC STOP", Tremblay, -5, 1, 11, "Finch Ave W / Sentinel Rd", "public"),
                new("NOISE", Park, -30, 1, 11, "Driftwood Ave", "private-home"),
                new("NOISE", Singh, -30, 1, 11, "Driftwood Ave", "private-home"),
            ]
        ),
        new(
            4,
            18,
            "a camera breaks down, another is stopped in the middle of a call, a third stays out",
            [
                new(1, [On(0), Notice, Stop(4, "other", "Battery"), Resume(8), Off(12)]),
                new(3, [On(0), Notice, Off(11)], Docks: false),
            ],
            [
                new("ASSAULT", Okafor, -20, 1, 11, "Jane St / Firgrove Cres"),
                new("UNWANTED GUEST", Tremblay, -20, 1, 11, "Chalkfarm Dr"), // the camera broke down: reported
                new("SUSPICIOUS VEHICLE", Park, -20, 1, 10, "Arleta Ave"),
                new("SUSPICIOUS VEHICLE", "31-7777", -20, 1, 10, "Arleta Ave"), // nobody has that badge
                new("PARKING", Park, 0, 4, 9, "Arleta Ave"),
                new("ASSIST CITIZEN", Park, 1, 5, 9, "Arleta Ave"),
            ]
        ),
        new(
            2,
            22,
            "two calls at once, a stop without a reason, and a camera docked two days late",
            [
                new(1, [On(0), Notice, Off(16)]),
                new(2, [On(0), Notice, Stop(4, "other"), Resume(8), Off(12)]),
                new(3, [On(1), Off(16)], LensIsCovered: true), // recorded, and nobody was told; a jacket hangs before the lens
            ],
            [
                new("DOMESTIC", Okafor, -20, 1, 8, "San Romanoway"),
                new("ASSIST EMS", Okafor, -10, 5, 15, "San Romanoway"),
                new("PERSON IN CRISIS", Okafor, 0, 4, 15, "San Romanoway"),
                new("CHECK WELFARE", Okafor, 1, 4, 14, "San Romanoway"),
                new("HOLDUP", Tremblay, -20, 1, 11, "Keele St / Grandravine Dr"),
                new("CHECK WELFARE", Park, -20, 4, 15, "Shoreham Dr"),
            ]
        ),
        new(
            1,
            8,
            "a camera put on at the last moment, a late start, and a stop that nobody has explained yet",
            [
                new(1, [On(-1), Notice, Off(16)], IsPutOnLate: true),
                new(2, [On(14), Mark(15, "notice given"), Off(18)]),
                new(3, [On(0), Notice, Stop(4, "other", "Thought it was over"), Resume(8), Off(12)]),
            ],
            [
                new("COLLISION", Okafor, -20, 0, 15, "Hwy 400 ramp"),
                new("THEFT", Tremblay, -20, 1, 16, "York Gate mall"),
                new("DISPUTE", Park, -20, 1, 11, "Tobermory Dr"),
                new("ALARM", Tremblay, -30_600, -30_300, -28_000, "Toro Rd"), // the night before, over midnight: not recorded
                new("TRAFFIC STOP", Tremblay, -3600, -3570, -3900, "Steeles Ave W"), // cleared before it was reached
            ]
        ),
    ];
}
