using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Lapel.Cli;

/// <summary>A line to a camera's control socket: docs/formats/camera-control.md.</summary>
sealed record Say(
    string Verb,
    string? Trigger = null,
    string? Detail = null,
    bool? Urgent = null,
    string? Label = null,
    string? Reason = null,
    string? Text = null,
    bool? SaidAloud = null,
    string? Place = null,
    string? AskedBy = null
);

/// <summary>One of the demo's camera programs: ordinary, with the built-in scene for a lens, and told what to do by its control socket.</summary>
sealed class DemoCamera(string homes, int number, string program)
{
    string Home => Path.Combine(homes, $"camera-{number}");

    /// <param name="preEventSeconds">Length of the buffer.</param>
    /// <param name="clock">None: the real one.</param>
    /// <param name="live">Seen live while it records.</param>
    /// <param name="covered">For some seconds, which lie in the recording, something hangs before the lens.</param>
    public Child Start(
        int preEventSeconds,
        int videoKbps,
        bool docked,
        SetBack? clock = null,
        bool live = false,
        bool covered = false
    ) =>
        Child.Start(
            program,
            [
                "run",
                "--home",
                Home,
                "--source",
                covered ? "scene,covered:12-22" : "scene",
                .. docked ? ["--docked"] : Array.Empty<string>(),
                .. live ? Array.Empty<string>() : ["--no-live"],
                "--pre-event",
                preEventSeconds.ToString(CultureInfo.InvariantCulture),
                "--size",
                "640x360",
                "--fps",
                "15",
                "--video-kbps",
                videoKbps.ToString(CultureInfo.InvariantCulture),
                "--position",
                $"route:{DemoPlaces.RouteFile(homes, number - 1)}",
            ],
            clock: clock
        );

    /// <returns>None: no camera answers there (yet).</returns>
    public async Task<JsonElement?> Ask(Say say, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Home, "control.sock")), stop);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(say, LapelJson.Lenient), (byte)'\n'], stop);
            using var reader = new StreamReader(stream);
            return await reader.ReadLineAsync(stop) is { } line ? JsonSerializer.Deserialize<JsonElement>(line) : null;
        }
        catch (Exception silent) when (silent is SocketException or IOException)
        {
            return null;
        }
    }

    /// <returns>Why it was not done; none when it was.</returns>
    public async Task<string?> Tell(Say say, CancellationToken stop) =>
        await Ask(say, stop) is not { } answer ? "no camera answers"
        : answer.GetProperty("ok").GetBoolean() ? null
        : answer.GetProperty("sentence").GetString();

    /// <summary>None while it does not run.</summary>
    public async Task<JsonElement?> Status(CancellationToken stop) =>
        await Ask(new("status"), stop) is { } answer && answer.TryGetProperty("status", out var status) ? status : null;
}
