using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// The proof of live help: an officer and a clinician in browsers of their own, a camera that records and shows a burnt-in clock, the real
/// pages and the real gateway between them.
/// </summary>
public sealed class ConsultLive
{
    static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
    ];

    const string Secret = "speaks of voices since April, zq9";

    [Fact]
    public async Task Press_ring_accept_see_hear_and_end_with_a_whole_record_and_a_note_that_the_police_cannot_read()
    {
        await using var house = await LiveHouse.Open();
        await Account(house, "operations");
        var operations = await AgencyClient.SignIn(house.Agency, "operations", LiveHouse.Password);
        using var camera = await RawCamera.Enrol(house, "LIVE-1");
        await (await house.As("admin")).Post("api/v1/assignments", new { camera = camera.Id, officer = house.Officers["4711"] });
        var recording = RecordingId.New();
        var begun = await AgencyClient.Of(camera.Http).Post("api/v1/live/sessions", new { recording, report = new { recording = true } });
        var session = begun.GetProperty("session").GetString()!;
        using var reporting = new CancellationTokenSource();
        var reports = Report(camera, session, reporting.Token);

        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = "/usr/bin/chromium", Headless = true, Args = Arguments }
        );
        var lens = await Page(chromium, house, 640, 480);
        await lens.GotoAsync("sign-in");
        await lens.AddScriptTagAsync(new() { Path = Path.Combine(Programs.Scenarios, "js", "live-page.js") });
        var publish = begun.GetProperty("publish");
        await lens.EvaluateAsync(
            "o => publish(o)",
            new
            {
                url = new Uri(house.Server.Address, publish.GetProperty("url").GetString()!).ToString(),
                token = publish.GetProperty("token").GetString(),
                codec = "vp8",
            }
        );

        var clinician = await Page(chromium, house, 1280, 900, microphone: true);
        await EnterAsClinician(clinician, operations);
        var officer = await Page(chromium, house, 380, 800);
        await SignIn(officer, "officer");
        await officer.GotoAsync("on-duty");
        await Shot(officer, "on-duty");

        await officer.GetByRole(AriaRole.Button, new() { Name = "I need help with a person in crisis" }).ClickAsync();
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).WaitForAsync();
        await Shot(clinician, "consult-ringing");
        await Shot(officer, "on-duty-ringing");
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        var accepted = DateTimeOffset.UtcNow;

        // The picture is the right one: its burnt-in clock is now, to within two seconds.
        await clinician.Locator("lapel-live-player[data-state=playing]").WaitForAsync(new() { Timeout = 30_000 });
        var connected = DateTimeOffset.UtcNow - accepted;
        await clinician.AddScriptTagAsync(new() { Path = Path.Combine(Programs.Scenarios, "js", "live-page.js") });
        var behind = await clinician.EvaluateAsync<double>(BurntIn);
        behind.ShouldBeInRange(0, 2000, "milliseconds that the burnt-in clock is behind");
        await Until("a measured delay", () => clinician.EvaluateAsync<bool>("() => !!document.querySelector('lapel-live-player')?.dataset.delayMs"));
        var measured = double.Parse(
            (await clinician.Locator("lapel-live-player").GetAttributeAsync("data-delay-ms"))!,
            System.Globalization.CultureInfo.InvariantCulture
        );
        measured.ShouldBeInRange(0, 2000);

        // A tone both ways.
        await Until("the camera's tone at the clinician's", async () => Math.Abs(await clinician.EvaluateAsync<double>(ToneIn("lapel-live-player video")) - 440) < 15);
        await clinician.Locator("lapel-live-talk button").ClickAsync();
        await clinician.Locator("lapel-live-talk[data-state=heard]").WaitForAsync();
        await officer.Locator("lapel-live-duty[data-hearing=yes]").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 20_000 });
        await Until("the clinician's tone at the officer's", async () => await officer.EvaluateAsync<double>(ToneIn("lapel-live-duty audio")) > 100);

        // The officer knows.
        await officer.GetByText("1 person watches").WaitForAsync();
        await officer.GetByText("Ada Chen, crisis nurse, is with us", new() { Exact = false }).First.WaitForAsync();

        await clinician.GetByLabel("The officer reads it at once. The police keep it: no health details.").FillAsync("Give him room, sit down yourself");
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Advise" }).ClickAsync();
        await officer.GetByText("Give him room, sit down yourself").WaitForAsync();
        await officer.GetByRole(AriaRole.Button, new() { Name = "Agreed" }).ClickAsync();
        await clinician.GetByLabel("Note", new() { Exact = true }).FillAsync(Secret);
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Keep the note" }).ClickAsync();
        await clinician.GetByText(Secret).WaitForAsync();
        await Shot(clinician, "console");
        await Shot(officer, "on-duty-talking");

        await OperationsWatch(await Page(chromium, house, 1280, 900), officer, session);
        await clinician.GetByLabel("How did it end?").SelectOptionAsync("resolved-on-scene");
        await Until("speaking noted", async () =>
            (await operations.Get("api/v1/live/consults")).GetProperty("items")[0].TryGetProperty("speakingAt", out _));
        await clinician.GetByRole(AriaRole.Button, new() { Name = "End the consult" }).ClickAsync();
        await clinician.GetByText("The consult is over", new() { Exact = false }).First.WaitForAsync();
        await Until("media has stopped", async () => (await operations.Get($"api/v1/live/sessions/{session}")).GetProperty("watching").GetArrayLength() == 0);
        await Shot(clinician, "console-over");

        var consult = (await operations.Get("api/v1/live/consults")).GetProperty("items")[0].GetProperty("id").GetString()!;
        var record = await operations.Get($"api/v1/live/consults/{consult}");
        var kept = record.GetProperty("consult");
        kept.GetProperty("outcome").GetString().ShouldBe("resolved-on-scene");
        kept.GetProperty("consent").GetString().ShouldBe("given");
        foreach (var moment in new[] { "askedAt", "acceptedAt", "mediaAt", "speakingAt", "endedAt" })
            kept.TryGetProperty(moment, out _).ShouldBeTrue(moment);
        record
            .GetProperty("watching")
            .EnumerateArray()
            .Single(w => w.GetProperty("as").GetString() == "crisis nurse")
            .GetProperty("delayP50Ms").GetInt32().ShouldBeInRange(0, 2000);
        foreach (var path in new[] { $"api/v1/live/consults/{consult}", "api/v1/live/consults", $"consults/{consult}", "consults" })
            (await operations.Http.GetStringAsync(path)).ShouldNotContain(Secret);
        (await operations.Http.GetAsync($"consult/{consult}/notes.json")).IsSuccessStatusCode.ShouldBeFalse();
        await reporting.CancelAsync();
        await reports;
        TestContext.Current.SendDiagnosticMessage(
            $"accept to picture {connected.TotalMilliseconds:0} ms; burnt-in {behind:0} ms; measured {measured:0} ms"
        );
    }

    /// <summary>The operations centre looks on for a reason, and the officer knows.</summary>
    static async Task OperationsWatch(IPage centre, IPage officer, string session)
    {
        await SignIn(centre, "operations");
        await centre.GotoAsync("live");
        await Shot(centre, "live");
        await centre.GotoAsync("rota");
        await Shot(centre, "rota");
        await centre.GotoAsync($"live/{session}");
        await Shot(centre, "live-session");
        await centre.GetByLabel("Why do you watch?").SelectOptionAsync("officer-safety");
        await centre.GetByRole(AriaRole.Button, new() { Name = "Watch for up to 60 minutes" }).ClickAsync();
        await centre.Locator("lapel-live-player[data-state=playing]").WaitForAsync(new() { Timeout = 30_000 });
        await officer.GetByText("2 people watch").WaitForAsync();
        await officer.GetByText("Operations centre since").WaitForAsync();
        await Shot(centre, "live-watching");
        await centre.GetByRole(AriaRole.Button, new() { Name = "Stop watching" }).ClickAsync();
        await officer.GetByText("1 person watches").WaitForAsync();
    }

    static async Task Report(RawCamera camera, string session, CancellationToken stop)
    {
        try
        {
            for (; ; await Task.Delay(2000, stop))
                await AgencyClient.Of(camera.Http).Post(
                    $"api/v1/live/sessions/{session}/reports",
                    new { recording = true, position = new { at = Time.Now(TimeProvider.System).ToText(), latitude = 43.7615 + Random.Shared.NextDouble() / 500, longitude = -79.5107 } }
                );
        }
        catch (OperationCanceledException) { }
    }

    internal static async Task Account(LiveHouse house, string name) =>
        await (await house.As("admin")).Post(
            "api/v1/accounts",
            new { name, fullName = $"The {name}", role = name, password = LiveHouse.Password }
        );

    internal static async Task EnterAsClinician(IPage page, AgencyClient operations)
    {
        var entered = await operations.Post("api/v1/live/clinicians", new { name = "Ada Chen", title = "crisis nurse", employer = "Humber Hospital" });
        var id = entered.GetProperty("id").GetString()!;
        var now = Time.Now(TimeProvider.System);
        await operations.Post(
            "api/v1/live/rota",
            new { clinician = id, from = (now - NodaTime.Duration.FromHours(1)).ToText(), until = (now + NodaTime.Duration.FromHours(8)).ToText(), place = 1 }
        );
        var link = (await operations.Post($"api/v1/live/clinicians/{id}/link", new { })).GetProperty("path").GetString()!;
        var code = (await operations.Post($"api/v1/live/clinicians/{id}/code", new { })).GetProperty("code").GetString()!;
        await page.GotoAsync(link);
        await Shot(page, "consult-enter");
        await page.GetByLabel("One-time code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByText("You are on call").WaitForAsync();
        await Shot(page, "consult-home");
    }

    internal static async Task<IPage> Page(IBrowser chromium, LiveHouse house, int width, int height, bool microphone = false)
    {
        var context = await chromium.NewContextAsync(
            new()
            {
                BaseURL = house.Agency.ToString(),
                ViewportSize = new() { Width = width, Height = height },
                BypassCSP = true, // the test's own eyes are a script that no page of ours would load
                Permissions = microphone ? ["microphone"] : [],
            }
        );
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        return page;
    }

    internal static async Task SignIn(IPage page, string name)
    {
        await page.GotoAsync("sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = $"The {name}" }).First.ClickAsync();
        await page.WaitForLoadStateAsync();
    }

    internal static async Task Until(string what, Func<Task<bool>> holds, int seconds = 20)
    {
        for (var end = DateTimeOffset.UtcNow.AddSeconds(seconds); DateTimeOffset.UtcNow < end; await Task.Delay(200))
            if (await holds())
                return;
        throw new TimeoutException($"Never came: {what}.");
    }

    internal static async Task Shot(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("LAPEL_SHOTS") is { } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    /// <summary>How far the clock in the picture is behind the machine's, milliseconds; the median of twenty looks.</summary>
    const string BurntIn = """
        async () => {
          const video = document.querySelector('lapel-live-player video');
          const canvas = new OffscreenCanvas(bits * cell, cell * 2), context = canvas.getContext('2d', { willReadFrequently: true });
          const seen = [];
          for (let i = 0; i < 200 && seen.length < 20; i++) {
            await new Promise(done => video.requestVideoFrameCallback(done));
            const factor = video.videoWidth / 640;
            context.drawImage(video, 0, 0, bits * cell * factor, cell * 2 * factor, 0, 0, bits * cell, cell * 2);
            const code = readClock(context);
            if (code !== undefined) seen.push((Date.now() - code) & ((1 << bits) - 1));
          }
          return percentile(seen, 0.5);
        }
        """;

    internal static string ToneIn(string element) =>
        $$"""
            async () => {
              const stream = document.querySelector('{{element}}')?.srcObject;
              const track = stream?.getAudioTracks()[0];
              if (!track) return 0;
              window.ear ??= (() => { const audio = new AudioContext(), meter = audio.createAnalyser(); meter.fftSize = 8192; audio.createMediaStreamSource(new MediaStream([track])).connect(meter); return meter; })();
              await new Promise(done => setTimeout(done, 150));
              const spectrum = new Float32Array(window.ear.frequencyBinCount);
              window.ear.getFloatFrequencyData(spectrum);
              let best = 0;
              for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > spectrum[best]) best = i;
              return spectrum[best] < -80 ? 0 : best * window.ear.context.sampleRate / 8192;
            }
            """;
}
