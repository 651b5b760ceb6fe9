using System.Text;
using Lapel.Live;

namespace Lapel.Tests.Live;

/// <summary>What an operator may put under the live map, and the sentence for what cannot be drawn.</summary>
public sealed class OutlinesTests
{
    static string? WhyNot(string geoJson) => Outlines.WhyNot(Encoding.UTF8.GetBytes(geoJson));

    static string Feature(
        string properties = """{"name":"31 Division"}""",
        string geometry = """{"type":"Polygon","coordinates":[[[-79.5,43.7],[-79.4,43.7],[-79.4,43.8],[-79.5,43.7]]]}"""
    ) => $$"""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{{properties}},"geometry":{{geometry}}}]}""";

    [Fact]
    public void Polygons_with_names_are_drawn()
    {
        WhyNot(Feature()).ShouldBeNull();
        WhyNot("""{"type":"FeatureCollection","features":[]}""").ShouldBeNull();
        WhyNot(Feature(geometry: """{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}""")).ShouldBeNull();
    }

    [Fact]
    public void What_cannot_be_drawn_is_said_in_a_sentence()
    {
        WhyNot("no json").ShouldNotBeNull();
        WhyNot("[]").ShouldBe("it is no FeatureCollection.");
        WhyNot("""{"type":"FeatureCollection","features":[7]}""").ShouldBe("a feature has no geometry.");
        WhyNot(Feature(properties: "null")).ShouldBe("a feature has no name among its properties.");
        WhyNot(Feature(geometry: """{"type":"Point","coordinates":[0,0]}"""))
            .ShouldBe("a feature is neither Polygon nor MultiPolygon.");
        WhyNot(Feature(geometry: """{"type":"Polygon","coordinates":[]}"""))
            .ShouldBe("its coordinates are not degrees, longitude first.");
        WhyNot(Feature(geometry: """{"type":"Polygon","coordinates":[[["a"]]]}"""))
            .ShouldBe("its coordinates are not degrees, longitude first.");
    }

    [Fact]
    public void Metres_of_a_national_grid_are_not_taken_for_degrees() =>
        WhyNot(
                Feature(
                    geometry: """{"type":"Polygon","coordinates":[[[630000,4834000],[631000,4834000],[631000,4835000],[630000,4834000]]]}"""
                )
            )
            .ShouldBe("its coordinates are not degrees, longitude first.");

    [Theory]
    [InlineData("https://tiles.example/{z}/{x}/{y}.png", 19, null)]
    [InlineData("/tiles/{z}/{x}/{y}.png", 19, null)]
    [InlineData("https://tiles.example/", 19, "tiles.url has {z}, {x} and {y} in it.")]
    [InlineData("ftp://tiles.example/{z}/{x}/{y}", 19, "tiles.url is an http or https address, or a path that begins with '/'.")]
    [InlineData("/tiles/{z}/{x}/{y}.png", 0, "tiles.maxZoom is between 1 and 24.")]
    public void Tiles_are_the_operators_own_address(string url, int maxZoom, string? wrong) =>
        new MapTiles(url, "Survey", maxZoom).WhatIsWrong().ShouldBe(wrong);

    [Fact]
    public void A_page_asks_only_the_tile_servers_origin()
    {
        new MapTiles("https://tiles.example:8443/a/{z}/{x}/{y}.png?key=1", "Survey", 19).Origin.ShouldBe(
            "https://tiles.example:8443"
        );
        new MapTiles("/tiles/{z}/{x}/{y}.png", "Survey", 19).Origin.ShouldBeNull();
    }
}
