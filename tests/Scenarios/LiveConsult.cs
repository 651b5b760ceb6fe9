using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// The people and machines of one consult: a camera that reports and whose picture a browser sends, the officer's page, a clinician on call
/// and the operations centre, each in a browser of their own; and a network of one's own for the officer's side and for the clinician.
/// </summary>
sealed class LiveConsult : IAsyncDisposable
{
    readonly Chromium chromium;
    readonly CancellationTokenSource reporting = new();
    Task reports = Task.CompletedTask;
    JsonElement begun;

    LiveConsult(LiveHouse house, Chromium chromium) => (House, this.chromium) = (house, chromium);

    public LiveHouse House { get; }

    public AgencyClient Operations { get; private set; } = null!;

    public RawCamera Camera { get; private set; } = null!;

    public RecordingId Recording { get; } = RecordingId.New();

    public string Session => begun.GetProperty("session").GetString()!;

    public IPage Lens { get; private set; } = null!;

    public IPage Officer { get; private set; } = null!;

    public IPage Clinician { get; private set; } = null!;

    /// <summary>The clinician's personal link, and the code that was used to sign in.</summary>
    public (string Link, string Code) Entry { get; private set; }

    /// <param name="policy">A live policy of the agency's own, made from the one that Lapel brings.</param>
    /// <param name="gateway">Carries the packets instead of the server.</param>
    /// <param name="turn">Named to the server, unless a gateway carries the packets.</param>
    public static async Task<LiveConsult> Open(
        LossyPath? street = null,
        LossyPath? clinic = null,
        Func<string, string>? policy = null,
        GatewayProcess? gateway = null,
        TurnServer? turn = null
    )
    {
        var house = await LiveHouse.Open(
            policy: policy,
            serverOptions: gateway is not null ? ["--gateways", gateway.Address.ToString()]
                : turn is not null ? turn.Options
                : []
        );
        if (gateway is not null)
            await gateway.StartFor(house.Agency);
        var consult = new LiveConsult(house, await Chromium.Open(Chromium.FakeDevices));
        try
        {
            await consult.Begin(street, clinic);
            return consult;
        }
        catch
        {
            house.Damaged = true;
            await consult.DisposeAsync();
            throw;
        }
    }

    async Task Begin(LossyPath? street, LossyPath? clinic)
    {
        Operations = await House.As("operations");
        Camera = await RawCamera.Enrol(House, "LIVE-1");
        await (await House.As("admin")).Post("api/v1/assignments", new { camera = Camera.Id, officer = House.Officers["4711"] });
        begun = await AgencyClient
            .Of(Camera.Http)
            .Post("api/v1/live/sessions", new { recording = Recording, report = new { recording = true } });
        reports = Report();
        Lens = await Page(640, 480, street);
        await Show(Lens);
        Clinician = await Page(1280, 900, clinic, microphone: true);
        Entry = await EnterAsClinician(Clinician, Operations);
        Officer = await Page(380, 800, street);
        await SignIn(Officer, "officer");
        await Officer.GotoAsync("on-duty");
    }

    /// <summary>The camera's picture, with a clock burnt in, and its tone of 440 Hz. It comes back by itself, as a camera does.</summary>
    public async Task Show(IPage lens)
    {
        await lens.GotoAsync("sign-in");
        await lens.AddScriptTagAsync(new() { Path = Path.Combine(Programs.Scenarios, "js", "live-page.js") });
        // A live token is short-lived: whoever comes back asks for a new one, as a camera does with each report.
        await lens.ExposeFunctionAsync(
            "freshWay",
            async () =>
            {
                var publish = (await Told(new { recording = true })).GetProperty("publish");
                var address = new Uri(House.Server.Address, publish.GetProperty("url").GetString()!).ToString();
                return JsonSerializer.Serialize(
                    new
                    {
                        url = address,
                        token = publish.GetProperty("token").GetString(),
                        codec = "vp8",
                    }
                );
            }
        );
        await lens.EvaluateAsync("() => keepPublishing()");
    }

    public async Task PressAndAccept()
    {
        await Officer.GetByRole(AriaRole.Button, new() { Name = "I need help with a person in crisis" }).ClickAsync();
        await Clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await Playing(Clinician);
        await Clinician.AddScriptTagAsync(new() { Path = Path.Combine(Programs.Scenarios, "js", "live-page.js") });
    }

