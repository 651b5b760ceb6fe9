using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>The whole way of one recording: dock, play, export, verify, and every link of the proof broken once.</summary>
public sealed class DockPlayExportVerify
{
    [Fact]
    public async Task A_docked_recording_plays_with_the_right_time_in_its_picture_and_proves_itself_offline_until_a_byte_is_flipped()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start();
        var recording = await RecordWithMarkAndMute(camera);
        await camera.Tell("dock");
        await camera.UntilFreed(recording);
        await camera.Stop();

        await Play(house, recording);

        await using var export = await ExportedFolder.Make(house, recording);
        (await export.Verify()).ShouldBe((0, null));
        foreach (var (file, pattern, link) in export.Links())
        {
            using (export.Flip(file, pattern))
                (await export.Verify()).ShouldBe((1, link), $"after one changed byte in {file}");
            // Put back as it was, it holds again: nothing else had been touched.
        }
        (await export.Verify()).ShouldBe((0, null));
    }

    static async Task<string> RecordWithMarkAndMute(CameraProcess camera)
    {
        var recording = await camera.Activate("dispatch");
        await Task.Delay(3000);
        await camera.Tell("mark", new { verb = "mark", label = "Licence checked" });
        await Task.Delay(1000);
        await camera.Tell(
            "mute",
            new
            {
                verb = "mute",
                reason = "medical",
                text = "Nurse talks with the patient",
                saidAloud = true,
            }
        );
        await Task.Delay(3000);
        await camera.Tell("unmute");
        await Task.Delay(4000);
        await camera.Deactivate();
        return recording;
    }

    /// <summary>Plays in the browser as a person does. Of one and the same picture, the page shows the time that is burnt in.</summary>
    static async Task Play(LiveHouse house, string recording)
    {
        await using var browser = await Browser.Open();
        await using var window = await browser.Window(house, "supervisor");
        var page = window.Page;
        await page.ClickAsync("nav a[href='recordings']"); // a supervisor's first page is the morning's
        await page.ClickAsync($"a[href$='recordings/{recording}'] >> nth=0");
        await page.ClickAsync("input[value='drawn-review']");
        await page.ClickAsync("main form button[type='submit']");
        await window.Until("document.querySelector('lapel-player video')?.readyState >= 2");
        (await page.InnerTextAsync("main")).ShouldContain("Licence checked");
        (await page.InnerTextAsync("main")).ShouldContain("Nurse talks with the patient");

        await page.EvaluateAsync(
            """
            () => {
              const video = document.querySelector("lapel-player video");
              window.pictures = [];
              const seen = (_, frame) => { window.pictures.push(frame.mediaTime); video.requestVideoFrameCallback(seen); };
              video.requestVideoFrameCallback(seen);
            }
            """
        );
        await page.Locator("lapel-player button.play").ClickAsync();
        await window.Until("window.pictures.length >= 30 && document.querySelector('lapel-player video').currentTime > 4");
        await page.Keyboard.PressAsync("k");
        await window.Until("document.querySelector('lapel-player video').paused");
        var pictures = await page.EvaluateAsync<double[]>("window.pictures");
        pictures.Zip(pictures.Skip(1)).ShouldAllBe(p => p.Second >= p.First, "pictures come in their order");
        pictures.Distinct().Count().ShouldBeGreaterThan(25, "different pictures");
        var quality = await page.EvaluateAsync<JsonElement>(
            "(() => { const q = document.querySelector('lapel-player video').getVideoPlaybackQuality(); return { all: q.totalVideoFrames, bad: q.corruptedVideoFrames }; })()"
        );
        quality.GetProperty("all").GetInt32().ShouldBeGreaterThan(25);
        quality.GetProperty("bad").GetInt32().ShouldBe(0);

        // A seek stands still on one picture, whose time the page then shows to the millisecond.
        await page.Keyboard.PressAsync("ArrowLeft");
        await window.Until(
            "(() => { const v = document.querySelector('lapel-player video'); return !v.seeking && v.readyState >= 2; })()"
        );
        await Wait.UntilRight(() => ShowsItsTime(page)); // the clock on the page follows
        window.Troubles.ShouldBeEmpty();
    }

    static async Task ShowsItsTime(IPage page)
    {
        var still = await page.EvaluateAsync<JsonElement>(
            $$"""
            () => {
              const video = document.querySelector("lapel-player video");
              const canvas = Object.assign(document.createElement("canvas"), { width: {{BurntInClock.Width}}, height: {{BurntInClock.Height}} });
              const draw = canvas.getContext("2d");
              draw.drawImage(video, 0, 0);
              const rgba = draw.getImageData(0, 0, canvas.width, canvas.height).data;
              const gray = [];
              for (let i = 0; i < rgba.length; i += 4) gray.push(Math.round(0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2]));
              const text = (name) => document.querySelector(`lapel-player ${name}`).textContent;
              return { width: video.videoWidth, day: text(".clock-day"), time: text(".clock-time"), gray };
            }
            """
        );
        still.GetProperty("width").GetInt32().ShouldBe(640);
        var shown = ShownTime(still.GetProperty("day").GetString()!, still.GetProperty("time").GetString()!);
        var (burntIn, lead) = await BurntInClock.Read(
            [.. still.GetProperty("gray").EnumerateArray().Select(g => g.GetByte())],
            shown,
            20
        );
        lead.ShouldBeGreaterThan(0, "the picture's clock could not be told apart");
        Math.Abs((shown - burntIn).TotalSeconds).ShouldBeLessThan(1, $"the page says {shown:O}, the picture {burntIn:O}");
    }

    static DateTimeOffset ShownTime(string day, string time)
    {
        var local = DateTime.Parse($"{day[..10]}T{time.Split(' ')[0]}", CultureInfo.InvariantCulture);
        return new(local, TimeZoneInfo.FindSystemTimeZoneById(LiveHouse.Zone).GetUtcOffset(local));
    }
}
