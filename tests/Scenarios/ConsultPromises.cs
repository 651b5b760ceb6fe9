using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>How soon a consult is back, and how soon it is over: seconds that Lapel promises.</summary>
[Collection(Alone.Name)]
public sealed class ConsultPromises
{
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
        await Wait.Until(
            $"the picture:\n{string.Join('\n', asked)}",
            () => consult.Clinician.EvaluateAsync<bool>("() => window.fresh >= 3"),
            30
        );
        var picture = since.Elapsed;
        await consult.HeardBothWays();
        var sound = since.Elapsed;
        picture.ShouldBeLessThan(TimeSpan.FromSeconds(5), $"to the picture:\n{string.Join('\n', asked)}");
        sound.ShouldBeLessThan(TimeSpan.FromSeconds(6.5), "to sound both ways, the listening itself included");
        await consult.BurntInDelayMs(0, 2000);
        await consult.Officer.GetByText("1 person watches").WaitForAsync();
        await consult.EndByClinician();
        TestContext.Current.SendDiagnosticMessage(
            $"after the server's return: picture {picture.TotalSeconds:0.0} s, sound both ways {sound.TotalSeconds:0.0} s"
        );
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
        await Wait.Until("no picture at the clinician's", async () => await consult.PicturesIn(1) == 0);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a second of which is the looking");
        await supervisor.GetByText("The stream is over", new() { Exact = true }).WaitForAsync();
        await LiveConsult.Shot(supervisor, "live-ended");
        await Task.Delay(3000); // the camera's own attempts to come back are refused
        (await consult.PicturesIn(1)).ShouldBe(0);
        await consult.Officer.GetByText("Nobody watches").WaitForAsync();
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