    /// <summary>The clinician's microphone is on, and the officer's page plays what comes of it.</summary>
    public async Task Talk()
    {
        await Clinician.Locator("lapel-live-talk button").ClickAsync();
        await Clinician.Locator("lapel-live-talk[data-state=heard]").WaitForAsync();
        await Officer.Locator("lapel-live-duty[data-hearing=yes]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    public async Task HeardBothWays()
    {
        await Wait.Until(
            "the camera's tone at the clinician's",
            async () => Math.Abs(await Clinician.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-player video")) - 440) < 15
        );
        await Wait.Until(
            "the clinician's tone at the officer's",
            async () => await Officer.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-duty audio")) > 100
        );
    }

    public static Task Playing(IPage page) => page.Locator("lapel-live-player[data-state=playing]").WaitForAsync();

    /// <summary>
    /// How far the clock in the picture is behind the machine's: the median of some looks, milliseconds. It is what Lapel promises on a machine
    /// that has the time; one that has not for a moment is looked at again.
    /// </summary>
    public Task<double> BurntInDelayMs(double least, double most, string what = "") =>
        Wait.UntilIn(least, most, () => Clinician.EvaluateAsync<double>(LiveEyes.BurntIn), what);

    /// <summary>What Lapel itself says that it is.</summary>
    public Task<double> MeasuredDelayMs(double least, double most)
    {
        var player = Clinician.Locator("lapel-live-player");
        return Wait.UntilIn(
            least,
            most,
            async () =>
                double.Parse(
                    await player.GetAttributeAsync("data-delay-ms") is { Length: > 0 } ms ? ms : "-1",
                    CultureInfo.InvariantCulture
                )
        );
    }

    /// <summary>Pictures that the clinician's browser shows in that time.</summary>
    public Task<int> PicturesIn(int seconds) => Clinician.EvaluateAsync<int>(LiveEyes.CountPictures, seconds);

    public async Task<JsonElement> Record()
    {
        var consult = (await Operations.Get("api/v1/live/consults")).GetProperty("items")[0].GetProperty("id").GetString()!;
        return await Operations.Get($"api/v1/live/consults/{consult}");
    }

    public async Task EndByClinician(string consent = "given")
    {
        await Clinician.GetByLabel("How did it end?").SelectOptionAsync("resolved-on-scene");
        await Clinician.GetByLabel("Did the person agree?").SelectOptionAsync(consent);
        await Clinician.GetByRole(AriaRole.Button, new() { Name = "End the consult" }).ClickAsync();
        await Clinician.GetByText("The consult is over", new() { Exact = false }).First.WaitForAsync();
    }

    async Task Report()
    {
        while (!reporting.IsCancellationRequested)
            try
            {
                await Task.Delay(2000, reporting.Token);
                var near = 43.7615 + Random.Shared.NextDouble() / 500;
                var at = Time.Now(TimeProvider.System).ToText();
                var position = new
                {
                    at,
                    latitude = near,
                    longitude = -79.5107,
                };
                await Told(new { recording = true, position });
            }
            catch (OperationCanceledException) { }
            catch (HttpRequestException) { } // the server is being restarted: a camera goes on recording and tries again
            catch (ShouldAssertException) { } // or it says that the session is over
    }

    Task<JsonElement> Told(object report) => AgencyClient.Of(Camera.Http).Post($"api/v1/live/sessions/{Session}/reports", report);

    /// <returns>The personal link, and the code that was used.</returns>
    public static async Task<(string Link, string Code)> EnterAsClinician(IPage page, AgencyClient operations)
    {
        var entered = await operations.Post(
            "api/v1/live/clinicians",
            new
            {
                name = "Ada Chen",
                title = "crisis nurse",
                employer = "Humber Hospital",
            }
        );
        var id = entered.GetProperty("id").GetString()!;
        var now = Time.Now(TimeProvider.System);
        await operations.Post(
            "api/v1/live/rota",
            new
            {
                clinician = id,
                from = (now - NodaTime.Duration.FromHours(1)).ToText(),
                until = (now + NodaTime.Duration.FromHours(8)).ToText(),
                place = 1,
            }
        );
        var link = (await operations.Post($"api/v1/live/clinicians/{id}/link", new { })).GetProperty("path").GetString()!;
        var code = (await operations.Post($"api/v1/live/clinicians/{id}/code", new { })).GetProperty("code").GetString()!;
        await page.GotoAsync(link);
        await Shot(page, "consult-enter");
        await page.GetByLabel("One-time code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByText("You are on call").WaitForAsync();
        await Shot(page, "consult-home");
        return (link, code);
    }

    public Task<IPage> Page(int width, int height, LossyPath? path = null, bool microphone = false, bool asDelivered = false) =>
        Page(chromium.Browser, House, width, height, path, microphone, asDelivered);

    /// <param name="asDelivered">Under the page's own security policy; the test's eyes cannot be put into it.</param>
    public static async Task<IPage> Page(
        IBrowser chromium,
        LiveHouse house,
        int width,
        int height,
        LossyPath? path = null,
        bool microphone = false,
        bool asDelivered = false
    )
    {
        var context = await chromium.NewContextAsync(
            new()
            {
                BaseURL = house.Agency.ToString(),
                ViewportSize = new() { Width = width, Height = height },
                BypassCSP = !asDelivered, // the test's own eyes are a script that no page of ours would load
                Permissions = microphone ? ["microphone"] : [],
            }
        );
        if (path is not null)
            await context.RouteAsync(
                address => address.Contains("/live/wh", StringComparison.Ordinal),
                async route =>
                {
                    if (route.Request.Method != "POST")
                    {
                        await route.ContinueAsync();
                        return;
                    }
                    var answer = await route.FetchAsync();
                    await route.FulfillAsync(new() { Response = answer, Body = path.Lead(await answer.TextAsync()) });
                }
            );
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Wait.Patience * 1000);
        return page;
    }

    public static async Task SignIn(IPage page, string name)
    {
        await page.GotoAsync("sign-in");
        var button = new Regex(name == "admin" ? name : $"The {name}", RegexOptions.IgnoreCase);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = button }).First.ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }

    /// <summary>A picture of the page for people, where somebody asked for some; and no two things on it have one name.</summary>
    public static async Task Shot(IPage page, string name)
    {
        var twice = await page.EvaluateAsync<string[]>(
            "() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); }"
        );
        twice.ShouldBeEmpty($"ids that stand twice on {name}");
        if (Environment.GetEnvironmentVariable("LAPEL_SHOTS") is not { } folder)
            return;
        var size = page.ViewportSize!;
        foreach (var width in new[] { 380, size.Width }.Distinct())
        {
            await page.SetViewportSizeAsync(width, size.Height);
            foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await Task.Delay(300); // colours fade
                var file = $"{name}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png";
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, file), FullPage = true });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reporting.CancelAsync();
        await reports;
        await chromium.DisposeAsync();
        Camera?.Dispose();
        await House.DisposeAsync();
    }
}
