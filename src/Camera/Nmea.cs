using System.Globalization;

namespace Lapel.CameraProgram;

/// <summary>
/// Reads positions from NMEA 0183 sentences: GGA (position, quality, dilution) and RMC (position, date, validity), of any talker.
/// Everything else is nothing. Input comes over a wire from whatever is plugged in, so every sentence is checked: length, checksum,
/// ranges. The time of a position is the camera's clock at arrival, since that is the clock of the whole manifest.
/// </summary>
public static class Nmea
{
    /// <summary>A sentence has at most 82 characters; receivers stretch that, so a little more is allowed.</summary>
    public const int LongestSentence = 120;

    /// <summary>Metres of error that one unit of horizontal dilution stands for with an ordinary receiver.</summary>
    const double MetresPerDilution = 5;

    public static Position? TryRead(ReadOnlySpan<char> line, Instant at)
    {
        line = line.Trim();
        if (line.Length is < 10 or > LongestSentence || line[0] != '$' || !HasGoodChecksum(line, out var body))
            return null;
        Span<Range> ranges = stackalloc Range[32];
        var count = body.Split(ranges, ',');
        var kind = body[ranges[0]];
        if (kind.Length != 5)
            return null;
        if (kind[2..].SequenceEqual("GGA") && count >= 9)
        {
            if (body[ranges[6]] is not [>= '1' and <= '8'])
                return null; // quality 0: no fix
            return At(body, ranges, 2, at, Dilution(body[ranges[8]]));
        }
        if (kind[2..].SequenceEqual("RMC") && count >= 10)
            return body[ranges[2]] is ['A'] ? At(body, ranges, 3, at, null) : null;
        return null;
    }

    static Position? At(ReadOnlySpan<char> body, ReadOnlySpan<Range> ranges, int first, Instant at, double? accuracyMetres)
    {
        var latitude = Degrees(body[ranges[first]], body[ranges[first + 1]], degreeDigits: 2, 'N', 'S', 90);
        var longitude = Degrees(body[ranges[first + 2]], body[ranges[first + 3]], degreeDigits: 3, 'E', 'W', 180);
        return latitude is { } lat && longitude is { } lon ? new Position(at, lat, lon, accuracyMetres) : null;
    }

    /// <summary>Degrees and decimal minutes run together: <c>4338.5537</c> with <c>N</c> is 43° 38.5537′ north.</summary>
    static double? Degrees(ReadOnlySpan<char> text, ReadOnlySpan<char> half, int degreeDigits, char plus, char minus, double most)
    {
        if (text.Length < degreeDigits + 2 || half.Length != 1 || (half[0] != plus && half[0] != minus))
            return null;
        if (!int.TryParse(text[..degreeDigits], NumberStyles.None, CultureInfo.InvariantCulture, out var degrees))
            return null;
        if (!double.TryParse(text[degreeDigits..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes))
            return null;
        var value = degrees + minutes / 60;
        if (minutes >= 60 || value > most)
            return null;
        return Math.Round(half[0] == minus ? -value : value, 7); // a centimetre; more digits are noise
    }

    static double? Dilution(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hdop) && hdop is > 0 and < 100
            ? Math.Round(hdop * MetresPerDilution, 1)
            : null;

    static bool HasGoodChecksum(ReadOnlySpan<char> line, out ReadOnlySpan<char> body)
    {
        body = default;
        var star = line.IndexOf('*');
        if (star < 1 || line.Length != star + 3)
            return false;
        body = line[1..star];
        var sum = 0;
        foreach (var c in body)
        {
            if (c > 127)
                return false;
            sum ^= c;
        }
        return int.TryParse(line[(star + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var stated)
            && stated == sum;
    }
}
