using System.Text.Json;

namespace Lapel.Live;

/// <summary>
/// The outlines of the agency's divisions, from a GeoJSON file (RFC 7946) that its operator puts into the agency's folder: a collection of
/// polygons, each with a <c>name</c>. Lapel brings none. Read anew at every page that shows a map.
/// </summary>
public sealed class Outlines(AgencyFolder folder)
{
    public const string FileName = "divisions.geojson";
    const int MostBytes = 4 << 20;

    /// <returns>The file's bytes; none when there is no file, and why not when it is not what it should be.</returns>
    public (byte[]? GeoJson, string? Trouble) Read()
    {
        var file = new FileInfo(Path.Combine(folder.Root, FileName));
        if (!file.Exists)
            return (null, null);
        if (file.Length > MostBytes)
            return (null, $"{FileName} has more than {MostBytes >> 20} MiB; simplify the outlines.");
        var bytes = File.ReadAllBytes(file.FullName);
        return WhyNot(bytes) is { } wrong ? (null, $"{FileName} cannot be drawn: {wrong}") : (bytes, null);
    }

    /// <summary>What is wrong with such a file; none when nothing is.</summary>
    public static string? WhyNot(ReadOnlyMemory<byte> geoJson)
    {
        try
        {
            using var file = JsonDocument.Parse(geoJson, new() { MaxDepth = 32 });
            var root = file.RootElement;
            if (!Is(root, "type", "FeatureCollection") || !Has(root, "features", JsonValueKind.Array, out var features))
                return "it is no FeatureCollection.";
            foreach (var feature in features.EnumerateArray())
            {
                if (!Has(feature, "geometry", JsonValueKind.Object, out var shape))
                    return "a feature has no geometry.";
                if (!Is(shape, "type", "Polygon") && !Is(shape, "type", "MultiPolygon"))
                    return "a feature is neither Polygon nor MultiPolygon.";
                if (
                    !Has(feature, "properties", JsonValueKind.Object, out var said)
                    || !Has(said, "name", JsonValueKind.String, out _)
                )
                    return "a feature has no name among its properties.";
                if (!Has(shape, "coordinates", JsonValueKind.Array, out var coordinates) || !AreDegrees(coordinates))
                    return "its coordinates are not degrees, longitude first.";
            }
            return null;
        }
        catch (JsonException unreadable)
        {
            return unreadable.Message;
        }
    }

    static bool Has(JsonElement of, string name, JsonValueKind kind, out JsonElement value)
    {
        value = default;
        return of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out value) && value.ValueKind == kind;
    }

    static bool Is(JsonElement of, string name, string word) =>
        Has(of, name, JsonValueKind.String, out var value) && value.ValueEquals(word);

    // Outlines in a national grid, as offices keep them, have metres here, and would be drawn nowhere.
    static bool AreDegrees(JsonElement part)
    {
        if (part.GetArrayLength() == 0)
            return false;
        if (part[0].ValueKind == JsonValueKind.Number)
            return part.GetArrayLength() >= 2
                && part[1].ValueKind == JsonValueKind.Number
                && double.Abs(part[0].GetDouble()) <= 180
                && double.Abs(part[1].GetDouble()) <= 90;
        foreach (var deeper in part.EnumerateArray())
            if (deeper.ValueKind != JsonValueKind.Array || !AreDegrees(deeper))
                return false;
        return true;
    }
}

/// <summary>Pictures of streets under the map, from the operator's own tile server or folder.</summary>
/// <param name="Url">With {z}, {x} and {y}: an address by http or https, or a path on Lapel's own host.</param>
/// <param name="Attribution">Who made the map, as its licence asks; shown under it.</param>
public sealed record MapTiles(string Url, string Attribution, int MaxZoom)
{
    /// <summary>The server that browsers fetch them from; none when it is Lapel's own.</summary>
    public string? Origin => IsElsewhere ? new Uri(Url).GetLeftPart(UriPartial.Authority) : null;

    bool IsElsewhere => !Url.StartsWith('/') || Url.StartsWith("//", StringComparison.Ordinal);

    internal string? WhatIsWrong() =>
        !Url.Contains("{z}", StringComparison.Ordinal)
        || !Url.Contains("{x}", StringComparison.Ordinal)
        || !Url.Contains("{y}", StringComparison.Ordinal)
            ? "tiles.url has {z}, {x} and {y} in it."
        : IsElsewhere && !(Uri.TryCreate(Url, UriKind.Absolute, out var at) && at.Scheme is "https" or "http")
            ? "tiles.url is an http or https address, or a path that begins with '/'."
        : MaxZoom is < 1 or > 24 ? "tiles.maxZoom is between 1 and 24."
        : null;
}
