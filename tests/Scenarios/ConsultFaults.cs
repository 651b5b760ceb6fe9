using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>What goes wrong in the middle of a consult, through the real pages: networks, servers, cameras, leases and people who pry.</summary>
[Collection(Consults.Name)]
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
        await Wait.Until("pictures at 5 % loss", async () => await consult.PicturesIn(5) > 40);
        await consult.BurntInDelayMs(0, 1500, "5 % loss");

        street.Loss = clinic.Loss = 0.2;
        await Task.Delay(3000);
        await Wait.Until("two pictures a second at 20 % loss", async () => await consult.PicturesIn(10) > 20);
        await consult.HeardBothWays();
        await consult.BurntInDelayMs(0, 3000, "20 % loss");
        (street.LostShare + clinic.LostShare).ShouldBeGreaterThan(0.25, "the path did lose packets");

        street.Loss = clinic.Loss = 0;
        street.Delay = TimeSpan.FromMilliseconds(300);
        await Wait.Until("pictures behind 300 ms", async () => await consult.PicturesIn(5) > 40);
        var late = await consult.BurntInDelayMs(300, 2000);
        await consult.HeardBothWays();

        street.Delay = TimeSpan.Zero;
        street.UplinkKbps = 200;
        await Task.Delay(8000); // congestion control finds out
        await Wait.Until("pictures by 200 kbit/s", async () => await consult.PicturesIn(10) > 20);
        await consult.HeardBothWays();
        await consult.BurntInDelayMs(0, 4000, "200 kbit/s");

        street.UplinkKbps = 0;
        await Wait.Until("a good picture again", async () => await consult.PicturesIn(3) > 30);
        await consult.EndByClinician();
        await Wait.UntilRight(async () =>
            (await consult.Record())
                .GetProperty("watching")
                .EnumerateArray()
                .ShouldContain(w => w.GetProperty("delayP95Ms").GetInt32() > 0)
        );
        TestContext.Current.SendDiagnosticMessage($"burnt-in behind a path of 300 ms: {late:0} ms");
    }

    [Fact]
    public async Task A_viewer_whose_network_is_too_thin_for_the_picture_gets_sound_first_and_stills_after_it()
    {
        await using var clinic = new LossyPath();
        await using var consult = await LiveConsult.Open(clinic: clinic);
        await consult.PressAndAccept();
        await consult.Talk();
        await consult.Clinician.Locator(".live-delay strong").WaitForAsync();
        clinic.DownlinkKbps = 120;
        await consult.Clinician.GetByText("Stills and sound", new() { Exact = false }).WaitForAsync();
        await consult.HeardBothWays();
        await Wait.UntilIn(1, 12, () => consult.PicturesIn(12), "stills in twelve seconds");
        await consult.HeardBothWays();
        await consult.Clinician.Locator(".live-delay").WaitForAsync(new() { State = WaitForSelectorState.Hidden }); // a moving picture's, not a still's
        await LiveConsult.Shot(consult.Clinician, "console-stills");
        clinic.DownlinkKbps = 0;
        await Wait.Until("a moving picture again", async () => await consult.PicturesIn(2) > 20);
        await consult.EndByClinician();
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
            .First.WaitForAsync();
        await LiveConsult.Shot(consult.Clinician, "console-still");
        var second = await consult.Page(640, 480);
        await consult.Show(second);
        await Wait.Until("the picture again", async () => await consult.PicturesIn(1) > 5);
        await consult.BurntInDelayMs(0, 2000);

        // The same key from a third place: it takes over, and the one before is told to go; one picture, never two mixed.
        await second.EvaluateAsync("() => { window.givenUp = true; }");
        await consult.Show(await consult.Page(640, 480));
        await Wait.Until(
            "the one before is closed",
            async () =>
                await second.EvaluateAsync<string>("() => window.publishing.connectionState")
                    is "closed"
                        or "failed"
                        or "disconnected"
        );
        await Wait.Until("the picture goes on", async () => await consult.PicturesIn(1) > 5);
        await consult.BurntInDelayMs(0, 2000);
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
        var accepted = Stopwatch.StartNew();
        await consult.Clinician.Locator(".ticking.late").WaitForAsync();
        await LiveConsult.Shot(consult.Clinician, "console-lease");
        await consult.Clinician.GetByRole(AriaRole.Button, new() { Name = "1 minutes more" }).ClickAsync();
        await consult.Talk();
        await Task.Delay(TimeSpan.FromSeconds(62) - accepted.Elapsed is { Ticks: > 0 } rest ? rest : TimeSpan.Zero);
        await Wait.Until("pictures past the first end", async () => await consult.PicturesIn(1) > 5);
        await consult.HeardBothWays();
        await consult.Clinician.GetByText("Your time to watch has ended").WaitForAsync();
        await Wait.Until("no picture", async () => await consult.PicturesIn(1) == 0);
        await Wait.Until(
            "no voice at the officer's",
            async () => await consult.Officer.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-duty audio")) == 0
        );
        await consult.EndByClinician();
    }
}
