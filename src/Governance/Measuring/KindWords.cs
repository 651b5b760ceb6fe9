namespace Lapel.Governance;

/// <summary>A kind of <see cref="Counts"/> as a heading.</summary>
static class KindWords
{
    public static string Of(string kind) =>
        kind switch
        {
            "covered_whole" => "Recorded from beginning to end",
            "covered_part" => "Recorded in part",
            "missing" => "Missing recordings",
            "exempt" => "Exempt",
            "technical" => "Technical",
            "unknown" => "Not known yet",
            "not_required" => "Not required",
            "noticed" => "Notice marked",
            "not_noticed" => "Notice not marked",
            "incidents_covered" => "Incidents recorded",
            "incidents_missed" => "Incidents that nobody recorded",
            "incidents_excluded" => "Incidents wholly excused or not known",
            "states_reasoned" => "Stops, mutes and averted lenses with a valid reason",
            "states_unreasoned" => "Stops, mutes and averted lenses without a valid reason",
            "states_elsewhere" => "Stops, mutes and averted lenses outside every required time",
            "tagged" => "Tagged in time",
            "untagged" => "Tagged late or not at all",
            "tag_open" => "Still in time to be tagged",
            "docked" => "Docked in time",
            "docked_late" => "Docked late",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind without words."),
        };
}
