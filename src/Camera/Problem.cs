using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>The server said no: its stable code and its sentence, from problem+json (RFC 9457), or made up from the status alone.</summary>
/// <param name="Nonce">What to sign instead, when a session request was refused for its time.</param>
public sealed record Problem(int Status, string Code, string Sentence, IReadOnlyList<ClipId> Missing, string? Nonce = null)
{
    const int LongestBytes = 64 * 1024;

    public static async Task<Problem> Read(HttpResponseMessage response, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        try
        {
            var buffer = new byte[LongestBytes];
            await using var body = await response.Content.ReadAsStreamAsync(stop);
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
            if (JsonSerializer.Deserialize<Wire>(buffer.AsSpan(0, length), LapelJson.Lenient) is { } wire)
                return new(
                    status,
                    wire.Code ?? $"http-{status}",
                    wire.Detail ?? wire.Why ?? wire.Title ?? Plain(response),
                    wire.Missing ?? [],
                    wire.Nonce
                );
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy's page, or nothing.
        }
        return new(status, $"http-{status}", Plain(response), []);
    }

    static string Plain(HttpResponseMessage response) => $"it answered {(int)response.StatusCode} {response.ReasonPhrase}";

    sealed record Wire(string? Code, string? Title, string? Detail, string? Why, IReadOnlyList<ClipId>? Missing, string? Nonce);
}
