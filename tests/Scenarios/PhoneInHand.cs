using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// An officer's phone: Chromium without a window, with a made-up camera and microphone, 380 pixels wide, and what its browser keeps. Its tab
/// can be killed and opened again; what was kept stays, as on a phone.
/// </summary>
sealed class PhoneInHand : IAsyncDisposable
{
    readonly Chromium chromium;
    readonly LiveHouse house;

    PhoneInHand(Chromium chromium, IBrowserContext context, LiveHouse house, Window window) =>
        (this.chromium, Context, this.house, Window) = (chromium, context, house, window);

    public IBrowserContext Context { get; }

    /// <summary>For somebody else beside the phone.</summary>
    public IBrowser Browser => chromium.Browser;

    public Window Window { get; private set; }

    public IPage Page => Window.Page;

    /// <summary>Signed in as the officer, on the page, and made a camera of the agency.</summary>
    /// <param name="without">A format that this phone's browser cannot record, as <c>video/mp4</c>.</param>
    /// <param name="clipMs">After how long a clip is closed and the next begins; minutes when none.</param>
    public static async Task<PhoneInHand> Enrolled(LiveHouse house, string? without = null, int? clipMs = null)
    {
        var chromium = await Chromium.Open(Chromium.FakeDevices);
        var context = await chromium.Browser.NewContextAsync(
            new()
            {
                BaseURL = house.Agency.ToString(),
                ViewportSize = new() { Width = 380, Height = 800 },
                HasTouch = true,
                IsMobile = true,
                Permissions = ["camera", "microphone", "geolocation"],
                Geolocation = new()
                {
                    Latitude = 43.7615f,
                    Longitude = -79.5107f,
                    Accuracy = 8,
                },
            }
        );
        if (without is not null)
            await context.AddInitScriptAsync(
                $$"""{ const offered = MediaRecorder.isTypeSupported; MediaRecorder.isTypeSupported = (kind) => !kind.startsWith("{{without}}") && offered.call(MediaRecorder, kind); }"""
            );
        if (clipMs is not null)
            await context.RouteAsync(
                "**/on-duty",
                async route =>
                {
                    var page = await route.FetchAsync();
                    var text = (await page.TextAsync()).Replace(
                        "<lapel-phone ",
                        $"<lapel-phone data-clip-ms=\"{clipMs}\" ",
                        StringComparison.Ordinal
                    );
                    await route.FulfillAsync(new() { Response = page, Body = text });
                }
            );
        // A slow network: a page that says it is ready knows by then whose camera it is.
        await context.RouteAsync(
            "**/cameras/session",
            async route =>
            {
                await Task.Delay(1000);
                await route.ContinueAsync();
            }
        );
        var phone = new PhoneInHand(chromium, context, house, new(await context.NewPageAsync(), house.Agency));
        await phone.Window.SignIn("officer");
        await phone.Page.GotoAsync($"{house.Agency}on-duty");
        await phone.Page.ClickAsync("lapel-phone[data-state=new] > .phone-main");
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-state=ready]");
        await phone.Window.Until("document.querySelector('lapel-phone video').videoWidth > 0");
        return phone;
    }

    /// <summary>The renderer dies, as when a phone needs its memory: no script of the page has a say in it.</summary>
    public async Task KillTheTab()
    {
        var debugger = await Context.NewCDPSessionAsync(Page);
        _ = debugger.SendAsync("Page.crash").ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.Delay(1000);
        await Page.CloseAsync();
    }

    public async Task OpenAgain()
    {
        Window = new(await Context.NewPageAsync(), house.Agency);
        await Page.GotoAsync($"{house.Agency}on-duty");
        await Page.WaitForSelectorAsync("lapel-phone[data-state=ready]");
    }

    public async Task Record()
    {
        await Page.ClickAsync("lapel-phone[data-state=ready] > .phone-main");
        await Page.WaitForSelectorAsync("lapel-phone[data-state=recording]");
        await Window.Until("document.querySelector('lapel-phone').dataset.kept !== ''"); // the first second is on the disk
    }

    public async Task Stop()
    {
        await Page.ClickAsync("lapel-phone[data-state=recording] > .phone-main");
        await Page.ClickAsync("dialog.sheet button[value=over]");
        await Page.WaitForSelectorAsync("lapel-phone[data-state=ready]");
    }

    /// <summary>Begins or ends a state: muted, averted or stopped. A reason is asked for at the beginning, and any will do here.</summary>
    public async Task Toggle(string state)
    {
        var begins = await Page.GetAttributeAsync($"[data-act={state}]", "aria-pressed") == "false";
        await Page.ClickAsync($"[data-act={state}]");
        if (begins)
            await Page.ClickAsync("dialog.sheet .choice >> nth=0");
        await Page.WaitForSelectorAsync($"[data-act={state}][aria-pressed={(begins ? "true" : "false")}]");
    }

    /// <summary>The newest recording on the phone's list, once it is in this phase.</summary>
    public async Task<string> Until(string phase)
    {
        var row = await Page.WaitForSelectorAsync($".phone-rows li:first-child[data-phase={phase}]");
        return (await row!.GetAttributeAsync("data-recording"))!;
    }

    /// <summary>How many sealed pieces the phone still holds.</summary>
    public Task<int> Pieces() => InStore<int>("pieces", "store.count()");

    /// <summary>Asks the browser's own storage.</summary>
    public Task<T> InStore<T>(string store, string request) =>
        Page.EvaluateAsync<T>(
            $$"""
            () => new Promise((done, fail) => {
              const opened = indexedDB.open("lapel-phone /york");
              opened.onerror = () => fail(opened.error);
              opened.onsuccess = () => {
                const store = opened.result.transaction("{{store}}", "readwrite").objectStore("{{store}}");
                const asked = {{request}};
                asked.onsuccess = () => { done(asked.result); opened.result.close(); };
                asked.onerror = () => fail(asked.error);
              };
            })
            """
        );

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
    }
}
