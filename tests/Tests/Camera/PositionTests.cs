using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class PositionTests
{
    static readonly Instant At = Instant.FromUtc(2026, 11, 21, 8, 0);

    [Fact]
    public void A_gga_sentence_gives_a_place_and_how_exact_it_is()
    {
        var position = Nmea.TryRead("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r", At).ShouldNotBeNull();
        position.Latitude.ShouldBe(48.1173, 0.00001);
        position.Longitude.ShouldBe(11.516667, 0.00001);
        position.AccuracyMetres.ShouldBe(4.5);
        position.At.ShouldBe(At);
    }

    [Fact]
    public void An_rmc_sentence_gives_a_place_south_and_west_too()
    {
        var position = Nmea.TryRead(Sentence("GNRMC,081836,A,3751.65,S,14507.36,W,000.0,360.0,130998,011.3,E"), At)
            .ShouldNotBeNull();
        position.Latitude.ShouldBe(-37.860833, 0.00001);
        position.Longitude.ShouldBe(-145.122667, 0.00001);
    }

    [Theory]
    [InlineData("GPGGA,123519,4807.038,N,01131.000,E,0,08,0.9,545.4,M,46.9,M,,")] // no fix
    [InlineData("GPRMC,081836,V,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E")] // void
    [InlineData("GPGGA,123519,9107.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,")] // beyond the pole
    [InlineData("GPGGA,123519,4860.000,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,")] // sixty minutes
    [InlineData("GPGGA,123519,4807.038,X,01131.000,E,1,08,0.9,545.4,M,46.9,M,,")]
    [InlineData("GPGGA,123519,,,,,1,08,0.9,545.4,M,46.9,M,,")]
    [InlineData("GPGSV,1,1,00")]
    [InlineData("GPGGA")]
    public void A_sentence_without_a_place_gives_none(string body) => Nmea.TryRead(Sentence(body), At).ShouldBeNull();

    [Fact]
    public void One_wrong_byte_is_noticed_by_the_checksum()
    {
        var good = Sentence("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,");
        for (var i = 1; i < good.Length - 3; i++)
        {
            var bad = new StringBuilder(good) { [i] = (char)(good[i] ^ 1) }.ToString();
            Nmea.TryRead(bad, At).ShouldBeNull(bad);
        }
    }

    [Fact]
    public void Whatever_comes_over_the_wire_is_a_place_on_earth_or_nothing()
    {
        var words = Gen.Elements(
            "GPGGA",
            "GNRMC",
            ",",
            ".",
            "-",
            "N",
            "S",
            "E",
            "W",
            "A",
            "1",
            "9",
            "4807.038",
            "01131.000",
            "99999",
            "é",
            "\0",
            "e308",
            "NaN",
            " "
        );
        var sentences = Gen.ListOf(words).Select(w => Sentence(string.Concat(w)));
        Prop.ForAll(sentences.ToArbitrary(), text => IsPlaceOrNothing(Nmea.TryRead(text, At)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

        const string Good = "{\"class\":\"TPV\",\"mode\":3,\"lat\":43.65,\"lon\":-79.38,\"eph\":4.2,\"device\":\"/dev/ttyACM0\"}";
        var mutations =
            from at in Gen.Choose(0, Good.Length - 1)
            from length in Gen.Choose(0, 6)
            from with in Gen.Elements("", "\"", "}", "1e999", "null", "[[[[", "-", "9999", "\\u0000")
            select Good[..at] + with + Good[Math.Min(Good.Length, at + length)..];
        Prop.ForAll(mutations.ToArbitrary(), text => IsPlaceOrNothing(Gpsd.TryRead(text, At)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

        static bool IsPlaceOrNothing(Position? p) =>
            p is null || (Math.Abs(p.Latitude) <= 90 && Math.Abs(p.Longitude) <= 180 && p.AccuracyMetres is null or >= 0);
    }

    [Fact]
    public void Gpsd_reports_with_a_fix_give_a_place()
    {
        var position = Gpsd.TryRead("{\"class\":\"TPV\",\"mode\":3,\"lat\":43.65,\"lon\":-79.38,\"eph\":4.21}", At)
            .ShouldNotBeNull();
        (position.Latitude, position.Longitude, position.AccuracyMetres).ShouldBe((43.65, -79.38, 4.2));
        Gpsd.TryRead("{\"class\":\"TPV\",\"mode\":1}", At).ShouldBeNull();
        Gpsd.TryRead("{\"class\":\"SKY\",\"satellites\":[]}", At).ShouldBeNull();
        Gpsd.TryRead("{\"class\":\"TPV\",\"mode\":2,\"lat\":143.65,\"lon\":-79.38}", At).ShouldBeNull();
    }

    [Fact]
    public void A_route_is_walked_from_point_to_point()
    {
        var route = Route.Read(["# demo", "0 43.0 -79.0", "10 43.1 -79.2 5 # corner", ""]);
        route.At(0, At).Latitude.ShouldBe(43.0);
        route.At(5, At).Latitude.ShouldBe(43.05, 1e-9);
        route.At(5, At).Longitude.ShouldBe(-79.1, 1e-9);
        route.At(99, At).Latitude.ShouldBe(43.1);
        Should.Throw<FormatException>(() => Route.Read(["0 43"])).Message.ShouldContain("Line 1");
        Should.Throw<FormatException>(() => Route.Read(["5 43 -79", "5 43 -79"])).Message.ShouldContain("must rise");
        Should.Throw<FormatException>(() => Route.Read(["0 NaN -79"]));
        Should.Throw<FormatException>(() => Route.Read([]));
    }

    [Fact]
    public void A_camera_that_stands_still_says_so_only_now_and_then()
    {
        var here = new Position(At, 43.65, -79.38, null);
        PositionLog.IsWorthKeeping(here, here with { At = At + Duration.FromSeconds(5) }).ShouldBeFalse();
        PositionLog.IsWorthKeeping(here, here with { At = At + Duration.FromSeconds(10) }).ShouldBeTrue();
        PositionLog.IsWorthKeeping(here, here with { At = At + Duration.FromSeconds(1), Latitude = 43.6501 }).ShouldBeTrue();
        PositionLog
            .IsWorthKeeping(here, here with { At = At + Duration.FromMilliseconds(500), Latitude = 43.6501 })
            .ShouldBeFalse();
    }

    static string Sentence(string body) =>
        $"${body}*{body.Aggregate(0, (sum, c) => sum ^ c).ToString("X2", CultureInfo.InvariantCulture)}";
}
