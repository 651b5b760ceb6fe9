using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Lapel.Tests;

/// <summary>
/// The crash matrix of ingest, with the real server process: it is killed at a named durable step, started again on the same folder,
/// and the camera simply goes on. What was promised holds, nothing is there twice, and what was refused is kept.
/// </summary>
public sealed class IngestCrashTests
{
    [Theory]
    [InlineData("upload-after-files")]
    [InlineData("upload-after-sync")]
    [InlineData("upload-after-note")]
    [InlineData("admission-after-keys")]
    [InlineData("admission-after-vault-keep")]
    [InlineData("admission-after-commit")]
    [InlineData("admission-after-integration")]
    public async Task A_server_killed_at_any_step_of_ingest_loses_nothing_and_the_camera_gets_its_receipt(string step)
    {
        await using var server = await Process.Begin();
        using var camera = await server.NewCamera();
        var recording = camera.Record(RandomNumberGenerator.GetBytes(200_000), clips: 2);

        await server.Restart(step);
        await camera.BeginSession();
        await Should.ThrowAsync<HttpRequestException>(() => camera.UploadAndAdmit(recording));
        await server.Restart(null);
        await camera.BeginSession();

        // A camera that knows nothing any more asks for admission first and sends what is missing.
        var answer = await camera.Admit(recording.Envelope);
        if ((int)answer.StatusCode == 409)
        {
            var missing = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("missing");
            var ids = missing.EnumerateArray().Select(m => m.GetString()).ToHashSet();
            await camera.Upload(recording with { Clips = [.. recording.Clips.Where(c => ids.Contains(c.Entry.Id.Text))] });
            answer = await camera.Admit(recording.Envelope);
        }
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync());
        var receipt = (await answer.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient))!;
        receipt
            .WhyNotAdmission(
                camera.Log,
                recording.Manifest.Recording,
                Digest.Of(recording.Envelope),
                [.. recording.Clips.Select(c => c.Entry.SealedDigest.Stated)]
            )
            .ShouldBeNull();
        Directory.GetFiles(server.Folder("vault"), "*", SearchOption.AllDirectories).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("quarantine-after-reason")]
    [InlineData("quarantine-after-commit")]
    [InlineData("quarantine-after-move")]
    public async Task A_server_killed_at_any_step_of_a_refusal_keeps_every_byte_of_it(string step)
    {
        await using var server = await Process.Begin();
        using var camera = await server.NewCamera();
        var good = camera.Record(RandomNumberGenerator.GetBytes(50_000), clips: 2);
        var changed = (byte[])good.Clips[1].Bytes.Clone();
        changed[30_000] ^= 1;
        var recording = good with { Clips = [good.Clips[0], good.Clips[1] with { Bytes = changed }] };
        await camera.Upload(recording);

        await server.Restart(step);
        await camera.BeginSession();
        await Should.ThrowAsync<HttpRequestException>(() => camera.Admit(recording.Envelope));
        await server.Restart(null);
        await camera.BeginSession();

        (await TestCamera.CodeOf(await camera.Admit(recording.Envelope))).ShouldBe("clip-digest-differs");
        var kept = Array.Empty<string>();
        for (var tries = 0; tries < 1200 && kept.Length < 2; tries++, await Task.Delay(100))
            kept = Directory.GetFiles(server.Folder("quarantine"), "*.sealed", SearchOption.AllDirectories);
        kept.Order().Select(File.ReadAllBytes).ShouldBe([recording.Clips[0].Bytes, changed]);
    }

    sealed class Process : IAsyncDisposable
    {
        readonly string data = Directory.CreateTempSubdirectory("lapel-crash-").FullName;
        System.Diagnostics.Process? running;
        Uri? address;

        public string Folder(string name) => Path.Combine(data, "agencies", "york", name);

        public static async Task<Process> Begin()
        {
            var server = new Process();
            await server.Restart(null);
            using var http = new HttpClient { BaseAddress = server.address };
            var founded = await http.PostAsJsonAsync(
                "/api/v1/agencies",
                new
                {
                    setupCode = (await File.ReadAllTextAsync(Path.Combine(server.data, "setup-code"))).Trim(),
                    slug = "york",
                    name = "York Police",
                    timeZone = "America/Toronto",
                    demo = false,
                    administratorName = "admin",
                    administratorPassword = House.AdministratorPassword,
                },
                LapelJson.Lenient
            );
            founded.EnsureSuccessStatusCode();
            return server;
        }

        public async Task<TestCamera> NewCamera()
        {
            using var http = new HttpClient { BaseAddress = new Uri(address!, "york/") };
            var signedIn = await http.PostAsJsonAsync(
                "api/v1/sign-in",
                new { name = "admin", password = House.AdministratorPassword },
                LapelJson.Lenient
            );
            var token = JsonDocument
                .Parse(await signedIn.Content.ReadAsStringAsync())
                .RootElement.GetProperty("token")
                .GetString();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var expected = await http.PostAsJsonAsync(
                "api/v1/cameras",
                new { serial = "X-1", model = "Test" },
                LapelJson.Lenient
            );
            var code = JsonDocument
                .Parse(await expected.Content.ReadAsStringAsync())
                .RootElement.GetProperty("code")
                .GetString()!;
            return await TestCamera.Enrol(() => new Uri(address!, "york/"), code, "X-1");
        }

        /// <summary>Ends what still runs and starts again, to be killed at the step.</summary>
        public async Task Restart(string? crashAt)
        {
            await End();
            var start = new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(AppContext.BaseDirectory, "Lapel.Server.dll"),
                    "--data",
                    data,
                    "--port",
                    "0",
                    "--reserve-bytes",
                    "0",
                ]
            )
            {
                RedirectStandardOutput = true,
            };
            start.Environment["LAPEL_CRASH_AT"] = crashAt;
            running = System.Diagnostics.Process.Start(start)!;
            while (await running.StandardOutput.ReadLineAsync() is { } line)
                if (line.StartsWith("Lapel is at ", StringComparison.Ordinal))
                {
                    address = new Uri(line["Lapel is at ".Length..].Trim());
                    _ = running.StandardOutput.ReadToEndAsync();
                    return;
                }
            throw new InvalidOperationException("The server did not start.");
        }

        async Task End()
        {
            if (running is null)
                return;
            if (!running.HasExited)
                running.Kill();
            await running.WaitForExitAsync();
            running.Dispose();
            running = null;
        }

        public async ValueTask DisposeAsync()
        {
            await End();
            Directory.Delete(data, recursive: true);
        }
    }
}
