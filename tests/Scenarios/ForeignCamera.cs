using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// A camera of another maker: an ffmpeg that pushes a test picture and a tone of 440 Hz, and pushes again whenever it is cut off, as
/// cameras do.
/// </summary>
sealed class ForeignCamera : IAsyncDisposable
{
    public const string AsItShouldBe = "libx264 -tune zerolatency";

    readonly CancellationTokenSource ending = new();
    readonly Task pushing;
    volatile OwnProcess? now;

    public ForeignCamera(string to, string codec = AsItShouldBe) => pushing = Go(to, codec, ending.Token);

    public static string Srt(int port, string? passphrase) =>
        $"srt://127.0.0.1:{port}?mode=caller&connect_timeout=2000"
        + (passphrase is null ? "" : $"&pbkeylen=16&passphrase={Uri.EscapeDataString(passphrase)}");

    /// <summary>A camera tries again until it is let in.</summary>
    public static Task UntilPushed(string to) => Wait.Until("a camera is let in", () => Push(to, 3));

    /// <returns>Whether it was let in.</returns>
    public static async Task<bool> Push(string to, int seconds) =>
        (await OwnProcess.Run("ffmpeg", Arguments(to, seconds, AsItShouldBe))).Code == 0;

    /// <summary>It is there and sends nothing.</summary>
    public void StandStill() => now!.StandStill();

    public void GoOn() => now!.GoOn();

    async Task Go(string to, string codec, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await using var push = OwnProcess.Start("ffmpeg", Arguments(to, 600, codec));
            now = push;
            while (!push.HasExited && !stop.IsCancellationRequested)
                await Task.Delay(200, CancellationToken.None);
            await Task.Delay(500, CancellationToken.None);
        }
    }

    static string[] Arguments(string to, int seconds, string codec) =>
        [
            .. "-v error -re -f lavfi -i testsrc2=size=640x360:rate=15 -re -f lavfi -i sine=frequency=440:sample_rate=48000".Split(
                ' '
            ),
            "-t",
            seconds.ToString(CultureInfo.InvariantCulture),
            .. $"-c:v {codec} -preset ultrafast -g 15 -pix_fmt yuv420p -c:a aac".Split(' '),
            "-f",
            to.StartsWith("srt:", StringComparison.Ordinal) ? "mpegts" : "flv",
            to,
        ];

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await pushing;
        ending.Dispose();
    }
}

/// <summary>What an administrator does about such cameras.</summary>
static class ForeignCameras
{
    public static async Task<string> Expected(this AgencyClient admin, string serial) =>
        (await admin.Post("api/v1/cameras", new { serial, model = "Of another maker" }))
            .GetProperty("camera")
            .GetProperty("id")
            .GetString()!;

    public static Task<JsonElement> GiveSource(this AgencyClient admin, string camera, string kind) =>
        admin.Post(
            "api/v1/live/sources",
            new
            {
                camera,
                kind,
                recordsByItself = true,
            }
        );

    /// <returns>The status that this is answered with.</returns>
    public static async Task<int> Status(this AgencyClient client, string path, object body)
    {
        using var answer = await client.Http.PostAsync(
            path,
            new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json")
        );
        return (int)answer.StatusCode;
    }

    public static async Task<string> SourceState(this AgencyClient admin) =>
        (await admin.Get("api/v1/live/sources")).GetProperty("items")[0].GetProperty("state").GetString()!;

    public static Task UntilSourceIs(this AgencyClient admin, string state) =>
        Wait.Until(state, async () => await admin.SourceState() == state);
}
