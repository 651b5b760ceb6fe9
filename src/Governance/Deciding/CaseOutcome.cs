namespace Lapel.Governance;

/// <summary>How a case of professional standards can end.</summary>
/// <param name="Breach">It finds a breach: then the policy's floor counts.</param>
/// <param name="AsksDays">It is a suspension of so many days.</param>
/// <param name="Means">What follows, told before one decides.</param>
public sealed record CaseOutcome(string Code, string Label, bool Breach, bool AsksDays, string Means)
{
    public static IReadOnlyList<CaseOutcome> All { get; } =
    [
        new("unfounded", "Unfounded", false, false, "No breach. It does not count as history."),
        new("no-further-action", "No further action", true, false, "A breach that has no consequence. It counts as history."),
        new(
            "informal",
            "Informal resolution",
            true,
            false,
            "Advice or training, with the officer's agreement. It counts as history."
        ),
        new("reprimand", "Reprimand", true, false, "Written, on the officer's file. It counts as history."),
        new("suspension", "Suspension", true, true, "So many days. It counts as history."),
        new(
            "hearing",
            "Sent to a hearing",
            false,
            false,
            "A hearing outside of Lapel decides about breach and penalty; nothing is found here."
        ),
    ];

    public static CaseOutcome? Find(string? code) => All.FirstOrDefault(o => o.Code == code);

    /// <summary>In words, with the days.</summary>
    public static string Words(string code, int days) =>
        (Find(code)?.Label ?? code)
        + days switch
        {
            0 => "",
            1 => ", one day",
            _ => $", {days} days",
        };
}
