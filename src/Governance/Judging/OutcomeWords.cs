namespace Lapel.Governance;

/// <summary>An outcome as people read it.</summary>
public static class OutcomeWords
{
    public static string Label(this Outcome outcome) =>
        outcome switch
        {
            Outcome.NotRequired => "Not required",
            Outcome.Covered => "Covered",
            Outcome.Exempt => "Exempt",
            Outcome.Technical => "Technical",
            Outcome.Missing => "Missing",
            Outcome.Unknown => "Not known",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };

    public static Tone ToneOf(this Outcome outcome) =>
        outcome switch
        {
            Outcome.Covered => Tone.Ok,
            Outcome.Missing => Tone.Danger,
            Outcome.Technical => Tone.Warn,
            Outcome.Unknown => Tone.Info,
            _ => Tone.Neutral,
        };
}
