using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>The camera program live, with the operations centre watching in a browser, and a network of one's own between camera and server.</summary>
sealed class CameraOnAir : IAsyncDisposable
{
    readonly OperationsCentre centre;

    CameraOnAir(LiveHouse house, Middleman street, CameraProcess camera, OperationsCentre centre) =>
        (House, Street, Camera, this.centre) = (house, street, camera, centre);

    public LiveHouse House { get; }
    public Middleman Street { get; }
    public CameraProcess Camera { get; }
    public AgencyClient Operations => centre.Client;
    public IPage Centre => centre.Page;
    public string Recording { get; private set; } = "";

    /// <param name="busy">A picture in which much moves, so that its bits are worth saving; the test street otherwise.</param>
    /// <param name="gateway">Carries the packets instead of the server.</param>
    public static async Task<CameraOnAir> Open(bool busy = false, GatewayProcess? gateway = null)
    {
        var house = await LiveHouse.Open(serverOptions: gateway is null ? [] : ["--gateways", gateway.Address.ToString()]);
        if (gateway is not null)
            await gateway.StartFor(house.Agency);
        var street = await Middleman.Before(house.Server.Address);
        var camera = await house.NewCamera("LC-LIVE", by: new(street.Address, house.Agency.AbsolutePath));
        camera.Live = true;
        var route = Path.Combine(camera.Home, "route.txt");
        await File.WriteAllLinesAsync(route, Enumerable.Range(0, 200).Select(i => $"{i} 43.76{i:000} -79.51"));
        string[] source = busy ? ["--source", $"file:{await BusyFilm(camera.Home)}"] : [];
        await camera.Start(["--position", $"route:{route}", .. source]);
        return new(house, street, camera, await OperationsCentre.Open(house));
    }

    static async Task<string> BusyFilm(string folder)
    {
        var film = Path.Combine(folder, "film.mp4");
        string[] make =
        [
            .. "-v error -f lavfi -i testsrc2=size=640x360:rate=15 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 400".Split(
                ' '
            ),
            .. "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 2000k -c:a aac".Split(' '),
            film,
        ];
        (await OwnProcess.Run("ffmpeg", make)).Code.ShouldBe(0);
        return film;
    }

    public Task<IReadOnlyList<JsonElement>> Sessions() => centre.Sessions();

    public async Task<JsonElement> Live() => (await Camera.Status()).GetProperty("live");

    public Task UntilLive(string state) =>
        Wait.Until(
            $"live is {state}; the camera said:\n{Camera.Said}",
            async () => (await Live()).GetProperty("state").GetString() == state
        );

    public async Task UntilRung(params string[] rungs)
    {
        var last = default(JsonElement);
        try
        {
            await Wait.Until(
                $"rung {string.Join('/', rungs)}; the camera said:\n{Camera.Said}",
                async () => (last = await Live()).TryGetProperty("rung", out var rung) && rungs.Contains(rung.GetString())
            );
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{last}");
        }
    }

    /// <summary>The camera records; the operations centre watches it through the real page.</summary>
    public async Task RecordAndWatch()
    {
        Recording = await Camera.Activate();
        await UntilLive("live");
        await UntilRung("recorded");
        await centre.Watch();
    }

    public Task<int> PicturesIn(int seconds) => centre.PicturesIn(seconds);

    /// <summary>How far the burnt-in clock is behind the machine's, milliseconds, to a tenth of a second: the middle of some looks.</summary>
    public async Task<double> BurntInDelayMs(int looks = 5)
    {
        var delays = new List<double>();
        for (var i = 0; i < looks; i++)
        {
            var seen = await Centre.EvaluateAsync<JsonElement>(
                $$"""
                async () => {
                  const video = document.querySelector('lapel-live-player video');
                  const canvas = new OffscreenCanvas({{BurntInClock.Width}}, {{BurntInClock.Height}}), draw = canvas.getContext('2d');
                  await new Promise(done => video.requestVideoFrameCallback(done));
                  draw.drawImage(video, 0, 0);
                  const at = Date.now(), rgba = draw.getImageData(0, 0, canvas.width, canvas.height).data, gray = [];
                  for (let i = 0; i < rgba.length; i += 4) gray.push(Math.round(0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2]));
                  return { at, width: video.videoWidth, gray };
                }
                """
            );
            seen.GetProperty("width").GetInt32().ShouldBe(640, "the picture as it is recorded");
            var at = DateTimeOffset.FromUnixTimeMilliseconds(seen.GetProperty("at").GetInt64());
            var (burntIn, lead) = await BurntInClock.Read(
                [.. seen.GetProperty("gray").EnumerateArray().Select(g => g.GetByte())],
                at,
                6
            );
            lead.ShouldBeGreaterThan(0, "the picture's clock could not be told apart");
            delays.Add((at - burntIn).TotalMilliseconds);
        }
        delays.Sort();
        return delays[delays.Count / 2];
    }

    /// <summary>The recording is ended, docked, admitted, and whole: one clip without a hole, however the network was.</summary>
    public async Task<Manifest> AdmittedWhole(double atLeastSeconds)
    {
        await Camera.Deactivate();
        await Wait.Until("the session ends with the recording", async () => (await Sessions()).Count == 0);
        await Camera.Tell("dock");
        await Camera.UntilFreed(Recording);
        await House.ReceiptOf(Recording);
        var manifest = SignedManifest
            .Read(await (await House.As("clerk")).Http.GetByteArrayAsync($"api/v1/recordings/{Recording}/manifest"))
            .Manifest;
        manifest.Ending.ShouldBe(Ending.Deactivated);
        manifest.Bookmarks.ShouldBeEmpty("a lost picture would be a bookmark");
        manifest.Clips.Single().Complete.ShouldBeTrue();
        (manifest.Clips[0].EndedAt - manifest.ActivatedAt).TotalSeconds.ShouldBeGreaterThan(atLeastSeconds);
        return manifest;
    }

    /// <summary>The ffmpegs that the camera runs at the moment beside the one that records.</summary>
    public IReadOnlyList<int> EncodersBeside() =>
        [
            .. OwnProcess
                .ChildrenOf(Camera.ProcessId)
                .Where(p =>
                    p.Command.Contains("ffmpeg", StringComparison.Ordinal) && !p.Command.Contains("tee", StringComparison.Ordinal)
                )
                .Select(p => p.Id),
        ];

    public async ValueTask DisposeAsync()
    {
        await centre.DisposeAsync();
        await Camera.DisposeAsync();
        await Street.DisposeAsync();
        await House.DisposeAsync();
    }
}
