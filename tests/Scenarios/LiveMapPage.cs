using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>The live map in a real browser under the page's own security policy: who is where, how old that is, and nothing fetched from anybody.</summary>
public sealed class LiveMapPage
{
    static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--no-first-run",
        "--disable-background-networking",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
    ];

    const string Divisions = """
        {"type":"FeatureCollection","features":[
          {"type":"Feature","properties":{"name":"31 Division"},"geometry":{"type":"Polygon","coordinates":[[[-79.53,43.75],[-79.50,43.75],[-79.50,43.775],[-79.53,43.77],[-79.53,43.75]]]}},
          {"type":"Feature","properties":{"name":"32 Division"},"geometry":{"type":"MultiPolygon","coordinates":[[[[-79.50,43.75],[-79.47,43.75],[-79.47,43.775],[-79.50,43.775],[-79.50,43.75]]]]}}]}
        """;

    [Fact]
    public async Task The_map_shows_who_is_where_how_old_that_is_and_the_divisions_and_asks_nobody_else()
    {
        await using var streets = new TileServer();
        await using var house = await LiveHouse.Open();
        await using var maya = await Walker.OnAir(house, "MAP-1", "4711", 43.7615, -79.5107);
        await using var luc = await Walker.OnAir(house, "MAP-2", "4712", 43.7561, -79.4902);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments }
        );
        var page = await LiveConsult.Page(chromium, house, 1280, 900, asDelivered: true);
        var (asked, complaints) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        page.Request += (_, ask) => asked.Enqueue(ask.Url);
        page.Console += (_, line) =>
        {
            if (line.Type is "error")
                complaints.Enqueue(line.Text);
        };
        page.PageError += (_, wrong) => complaints.Enqueue(wrong);
        await LiveConsult.SignIn(page, "operations");
        await page.GotoAsync("rota");
        asked.ShouldNotContain(
            url => url.Contains("/islands/map", StringComparison.Ordinal),
            "a page without a map fetches none"
        );

        // No outlines yet: that is said.
        await page.GotoAsync("live");
        var map = page.Locator("lapel-map[data-state=ready][data-spots='2']");
        await map.WaitForAsync();
        await page.GetByText("this agency has no outlines of them yet", new() { Exact = false }).WaitForAsync();
        await page.GetByText("nothing is fetched from anybody", new() { Exact = false }).WaitForAsync();
        await File.WriteAllTextAsync(Path.Combine(house.AgencyFolder, "divisions.geojson"), Divisions);
        await page.ReloadAsync();
        await page.Locator("lapel-map[data-spots='2'][data-divisions='2']").WaitForAsync();
        await Task.Delay(1000); // drawn
        await LiveConsult.Shot(page, "map");

        var spot = map.GetByRole(AriaRole.Link, new() { Name = "Maya Okafor" });
        var before = await spot.BoundingBoxAsync();
        await maya.Say(43.7675, -79.5157);
        await Wait.Until("she has moved", async () => (await spot.BoundingBoxAsync())!.Y < before!.Y - 5);
        await Wait.Until(
            "her place is new",
            async () =>
            {
                await maya.Say(43.7675, -79.5157); // new for some seconds only
                return await spot.GetByText("now").IsVisibleAsync();
            }
        );
        await map.GetByRole(AriaRole.Link, new() { Name = "Luc Tremblay" }).GetByText("s ago").WaitForAsync();

        await ByKeyboard(page, spot);
        complaints.ShouldBeEmpty();
        asked.ShouldAllBe(url => url.StartsWith(house.Server.Address.ToString(), StringComparison.Ordinal));

        await Streets(house, page, streets);
        complaints.ShouldBeEmpty();
        await NotForClinicians(house, chromium);
    }

    static async Task ByKeyboard(IPage page, ILocator spot)
    {
        var canvas = page.Locator("lapel-map canvas");
        await canvas.FocusAsync();
        var before = await spot.BoundingBoxAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Wait.Until("the map has moved", async () => (await spot.BoundingBoxAsync())!.X < before!.X - 20);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show everybody" }).PressAsync("Enter");
        await Wait.Until("and back", async () => (await spot.BoundingBoxAsync())!.X > before!.X - 20);
        await spot.PressAsync("Enter");
        await page.WaitForURLAsync("**/live/*-*", new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("lapel-map[data-state=ready][data-spots='1']").WaitForAsync();
    }

    /// <summary>The operator's own tiles: the page may fetch them from there, and from nowhere else.</summary>
    static async Task Streets(LiveHouse house, IPage page, TileServer streets)
    {
        var policy = await File.ReadAllTextAsync(Path.Combine(Programs.Root, "policies", "live.jsonc"));
        var tiles = $$$"""{ "url": "{{{streets.Address}}}{z}/{x}/{y}.png", "attribution": "Survey of York", "maxZoom": 18 }""";
        await File.WriteAllTextAsync(
            Path.Combine(house.AgencyFolder, "live.jsonc"),
            policy.Replace("\"tiles\": null", $"\"tiles\": {tiles}", StringComparison.Ordinal)
        );
        await page.GotoAsync("about:blank");
        await house.Server.Restart(); // a policy is read when the agency is opened
        await page.GotoAsync(new Uri(house.Agency, "live").ToString());
        await page.Locator("lapel-map[data-state=ready]").WaitForAsync();
        await page.GetByText("Streets: Survey of York").WaitForAsync();
        await Wait.Until("tiles are fetched", () => Task.FromResult(streets.Served > 0));
        await LiveConsult.Shot(page, "map-streets");
    }

    static async Task NotForClinicians(LiveHouse house, IBrowser chromium)
    {
        var clinic = await LiveConsult.Page(chromium, house, 380, 800);
        await LiveConsult.EnterAsClinician(clinic, await AgencyClient.SignIn(house.Agency, "operations", LiveHouse.Password));
        (await clinic.Locator("lapel-map").CountAsync()).ShouldBe(0);
        foreach (var path in new[] { "api/v1/live/sessions", "api/v1/live/outlines", "live" })
            (
                await clinic.APIRequest.GetAsync(new Uri(house.Agency, path).ToString(), new() { MaxRedirects = 0 })
            ).Ok.ShouldBeFalse(path);
    }

    /// <summary>A camera that is live, has walked for some minutes, and reports every three seconds that it still is.</summary>
    sealed class Walker : IAsyncDisposable
    {
        readonly RawCamera camera;
        readonly string session;
        readonly CancellationTokenSource ending = new();
        readonly Task reporting;

        Walker(RawCamera camera, string session)
        {
            (this.camera, this.session) = (camera, session);
            reporting = Report();
        }

        public static async Task<Walker> OnAir(LiveHouse house, string serial, string badge, double latitude, double longitude)
        {
            var camera = await RawCamera.Enrol(house, serial);
            await (await house.As("admin")).Post(
                "api/v1/assignments",
                new { camera = camera.Id, officer = house.Officers[badge] }
            );
            var begun = await AgencyClient
                .Of(camera.Http)
                .Post("api/v1/live/sessions", new { recording = RecordingId.New(), report = new { recording = true } });
            var walker = new Walker(camera, begun.GetProperty("session").GetString()!);
            for (var step = 20; step >= 0; step--)
                await walker.Say(latitude - step * 0.0002, longitude + step * 0.0001 * (step % 5), secondsAgo: step * 20);
            return walker;
        }

        public Task Say(double latitude, double longitude, int secondsAgo = 0)
        {
            var at = (Time.Now(TimeProvider.System) - NodaTime.Duration.FromSeconds(secondsAgo)).ToText();
            var position = new
            {
                at,
                latitude,
                longitude,
            };
            return Told(new { recording = true, position });
        }

        Task<JsonElement> Told(object report) =>
            AgencyClient.Of(camera.Http).Post($"api/v1/live/sessions/{session}/reports", report);

        async Task Report()
        {
            while (!ending.IsCancellationRequested)
                try
                {
                    await Task.Delay(3000, ending.Token);
                    await Told(new { recording = true });
                }
                catch (OperationCanceledException) { }
                catch (HttpRequestException) { } // the server is being restarted
        }

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await reporting;
            camera.Dispose();
            ending.Dispose();
        }
    }

    /// <summary>A tile server of the operator's: one grey picture for every address.</summary>
    sealed class TileServer : IAsyncDisposable
    {
        static readonly byte[] Grey = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4cfYSAATIAmhcBUkVAAAAAElFTkSuQmCC"
        );
        readonly HttpListener listener = new();
        int served;

        public TileServer()
        {
            listener.Prefixes.Add(Address);
            listener.Start();
            _ = Serve();
        }

        public string Address { get; } = $"http://127.0.0.1:{Ports.Free()}/";

        public int Served => Volatile.Read(ref served);

        async Task Serve()
        {
            try
            {
                while (true)
                {
                    var ask = await listener.GetContextAsync();
                    ask.Response.ContentType = "image/png";
                    ask.Response.AddHeader("Access-Control-Allow-Origin", "*");
                    await ask.Response.OutputStream.WriteAsync(Grey);
                    ask.Response.Close();
                    Interlocked.Increment(ref served);
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException) { }
        }

        public ValueTask DisposeAsync()
        {
            listener.Close();
            return ValueTask.CompletedTask;
        }
    }
}
