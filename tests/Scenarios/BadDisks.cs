using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Lapel.Scenarios;

/// <summary>Disks that are full and disks that lie about having written. What the server acknowledged is there; what is not there it never acknowledged.</summary>
public sealed partial class BadDisks
{
    [Fact]
    public async Task A_full_disk_is_answered_with_507_and_the_upload_goes_on_where_it_was_when_there_is_room()
    {
        var disk = LiveHouse.NewFolder();
        await Mount("tmpfs", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk]);
        try
        {
            await using var house = await LiveHouse.Open(data: Path.Combine(disk, "data"));
            using var camera = await RawCamera.Enrol(house, "RAW-1");
            var (before, given) = await camera.Bring(RandomNumberGenerator.GetBytes(100_000));
            var (recording, clip) = (RecordingId.New(), camera.Seal(RandomNumberGenerator.GetBytes(2_000_000)));
            var upload = await camera.Create(recording, clip);
            (await camera.Patch(upload, 0, clip.Sealed[..500_000])).Status.ShouldBe(HttpStatusCode.NoContent);

            var (other, large) = (RecordingId.New(), camera.Seal([1]));
            using (
                var refused = await camera.Tus(
                    HttpMethod.Post,
                    camera.Uploads,
                    null,
                    ("Upload-Length", "100000000"),
                    ("Upload-Metadata", RawCamera.Metadata(other, large))
                )
            )
                ((int)refused.StatusCode, await RawCamera.CodeOf(refused)).ShouldBe(
                    (507, "disk-nearly-full"),
                    "before evidence is at risk"
                );
            Fill(disk);
            var (status, code) = await camera.Patch(upload, 500_000, clip.Sealed[500_000..]);
            ((int)status).ShouldBe(507, code);
            File.Delete(Path.Combine(disk, "filler"));

            var offset = await camera.Offset(upload);
            offset.ShouldBeGreaterThanOrEqualTo(500_000);
            (await camera.Patch(upload, offset, clip.Sealed[(int)offset..])).Status.ShouldBe(HttpStatusCode.NoContent);
            var (admitted, why, receipt) = await camera.Admit(camera.Sign(recording, clip.Entry));
            admitted.ShouldBe(HttpStatusCode.OK, why);
            receipt!.WhyNotValid(camera.Log).ShouldBeNull();
            (await house.ReceiptOf(before.Text)).Entry.ShouldBe(given.Entry);
        }
        finally
        {
            await OwnProcess.Run("umount", [disk]);
            Directory.Delete(disk);
        }
    }

    [Fact]
    public async Task What_people_enter_on_a_full_disk_is_refused_with_507_and_kept_once_there_is_room()
    {
        var disk = LiveHouse.NewFolder();
        await Mount("tmpfs", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk]);
        try
        {
            await using var house = await LiveHouse.Open(data: Path.Combine(disk, "data"));
            using var admin = await AgencyClient.SignIn(house.Agency, "admin", LiveHouse.Password);
            Task<HttpResponseMessage> Enter(int badge) =>
                admin.Http.PostAsJsonAsync(
                    "api/v1/officers",
                    new
                    {
                        badge = $"F-{badge:0000}",
                        name = "Full Disk",
                        rank = "Constable",
                    }
                );
            Fill(disk);
            var (kept, refused) = (0, default(HttpResponseMessage));
            while (refused is null && kept < 2000)
            {
                var answer = await Enter(kept);
                if (answer.IsSuccessStatusCode)
                    kept++; // what the write-ahead log had room for already
                else
                    refused = answer;
            }
            ((int)refused.ShouldNotBeNull().StatusCode, await RawCamera.CodeOf(refused)).ShouldBe((507, "no-room"));
            refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            await APersonReads(house, "The disk is full");

            File.Delete(Path.Combine(disk, "filler"));
            (await Enter(kept)).StatusCode.ShouldBe(HttpStatusCode.Created);
            var badges = (await admin.Get("api/v1/officers"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(o => (o.TryGetProperty("officer", out var inside) ? inside : o).GetProperty("badge").GetString()!)
                .Count(b => b.StartsWith("F-", StringComparison.Ordinal));
            badges.ShouldBe(kept + 1, "the refused one was not kept, and no other is lost");
        }
        finally
        {
            await OwnProcess.Run("umount", [disk]);
            Directory.Delete(disk);
        }
    }

    /// <summary>Somebody signs in by the page, which writes their session, until the log has no room for one more.</summary>
    static async Task APersonReads(LiveHouse house, string heading)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = house.Agency };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        for (var tries = 0; tries < 20; tries++)
        {
            var form = await browser.GetStringAsync("sign-in");
            var token = Token().Match(form).Groups[1].Value;
            using var answer = await browser.PostAsync(
                "sign-in",
                new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["name"] = "admin",
                        ["password"] = LiveHouse.Password,
                        ["__RequestVerificationToken"] = token,
                    }
                )
            );
            if (answer.StatusCode != HttpStatusCode.InsufficientStorage)
                continue;
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
            (await answer.Content.ReadAsStringAsync()).ShouldContain(heading);
            return;
        }
        Assert.Fail("A full disk took twenty sign-ins.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [Fact]
    public async Task Bytes_whose_fsync_fails_are_never_acknowledged()
    {
        var folder = LiveHouse.NewFolder();
        var (real, mount, broken) = (Path.Combine(folder, "real"), Path.Combine(folder, "mount"), Path.Combine(folder, "broken"));
        Directory.CreateDirectory(real);
        Directory.CreateDirectory(mount);
        await using var disk = OwnProcess.Start(
            "/usr/bin/python3",
            [Path.Combine(Programs.Scenarios, "fails_fsync.py"), real, mount, broken]
        );
        try
        {
            await Wait.Until(
                "the FUSE folder is mounted",
                () =>
                    Task.FromResult(!disk.HasExited && File.ReadAllText("/proc/mounts").Contains(mount, StringComparison.Ordinal))
            );
            await using var house = await LiveHouse.Open(data: Path.Combine(mount, "data"));
            using var camera = await RawCamera.Enrol(house, "RAW-1");
            var (recording, clip) = (RecordingId.New(), camera.Seal(RandomNumberGenerator.GetBytes(200_000)));
            var upload = await camera.Create(recording, clip);

            await File.WriteAllTextAsync(broken, ".part\n");
            var (status, _) = await camera.Patch(upload, 0, clip.Sealed);
            ((int)status).ShouldBeGreaterThanOrEqualTo(500, "the bytes are not on disk");
            ((int)(await camera.Admit(camera.Sign(recording, clip.Entry))).Status).ShouldBeGreaterThanOrEqualTo(
                400,
                "nothing to admit"
            );
            (await house.Recordings()).ShouldBeEmpty();
            File.Delete(broken);

            var offset = await camera.Offset(upload);
            if (offset < clip.Sealed.Length)
                (await camera.Patch(upload, offset, clip.Sealed[(int)offset..])).Status.ShouldBe(HttpStatusCode.NoContent);
            (await camera.Bring(RandomNumberGenerator.GetBytes(1000))).Receipt.ShouldNotBeNull();
        }
        finally
        {
            await OwnProcess.Run("umount", ["-l", mount]);
            await disk.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task Mount(string what, string[] arguments)
    {
        var (code, said) = await OwnProcess.Run("mount", arguments);
        code.ShouldBe(0, $"This test needs a small disk of its own, and mounting a {what} did not work (is this root?): {said}");
    }

    static void Fill(string disk)
    {
        using var filler = new FileStream(Path.Combine(disk, "filler"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        var piece = new byte[1 << 16];
        try
        {
            while (true)
                filler.Write(piece);
        }
        catch (IOException)
        {
            // full
        }
    }
}
