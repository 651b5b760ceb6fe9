using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>What goes wrong in the middle of a consult, through the real pages: networks, servers, cameras, leases and people who pry.</summary>
public sealed class ConsultFaults
{
    [Fact]
    public async Task A_consult_begins_under_loss_and_bears_more_of_it_delay_and_a_thin_uplink()
    {
        await using var street = new LossyPath { Loss = 0.05 };
        await using var clinic = new LossyPath { Loss = 0.05 };
        await using var consult = await LiveConsult.Open(street, clinic);
        await consult.PressAndAccept();
        await consult.Talk();
        await consult.HeardBothWays();
        (await consult.PicturesIn(5)).ShouldBeGreaterThan(40, "5 % loss");
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 1500, "5 % loss");

        street.Loss = clinic.Loss = 0.2;
        await Task.Delay(3000);
        (await consult.PicturesIn(10)).ShouldBeGreaterThan(20, "20 % loss: two pictures a second");
        await consult.HeardBothWays();
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 3000, "20 % loss");
        (street.LostShare + clinic.LostShare).ShouldBeGreaterThan(0.15, "the path did lose packets");

        street.Loss = clinic.Loss = 0;
        street.Delay = TimeSpan.FromMilliseconds(300);
        await Task.Delay(6000); // the clock of the measurement finds the longer way
        (await consult.PicturesIn(5)).ShouldBeGreaterThan(40, "300 ms");
        var late = await consult.BurntInDelayMs();
        late.ShouldBeInRange(300, 2000);
        await consult.HeardBothWays();

        street.Delay = TimeSpan.Zero;
        street.UplinkKbps = 200;
        await Task.Delay(8000); // congestion control finds out
        (await consult.PicturesIn(10)).ShouldBeGreaterThan(20, "200 kbit/s");
        await consult.HeardBothWays();
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 4000, "200 kbit/s");

        street.UplinkKbps = 0;
        await LiveConsult.Until("a good picture again", async () => await consult.PicturesIn(3) > 30, 60);
        await consult.EndByClinician();
        var nurse = (await consult.Record()).GetProperty("watching").EnumerateArray().Single();
        nurse.GetProperty("delayP95Ms").GetInt32().ShouldBeGreaterThan(0);
        TestContext.Current.SendDiagnosticMessage($"burnt-in behind a path of 300 ms: {late:0} ms");
    }

    [Fact]
    public async Task A_viewer_whose_network_is_too_thin_for_the_picture_gets_sound_first_and_stills_after_it()
    {
        await using var clinic = new LossyPath();
        await using var consult = await LiveConsult.Open(clinic: clinic);
        await consult.PressAndAccept();
        await consult.Talk();
        clinic.DownlinkKbps = 120;
        await consult.Clinician.GetByText("Stills and sound", new() { Exact = false }).WaitForAsync(new() { Timeout = 45_000 });
        await consult.HeardBothWays();
        (await consult.PicturesIn(12)).ShouldBeInRange(1, 12, "stills in twelve seconds");
        await consult.HeardBothWays(5);
        await LiveConsult.Shot(consult.Clinician, "console-stills");
        clinic.DownlinkKbps = 0;
        await LiveConsult.Until("a moving picture again", async () => await consult.PicturesIn(2) > 20, 90);
        await consult.EndByClinician();
    }

    [Fact]
    public async Task A_server_that_loses_power_in_mid_consult_has_both_sides_back_within_five_seconds()
    {
        await using var consult = await LiveConsult.Open();
        await consult.PressAndAccept();
        await consult.Talk();
        await consult.HeardBothWays();
        await consult.House.Server.Kill();
        await Task.Delay(4000); // long enough for both browsers to notice
        var since = Stopwatch.StartNew();
        var asked = new ConcurrentQueue<string>();
        foreach (
            var (who, page) in new[] { ("camera", consult.Lens), ("clinician", consult.Clinician), ("officer", consult.Officer) }
        )
            page.Response += (_, answer) =>
                asked.Enqueue($"{since.Elapsed.TotalSeconds:0.0} s {who} {answer.Request.Method} {answer.Url} {answer.Status}");
        await consult.House.Server.StartAgain();
        await consult.Operations.Get("api/v1/live/sessions"); // back is who answers
        asked.Enqueue($"{since.Elapsed.TotalSeconds:0.0} s the server is back");
        since.Restart();
        await consult.Clinician.EvaluateAsync(Fresh);
        await LiveConsult.Until(
            $"the picture:\n{string.Join('\n', asked)}",
            () => consult.Clinician.EvaluateAsync<bool>("() => window.fresh >= 3"),
            30
        );
        var picture = since.Elapsed;
        await consult.HeardBothWays(10);
        var sound = since.Elapsed;
        picture.ShouldBeLessThan(TimeSpan.FromSeconds(5), $"to the picture:\n{string.Join('\n', asked)}");
        sound.ShouldBeLessThan(TimeSpan.FromSeconds(6.5), "to sound both ways, the listening itself included");
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 2000);
        await consult.Officer.GetByText("1 person watches").WaitForAsync();
        await consult.EndByClinician();
        TestContext.Current.SendDiagnosticMessage(
            $"after the server's return: picture {picture.TotalSeconds:0.0} s, sound both ways {sound.TotalSeconds:0.0} s"
        );
    }

    [Fact]
    public async Task A_camera_that_vanishes_comes_back_and_two_with_one_key_are_one()
    {
        await using var consult = await LiveConsult.Open();
        await consult.PressAndAccept();
        await consult.Lens.EvaluateAsync("() => { window.givenUp = true; }");
        await consult.Lens.Context.CloseAsync(); // no good-bye
        await consult
            .Clinician.GetByText("stands still", new() { Exact = false })
            .Or(consult.Clinician.GetByText("Trying again", new() { Exact = false }))
            .First.WaitForAsync(new() { Timeout = 20_000 });
        await LiveConsult.Shot(consult.Clinician, "console-still");
        var second = await consult.Page(640, 480);
        await consult.Show(second);
        await LiveConsult.Until("the picture again", async () => await consult.PicturesIn(1) > 5, 30);
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 2000);

        // The same key from a third place: it takes over, and the one before is told to go; one picture, never two mixed.
        await second.EvaluateAsync("() => { window.givenUp = true; }");
        await consult.Show(await consult.Page(640, 480));
        await LiveConsult.Until(
            "the one before is closed",
            async () =>
                await second.EvaluateAsync<string>("() => window.publishing.connectionState")
                    is "closed"
                        or "failed"
                        or "disconnected"
        );
        await LiveConsult.Until("the picture goes on", async () => await consult.PicturesIn(1) > 5, 30);
        (await consult.BurntInDelayMs()).ShouldBeInRange(0, 2000);
        await consult.EndByClinician();
    }

    [Fact]
    public async Task A_supervisor_ends_it_for_everybody_and_a_used_code_lets_nobody_in()
    {
        await using var consult = await LiveConsult.Open();
        await consult.PressAndAccept();
        var pryer = await consult.Page(380, 800);
        await pryer.GotoAsync(consult.Entry.Link);
        await pryer.GetByLabel("One-time code").FillAsync(consult.Entry.Code);
        await pryer.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await pryer.GetByRole(AriaRole.Alert).Or(pryer.Locator(".notice")).First.WaitForAsync();
        await LiveConsult.Shot(pryer, "consult-refused");
        (
            await pryer.Context.APIRequest.GetAsync(
                new Uri(consult.House.Agency, "consult").ToString(),
                new() { MaxRedirects = 0 }
            )
        ).Ok.ShouldBeFalse();

        var supervisor = await consult.Page(1280, 900);
        await LiveConsult.SignIn(supervisor, "supervisor");
        await supervisor.GotoAsync($"live/{consult.Session}");
        await supervisor.GetByLabel("Why", new() { Exact = true }).FillAsync("Serious incident");
        await supervisor.GetByLabel("Serious incident", new() { Exact = false }).Last.CheckAsync();
        await supervisor.GetByRole(AriaRole.Button, new() { Name = "End the stream" }).ClickAsync();
        await supervisor.GetByRole(AriaRole.Button, new() { Name = "End it", Exact = true }).ClickAsync();
        var since = Stopwatch.StartNew();
        await LiveConsult.Until("no picture at the clinician's", async () => await consult.PicturesIn(1) == 0);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a second of which is the looking");
        await supervisor.GetByText("The stream is over", new() { Exact = true }).WaitForAsync();
        await LiveConsult.Shot(supervisor, "live-ended");
        await Task.Delay(3000); // the camera's own attempts to come back are refused
        (await consult.PicturesIn(1)).ShouldBe(0);
        await consult.Officer.GetByText("Nobody watches").WaitForAsync();
        await consult.EndByClinician();
    }

    [Fact]
    public async Task A_lease_that_runs_out_is_told_of_before_is_renewed_once_and_then_ends_picture_and_voice_in_mid_sentence()
    {
        await using var consult = await LiveConsult.Open(policy: text =>
            text.Replace("\"leaseMinutes\": 60", "\"leaseMinutes\": 1", StringComparison.Ordinal)
                .Replace("\"renewalMinutes\": 30", "\"renewalMinutes\": 1", StringComparison.Ordinal)
                .Replace("\"warnMinutes\": 5", "\"warnMinutes\": 1", StringComparison.Ordinal)
        );
        await consult.PressAndAccept();
        await consult.Talk();
        await consult.Clinician.Locator(".ticking.late").WaitForAsync();
        await LiveConsult.Shot(consult.Clinician, "console-lease");
        await Task.Delay(20_000);
        await consult.Clinician.GetByRole(AriaRole.Button, new() { Name = "1 minutes more" }).ClickAsync();
        await Task.Delay(45_000);
        (await consult.PicturesIn(1)).ShouldBeGreaterThan(5, "past the first end");
        await consult.HeardBothWays();
        await consult.Clinician.GetByText("Your time to watch has ended").WaitForAsync(new() { Timeout = 75_000 });
        await LiveConsult.Until("no picture", async () => await consult.PicturesIn(1) == 0);
        await LiveConsult.Until(
            "no voice at the officer's",
            async () => await consult.Officer.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-duty audio")) == 0
        );
        await consult.EndByClinician();
    }

    // A still picture calls nobody back: only pictures that are new count.
    const string Fresh = """
        () => {
          const video = document.querySelector('lapel-live-player video');
          window.fresh = 0;
          const seen = () => { window.fresh++; video.requestVideoFrameCallback(seen); };
          video.requestVideoFrameCallback(seen);
        }
        """;
}
