using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// A server process with one founded agency in a temporary folder (see <see cref="Founded"/>). It ends by an orderly stop and a clean fsck,
/// unless a test broke something on purpose and says so.
/// </summary>
sealed class LiveHouse : IAsyncDisposable
{
    public const string Slug = "york";
    public const string Password = "a long enough password 31";
    public const string Zone = "America/Toronto";

    readonly List<CameraProcess> cameras = [];
    readonly Dictionary<string, AgencyClient> clients = [];
    readonly Founded founded;
    readonly string folder;

    LiveHouse(string folder, ServerProcess server, Founded founded) =>
        (this.folder, Server, this.founded) = (folder, server, founded);

    public ServerProcess Server { get; }

    public Uri Agency => new(Server.Address, $"{Slug}/");

    /// <summary>The agency's own folder on the disk.</summary>
    public string AgencyFolder => Path.Combine(Server.Data, "agencies", Slug);

    /// <summary>Set by a test that damages evidence: the closing check would rightly fail.</summary>
    public bool Damaged { get; set; }

    /// <summary>Ids by badge.</summary>
    public IReadOnlyDictionary<string, string> Officers => founded.Officers;

    public static string NewFolder() => Directory.CreateTempSubdirectory("lapel-scenario-").FullName;

    /// <param name="data">A folder of the test's own; otherwise a new one, removed at the end.</param>
    /// <param name="policy">A live policy of the agency's own, made from the one that Lapel brings.</param>
    public static async Task<LiveHouse> Open(
        string? data = null,
        Func<string, string>? policy = null,
        params string[] serverOptions
    )
    {
        var founded = await Founded.Once;
        var folder = NewFolder();
        data ??= Path.Combine(folder, "data");
        founded.CopyTo(data);
        var live = await File.ReadAllTextAsync(Path.Combine(Programs.Root, "policies", "live.jsonc"));
        // Who is rung has minutes to answer: the press of a button on a busy machine can take longer than fifteen seconds.
        live = live.Replace("\"ringSeconds\": 15", "\"ringSeconds\": 180", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(data, "agencies", Slug, "live.jsonc"), policy?.Invoke(live) ?? live);
        return new(folder, await ServerProcess.Start(data, serverOptions), founded);
    }

    /// <summary>Signed in for the house's life: admin, officer, supervisor, clerk, oversight or operations.</summary>
    public async Task<AgencyClient> As(string name)
    {
        if (!clients.TryGetValue(name, out var client))
            clients[name] = client = founded.TokenOf(name) is { } token
                ? AgencyClient.With(Agency, token)
                : await AgencyClient.SignIn(Agency, name, Password);
        return client;
    }

    /// <summary>A camera that was expected, enrolled by its code and given to an officer.</summary>
    /// <param name="by">The address by which it knows the agency; the server's own otherwise.</param>
    public async Task<CameraProcess> NewCamera(string serial, string badge = "4711", string? home = null, Uri? by = null)
    {
        var admin = await As("admin");
        var expected = await admin.Post("api/v1/cameras", new { serial, model = "Lapel camera program" });
        var id = expected.GetProperty("camera").GetProperty("id").GetString()!;
        var camera = new CameraProcess(home ?? Path.Combine(folder, serial), id, serial);
        await camera.Enrol(by ?? Agency, expected.GetProperty("code").GetString()!);
        await admin.Post("api/v1/assignments", new { camera = id, officer = Officers[badge] });
        cameras.Add(camera);
        return camera;
    }

    public async Task<IReadOnlyList<JsonElement>> Recordings() =>
        [.. (await (await As("clerk")).Get("api/v1/recordings")).GetProperty("recordings").EnumerateArray()];

    /// <summary>The recording is on the list exactly once, and its receipt from the server holds.</summary>
    public async Task<Receipt> ReceiptOf(string recording)
    {
        (await Recordings()).Count(r => r.GetProperty("id").GetString() == recording).ShouldBe(1, "times that it is on the list");
        var receipt = (await (await As("clerk")).Get($"api/v1/recordings/{recording}/receipt")).Deserialize<Receipt>(
            LapelJson.Lenient
        )!;
        receipt.WhyNotValid(await Log()).ShouldBeNull();
        return receipt;
    }

    public async Task<LogVerifier> Log()
    {
        using var nobody = AgencyClient.Visitor(Agency);
        return LogVerifier.Parse((await nobody.Http.GetStringAsync("log/key")).Trim());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var camera in cameras)
            await camera.DisposeAsync();
        foreach (var client in clients.Values)
            client.Dispose();
        try
        {
            if (!Damaged)
            {
                (await Server.Process.Stop()).ShouldBe(0, Server.Process.Said);
                var (code, said) = await ServerProcess.Fsck(Server.Data);
                code.ShouldBe(0, $"fsck after the test:\n{said}");
            }
        }
        finally
        {
            await Server.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
