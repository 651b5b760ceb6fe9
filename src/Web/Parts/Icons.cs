namespace Lapel.Web;

/// <summary>The icons that <see cref="Icon"/> can draw. An unknown name throws, so that a missing icon is found by the first test of a page.</summary>
public static class Icons
{
    public static IEnumerable<string> Names => Shapes.Keys.Order();

    internal static string Draw(string name) =>
        Shapes.TryGetValue(name, out var shape) ? shape : throw new ArgumentException($"There is no icon called '{name}'.", nameof(name));

    static readonly Dictionary<string, string> Shapes = new()
    {
        ["alert"] = P("M12 3.5 2.8 19.5a1 1 0 0 0 .9 1.5h16.6a1 1 0 0 0 .9-1.5L12 3.5Z", "M12 10v4.5", "M12 17.6v.1"),
        ["back"] = P("M10 6l-6 6 6 6", "M4 12h16"),
        ["bookmark"] = P("M6.5 3.5h11a1 1 0 0 1 1 1v16L12 16l-6.5 4.5v-16a1 1 0 0 1 1-1Z"),
        ["calendar"] = P("M4 6.5a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Z", "M4 10.5h16", "M8.5 3v4", "M15.5 3v4"),
        // A camera worn on the chest: upright body, lens above, light below.
        ["camera"] = P("M7.5 3h9A1.5 1.5 0 0 1 18 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 19.5v-15A1.5 1.5 0 0 1 7.5 3Z", "M12 6.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6Z", "M9.5 17h5"),
        ["check"] = P("M4.5 12.5l5 5 10-11"),
        ["chevron-down"] = P("M6 9l6 6 6-6"),
        ["chevron-left"] = P("M15 6l-6 6 6 6"),
        ["chevron-right"] = P("M9 6l6 6-6 6"),
        ["chevron-up"] = P("M6 15l6-6 6 6"),
        ["clock"] = P("M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z", "M12 7.5V12l3 2.5"),
        ["copy"] = P("M9.5 8.5h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z", "M5.5 15.5h-1a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v1"),
        ["disk"] = P("M4 6.5C4 4.6 7.6 3 12 3s8 1.6 8 3.5S16.4 10 12 10 4 8.4 4 6.5Z", "M4 6.5v11C4 19.4 7.6 21 12 21s8-1.6 8-3.5v-11", "M4 12c0 1.9 3.6 3.5 8 3.5s8-1.6 8-3.5"),
        ["dock"] = P("M8.5 3.5h7a1 1 0 0 1 1 1V13h-9V4.5a1 1 0 0 1 1-1Z", "M4 13h16v6.5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Z", "M8 17h8"),
        ["download"] = P("M12 4v11", "M7.5 11l4.5 4.5 4.5-4.5", "M4.5 20h15"),
        ["eye"] = P("M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z", "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z"),
        ["eye-off"] = P("M10 5.7a8.7 8.7 0 0 1 2-.2c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.9 3.7", "M6.6 7.2A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.7-1.3", "M10 10a3 3 0 0 0 4.1 4.2", "M3.5 3.5l17 17"),
        ["filter"] = P("M3.5 6h17", "M6.5 12h11", "M10 18h4"),
        ["flag"] = P("M5.5 21V4", "M5.5 4.5c4-2.5 8 2.5 13 0v9c-5 2.5-9-2.5-13 0"),
        ["frame-back"] = P("M16.5 6l-7 6 7 6Z", "M6 6v12"),
        ["frame-forward"] = P("M7.5 6l7 6-7 6Z", "M18 6v12"),
        ["full-screen"] = P("M4 9V5a1 1 0 0 1 1-1h4", "M15 4h4a1 1 0 0 1 1 1v4", "M20 15v4a1 1 0 0 1-1 1h-4", "M9 20H5a1 1 0 0 1-1-1v-4"),
        ["info"] = P("M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z", "M12 11v5.5", "M12 7.7v.1"),
        ["key"] = P("M8 11.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z", "M11.3 12.7 20 4", "M16.5 7.5l3 3", "M13.5 10.5l2 2"),
        ["keyboard"] = P("M3.5 6.5h17a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-17a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Z", "M6.5 10.2v.1", "M10.2 10.2v.1", "M13.8 10.2v.1", "M17.5 10.2v.1", "M8 14h8"),
        ["link"] = P("M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7l-1.3 1.3", "M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.3-1.3"),
        ["list"] = P("M8.5 6h12", "M8.5 12h12", "M8.5 18h12", "M4 6v.1", "M4 12v.1", "M4 18v.1"),
        ["lock"] = P("M5.5 11h13a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V12a1 1 0 0 1 1-1Z", "M8 11V7.5a4 4 0 0 1 8 0V11"),
        ["map-pin"] = P("M12 21s7-6.2 7-11.5a7 7 0 1 0-14 0C5 14.8 12 21 12 21Z", "M12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z"),
        ["menu"] = P("M3.5 6.5h17", "M3.5 12h17", "M3.5 17.5h17"),
        ["moon"] = P("M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z"),
        ["more"] = P("M5.5 12v.1", "M12 12v.1", "M18.5 12v.1"),
        ["mute"] = P("M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z", "M16 9.5l5 5", "M21 9.5l-5 5"),
        ["pause"] = P("M8 5v14", "M16 5v14"),
        ["play"] = P("M7 4.5 19 12 7 19.5Z"),
        ["plus"] = P("M12 5v14", "M5 12h14"),
        ["pulse"] = P("M2.5 12.5h4l3-8 5 15 3-7h4"),
        ["search"] = P("M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z", "M15.5 15.5l5 5"),
        ["shield"] = P("M12 3l7.5 2.5v6c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5v-6L12 3Z", "M8.7 12l2.4 2.4 4.4-4.6"),
        ["sign-out"] = P("M14 4h4.5a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H14", "M10 8l-4 4 4 4", "M6 12h9"),
        ["sound"] = P("M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z", "M15.5 9a4 4 0 0 1 0 6", "M18 6.5a8 8 0 0 1 0 11"),
        ["sun"] = P("M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "M12 2.5v2", "M12 19.5v2", "M2.5 12h2", "M19.5 12h2", "M5.3 5.3l1.4 1.4", "M17.3 17.3l1.4 1.4", "M18.7 5.3l-1.4 1.4", "M6.7 17.3l-1.4 1.4"),
        ["upload"] = P("M12 16V5", "M7.5 9.5 12 5l4.5 4.5", "M4.5 20h15"),
        ["user"] = P("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "M4.5 20.5c.7-3.7 3.7-5.5 7.5-5.5s6.8 1.8 7.5 5.5"),
        ["users"] = P("M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z", "M2.5 19.5c.5-3.3 3-5 6.5-5s6 1.7 6.5 5", "M15.5 5.2a3.5 3.5 0 0 1 0 6.6", "M18 14.9c2 .7 3.2 2.3 3.5 4.6"),
        ["x"] = P("M6 6l12 12", "M18 6 6 18"),
    };

    static string P(params ReadOnlySpan<string> paths)
    {
        var svg = new System.Text.StringBuilder();
        foreach (var path in paths)
            svg.Append("<path d=\"").Append(path).Append("\"/>");
        return svg.ToString();
    }
}
