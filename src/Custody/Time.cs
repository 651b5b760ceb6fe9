using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Custody;

/// <summary>
/// Lapel keeps time in whole microseconds UTC, because that is what both database engines and every format here can hold:
/// a time that is written and read again is the same time.
/// </summary>
public static class Time
{
    static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.FFFFFF'Z'");

    public static Instant Now(this TimeProvider clock) =>
        FromMicroseconds((clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10);

    public static Instant FromMicroseconds(long sinceUnixEpoch) => Instant.FromUnixTimeTicks(checked(sinceUnixEpoch * 10));

    public static long ToMicroseconds(this Instant instant) => instant.ToUnixTimeTicks() / 10;

    /// <summary>ISO 8601 with Z and at most six decimals, as in <c>2026-11-21T08:03:00.25Z</c>.</summary>
    public static string ToText(this Instant instant) => Pattern.Format(instant);

    public static Instant? TryParse(string? text) =>
        text is not null && Pattern.Parse(text) is { Success: true } parsed ? parsed.Value : null;

    internal sealed class InstantJson : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            TryParse(reader.GetString()) ?? throw new JsonException("a time is written like 2026-11-21T08:03:00.25Z, in UTC");

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToText());
    }

    /// <summary>A length of time as ISO 8601 writes it: <c>PT2M2.25S</c>.</summary>
    internal sealed class DurationJson : JsonConverter<Duration>
    {
        public override Duration Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            try
            {
                return Duration.FromTimeSpan(XmlConvert.ToTimeSpan(reader.GetString() ?? ""));
            }
            catch (Exception why) when (why is FormatException or OverflowException)
            {
                throw new JsonException("a length of time is written like PT2M2.25S");
            }
        }

        public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) =>
            writer.WriteStringValue(XmlConvert.ToString(value.ToTimeSpan()));
    }
}
