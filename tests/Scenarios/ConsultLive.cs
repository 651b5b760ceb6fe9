using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// The proof of live help: an officer and a clinician in browsers of their own, a camera that records and shows a burnt-in clock, the real
/// pages and the real gateway between them.
/// </summary>
[Collection(Consults.Name)]
public sealed class ConsultLive
{
    const string Secret = "speaks of voices since April, zq9";

    [Fact]
    public async Task Press_ring_accept_see_hear_and_end_with_a_whole_record_and_a_note_that_the_police_cannot_read()
    {
        await using var consult = await LiveConsult.Open();
        var (officer, clinician, operations) = (consult.Officer, consult.Clinician, consult.Operations);
        await LiveConsult.Shot(officer, "on-duty");
        await officer.GetByRole(AriaRole.Button, new() { Name = "I need help with a person in crisis" }).ClickAsync();
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).WaitForAsync();
        await LiveConsult.Shot(clinician, "consult-ringing");
        await LiveConsult.Shot(officer, "on-duty-ringing");
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        var accepted = DateTimeOffset.UtcNow;
        await LiveConsult.Playing(clinician);
        var connected = DateTimeOffset.UtcNow - accepted;
        await clinician.AddScriptTagAsync(new() { Path = Path.Combine(Programs.Scenarios, "js", "live-page.js") });

        // The picture is the right one: its burnt-in clock is now, to within two seconds, and the delay on the screen is near it.
        var burntIn = await consult.BurntInDelayMs(0, 2000, "milliseconds that the burnt-in clock is behind");
        var measured = await consult.MeasuredDelayMs(0, 2000);
        await consult.Talk();
        await consult.HeardBothWays();

        // The officer knows.
        await officer.GetByText("1 person watches").WaitForAsync();
        await officer.GetByText("Ada Chen, crisis nurse, is with us", new() { Exact = false }).First.WaitForAsync();

        await clinician
            .GetByLabel("The officer reads it at once. The police keep it: no health details.")
            .FillAsync("Give him room, sit down yourself");
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Advise" }).ClickAsync();
        await officer.GetByText("Give him room, sit down yourself").WaitForAsync();
        await officer.GetByRole(AriaRole.Button, new() { Name = "Agreed" }).ClickAsync();
        await clinician.GetByLabel("Note", new() { Exact = true }).FillAsync(Secret);
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Keep the note" }).ClickAsync();
        await clinician.GetByText(Secret).WaitForAsync();
        await LiveConsult.Shot(clinician, "console");
        await LiveConsult.Shot(officer, "on-duty-talking");

