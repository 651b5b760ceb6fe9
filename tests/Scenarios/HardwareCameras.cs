using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Cameras that are not ours, live: a real server, a real pusher or RTSP server, a real browser.</summary>
public sealed class HardwareCameras
{
    [Fact]
    public async Task A_camera_that_pushes_by_srt_is_seen_while_it_is_worn_and_allowed_and_by_its_own_passphrase_only()
    {
        var port = FreePort();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await Watched.Open(house);
        var admin = await house.As("admin");
        var camera = await Expected(admin, "AX-1");

        (
            await Status(
                admin,
                "api/v1/live/sources",
                new
                {
                    camera,
                    kind = "srt",
                    recordsByItself = false,
                }
            )
        ).ShouldBe(400);
        var given = await admin.Post(
            "api/v1/live/sources",
            new
            {
                camera,
                kind = "srt",
                recordsByItself = true,
            }
        );
        var passphrase = given.GetProperty("passphrase").GetString()!;
        (await admin.Get("api/v1/live/sources")).GetRawText().ShouldNotContain(passphrase);
        (await Push(port, passphrase, seconds: 3)).ShouldBeFalse("nobody wears it: nobody listens");

        var assigned = await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        await UntilState(admin, "Waits for the camera");
        (await Push(port, "another passphrase", seconds: 3)).ShouldBeFalse("another passphrase");
        (await Push(port, null, seconds: 3)).ShouldBeFalse("no passphrase");
        (await air.Sessions()).ShouldBeEmpty();

        await using var pusher = new Pusher(port, passphrase);
        await air.Watch();
        (await air.PicturesIn(3)).ShouldBeGreaterThan(25, "15 pictures a second");
        await LiveConsult.Until("its tone", async () => Math.Abs(await air.Tone() - 440) < 15);
        await LiveConsult.Shot(air.Centre, "live-source-watching");
        (await (await house.As("officer")).Get("api/v1/live/help")).GetProperty("watchers").GetArrayLength().ShouldBe(1);
        var listener = Children(house.Server.Process.Id).Single(c => c.Command.Contains("concat", StringComparison.Ordinal));
        Children(house.Server.Process.Id).ShouldAllBe(c => !c.Command.Contains(passphrase, StringComparison.Ordinal));

        // The ffmpeg that listens dies: another one takes its place, the camera pushes again, and it is the same session.
        var session = air.Session;
        System.Diagnostics.Process.GetProcessById(listener.Id).Kill();
        await LiveConsult.Until("pictures again", async () => await air.PicturesIn(2) > 15, 40);
        (await air.Sessions()).Single().GetProperty("session").GetProperty("id").GetString().ShouldBe(session);

        // The kill switch: the pusher goes on trying, and nothing begins again until somebody lets it.
        await air.Operations.Post($"api/v1/live/sessions/{session}/end", new { reason = "A child is in the picture." });
        await UntilState(admin, "A stream of it was ended for everybody; somebody has to let it be shown again.");
        await Task.Delay(4000);
        (await air.Sessions()).ShouldBeEmpty("killed");
        await admin.Post($"api/v1/live/sources/{camera}/resume", new { });
        await LiveHouse.Until("live again", async () => (await air.Sessions()).Count == 1, 30);

        // Another passphrase: the pusher's is wrong from now on. Then none at all.
        var rotated = (await admin.Post($"api/v1/live/sources/{camera}/passphrase", new { }))
            .GetProperty("passphrase")
            .GetString()!;
        (await Push(port, passphrase, seconds: 3)).ShouldBeFalse("the passphrase before");
        await LiveHouse.Until("its stream is over", async () => (await air.Sessions()).Count == 0, 5);
        await UntilState(admin, "Waits for the camera");
        (await Push(port, rotated, seconds: 3)).ShouldBeTrue("the new one");
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Sent back to its maker." });
        (await air.Sessions()).ShouldBeEmpty("revoked");
        (await Push(port, rotated, seconds: 3)).ShouldBeFalse("revoked");
        Children(house.Server.Process.Id).ShouldBeEmpty("no process is left");

        house.Server.Process.Said.ShouldNotContain(passphrase);
        Directory.GetFiles(house.AgencyFolder, "live-source-*", SearchOption.AllDirectories).ShouldBeEmpty();
        assigned.GetProperty("id").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_camera_that_offers_rtsp_is_asked_while_it_is_worn()
    {
        var port = FreePort();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await Watched.Open(house);
        var admin = await house.As("admin");
        var camera = await Expected(admin, "RT-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        await using var server = OwnProcess.Start("/usr/bin/python3", [Path.Combine(Programs.Scenarios, "rtsp_server.py")]);
        var address = await server.Line("RTSP at ", TimeSpan.FromSeconds(20));

        (
            await Status(
                admin,
                "api/v1/live/sources",
                new
                {
                    camera,
                    kind = "rtsp",
                    recordsByItself = true,
                    address = address.Replace("://", "://me:word@", StringComparison.Ordinal),
                }
            )
        ).ShouldBe(400, "a password has a field of its own");
        await admin.Post(
            "api/v1/live/sources",
            new
            {
                camera,
                kind = "rtsp",
                recordsByItself = true,
                address,
                user = "lapel",
                password = "it's a:hush/word",
            }
        );
        await air.Watch();
        (await air.PicturesIn(3)).ShouldBeGreaterThan(25);
        Children(house.Server.Process.Id)
            .ShouldAllBe(c =>
                !c.Command.Contains("rtsp://", StringComparison.Ordinal) && !c.Command.Contains("hush", StringComparison.Ordinal)
            );
        await server.Kill();
        await LiveHouse.Until("a camera that is away is not live", async () => (await air.Sessions()).Count == 0, 40);
        (await admin.Get("api/v1/live/sources")).GetRawText().ShouldNotContain("hush");
        house.Server.Process.Said.ShouldNotContain("hush");
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }

    [Theory]
    [InlineData("libx264 -bf 2")]
    [InlineData("libx265 -x265-params log-level=error:bframes=0")]
    public async Task A_picture_that_browsers_cannot_show_as_it_comes_is_encoded_once_more(string codec)
    {
        var port = FreePort();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await Watched.Open(house);
        var admin = await house.As("admin");
        var camera = await Expected(admin, "BF-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        var given = await admin.Post(
            "api/v1/live/sources",
            new
            {
                camera,
                kind = "srt",
                recordsByItself = true,
            }
        );
        await UntilState(admin, "Waits for the camera");
        await using var pusher = new Pusher(port, given.GetProperty("passphrase").GetString()!, codec);
        await UntilState(admin, "Live, encoded once more", 60);
        await air.Watch();
        (await air.PicturesIn(3)).ShouldBeGreaterThan(20);
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    static async Task<string> Expected(AgencyClient admin, string serial) =>
        (await admin.Post("api/v1/cameras", new { serial, model = "Of another maker" }))
            .GetProperty("camera")
            .GetProperty("id")
            .GetString()!;

    static async Task<int> Status(AgencyClient client, string path, object body)
    {
        using var answer = await client.Http.PostAsync(
            path,
            new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json")
        );
        return (int)answer.StatusCode;
    }

    static Task UntilState(AgencyClient admin, string state, int seconds = 20) =>
        LiveHouse.Until(
            state,
            async () =>
                (await admin.Get("api/v1/live/sources")).GetProperty("items")[0].GetProperty("state").GetString() == state,
            seconds
        );

    const string AsItShouldBe = "libx264 -tune zerolatency";

    static string[] PushArguments(int port, string? passphrase, int seconds, string codec = AsItShouldBe) =>
        [
            .. "-v error -re -f lavfi -i testsrc2=size=640x360:rate=15 -re -f lavfi -i sine=frequency=440:sample_rate=48000".Split(
                ' '
            ),
            "-t",
            seconds.ToString(CultureInfo.InvariantCulture),
            .. $"-c:v {codec} -preset ultrafast -g 15 -pix_fmt yuv420p -c:a aac -f mpegts".Split(' '),
            $"srt://127.0.0.1:{port}?mode=caller&connect_timeout=2000"
                + (passphrase is null ? "" : $"&pbkeylen=16&passphrase={Uri.EscapeDataString(passphrase)}"),
        ];

    /// <returns>Whether it was let in.</returns>
    static async Task<bool> Push(int port, string? passphrase, int seconds) =>
        (await OwnProcess.Run("ffmpeg", PushArguments(port, passphrase, seconds))).Code == 0;

    static IReadOnlyList<(int Id, string Command)> Children(int parent) =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
                .Where(id => id > 0 && Regex.IsMatch(Read($"/proc/{id}/stat"), $@"\) \w {parent} "))
                .Select(id => (id, Read($"/proc/{id}/cmdline").Replace('\0', ' '))),
        ];

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // gone while we looked
        }
    }

