using System.Text.Json;

namespace Lapel.Web;

/// <summary>A stretch of a player's timeline. Milliseconds of media time.</summary>
/// <param name="Kind">Chooses the pattern: <c>stopped</c>, <c>muted</c>, <c>averted</c>, <c>buffer</c> or anything else.</param>
public sealed record PlayerSpan(long FromMs, long UntilMs, string Kind, string Label);

/// <summary>A point on a player's timeline.</summary>
public sealed record PlayerMark(long AtMs, string Label);

/// <summary>A position. WGS 84 degrees.</summary>
public sealed record PlayerPoint(long AtMs, double Latitude, double Longitude);

/// <summary>
/// Ties media time to the wall clock: the media from <paramref name="FromMs"/> for <paramref name="LengthMs"/> was recorded from
/// <paramref name="StartedAt"/> on. Between two pieces the wall clock may jump, because nothing was recorded there.
/// </summary>
public sealed record PlayerPiece(long FromMs, long LengthMs, Instant StartedAt);

static class PlayerJson
{
    public static string? Of<T>(IReadOnlyList<T>? rows) =>
        rows is { Count: > 0 } ? JsonSerializer.Serialize(rows, LapelJson.Lenient) : null;
}
