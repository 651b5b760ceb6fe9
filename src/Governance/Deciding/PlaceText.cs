using System.Globalization;

namespace Lapel.Governance;

/// <summary>A place in a recording as people write it: <c>1:05</c>, <c>0:12:30.5</c>.</summary>
public static class PlaceText
{
    /// <returns>Milliseconds; none when nothing was typed.</returns>
    /// <exception cref="RefusedException">It is no place.</exception>
    public static long? Read(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return null;
        decimal seconds = 0;
        var parts = typed.Trim().Split(':');
        foreach (var (i, part) in parts.Index())
            seconds =
                parts.Length <= 3
                && decimal.TryParse(
                    part,
                    i == parts.Length - 1 ? NumberStyles.AllowDecimalPoint : NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number < (i == 0 ? 1000 : 60)
                    ? seconds * 60 + number
                    : throw new RefusedException(
                        new("place-unreadable", "A place in a recording is written 1:05, minutes and seconds.")
                    );
        return (long)(seconds * 1000);
    }

    public static string Write(long ms)
    {
        var (minutes, seconds) = (ms / 60_000, ms / 1000 % 60);
        return string.Create(CultureInfo.InvariantCulture, $"{minutes}:{seconds:00}");
    }
}