    /// <summary>A camera that pushes, and pushes again whenever it is cut off, as cameras do.</summary>
    sealed class Pusher : IAsyncDisposable
    {
        readonly CancellationTokenSource ending = new();
        readonly Task pushing;

        public Pusher(int port, string passphrase, string codec = AsItShouldBe) =>
            pushing = Go(port, passphrase, codec, ending.Token);

        static async Task Go(int port, string passphrase, string codec, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await using var push = OwnProcess.Start("ffmpeg", PushArguments(port, passphrase, 600, codec));
                while (!push.HasExited && !stop.IsCancellationRequested)
                    await Task.Delay(200, CancellationToken.None);
                await Task.Delay(500, CancellationToken.None);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await pushing;
            ending.Dispose();
        }
    }

    /// <summary>The operations centre with a browser.</summary>
    sealed class Watched(LiveHouse house, AgencyClient operations, IPlaywright playwright, IBrowser chromium) : IAsyncDisposable
    {
        public AgencyClient Operations => operations;
        public IPage Centre { get; private set; } = null!;
        public string Session { get; private set; } = "";

        public static async Task<Watched> Open(LiveHouse house)
        {
            var operations = await house.Operations();
            var playwright = await Playwright.CreateAsync();
            var chromium = await playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = "/usr/bin/chromium",
                    Headless = true,
                    Args =
                    [
                        "--no-sandbox",
                        "--disable-gpu",
                        "--autoplay-policy=no-user-gesture-required",
                        "--allow-loopback-in-peer-connection",
                        "--disable-features=WebRtcHideLocalIpsWithMdns",
                    ],
                }
            );
            return new(house, operations, playwright, chromium);
        }

        public async Task<IReadOnlyList<JsonElement>> Sessions() =>
            [.. (await operations.Get("api/v1/live/sessions")).GetProperty("items").EnumerateArray()];

        public async Task Watch()
        {
            await LiveHouse.Until(
                $"a session; the server said:\n{house.Server.Process.Said}",
                async () => (await Sessions()).Count == 1,
                30
            );
            Session = (await Sessions()).Single().GetProperty("session").GetProperty("id").GetString()!;
            Centre = await LiveConsult.Page(chromium, house, 1280, 900);
            await Centre.GotoAsync("sign-in");
            await Centre
                .GetByRole(AriaRole.Button, new() { NameRegex = new("admin", RegexOptions.IgnoreCase) })
                .First.ClickAsync();
            await Centre.WaitForLoadStateAsync();
            await Centre.GotoAsync("live/sources");
            await LiveConsult.Shot(Centre, "live-sources");
            Centre = await LiveConsult.Page(chromium, house, 1280, 900);
            await LiveConsult.SignIn(Centre, "operations");
            await Centre.GotoAsync($"live/{Session}");
            await Centre.GetByLabel("Why do you watch?").SelectOptionAsync("officer-safety");
            await Centre.GetByRole(AriaRole.Button, new() { Name = "Watch for up to 60 minutes" }).ClickAsync();
            await LiveConsult.Playing(Centre);
            await Centre.Locator("lapel-live-player video").WaitForAsync();
        }

        public Task<int> PicturesIn(int seconds) => Centre.EvaluateAsync<int>(LiveEyes.CountPictures, seconds);

        public Task<double> Tone() => Centre.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-player video"));

        public async ValueTask DisposeAsync()
        {
            await chromium.DisposeAsync();
            playwright.Dispose();
            operations.Dispose();
        }
    }
}
