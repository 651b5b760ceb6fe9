using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lapel.Scenarios;

/// <summary>Cameras that push by RTMPS and RTMP to the one port that checks keys: ffmpeg and GStreamer, a real server, a real browser.</summary>
public sealed class RtmpCameras
{
    [Fact]
    public async Task A_camera_that_pushes_by_rtmps_is_seen_by_its_own_key_only_and_never_without_tls()
    {
        using var certificate = new Certificate();
        await using var house = await LiveHouse.Open(serverOptions: ["--rtmp-port", "0", .. certificate.Options]);
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("GP-1");
        var srt = new
        {
            camera,
            kind = "srt",
            recordsByItself = true,
        };
        (await admin.Status("api/v1/live/sources", srt)).ShouldBe(409, "no port is configured for it");

        var given = await admin.GiveSource(camera, "rtmp");
        var key = given.GetProperty("secret").GetString()!;
        var to = given.GetProperty("pushTo").GetString()!;
        to.ShouldStartWith("rtmps://127.0.0.1:");
        to.ShouldEndWith("/york");
        (await admin.Get("api/v1/live/sources")).GetRawText().ShouldNotContain(key);
        (await ForeignCamera.Push($"{to}/{key}", 3)).ShouldBeFalse("nobody wears it");

        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        await admin.UntilSourceIs("Waits for the camera");
        (await ForeignCamera.Push($"{to}/{key}x", 3)).ShouldBeFalse("another key");
        (await ForeignCamera.Push($"{to.Replace("/york", "/peel", StringComparison.Ordinal)}/{key}", 3)).ShouldBeFalse(
            "another agency"
        );
        (await ForeignCamera.Push($"{to.Replace("rtmps", "rtmp", StringComparison.Ordinal)}/{key}", 3)).ShouldBeFalse("no TLS");
        OwnProcess.ChildrenOf(house.Server.Process.Id).ShouldBeEmpty("nothing read a byte of theirs");
        (await air.Sessions()).ShouldBeEmpty();

        await using var pusher = new ForeignCamera($"{to}/{key}");
        await air.Watch();
        await Wait.Until("15 pictures a second", async () => await air.PicturesIn(3) > 25);
        await Wait.Until("its tone", async () => Math.Abs(await air.Tone() - 440) < 15);
        var duty = await air.As("officer", 380);
        await duty.GotoAsync("on-duty");
        await duty.GetByText("1 person watches").WaitForAsync();
        await LiveConsult.Shot(duty, "on-duty-live-source");
        (await ForeignCamera.Push($"{to}/{key}", 3)).ShouldBeFalse("a second one with the same key");
        await Wait.Until("the first goes on", async () => await air.PicturesIn(3) > 25);
        OwnProcess.ChildrenOf(house.Server.Process.Id).ShouldAllBe(c => !c.Command.Contains(key, StringComparison.Ordinal));

        // The camera stands still with its connection open: after ten seconds its place is free again, for itself too.
        var session = air.Session;
        pusher.StandStill();
        await Wait.Until("it is let go", async () => await admin.SourceState() == "Waits for the camera");
        await house.Server.Process.Says("No picture for ten seconds: it is started again");
        pusher.GoOn();
        await Wait.Until("pictures again", async () => await air.PicturesIn(2) > 15);
        (await air.Sessions()).Single().GetProperty("session").GetProperty("id").GetString().ShouldBe(session);
        await admin.UntilSourceIs("Live");

        var rotated = (await admin.Post($"api/v1/live/sources/{camera}/secret", new { })).GetProperty("secret").GetString()!;
        await Wait.Until("its stream is over", async () => (await air.Sessions()).Count == 0);
        await admin.UntilSourceIs("Waits for the camera");
        (await ForeignCamera.Push($"{to}/{key}", 3)).ShouldBeFalse("the key before");
        await ForeignCamera.UntilPushed($"{to}/{rotated}"); // the new one
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Sent back to its maker." });
        await Wait.Until("revoked", async () => (await air.Sessions()).Count == 0);
        (await ForeignCamera.Push($"{to}/{rotated}", 3)).ShouldBeFalse("revoked");
        await Wait.Until("no process is left", () => OwnProcess.ChildrenOf(house.Server.Process.Id).Count == 0);

        var server = house.Server.Process;
        await server.Says("No camera is awaited at this address under this key.");
        await server.Says("Another connection pushes under this key already.");
        await server.Says("It pushes without TLS, by rtmp: and not rtmps:, which is not allowed here.");
        server.Said.ShouldNotContain(key);
        server.Said.ShouldNotContain(rotated);
        Directory.GetFiles(house.AgencyFolder, "live-source-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("rtmp")]
    [InlineData("rtmps")]
    public async Task GStreamer_is_a_camera_too(string scheme)
    {
        using var certificate = new Certificate();
        await using var house = await LiveHouse.Open(
            serverOptions: ["--rtmp-port", "0", "--rtmp-unencrypted", "allow", .. certificate.Options]
        );
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("GS-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        var given = await admin.GiveSource(camera, "rtmp");
        var to = given.GetProperty("pushTo").GetString()!.Replace("rtmps", scheme, StringComparison.Ordinal);
        await admin.UntilSourceIs("Waits for the camera");
        await using var pusher = OwnProcess.Start(
            "gst-launch-1.0",
            [
                .. "-q videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=15/1".Split(' '),
                .. "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h264parse ! flvmux name=mux streamable=true".Split(
                    ' '
                ),
                .. "! rtmp2sink tls-validation-flags=0".Split(' '),
                $"location={to}/{given.GetProperty("secret").GetString()}",
                .. "audiotestsrc is-live=true freq=440 ! audioconvert ! avenc_aac ! aacparse ! mux.".Split(' '),
            ]
        );
        await air.Watch();
        await Wait.Until("pictures", async () => await air.PicturesIn(3) > 25);
        await Wait.Until("its tone", async () => Math.Abs(await air.Tone() - 440) < 15);
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }

    [Fact]
    public async Task Pictures_out_of_order_are_encoded_once_more()
    {
        await using var house = await LiveHouse.Open(serverOptions: ["--rtmp-port", "0", "--rtmp-unencrypted", "allow"]);
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        var camera = await admin.Expected("BF-1");
        await admin.Post("api/v1/assignments", new { camera, officer = house.Officers["4711"] });
        var given = await admin.GiveSource(camera, "rtmp");
        await admin.UntilSourceIs("Waits for the camera");
        var to = $"{given.GetProperty("pushTo").GetString()}/{given.GetProperty("secret").GetString()}";
        await using var pusher = new ForeignCamera(to, "libx264 -bf 2");
        await admin.UntilSourceIs("Live, encoded once more");
        await air.Watch();
        await Wait.Until("pictures", async () => await air.PicturesIn(3) > 20);
        await admin.Post($"api/v1/live/sources/{camera}/revoke", new { reason = "Over." });
    }

    [Fact]
    public async Task What_the_administrator_sees()
    {
        using var certificate = new Certificate();
        var port = Ports.Free();
        await using var house = await LiveHouse.Open(
            serverOptions: ["--rtmp-port", "0", "--source-ports", $"{port}-{port}", .. certificate.Options]
        );
        await using var air = await OperationsCentre.Open(house);
        var admin = await house.As("admin");
        foreach (var (serial, kind) in new[] { ("GP-7", "rtmp"), ("AX-7", "srt") })
        {
            var camera = await admin.Expected(serial);
            await admin.Post("api/v1/assignments", new { camera, officer = house.Officers[kind == "srt" ? "4711" : "4712"] });
            var page = await air.As("admin");
            await page.GotoAsync("live/sources");
            await LiveConsult.Shot(page, $"sources-before-{kind}");
            await page.GetByLabel("Camera", new() { Exact = true }).SelectOptionAsync(camera);
            await page.GetByLabel("How").SelectOptionAsync(kind);
            await page.GetByLabel("This camera records by itself whenever it streams").CheckAsync();
            await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Give" }).ClickAsync();
            await page.GetByText("It is shown only now").WaitForAsync();
            await LiveConsult.Shot(page, $"source-once-{kind}");
            await page.GotoAsync("live/sources");
            await LiveConsult.Shot(page, $"sources-with-{kind}");
            await page.GotoAsync($"cameras/{camera}");
            await page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = kind.ToUpperInvariant(), Exact = true })
                .WaitForAsync();
            await LiveConsult.Shot(page, $"camera-with-{kind}");
        }
    }

    /// <summary>A server's certificate that it signed itself, as files.</summary>
    sealed class Certificate : IDisposable
    {
        readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lapel-scenario-");

        public Certificate()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var ask = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            ask.CertificateExtensions.Add(names.Build());
            using var made = ask.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(Chain, made.ExportCertificatePem());
            File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        }

        public string[] Options => ["--rtmp-certificate", Chain, "--rtmp-certificate-key", Key];

        string Chain => Path.Combine(folder.FullName, "chain.pem");
        string Key => Path.Combine(folder.FullName, "key.pem");

        public void Dispose() => folder.Delete(recursive: true);
    }
}
