using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// Every page as people of each role see it, in both colours and three widths: axe-core finds nothing serious, nothing goes wrong in the
/// browser, and nothing leaves the server. The pictures stay in artifacts/screens for people to look at.
/// </summary>
public sealed class Pages
{
    static readonly int[] Widths = [380, 1280, 2560];
    static readonly string Screens = Directory.CreateDirectory(Path.Combine(Programs.Root, "artifacts", "screens")).FullName;
    static readonly string Axe = Path.Combine(Programs.Scenarios, "js", "node_modules", "axe-core", "axe.min.js");

    [Fact]
    public async Task Pages_of_every_role_are_accessible_quiet_and_self_contained_in_both_colours_at_every_width()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start("--docked");
        var recording = await camera.Record(4);
        await camera.UntilFreed(recording);
        await camera.Stop();
        using (var liar = await RawCamera.Enrol(house, "RAW-1"))
        {
            var (id, clip) = (RecordingId.New(), liar.Seal([1, 2, 3]));
            await liar.Upload(id, clip);
            (
                await liar.Admit(
                    liar.Sign(
                        id,
                        clip.Entry,
                        truth => truth with { Clips = [clip.Entry with { SealedDigest = new(Digest.Of([])) }] }
                    )
                )
            ).Code.ShouldBe("clip-digest-differs");
            await liar.Create(RecordingId.New(), liar.Seal([1, 2, 3])); // one that has only begun
        }
        var seen = await PagesOf(house, recording, camera);

        await using var browser = await Browser.Open();
        var faults = new List<string>();
        foreach (var (role, pages) in seen)
        foreach (var colours in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var window = await browser.Window(house, role == "nobody" ? null : role, colours);
            foreach (var (name, path) in pages)
                await Look(window, house, role, name, path, colours, faults);
            faults.AddRange(window.Troubles.Select(t => $"{role}, {colours}: {t}"));
        }
        faults.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_players_keys_play_seek_step_and_silence()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start("--docked");
        var recording = await camera.Record(6);
        await camera.UntilFreed(recording);
        await camera.Stop();
        await using var browser = await Browser.Open();
        await using var window = await browser.Window(house, "officer");
        await window.Page.GotoAsync($"{house.Agency}recordings/{recording}");
        const string Video = "document.querySelector('lapel-player video')";
        Task Press(string key) => window.Page.Keyboard.PressAsync(key);
        Task<double> At() => window.Page.EvaluateAsync<double>($"{Video}.currentTime");

        await window.Until($"{Video}?.readyState >= 2");
        await Press("k");
        await window.Until($"!{Video}.paused && {Video}.currentTime > 0.5");
        await Press("Space");
        await window.Until($"{Video}.paused");
        await Press("ArrowRight");
        await window.Until($"{Video}.currentTime > 5 && !{Video}.seeking");
        var before = await At();
        await Press(",");
        await window.Until($"{Video}.currentTime < {before.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        (before - await At()).ShouldBeLessThan(0.3, "one frame, not more");
        await Press("Home");
        await window.Until($"{Video}.currentTime < 0.1");
        await Press("m");
        await window.Until($"{Video}.muted");
        await Press(">");
        await window.Until($"{Video}.playbackRate > 1");
        await Press("?");
        await window.Until("document.getElementById('keyboard-help').open");
        await Press("Escape");
        await window.Until("!document.getElementById('keyboard-help').open");
        window.Troubles.ShouldBeEmpty();
    }

    static async Task<IReadOnlyList<(string Role, (string Name, string Path)[] Pages)>> PagesOf(
        LiveHouse house,
        string recording,
        CameraProcess camera
    )
    {
        var admin = await house.As("admin");
        var account = (await admin.Get("api/v1/accounts")).GetProperty("items")[0].GetProperty("id").GetString();
        var unit = (await admin.Get("api/v1/units")).GetProperty("items")[0].GetProperty("id").GetString();
        var refused = (await (await house.As("clerk")).Get("api/v1/quarantine"))
            .GetProperty("items")[0]
            .GetProperty("id")
            .GetString();
        (string, string)[] evidence =
        [
            ("recordings", "recordings"),
            ("recordings-table", "recordings?view=table"),
            ("recordings-none", "recordings?q=nobody"),
            ("recording", $"recordings/{recording}"),
        ];
        return
        [
            ("nobody", [("sign-in", "sign-in")]),
            ("officer", [.. evidence, ("my-account", "my-account"), ("not-found", "no-such-page")]),
            ("supervisor", evidence),
            ("oversight", evidence),
            (
                "clerk",
                [.. evidence, ("uploads", "uploads"), ("quarantine", "quarantine"), ("quarantined", $"quarantine/{refused}")]
            ),
            (
                "admin",
                [
                    ("roster", "roster"),
                    ("unit", $"roster/units/{unit}"),
                    ("officer", $"roster/officers/{house.Officers["4711"]}"),
                    ("officer-new", "roster/officers/new"),
                    ("cameras", "cameras"),
                    ("camera", $"cameras/{camera.Id}"),
                    ("camera-new", "cameras/new"),
                    ("docks", "docks"),
                    ("accounts", "accounts"),
                    ("account", $"accounts/{account}"),
                    ("account-new", "accounts/new"),
                    ("roles", "roles"),
                    ("health", "health"),
                ]
            ),
        ];
    }

    static async Task Look(
        Window window,
        LiveHouse house,
        string role,
        string name,
        string path,
        ColorScheme colours,
        List<string> faults
    )
    {
        var page = window.Page;
        await page.SetViewportSizeAsync(Widths[0], 800);
        var answer = await page.GotoAsync($"{house.Agency}{path}");
        if (answer!.Status != (name == "not-found" ? 404 : 200))
            faults.Add($"{role}: {path} answered {answer.Status}");
        // Through the debugger: the page's own policy forbids scripts from elsewhere, and shall.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        // A player still finding its size moves words over the picture's black while axe compares their colours.
        await Wait.Until(
            $"the player of {path} has its picture",
            () => page.EvaluateAsync<bool>("[...document.querySelectorAll('.player video')].every(v => v.readyState > 1)")
        );
        foreach (var width in Widths)
        {
            await page.SetViewportSizeAsync(width, width < 600 ? 800 : 900);
            var where = $"{role}-{name}-{colours.ToString().ToLowerInvariant()}-{width}";
            if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth + 1"))
                faults.Add($"{where}: wider than the window");
            var found = await page.EvaluateAsync<JsonElement>(
                "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`))"
            );
            faults.AddRange(found.EnumerateArray().Select(v => $"{where}: {v.GetString()}"));
            await page.ScreenshotAsync(
                new() { Path = Path.Combine(Screens, $"{where}.png"), Animations = ScreenshotAnimations.Disabled }
            );
        }
    }
}
