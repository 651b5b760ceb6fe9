namespace Lapel.Web;

/// <summary>What a colour means. Never the only sign: words or an icon always say the same.</summary>
public enum Tone
{
    Neutral,
    Info,
    Ok,
    Warn,
    Danger,
}

static class Tones
{
    public static string Css(this Tone tone) =>
        tone switch
        {
            Tone.Info => "tone-info",
            Tone.Ok => "tone-ok",
            Tone.Warn => "tone-warn",
            Tone.Danger => "tone-danger",
            _ => "tone-neutral",
        };

    public static string Icon(this Tone tone) =>
        tone switch
        {
            Tone.Ok => "check",
            Tone.Warn or Tone.Danger => "alert",
            _ => "info",
        };
}
