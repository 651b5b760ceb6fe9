using System.Text.Json;

namespace Lapel.Web;

/// <summary>
/// The icons that <see cref="Icon"/> can draw, from look/icons.json, which the islands read too. An unknown name throws, so that a
/// missing icon is found by the first test of a page.
/// </summary>
public static class Icons
{
    static readonly Dictionary<string, string> Paths = Read();

    public static IEnumerable<string> Names => Paths.Keys.Order();

    /// <summary>The icon's SVG path.</summary>
    internal static string Path(string name) =>
        Paths.TryGetValue(name, out var path)
            ? path
            : throw new ArgumentException($"There is no icon called '{name}'.", nameof(name));

    static Dictionary<string, string> Read()
    {
        using var file = typeof(Icons).Assembly.GetManifestResourceStream("icons.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    }
}
