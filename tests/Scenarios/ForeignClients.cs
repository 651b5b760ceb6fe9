using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>Uploads by software that nobody here wrote, and many at once.</summary>
public sealed class ForeignClients
{
    const double MostMemoryMiB = 300;

    [Fact]
    public async Task Tus_js_client_uploads_breaks_off_and_resumes()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        var (recording, clip) = (RecordingId.New(), camera.Seal(RandomNumberGenerator.GetBytes(1_500_000)));
        await WithFile(
            clip.Sealed,
            async file =>
            {
                var metadata = new Dictionary<string, string>
                {
                    ["recording"] = recording.Text,
                    ["clip"] = clip.Entry.Id.Text,
                    ["number"] = "1",
                    ["wrapped-key"] = clip.Wrapped.ToBase64Url(),
                };
                var (code, said) = await OwnProcess.Run(
                    "node",
                    [
                        Path.Combine(Programs.Scenarios, "js", "tus-client.mjs"),
                        camera.Uploads.ToString(),
                        camera.Token,
                        file,
                        JsonSerializer.Serialize(metadata),
                        "500000",
                    ]
                );
                code.ShouldBe(0, said);
            }
        );
        var (status, why, receipt) = await camera.Admit(camera.Sign(recording, clip.Entry));
        status.ShouldBe(HttpStatusCode.OK, why);
        receipt!.WhyNotValid(camera.Log).ShouldBeNull();
    }

    [Fact]
    public async Task Plain_curl_uploads()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        var (recording, clip) = (RecordingId.New(), camera.Seal(RandomNumberGenerator.GetBytes(700_000)));
        string[] always =
        [
            "--silent",
            "--show-error",
            "--fail-with-body",
            "-H",
            "Tus-Resumable: 1.0.0",
            "-H",
            $"Authorization: Bearer {camera.Token}",
        ];
        var (made, location) = await OwnProcess.Run(
            "curl",
            [
                .. always,
                "-X",
                "POST",
                "-H",
                $"Upload-Length: {clip.Sealed.Length}",
                "-H",
                $"Upload-Metadata: {RawCamera.Metadata(recording, clip)}",
                "-o",
                "/dev/null",
                "-w",
                "%header{location}",
                camera.Uploads.ToString(),
            ]
        );
        made.ShouldBe(0, location);
        await WithFile(
            clip.Sealed,
            async file =>
            {
                var (sent, said) = await OwnProcess.Run(
                    "curl",
                    [
                        .. always,
                        "-X",
                        "PATCH",
                        "-H",
                        "Upload-Offset: 0",
                        "-H",
                        "Content-Type: application/offset+octet-stream",
                        "--data-binary",
                        $"@{file}",
                        new Uri(house.Server.Address, location).ToString(),
                    ]
                );
                sent.ShouldBe(0, said);
            }
        );
        (await camera.Admit(camera.Sign(recording, clip.Entry))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Fifty_uploads_at_once_are_all_admitted_within_300_MB_of_memory()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        var clips = Enumerable
            .Range(0, 50)
            .Select(_ => (Recording: RecordingId.New(), Clip: camera.Seal(RandomNumberGenerator.GetBytes(4_000_000))))
            .ToList();
        await Task.WhenAll(clips.Select(c => camera.Upload(c.Recording, c.Clip)));
        foreach (var (recording, clip) in clips)
            (await camera.Admit(camera.Sign(recording, clip.Entry))).Status.ShouldBe(HttpStatusCode.OK);
        house.Server.Process.PeakMemoryMiB.ShouldBeLessThan(MostMemoryMiB);
    }

    [Fact]
    public async Task Two_agencies_in_one_server_do_not_know_each_other()
    {
        await using var house = await LiveHouse.Open();
        await Founded.Agency(house.Server, "elgin");
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        var (recording, _) = await camera.Bring([1, 2, 3]);
        var elgin = new Uri(house.Server.Address, "elgin/");
        using var theirs = await AgencyClient.SignIn(elgin, "admin", LiveHouse.Password);
        var clerk = await house.As("clerk");

        async Task<HttpStatusCode> Ask(Uri agency, string path, AgencyClient with)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(agency, path));
            ask.Headers.Authorization = with.Http.DefaultRequestHeaders.Authorization;
            using var answer = await with.Http.SendAsync(ask);
            return answer.StatusCode;
        }
        (await Ask(house.Agency, $"api/v1/recordings/{recording}", clerk)).ShouldBe(HttpStatusCode.OK);
        (await Ask(elgin, $"api/v1/recordings/{recording}", clerk)).ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(house.Agency, "api/v1/accounts", theirs)).ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(elgin, "api/v1/accounts", theirs)).ShouldBe(HttpStatusCode.OK);
        using var session = await camera.Tus(HttpMethod.Post, new Uri(elgin, "api/v1/uploads"), null, ("Upload-Length", "5"));
        session.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await (await house.As("admin")).Http.GetStringAsync("log/key")).ShouldNotBe(await theirs.Http.GetStringAsync("log/key"));
    }

    static async Task WithFile(byte[] bytes, Func<string, Task> act)
    {
        var folder = LiveHouse.NewFolder();
        try
        {
            var file = Path.Combine(folder, "clip.sealed");
            await File.WriteAllBytesAsync(file, bytes);
            await act(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
