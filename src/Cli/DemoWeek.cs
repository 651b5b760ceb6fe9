namespace Lapel.Cli;

/// <summary>
/// What happens in the demo's first week, as data. Every recording is made by a camera program, every call comes in through a dispatch
/// file; seconds count from the moment that the day's cameras are ready. One case is there for each path of the rules.
/// </summary>
static class DemoWeek
{
    /// <summary>One thing said to a camera.</summary>
    public sealed record Step(double At, params string[] Verb);

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
    public sealed record Lane(int Camera, IReadOnlyList<Step> Steps, bool Docks = true);

    /// <param name="Ago">Days before the real today.</param>
    /// <param name="Hour">Of the agency's clock, when the day's zero is.</param>
    public sealed record Day(int Ago, int Hour, IReadOnlyList<Lane> Lanes, IReadOnlyList<Call> Calls);

    const string Okafor = "31-1042";
    const string Tremblay = "31-0877";
    const string Park = "31-1190";
    const string Moreau = "31-1203"; // was never issued a camera
    const string Singh = "31-0954"; // rides a desk for a while: exempt

    static readonly Step Notice = new(3, "mark", "--label", "notice given");

    static Step On(double at) => new(at, "activate", "--trigger", "button");

    static Step Off(double at) => new(at, "deactivate", "--trigger", "button");

    public static IReadOnlyList<Day> Days { get; } =
    [
        new(
            6,
            9,
            [
                // as it should be
                new(1, [On(0), Notice, new(9, "mark", "--label", "Statement begins"), Off(22)]),
                // on only when it was half over
                new(2, [On(12), new(14, "mark", "--label", "notice given"), Off(24)]),
                // off while it still went on
                new(3, [On(0), Notice, Off(10)]),
            ],
            [
                new("DISTURBANCE", Okafor, -20, 1, 20, "Keele St / Wilson Ave"),
                new("THEFT", Tremblay, -30, 0, 22, "Jane St / Sheppard Ave W"),
                new("CHECK ADDRESS", Park, -15, 1, 24, "Weston Rd / Finch Ave W"),
                new("CHECK ADDRESS", Moreau, -15, 1, 24, "Weston Rd / Finch Ave W"),
            ]
        ),
        new(
            5,
            14,
            [
                // a nurse talks with the patient: muted, said aloud, and let through by the policy
                new(
                    1,
                    [
                        On(0),
                        Notice,
                        new(
                            7,
                            "mute",
                            "--reason",
                            "medical",
                            "--text",
                            "Nurse talks with the patient",
                            "--said-aloud",
                            "--place",
                            "hospital",
                            "--asked-by",
                            "medical"
                        ),
                        new(13, "unmute"),
                        Off(22),
                    ]
                ),
                // a passer-by objects in the street: no reason to stop
                new(
                    2,
                    [
                        On(0),
                        Notice,
                        new(
                            8,
                            "stop",
                            "--reason",
                            "objection-in-public",
                            "--text",
                            "A man did not want to be filmed",
                            "--said-aloud",
                            "--place",
                            "public",
                            "--asked-by",
                            "other"
                        ),
                        new(15, "resume"),
                        Off(22),
                    ]
                ),
                // at home the occupant may refuse
                new(
                    3,
                    [
                        On(0),
                        Notice,
                        new(
                            7,
                            "stop",
                            "--reason",
                            "private-place-refusal",
                            "--text",
                            "The occupant asked for the camera to be off inside",
                            "--said-aloud",
                            "--place",
                            "private-home",
                            "--asked-by",
                            "occupant"
                        ),
                        new(15, "resume"),
                        Off(22),
                    ]
                ),
            ],
            [
                new("MEDICAL COMPLAINT", Okafor, -20, 1, 20, "Humber River hospital", "hospital"),
                new("TRAFFIC STOP", Tremblay, -5, 1, 20, "Finch Ave W / Sentinel Rd", "public"),
                new("NOISE", Park, -30, 1, 20, "Driftwood Ave", "private-home"),
                new("NOISE", Singh, -30, 1, 20, "Driftwood Ave", "private-home"),
            ]
        ),
        new(
            4,
            18,
            [
                // stopped in the middle, and not a word why that the policy knows
                new(
                    1,
                    [On(0), Notice, new(8, "stop", "--reason", "other", "--text", "Battery"), new(16, "resume"), Off(22)]
                ),
                // stays out over two days
                new(3, [On(0), Notice, Off(20)], Docks: false),
            ],
            [
                new("ASSAULT", Okafor, -20, 1, 20, "Jane St / Firgrove Cres"),
                new("UNWANTED GUEST", Tremblay, -20, 1, 20, "Chalkfarm Dr"), // the camera broke down: reported
                new("SUSPICIOUS VEHICLE", Park, -20, 1, 18, "Arleta Ave"),
                new("SUSPICIOUS VEHICLE", "31-7777", -20, 1, 18, "Arleta Ave"), // nobody has that badge
            ]
        ),
        new(
            2,
            22,
            [
                // two calls at once, one recording for both
                new(1, [On(0), Notice, Off(24)]),
                // stopped without a reason again
                new(2, [On(0), Notice, new(7, "stop", "--reason", "other"), new(15, "resume"), Off(22)]),
                // docks what it had kept
                new(3, [On(2), Off(20)]),
            ],
            [
                new("DOMESTIC", Okafor, -20, 1, 14, "San Romanoway"),
                new("ASSIST EMS", Okafor, -10, 8, 22, "San Romanoway"),
                new("HOLDUP", Tremblay, -20, 1, 20, "Keele St / Grandravine Dr"),
                new("CHECK WELFARE", Park, -20, 1, 20, "Shoreham Dr"), // recorded, and nobody was told
                new("ALARM", Tremblay, 3600 * 1.5, (3600 * 1.5) + 300, 3600 * 2.2, "Toro Rd"), // over midnight, not recorded
            ]
        ),
        new(
            1,
            8,
            [
                // switched on a moment after the camera was: no buffer to speak of
                new(1, [On(-3), Notice, Off(18)]),
                new(2, [On(0), Notice, Off(20)]),
                new(3, [On(0), Notice, new(8, "stop", "--reason", "other", "--text", "Thought it was over"), new(15, "resume"), Off(22)]),
            ],
            [
                new("COLLISION", Okafor, -20, 0, 16, "Hwy 400 ramp"),
                new("THEFT", Tremblay, -20, 1, 18, "York Gate mall"),
                new("DISPUTE", Park, -20, 1, 20, "Tobermory Dr"),
                new("TRAFFIC STOP", Tremblay, 900, 930, 600, "Steeles Ave W"), // cleared before it was reached
            ]
        ),
    ];
}
