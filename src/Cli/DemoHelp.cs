namespace Lapel.Cli;

/// <summary>
/// Who presses for help in the demo's week, and what comes of it, as data. Every press goes through a camera or the officer's own page, and
/// whoever answers comes in by link and code; seconds count from the moment that the day's cameras are ready.
/// </summary>
static class DemoHelp
{
    /// <summary>What a health professional and an officer make of a press.</summary>
    /// <param name="Says">By voice where there is sound, else written.</param>
    /// <param name="Advice">The one line that stays with the police record.</param>
    /// <param name="Reply">The officer's.</param>
    /// <param name="Note">For the health side alone.</param>
    public sealed record Answer(
        string Says,
        string Advice,
        string Reply,
        string Note,
        string Consent,
        string Outcome,
        bool CentreWatches = false
    );

    /// <param name="Ago">Days before the real today.</param>
    /// <param name="Officer">Their account.</param>
    /// <param name="Camera">On which it is pressed, and whose live picture is seen; none: on the phone, without one.</param>
    /// <param name="At">None: as soon as the day begins.</param>
    /// <param name="Answer">None: nobody answers, and in the evening the officer says that it is over.</param>
    /// <param name="UntilAlerted">Not before the operations centre was told.</param>
    public sealed record Press(
        int Ago,
        string Officer,
        int? Camera,
        double? At,
        string Why,
        string Words,
        Answer? Answer = null,
        bool UntilAlerted = false
    );

    /// <summary>From this day on somebody is on call.</summary>
    public const int ClinicSince = 5;

    public static IReadOnlyList<Press> On(DemoWeek.Day day) => [.. Presses.Where(p => p.Ago == day.Ago)];

    static readonly Press[] Presses =
    [
        new(6, "okafor", null, 4, "confused", "Elderly man, does not know where he lives"),
        new(5, "park", null, null, "substances", "He is shaking and will not sit", UntilAlerted: true),
        new(
            4,
            "tremblay",
            null,
            2,
            "person-in-crisis",
            "My camera is broken: no picture",
            new(
                "I am with you in writing. Is everybody safe, and is there somebody whom he trusts?",
                "Let his sister speak first; stand beside the door, not in it; one question at a time.",
                "The sister has him talking. He sat down.",
                "Known to the crisis team since spring. Missed two appointments. Settles when the sister leads.",
                "given",
                "resolved-on-scene"
            )
        ),
        new(
            2,
            "okafor",
            1,
            3,
            "threatens-self-harm",
            "Woman, about thirty, on the balcony",
            new(
                "Good evening. My name is Rosa. I am a nurse, and I am here to help. Take your time.",
                "Keep the light off her face. Offer her the chair by the door, and let her decide when.",
                "She came in from the balcony and sits down.",
                "Acute distress after a separation. No plan beyond tonight. Agreed to be seen at once; hospital told.",
                "given",
                "voluntary-transport",
                CentreWatches: true
            )
        ),
        new(
            1,
            "okafor",
            1,
            2,
            "confused",
            "Driver unhurt, cannot say what day it is",
            new(
                "Good morning. I am Rosa, a nurse. Can you tell me your name, and where you were going?",
                "This is not shock alone: speech and left hand are weak. Ambulance now, and note the time.",
                "Ambulance is called, four minutes.",
                "Suspected stroke, onset about 07:40. Handed over to the ambulance crew by phone.",
                "unable",
                "medical-emergency"
            )
        ),
    ];
}
