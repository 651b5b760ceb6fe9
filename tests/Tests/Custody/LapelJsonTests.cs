using System.Text;
using System.Text.Json;
using Lapel.Custody;

namespace Lapel.Tests.Custody;

public sealed class LapelJsonTests
{
    [Fact]
    public void A_field_that_may_be_null_is_left_out_when_written_and_null_when_read()
    {
        var entry = LogEntry.Of(
            new CustodyEvent.MembershipChanged(OfficerId.New(), UnitId.New(), Instant.FromUtc(2026, 1, 1, 0, 0), Until: null),
            Actor.System("test"),
            Instant.FromUtc(2026, 1, 2, 0, 0)
        );
        Encoding.UTF8.GetString(entry.ToBytes()).ShouldNotContain("until");
        LogEntry.Read(entry.ToBytes()).ShouldBe(entry);
    }

    [Fact]
    public void A_field_that_may_not_be_null_must_be_there()
    {
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Bookmark>("""{"label":"x"}""", LapelJson.Strict));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Bookmark>("""{"at":null,"label":"x"}""", LapelJson.Strict));
        JsonSerializer.Deserialize<Bookmark>("""{"at":"2026-01-01T00:00:00Z"}""", LapelJson.Lenient)!.Label.ShouldBeNull();
    }

    [Fact]
    public void A_length_of_time_is_written_as_ISO_8601_and_read_again()
    {
        var length = Duration.FromMilliseconds(122_250) + Duration.FromTicks(6_170);
        JsonSerializer.Serialize(length, LapelJson.Strict).ShouldBe("\"PT2M2.250617S\"");
        JsonSerializer.Deserialize<Duration>("\"PT2M2.250617S\"", LapelJson.Strict).ShouldBe(length);
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Duration>("\"two minutes\"", LapelJson.Strict));
    }
}
