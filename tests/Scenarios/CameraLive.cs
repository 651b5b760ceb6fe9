using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>The camera program live beside its recording: real server, real camera, real browser.</summary>
public sealed class CameraLive
{
    [Fact]
    public async Task A_camera_is_seen_live_while_it_records_tells_who_watches_and_shows_nothing_in_a_state()
    {
        await using var air = await CameraOnAir.Open();
        await Task.Delay(3000); // the buffer is full
        (await air.Sessions()).ShouldBeEmpty("nothing is streamed from the buffer");
        (await air.Live()).GetProperty("state").GetString().ShouldBe("off");

        var pressed = Stopwatch.StartNew();
        await air.RecordAndWatch();
        var began = Stopwatch.StartNew();
        await Wait.Until(
            "the camera tells who watches",
            async () => (await air.Live()).TryGetProperty("watchers", out var w) && w.GetArrayLength() == 1
        );
        await air.Camera.Says("Operations centre watches now (officer-safety); 1 person in all.");
        await Wait.Until("15 pictures a second", async () => await air.PicturesIn(3) > 30);
        var burntIn = await Wait.UntilIn(-100, 1500, () => air.BurntInDelayMs()); // a promise
        await Wait.Until(
            "a measured delay",
            async () => await air.Centre.Locator("lapel-live-player").GetAttributeAsync("data-delay-ms") is { Length: > 0 }
        );
        var measured = await air.Centre.Locator("lapel-live-player").GetAttributeAsync("data-delay-ms");
        await Wait.UntilIn(
            43.7,
            43.8,
            async () =>
                (await air.Sessions()).Single().GetProperty("session").GetProperty("position").GetProperty("latitude").GetDouble()
        );
        await LiveConsult.Shot(air.Centre, "camera-live-watching");

        // The lens is turned away: the answer to the press and the last packet are one moment.
        await air.Camera.Tell("avert", new { verb = "avert", reason = "dignity" });
        await Wait.Until("the browser has shown what it had: averted", async () => await air.PicturesIn(3) == 0);
        await air.UntilLive("paused");
        await Wait.UntilRight(async () =>
            (await air.Sessions()).Single().GetProperty("session").GetProperty("why").GetString().ShouldBe("stream-averted")
        );
        (await air.PicturesIn(2)).ShouldBe(0, "averted");
        await air.Camera.Tell("unavert");
        await air.UntilLive("live");
        await Wait.Until("pictures again", async () => await air.PicturesIn(1) > 5);

        // Muted by policy of the stream means nothing at all, sound and picture.
        await air.Camera.Tell("mute", new { verb = "mute", reason = "medical" });
        await Wait.Until("the browser has shown what it had: muted", async () => await air.PicturesIn(3) == 0);
        (await air.PicturesIn(2)).ShouldBe(0, "muted");
        await air.Camera.Tell("unmute");
        await Wait.Until("pictures again", async () => await air.PicturesIn(1) > 5);

        // The officer asks for help: nobody is on the rota, and that is said.
        await air.Camera.Tell("help", new { verb = "help", reason = "person-in-crisis" });
        await Wait.Until(
            "the consult on the camera",
            async () => (await air.Live()).TryGetProperty("consult", out var consult) && consult.GetString() is { Length: > 0 }
        );
        await air.Camera.Tell("withdraw");

        await air.Centre.GetByRole(AriaRole.Button, new() { Name = "Stop watching" }).ClickAsync();
        await air.Camera.Says("no longer watches; 0 people left");
        var manifest = await air.AdmittedWhole(15);
        manifest.States.Select(s => s.State).ShouldBe([RecordingState.Averted, RecordingState.Muted]);
        var clerk = await air.House.As("clerk");
        await Wait.UntilRight(async () =>
        {
            var custody = (await clerk.Get($"api/v1/recordings/{air.Recording}/custody")).GetRawText();
            foreach (
                var kind in new[]
                {
                    "live.started",
                    "live.paused",
                    "live.resumed",
                    "watcher.joined",
                    "watcher.left",
                    "live.ended",
                }
            )
                custody.ShouldContain($"\"{kind}\"");
        });
        TestContext.Current.SendDiagnosticMessage(
            $"activation to picture {(pressed.Elapsed - began.Elapsed).TotalSeconds:0.0} s with the sign-in; burnt-in {burntIn:0} ms; measured {measured} ms"
        );
    }

    [Fact]
    public async Task A_place_where_nothing_is_streamed_ends_it_and_the_recording_goes_on()
    {
        await using var air = await CameraOnAir.Open();
        await air.RecordAndWatch();
        await air.Camera.Tell(
            "avert",
            new
            {
                verb = "avert",
                reason = "dignity",
                place = "washroom",
            }
        );
        await air.UntilLive("ended");
        await Wait.Until("the server knows", async () => (await air.Sessions()).Count == 0);
        await air.Camera.Tell("unavert");
        await Task.Delay(3000);
        (await air.Live())
            .GetProperty("state")
            .GetString()
            .ShouldBe("ended", "what was ended for its place begins no second time");
        await air.AdmittedWhole(3);
    }

    [Fact]
    public async Task A_network_that_fails_costs_the_picture_then_the_sound_never_the_recording_and_comes_back()
    {
        await using var air = await CameraOnAir.Open(busy: true);
        await air.RecordAndWatch();
        await Wait.Until("pictures", async () => await air.PicturesIn(2) > 15);

        air.Street.Path.UplinkKbps = 260;
        await air.UntilRung("small-picture", "picture");
        await Wait.Until("a smaller picture", async () => await air.PicturesIn(2) > 10);

        // The encoder beside the recorder dies: another one takes its place, and the recorder does not know.
        await Wait.Until("one encoder", () => air.EncodersBeside().Count == 1); // while it changes its picture there is none
        var beside = air.EncodersBeside().First();
        Process.GetProcessById(beside).Kill();
        await Wait.Until("another encoder", () => air.EncodersBeside().Any(e => e != beside));
        await Wait.Until("pictures again", async () => await air.PicturesIn(2) > 10);

        air.Street.Path.UplinkKbps = 90;
        await air.UntilRung("sound");
        air.Street.Path.UplinkKbps = 0;
        air.Street.Path.Loss = 1;
        await air.UntilRung("stills", "position");
        await air.UntilRung("position");
        (await air.Sessions()).Count.ShouldBe(1, "position and state are still reported");

        air.Street.Path.Loss = 0;
        await air.UntilRung("recorded");
        await Wait.Until("the whole picture again", async () => await air.PicturesIn(2) > 15);

        // Now everything is cut: the recording goes on alone, and the session begins anew when the network is back.
        air.Street.IsCut = true;
        air.Street.Path.Loss = 1;
        await Task.Delay(25_000);
        (await air.Camera.Status()).GetProperty("state").GetString().ShouldBe("recording");
        (air.Street.IsCut, air.Street.Path.Loss) = (false, 0);
        await air.UntilLive("live");
        await air.UntilRung("sound", "small-picture", "picture", "recorded");
        await air.AdmittedWhole(60);
        TestContext.Current.SendDiagnosticMessage(air.Camera.Said);
    }
}
