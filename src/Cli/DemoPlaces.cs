using System.Globalization;
using System.Text;

namespace Lapel.Cli;

/// <summary>Where the demo's officers walk, and the divisions they walk in. Both are made up, and follow no street or border.</summary>
static class DemoPlaces
{
    /// <summary>Longitude and latitude of corners; the two share a side.</summary>
    const string Divisions = """
        {"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"name":"31 Division"},"geometry":{"type":"Polygon","coordinates":[[
        [-79.548,43.727],[-79.531,43.731],[-79.511,43.729],[-79.497,43.734],[-79.499,43.747],[-79.494,43.758],[-79.498,43.771],
        [-79.521,43.774],[-79.534,43.769],[-79.546,43.772],[-79.551,43.752],[-79.544,43.741],[-79.548,43.727]]]}},
        {"type":"Feature","properties":{"name":"32 Division"},"geometry":{"type":"Polygon","coordinates":[[
        [-79.497,43.734],[-79.478,43.731],[-79.461,43.736],[-79.457,43.751],[-79.463,43.768],[-79.482,43.773],[-79.498,43.771],
        [-79.494,43.758],[-79.499,43.747],[-79.497,43.734]]]}}
        ]}
        """;

    /// <summary>Puts the outlines where an operator would, see docs/operations/map.md.</summary>
    public static Task Draw(string data, CancellationToken stop) =>
        File.WriteAllTextAsync(Path.Combine(data, "agencies", "demo", "divisions.geojson"), Divisions, stop);

    /// <summary>The officer's walk as a file that the camera program reads; written when it is not there.</summary>
    public static string RouteFile(string homes, int officer)
    {
        var file = Path.Combine(homes, $"route-{officer}.csv");
        if (!File.Exists(file))
            File.WriteAllText(file, Route(officer));
        return file;
    }

    /// <summary>A walk of about five minutes on no particular street: seconds, latitude, longitude, accuracy.</summary>
    static string Route(int officer)
    {
        var text = new StringBuilder();
        for (var second = 0; second <= 3600; second += 5)
        {
            var angle = (second / 300.0 * 2 * Math.PI) + officer;
            var latitude = 43.742 + (officer * 0.006) + (0.0014 * Math.Sin(angle)) + (0.0004 * Math.Sin(3 * angle));
            var longitude = -79.513 - (officer * 0.005) + (0.0021 * Math.Cos(angle));
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{second} {latitude:0.000000} {longitude:0.000000} 6"));
        }
        return text.ToString();
    }
}
