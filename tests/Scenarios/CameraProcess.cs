using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// The real camera program in a folder of its own, filming the test scene through ffmpeg unless a test has another source. Commands go over its control socket, as a
/// holster's or a light bar's would.
/// </summary>
sealed class CameraProcess(string home, string id, string serial) : IAsyncDisposable
{
    const int MostTries = 1800; // of a tenth of a second

    OwnProcess? process;

    public string Home => home;

    public string Id => id;

    public string Serial => serial;

    public string Said => process?.Said ?? "";

    public Task Says(string text) => process!.Says(text);

    /// <summary>Two cores have time for live only where live is what is tested.</summary>
    public bool Live { get; set; }

    public int ProcessId => process!.Id;

    public async Task Enrol(Uri agency, string code)
    {
        var (exit, said) = await OwnProcess.Run(
            "dotnet",
            [Programs.Camera, "enrol", "--home", home, "--server", agency.ToString(), "--serial", serial, "--code", code]
        );
        exit.ShouldBe(0, said);
    }

    /// <summary>On, and filming. A small picture, so that two cores have time for the rest.</summary>
    public async Task Start(params string[] more)
    {
        Launch(more);
        await Filming();
    }

    /// <summary>The same with a wall clock that is off by so much, by libfaketime.</summary>
    public async Task StartWithClock(string offset, params string[] more)
    {
        Launch(more, WrongClock.By(offset));
        await Filming();
    }

    void Launch(string[] more, params (string, string)[] environment)
    {
        process?.HasExited.ShouldBeTrue("the camera is still on");
        string[] run =
        [
            "run",
            "--home",
            home,
            .. more.Contains("--source") ? Array.Empty<string>() : ["--source", "scene"],
            "--size",
            "640x360",
            "--fps",
            "15",
            "--video-kbps",
            "500",
            "--pre-event",
            "2",
            "--keep-free-mb",
            "1",
            .. more.Contains("--clip-seconds") ? Array.Empty<string>() : ["--clip-seconds", "3600"], // one clip, however slow the machine
            .. Live ? Array.Empty<string>() : ["--no-live"],
        ];
        process = OwnProcess.Start("dotnet", [Programs.Camera, .. run, .. more], environment);
    }

    async Task Filming()
    {
        await Wait.Until(
            "the camera has a picture",
            async () => (await Status()).GetProperty("state").GetString() != "no-picture"
        );
    }

    /// <summary>Begins a recording.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Activate(string trigger = "button", bool urgent = false) => (
            await Tell(
                "activate",
                new
                {
                    verb = "activate",
                    trigger,
                    urgent,
                }
            )
        ).GetProperty("recording").GetString()!;

    public Task<JsonElement> Deactivate() => Tell("deactivate", new { verb = "deactivate", trigger = "button" });

    public Task<JsonElement> Tell(string verb) => Tell(verb, new { verb });

    public async Task<JsonElement> Tell(string verb, object ask)
    {
        var answer = await Ask(ask);
        answer.GetProperty("ok").GetBoolean().ShouldBeTrue($"{verb}: {answer}");
        return answer;
    }

    public async Task<JsonElement> Status() => (await Tell("status")).GetProperty("status");

    /// <summary>One recording from now on, of about so many seconds after the activation.</summary>
    public async Task<string> Record(double seconds)
    {
        var recording = await Activate();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await Deactivate();
        return recording;
    }

    public Task UntilFreed(string recording) =>
        Wait.Until(
            $"recording {recording} has a receipt and its clips are freed; the camera said:\n{Said}",
            () =>
                Task.FromResult(
                    File.Exists(FileOf(recording, "receipt.json"))
                        && Directory.GetFiles(FolderOf(recording), "*.sealed").Length == 0
                )
        );

    public Task UntilRefused(string recording) =>
        Wait.Until($"recording {recording} is refused", () => Task.FromResult(File.Exists(FileOf(recording, "refused.json"))));

    public string FolderOf(string recording) => Path.Combine(home, "recordings", recording);

    public string FileOf(string recording, string name) => Path.Combine(FolderOf(recording), name);

    /// <summary>The receipt that the camera keeps; it freed the clips on it.</summary>
    public Receipt ReceiptOf(string recording) =>
        JsonSerializer.Deserialize<Receipt>(File.ReadAllBytes(FileOf(recording, "receipt.json")), LapelJson.Strict)!;

    public CameraKey Key() => CameraKey.Load(Path.Combine(home, "camera.key"));

    async Task<JsonElement> Ask(object ask)
    {
        for (var tries = 1; ; tries++)
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(home, "control.sock")));
                await using var stream = new NetworkStream(socket);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(ask, LapelJson.Lenient) + "\n"));
                using var reader = new StreamReader(stream);
                var line = await reader.ReadLineAsync().WaitAsync(Wait.Patiently) ?? throw new IOException("The camera hung up.");
                return JsonDocument.Parse(line).RootElement.Clone();
            }
            catch (Exception e) when (e is SocketException && tries < MostTries && process is { HasExited: false })
            {
                await Task.Delay(100); // it is still starting
            }
    }

    public Task Kill() => process!.Kill();

    public async Task Stop() => (await process!.Stop()).ShouldBe(0, Said);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }
}
