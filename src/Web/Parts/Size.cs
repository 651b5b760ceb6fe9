using System.Globalization;

namespace Lapel.Web;

/// <summary>Writes sizes and lengths for people; exact figures belong in a title or an export.</summary>
public static class Size
{
    static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>Powers of 1,000, three figures: 1.25 GB.</summary>
    public static string Of(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (Math.Abs(value) >= 999.5 && unit < Units.Length - 1)
            (value, unit) = (value / 1000, unit + 1);
        var format =
            unit == 0 || Math.Abs(value) >= 99.95 ? "0"
            : Math.Abs(value) >= 9.995 ? "0.0"
            : "0.00";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>4:07 or 1:02:03.</summary>
    public static string OfTime(Duration length)
    {
        var whole = (long)Math.Floor(length.TotalSeconds);
        return whole >= 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 60}:{whole % 60:00}");
    }
}
