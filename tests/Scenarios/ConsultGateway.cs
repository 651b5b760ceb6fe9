using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Two Lapel processes: the one with the records carries no packet, the other carries them and has no record, no page and no secret.</summary>
[Collection(Consults.Name)]
public sealed class ConsultGateway
{
    [Fact]
    public async Task A_second_node_carries_the_consult_and_the_officer_knows_of_every_watcher_all_the_same()
    {
        await using var gateway = new GatewayProcess();
        await using var consult = await LiveConsult.Open(gateway: gateway);
        var elsewhere = new ConcurrentQueue<string>();
        consult.Clinician.Request += (_, ask) =>
        {
            if (ask.Url.Contains("/live/wh", StringComparison.Ordinal))
                elsewhere.Enqueue(ask.Url);
        };
        await consult.PressAndAccept();
        elsewhere.ShouldAllBe(url => url.StartsWith(gateway.Address.ToString(), StringComparison.Ordinal));
        elsewhere.ShouldNotBeEmpty();
        await consult.BurntInDelayMs(0, 2000);
        await consult.MeasuredDelayMs(0, 2000);
        await consult.Talk();
        await consult.HeardBothWays();
        await consult.Officer.GetByText("1 person watches").WaitForAsync();

        // A page under the policy that the server sends with it: nothing is bypassed.
        var centre = await consult.Page(1280, 900, asDelivered: true);
        await LiveConsult.SignIn(centre, "operations");
        await centre.GotoAsync($"live/{consult.Session}");
        await centre.GetByLabel("Why do you watch?").SelectOptionAsync("officer-safety");
        await centre.GetByRole(AriaRole.Button, new() { Name = "Watch for up to 60 minutes" }).ClickAsync();
        await LiveConsult.Playing(centre);
        await consult.Officer.GetByText("2 people watch").WaitForAsync();
        await LiveConsult.Shot(consult.Officer, "on-duty-gateway");

        // A lease that ends ends there, at once.
        await centre.GetByRole(AriaRole.Button, new() { Name = "Stop watching" }).ClickAsync();
        await consult.Officer.GetByText("1 person watches").WaitForAsync();

        // The gateway loses power: nobody watches, and says so; it comes back, and both sides with it.
        await gateway.Process.Kill();
        await consult.Officer.GetByText("Nobody watches").WaitForAsync();
        await gateway.Start();
        var since = Stopwatch.StartNew();
        await Wait.Until("the picture again", async () => await consult.PicturesIn(1) > 5);
        var back = since.Elapsed;
        await consult.Officer.GetByText("1 person watches").WaitForAsync();
        await consult.HeardBothWays();

        await KillSwitch(consult, gateway);
        await consult.EndByClinician();
        await Wait.UntilRight(async () =>
        {
            var watched = (await consult.Record()).GetProperty("watching").EnumerateArray().ToList();
            watched
                .Count(w => w.GetProperty("as").GetString() == "crisis nurse")
                .ShouldBeGreaterThanOrEqualTo(2, "before the gateway's end and after it, and once more for every further try");
            watched.Count(w => w.TryGetProperty("leftAt", out _)).ShouldBe(watched.Count, "who left");
        });
        TestContext.Current.SendDiagnosticMessage($"picture {back.TotalSeconds:0.0} s after the gateway's return");
    }

    [Fact]
    public async Task The_camera_program_goes_live_through_a_gateway_that_its_server_names()
    {
        await using var gateway = new GatewayProcess();
        await using var air = await CameraOnAir.Open(gateway: gateway);
        await air.RecordAndWatch();
        await Wait.Until("pictures", async () => await air.PicturesIn(2) > 15);
        await Wait.Until("it is carried there", async () => await gateway.Streams() == 1);
        await air.AdmittedWhole(atLeastSeconds: 3);
        await Wait.Until("nothing is carried any more", async () => await gateway.Streams() == 0);
    }

    static async Task KillSwitch(LiveConsult consult, GatewayProcess gateway)
    {
        var supervisor = await consult.Page(1280, 900);
        await LiveConsult.SignIn(supervisor, "supervisor");
        await supervisor.GotoAsync($"live/{consult.Session}");
        await supervisor.GetByLabel("Why", new() { Exact = true }).FillAsync("Serious incident");
        await supervisor.GetByRole(AriaRole.Button, new() { Name = "End the stream" }).ClickAsync();
        await supervisor.GetByRole(AriaRole.Button, new() { Name = "End it", Exact = true }).ClickAsync();
        await Wait.Until("no picture at the clinician's", async () => await consult.PicturesIn(1) == 0);
        await consult.Officer.GetByText("Nobody watches").WaitForAsync();
        await Task.Delay(3000); // the camera's own attempts to come back are refused
        (await consult.PicturesIn(1)).ShouldBe(0);
        await Wait.Until("the clinician's voice at most", async () => await gateway.Streams() <= 1);
    }
}
