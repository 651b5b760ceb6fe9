using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>A phone as a camera, from the press to the court: what a browser records, seals and sends is evidence like any other.</summary>
public sealed class PhoneAsCamera
{
    [Fact]
    public async Task Ten_seconds_on_a_phone_are_sealed_streamed_admitted_played_and_verified_offline()
    {
        await using var house = await LiveHouse.Open();
        await using var phone = await PhoneInHand.Enrolled(house);
        await phone.Page.FillAsync("#phone-why", "Call 31-204");
        await phone.Record();
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=live]");
        await phone.Page.ClickAsync(".phone-act >> nth=0");
        await Task.Delay(2000);
        await phone.Toggle("muted");
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=paused]");
        await Task.Delay(1500);
        await phone.Toggle("muted");
        await phone.Toggle("stopped");
        await Task.Delay(1500);
        await phone.Toggle("stopped");
        await Task.Delay(5000);
        await phone.Stop();
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=off]");
        var recording = await phone.Until("admitted");

        (await phone.Pieces()).ShouldBe(0, "the phone holds the receipt and has let go of everything");
        (await phone.Page.InnerTextAsync(".phone-upload")).ShouldContain("in the agency's custody");
        await house.ReceiptOf(recording);
        await CheckWhatItSaid(house, recording);
        await Play(phone, recording);
        phone.Window.Troubles.ShouldBeEmpty();
        (await (await house.As("admin")).Http.GetStringAsync("cameras")).ShouldContain("The browser of an officer");

        await using var export = await ExportedFolder.Make(house, recording);
        (await export.Verify()).ShouldBe((0, null));
    }

    [Fact]
    public async Task A_tab_that_is_killed_in_mid_recording_is_found_at_the_next_opening_and_finished_as_cut_off()
    {
        await using var house = await LiveHouse.Open();
        await using var phone = await PhoneInHand.Enrolled(house, clipMs: 4000);
        await phone.Record();
        var first = await Kept(phone);
        await Wait.Until("more than one clip is kept", async () => await Kept(phone) > first + 6000);
        var kept = await Kept(phone);
        await phone.KillTheTab();
        await phone.OpenAgain();
        var recording = await phone.Until("admitted");

        (await phone.Page.InnerTextAsync("lapel-phone")).ShouldContain("A recording was cut off");
        (await phone.Pieces()).ShouldBe(0);
        var manifest = await ManifestOf(house, recording);
        manifest.Ending.ShouldBe(Ending.PowerCut);
        manifest.Clips.Count.ShouldBeGreaterThan(1, "clips follow each other while it records");
        manifest.Clips.Select(c => c.Complete).ShouldBe([.. Enumerable.Repeat(true, manifest.Clips.Count - 1), false]);
        foreach (var (before, after) in manifest.Clips.Zip(manifest.Clips.Skip(1)))
            (after.StartedAt - before.EndedAt).TotalSeconds.ShouldBeLessThan(0.1, "no hole between two clips");
        manifest.EndedAt.ToUnixTimeMilliseconds().ShouldBeGreaterThanOrEqualTo((long)kept, "all that the page said was kept");
        await Play(phone, recording);
        // And the phone goes on: the next of its manifests follows this one.
        await phone.Page.GotoAsync($"{house.Agency}on-duty");
        await phone.Record();
        await Task.Delay(1500);
        await phone.Stop();
        var next = await phone.Until("admitted");
        next.ShouldNotBe(recording);
        (await ManifestOf(house, next)).Sequence.ShouldBe(2);
        await using var export = await ExportedFolder.Make(house, recording);
        (await export.Verify()).ShouldBe((0, null));
    }

    [Fact]
    public async Task A_lost_network_costs_nothing_and_the_upload_goes_on_where_it_was()
    {
        await using var house = await LiveHouse.Open();
        await using var phone = await PhoneInHand.Enrolled(house);
        await phone.Record();
        await phone.Context.SetOfflineAsync(true);
        await Task.Delay(3000);
        await phone.Stop();
        await phone.Until("signed");
        await phone.Page.GetByText("No connection to the server").WaitForAsync();
        (await phone.Pieces()).ShouldBeGreaterThan(0);

        // Back, but every piece breaks off; and the page is loaded anew in the middle of it.
        var creations = 0;
        phone.Page.Request += (_, asked) =>
            creations += asked.Method == "POST" && asked.Url.EndsWith("/uploads", StringComparison.Ordinal) ? 1 : 0;
        await phone.Page.RouteAsync(
            "**/api/v1/uploads/*",
            route => route.Request.Method == "PATCH" ? route.AbortAsync() : route.ContinueAsync()
        );
        await phone.Context.SetOfflineAsync(false);
        await phone.Window.Until("!!performance.getEntriesByType('resource').find(e => e.name.includes('/uploads/'))");
        await phone.Page.ReloadAsync();
        await phone.Until("signed");
        await phone.Page.UnrouteAllAsync();
        var recording = await phone.Until("admitted");
        creations.ShouldBe(1, "the upload was begun once and resumed");
        await house.ReceiptOf(recording);
        (await phone.Pieces()).ShouldBe(0);
    }

    [Fact]
    public async Task A_phone_that_records_no_MP4_is_admitted_as_it_recorded_and_played_as_a_copy()
    {
        await using var house = await LiveHouse.Open();
        await using var phone = await PhoneInHand.Enrolled(house, without: "video/mp4");
        await phone.Record();
        await Task.Delay(4000);
        await phone.Stop();
        var recording = await phone.Until("admitted");
        await Wait.Until(
            "a copy that plays",
            async () =>
                (
                    await (await house.As("officer")).Http.GetAsync($"api/v1/recordings/{recording}/playlist.m3u8")
                ).IsSuccessStatusCode
        );
        await Play(phone, recording);
        await using var export = await ExportedFolder.Make(house, recording);
        (await export.Verify()).ShouldBe((0, null));
    }

    [Fact]
    public async Task A_phone_whose_kept_bytes_were_changed_or_that_gets_a_false_receipt_lets_go_of_nothing()
    {
        await using var house = await LiveHouse.Open();
        await using var phone = await PhoneInHand.Enrolled(house);
        await phone.Record();
        await phone.Context.SetOfflineAsync(true);
        await phone.Stop();
        await phone.Until("signed");
        await phone.Page.EvaluateAsync(
            """
            () => new Promise((done) => {
              const opened = indexedDB.open("lapel-phone /york");
              opened.onsuccess = () => {
                const store = opened.result.transaction("pieces", "readwrite").objectStore("pieces");
                store.openCursor().onsuccess = (event) => {
                  const cursor = event.target.result;
                  cursor.value[200] ^= 1;
                  cursor.update(cursor.value).onsuccess = () => { opened.result.close(); done(); };
                };
              };
            })
            """
        );
        await phone.Context.SetOfflineAsync(false);
        var changed = await phone.Until("refused");
        (await phone.Page.InnerTextAsync(".phone-rows")).ShouldContain("its digest differs");
        (await phone.Pieces()).ShouldBeGreaterThan(0);
        (await house.Recordings()).ShouldBeEmpty();
        var kept = (await (await house.As("clerk")).Get("api/v1/quarantine")).GetProperty("items")[0];
        kept.GetProperty("code").GetString().ShouldBe("clip-digest-differs");
        kept.GetProperty("recording").GetString().ShouldBe(changed);

        // A server, or whoever stands before it, that answers with a receipt for nothing.
        await phone.Page.RouteAsync(
            "**/api/v1/admissions",
            async route =>
            {
                var answer = await route.FetchAsync();
                var text = await answer.TextAsync();
                await route.FulfillAsync(
                    new() { Response = answer, Body = text.Replace("index ", "index 1", StringComparison.Ordinal) }
                );
            }
        );
        await phone.Record();
        await phone.Stop();
        await phone.Page.GetByText("The server's receipt does not hold").WaitForAsync();
        var held = await phone.Pieces();
        held.ShouldBeGreaterThan(0);
        await phone.Page.UnrouteAllAsync();
        await phone.Until("admitted");
        (await phone.Pieces()).ShouldBeLessThan(held, "the refused recording stays, the proven one has gone");
    }

    [Fact]
    public async Task A_manifest_that_lies_is_quarantined_from_a_phone_as_from_any_camera()
    {
        await using var house = await LiveHouse.Open();
        using var phone = await RawCamera.EnrolPhone(house, "officer");
        var recording = RecordingId.New();
        var clip = phone.Seal([1, 2, 3]);
        await phone.Upload(recording, clip);
        var lies = new Dictionary<string, Func<Manifest, Manifest>>
        {
            ["clip-digest-differs"] = truth => truth with { Clips = [clip.Entry with { SealedDigest = new(Digest.Of([])) }] },
            ["manifest-inconsistent"] = truth => truth with { PreEventMs = 60_000 },
        };
        foreach (var (code, lie) in lies)
            (await phone.Admit(phone.Sign(recording, clip.Entry, lie))).Code.ShouldBe(code);
        (await house.Recordings()).ShouldBeEmpty();
        (await (await house.As("clerk")).Get("api/v1/quarantine")).GetProperty("items").GetArrayLength().ShouldBe(lies.Count);
        await phone.Bring([4, 5, 6]); // and the truth is believed after that
    }

    /// <summary>Until when the phone says that its recording is on its disk: milliseconds.</summary>
    static Task<double> Kept(PhoneInHand phone) =>
        phone.Page.EvaluateAsync<double>("Number(document.querySelector('lapel-phone').dataset.kept)");

    static async Task<Manifest> ManifestOf(LiveHouse house, string recording) =>
        SignedManifest
            .Read(await (await house.As("clerk")).Http.GetByteArrayAsync($"api/v1/recordings/{recording}/manifest"))
            .Manifest;

    static async Task CheckWhatItSaid(LiveHouse house, string recording)
    {
        var manifest = await ManifestOf(house, recording);
        manifest.Officer!.Badge.ShouldBe("4711");
        manifest.StartCause.ShouldBe(new ActivationCause("button", "Call 31-204"));
        manifest.EndCause.ShouldBe(new ActivationCause("button", "over"));
        manifest.Ending.ShouldBe(Ending.Deactivated);
        manifest.Clips.Count.ShouldBe(2, "one before the pause, one after");
        manifest.States.Select(s => s.State).ShouldBe([RecordingState.Muted, RecordingState.Stopped]);
        manifest.Bookmarks.Count.ShouldBe(1);
        manifest.Positions.ShouldNotBeEmpty();
        manifest.Clock.ShouldNotBeNull();
        (manifest.PreEventMs, manifest.PreEventSound).ShouldBe((0, false));
        (manifest.EndedAt - manifest.ActivatedAt).TotalSeconds.ShouldBeInRange(10, 600);
    }

    /// <summary>On the recording's page, in the phone's own browser: frames advance.</summary>
    static async Task Play(PhoneInHand phone, string recording)
    {
        await phone.Page.GotoAsync($"recordings/{recording}");
        await phone.Window.Until("document.querySelector('lapel-player video')?.readyState >= 2");
        await phone.Page.EvaluateAsync(
            """
            () => {
              const video = document.querySelector("lapel-player video");
              window.pictures = [];
              const seen = (_, frame) => { window.pictures.push(frame.mediaTime); video.requestVideoFrameCallback(seen); };
              video.requestVideoFrameCallback(seen);
              void video.play();
            }
            """
        );
        await phone.Window.Until("new Set(window.pictures).size >= 15");
        var pictures = await phone.Page.EvaluateAsync<double[]>("window.pictures");
        pictures.Zip(pictures.Skip(1)).ShouldAllBe(p => p.Second >= p.First, "pictures come in their order");
    }
}
