using System.Text;
using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// Reads positions from gpsd's JSON stream (gpsd_json(5)): TPV reports with mode 2 or 3. <c>eph</c> is the estimated horizontal
/// error in metres, at 95 %. As with NMEA, the position's time is the camera's clock at arrival.
/// </summary>
public static class Gpsd
{
    /// <summary>What is sent to gpsd to start the stream.</summary>
    public const string Watch = "?WATCH={\"enable\":true,\"json\":true};\n";

    /// <summary>SKY reports list every satellite; a longer line than this is not gpsd.</summary>
    public const int LongestLine = 16 * 1024;

    public static Position? TryRead(string line, Instant at)
    {
        if (line.Length is 0 or > LongestLine || line[0] != '{')
            return null;
        try
        {
            using var report = JsonDocument.Parse(Encoding.UTF8.GetBytes(line), new JsonDocumentOptions { MaxDepth = 8 });
            var tpv = report.RootElement;
            if (!tpv.TryGetProperty("class", out var kind) || kind.ValueKind != JsonValueKind.String || !kind.ValueEquals("TPV"))
                return null;
            if (Number(tpv, "mode") is not (2 or 3))
                return null;
            if (Number(tpv, "lat") is not (>= -90 and <= 90 and var latitude))
                return null;
            if (Number(tpv, "lon") is not (>= -180 and <= 180 and var longitude))
                return null;
            var accuracy = Number(tpv, "eph") is > 0 and < 1_000_000 and var eph ? Math.Round(eph, 1) : (double?)null;
            return new(at, Math.Round(latitude, 7), Math.Round(longitude, 7), accuracy);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static double? Number(JsonElement report, string name) =>
        report.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
            ? number
            : null;
}