        await OperationsWatch(await consult.Page(1280, 900), consult);
        await Wait.Until(
            "speaking noted",
            async () => (await operations.Get("api/v1/live/consults")).GetProperty("items")[0].TryGetProperty("speakingAt", out _)
        );
        await clinician.GetByLabel("How did it end?").SelectOptionAsync("resolved-on-scene");
        await clinician.GetByRole(AriaRole.Button, new() { Name = "End the consult" }).ClickAsync();
        await clinician.GetByText("The consult is over", new() { Exact = false }).First.WaitForAsync();
        await Wait.Until(
            "media has stopped",
            async () =>
                (await operations.Get($"api/v1/live/sessions/{consult.Session}")).GetProperty("watching").GetArrayLength() == 0
        );
        await LiveConsult.Shot(clinician, "console-over");
        await TheRecordIsWhole(consult);
        await EverythingIsInTheCustodyLog(consult);
        TestContext.Current.SendDiagnosticMessage(
            $"accept to picture {connected.TotalMilliseconds:0} ms; burnt-in {burntIn:0} ms; measured {measured:0} ms"
        );
    }

    /// <summary>The operations centre looks on for a reason, and the officer knows.</summary>
    static async Task OperationsWatch(IPage centre, LiveConsult consult)
    {
        var officer = consult.Officer;
        await LiveConsult.SignIn(centre, "operations");
        await centre.GotoAsync("live");
        await LiveConsult.Shot(centre, "live");
        await centre.GotoAsync("rota");
        await LiveConsult.Shot(centre, "rota");
        await centre.GotoAsync($"live/{consult.Session}");
        await LiveConsult.Shot(centre, "live-session");
        await centre.GetByLabel("Why do you watch?").SelectOptionAsync("officer-safety");
        await centre.GetByRole(AriaRole.Button, new() { Name = "Watch for up to 60 minutes" }).ClickAsync();
        await LiveConsult.Playing(centre);
        await officer.GetByText("2 people watch").WaitForAsync();
        await officer.GetByText("Operations centre since").WaitForAsync();
        await LiveConsult.Shot(centre, "live-watching");
        await centre.GetByRole(AriaRole.Button, new() { Name = "Stop watching" }).ClickAsync();
        await officer.GetByText("1 person watches").WaitForAsync();
    }

    static async Task TheRecordIsWhole(LiveConsult consult)
    {
        var id = (await consult.Record()).GetProperty("consult").GetProperty("id").GetString();
        await Wait.UntilRight(async () =>
        {
            var record = await consult.Record();
            var kept = record.GetProperty("consult");
            kept.GetProperty("outcome").GetString().ShouldBe("resolved-on-scene");
            kept.GetProperty("consent").GetString().ShouldBe("given");
            foreach (var moment in new[] { "askedAt", "acceptedAt", "mediaAt", "speakingAt", "endedAt" })
                kept.TryGetProperty(moment, out _).ShouldBeTrue(moment);
            var watching = record.GetProperty("watching").EnumerateArray();
            watching
                .Where(w => w.GetProperty("as").GetString() == "crisis nurse")
                .ShouldContain(w =>
                    w.GetProperty("delayP50Ms").GetInt32() >= 0 && w.GetProperty("delayP50Ms").GetInt32() <= 2000
                );
        });
        var police = consult.Operations.Http;
        foreach (var path in new[] { $"api/v1/live/consults/{id}", "api/v1/live/consults", $"consults/{id}", "consults" })
            (await police.GetStringAsync(path)).ShouldNotContain(Secret);
        (await police.GetAsync($"consult/{id}/notes.json")).IsSuccessStatusCode.ShouldBeFalse();
        var centre = await consult.Page(1280, 900);
        await LiveConsult.SignIn(centre, "operations");
        await centre.GotoAsync("consults");
        await LiveConsult.Shot(centre, "consults");
        await centre.GotoAsync($"consults/{id}");
        await LiveConsult.Shot(centre, "consult");
    }

    /// <summary>The camera is docked: what was shown of its recording, and to whom, stands in the log beside the recording itself.</summary>
    static async Task EverythingIsInTheCustodyLog(LiveConsult consult)
    {
        var clip = consult.Camera.Seal("a clip of the event"u8.ToArray());
        await consult.Camera.Upload(consult.Recording, clip);
        var (_, code, receipt) = await consult.Camera.Admit(consult.Camera.Sign(consult.Recording, clip.Entry));
        receipt.ShouldNotBeNull(code);
        var clerk = await consult.House.As("clerk");
        var custody = "";
        await Wait.UntilRight(async () =>
        {
            custody = (await clerk.Get($"api/v1/recordings/{consult.Recording}/custody")).GetRawText();
            foreach (
                var kind in new[]
                {
                    "live.started",
                    "help.asked",
                    "help.rang",
                    "help.accepted",
                    "lease.granted",
                    "watcher.joined",
                    "consult.advised",
                    "consult.consent-noted",
                    "watcher.left",
                    "consult.ended",
                    "recording.admitted",
                }
            )
                custody.ShouldContain($"\"{kind}\"");
        });
        custody.ShouldNotContain(Secret);
        custody.ShouldNotContain("Give him room");
    }
}
