namespace Lapel.Scenarios;

/// <summary>Cameras that are not ours, live: a real server, a real pusher or RTSP server, a real browser.</summary>
public sealed class HardwareCameras
{
    [Fact]
    public async Task A_camera_that_pushes_by_srt_is_seen_while_it_is_worn_and_allowed_and_by_its_own_passphrase_only()
    {
        var port = Ports.Free();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("AX-1");

        (
            await admin.Status(
                "api/v1/live/sources",
                new
                {
                    camera,
                    kind = "srt",
                    recordsByItself = false,
                }
            )
        ).ShouldBe(400);
        var given = await admin.GiveSource(camera, "srt");
        var passphrase = given.GetProperty("secret").GetString()!;
        (await admin.Get("api/v1/live/sources")).GetRawText().ShouldNotContain(passphrase);
        (await ForeignCamera.Push(ForeignCamera.Srt(port, passphrase), 3)).ShouldBeFalse("nobody wears it: nobody listens");

        var assigned = await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        await admin.UntilSourceIs("Waits for the camera");
        (await ForeignCamera.Push(ForeignCamera.Srt(port, "another passphrase"), 3)).ShouldBeFalse("another passphrase");
        (await ForeignCamera.Push(ForeignCamera.Srt(port, null), 3)).ShouldBeFalse("no passphrase");
        (await air.Sessions()).ShouldBeEmpty();

        await using var pusher = new ForeignCamera(ForeignCamera.Srt(port, passphrase));
        await air.Watch();
        await Wait.Until("15 pictures a second", async () => await air.PicturesIn(3) > 25);
        await Wait.Until("its tone", async () => Math.Abs(await air.Tone() - 440) < 15);
        await LiveConsult.Shot(air.Page, "live-source-watching");
        var officer = await house.As("officer");
        await Wait.Until(
            "the officer knows",
            async () => (await officer.Get("api/v1/live/help")).GetProperty("watchers").GetArrayLength() == 1
        );
        var listener = OwnProcess
            .ChildrenOf(house.Server.Process.Id)
            .Single(c => c.Command.Contains("concat", StringComparison.Ordinal));
        OwnProcess
            .ChildrenOf(house.Server.Process.Id)
            .ShouldAllBe(c => !c.Command.Contains(passphrase, StringComparison.Ordinal));

        // The ffmpeg that listens dies: another one takes its place, the camera pushes again, and it is the same session.
        var session = air.Session;
        System.Diagnostics.Process.GetProcessById(listener.Id).Kill();
        await Wait.Until("pictures again", async () => await air.PicturesIn(2) > 15);
        (await air.Sessions()).Single().GetProperty("session").GetProperty("id").GetString().ShouldBe(session);

        // The kill switch: the pusher goes on trying, and nothing begins again until somebody lets it.
        await air.Client.Post($"api/v1/live/sessions/{session}/end", new { reason = "A child is in the picture." });
        await admin.UntilSourceIs("A stream of it was ended for everybody; somebody has to let it be shown again.");
        await Task.Delay(4000);
        (await air.Sessions()).ShouldBeEmpty("killed");
        await admin.Post($"api/v1/live/sources/{camera}/resume", new { });
        await Wait.Until("live again", async () => (await air.Sessions()).Count == 1);

        // Another passphrase: the pusher's is wrong from now on. Then none at all.
        var rotated = (await admin.Post($"api/v1/live/sources/{camera}/secret", new { })).GetProperty("secret").GetString()!;
        (await ForeignCamera.Push(ForeignCamera.Srt(port, passphrase), 3)).ShouldBeFalse("the passphrase before");
        await Wait.Until("its stream is over", async () => (await air.Sessions()).Count == 0);
        await admin.UntilSourceIs("Waits for the camera");
        await ForeignCamera.UntilPushed(ForeignCamera.Srt(port, rotated)); // the new one
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Sent back to its maker." });
        await Wait.Until("revoked", async () => (await air.Sessions()).Count == 0);
        (await ForeignCamera.Push(ForeignCamera.Srt(port, rotated), 3)).ShouldBeFalse("revoked");
        await Wait.Until("no process is left", () => OwnProcess.ChildrenOf(house.Server.Process.Id).Count == 0);

        house.Server.Process.Said.ShouldNotContain(passphrase);
        Directory.GetFiles(house.AgencyFolder, "live-source-*", SearchOption.AllDirectories).ShouldBeEmpty();
        assigned.GetProperty("id").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_camera_that_offers_rtsp_is_asked_while_it_is_worn()
    {
        var port = Ports.Free();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("RT-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        await using var server = OwnProcess.Start("/usr/bin/python3", [Path.Combine(Programs.Scenarios, "rtsp_server.py")]);
        var address = await server.Line("RTSP at ", Wait.Patiently);

        (
            await admin.Status(
                "api/v1/live/sources",
                new
                {
                    camera,
                    kind = "rtsp",
                    recordsByItself = true,
                    address = address.Replace("://", "://me:word@", StringComparison.Ordinal),
                }
            )
        ).ShouldBe(400, "a password has a field of its own");
        await admin.Post(
            "api/v1/live/sources",
            new
            {
                camera,
                kind = "rtsp",
                recordsByItself = true,
                address,
                user = "lapel",
                password = "it's a:hush/word",
            }
        );
        await air.Watch();
        await Wait.Until("pictures", async () => await air.PicturesIn(3) > 25);
        OwnProcess
            .ChildrenOf(house.Server.Process.Id)
            .ShouldAllBe(c =>
                !c.Command.Contains("rtsp://", StringComparison.Ordinal) && !c.Command.Contains("hush", StringComparison.Ordinal)
            );
        await server.Kill();
        await Wait.Until("a camera that is away is not live", async () => (await air.Sessions()).Count == 0);
        (await admin.Get("api/v1/live/sources")).GetRawText().ShouldNotContain("hush");
        house.Server.Process.Said.ShouldNotContain("hush");
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }

    [Theory]
    [InlineData("libx264 -bf 2")]
    [InlineData("libx265 -x265-params log-level=error:bframes=0")]
    public async Task A_picture_that_browsers_cannot_show_as_it_comes_is_encoded_once_more(string codec)
    {
        var port = Ports.Free();
        await using var house = await LiveHouse.Open(serverOptions: ["--source-ports", $"{port}-{port}"]);
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("BF-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        var given = await admin.GiveSource(camera, "srt");
        await admin.UntilSourceIs("Waits for the camera");
        await using var pusher = new ForeignCamera(ForeignCamera.Srt(port, given.GetProperty("secret").GetString()), codec);
        await admin.UntilSourceIs("Live, encoded once more");
        await air.Watch();
        await Wait.Until("pictures", async () => await air.PicturesIn(3) > 20);
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }
}
