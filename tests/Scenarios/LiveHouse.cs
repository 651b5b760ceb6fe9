using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// A server process with one founded agency in a temporary folder: a division with two officers, and an account of every role. It ends
/// by an orderly stop and a clean fsck, unless a test broke something on purpose and says so.
/// </summary>
sealed class LiveHouse : IAsyncDisposable
{
    public const string Password = "a long enough password 31";
    public const string Zone = "America/Toronto";

    readonly List<CameraProcess> cameras = [];
    readonly Dictionary<string, AgencyClient> clients = [];
    readonly string slug;
    readonly string folder;

    LiveHouse(string folder, ServerProcess server, string slug) => (this.folder, Server, this.slug) = (folder, server, slug);

    public ServerProcess Server { get; }

    public Uri Agency => new(Server.Address, $"{slug}/");

    /// <summary>The agency's own folder on the disk.</summary>
    public string AgencyFolder => Path.Combine(Server.Data, "agencies", slug);

    /// <summary>Set by a test that damages evidence: the closing check would rightly fail.</summary>
    public bool Damaged { get; set; }

    public IReadOnlyDictionary<string, string> Officers { get; private set; } = new Dictionary<string, string>();

    public static string NewFolder() => Directory.CreateTempSubdirectory("lapel-scenario-").FullName;

    /// <param name="data">A folder of the test's own; otherwise a new one, removed at the end.</param>
    public static async Task<LiveHouse> Open(string slug = "york", string? data = null, params string[] serverOptions)
    {
        var folder = NewFolder();
        var house = new LiveHouse(folder, await ServerProcess.Start(data ?? Path.Combine(folder, "data"), serverOptions), slug);
        try
        {
            await Found(house.Server, slug);
            await house.Settle();
            return house;
        }
        catch
        {
            house.Damaged = true;
            await house.DisposeAsync();
            throw;
        }
    }

    public static async Task Found(ServerProcess server, string slug)
    {
        using var nobody = AgencyClient.Visitor(server.Address);
        await nobody.Post(
            "api/v1/agencies",
            new
            {
                setupCode = (await File.ReadAllTextAsync(Path.Combine(server.Data, "setup-code"))).Trim(),
                slug,
                name = $"{slug[..1].ToUpperInvariant()}{slug[1..]} Police",
                timeZone = Zone,
                demo = true, // in a demo agency nobody has to change a password first
                administratorName = "admin",
                administratorPassword = Password,
            }
        );
    }

    async Task Settle()
    {
        var admin = await As("admin");
        var service = await Made(admin, "units", new { name = "Service", kind = "service" });
        var division = await Made(
            admin,
            "units",
            new
            {
                name = "31 Division",
                kind = "division",
                parent = service,
            }
        );
        var officers = new Dictionary<string, string>();
        foreach (var (badge, name) in new[] { ("4711", "Maya Okafor"), ("4712", "Luc Tremblay") })
        {
            officers[badge] = await Made(
                admin,
                "officers",
                new
                {
                    badge,
                    name,
                    rank = "Constable",
                }
            );
            await admin.Post($"api/v1/officers/{officers[badge]}/memberships", new { unit = division });
        }
        Officers = officers;
        await Account(admin, "officer", "officer", officer: officers["4711"]);
        await Account(admin, "supervisor", "supervisor", unit: division);
        await Account(admin, "clerk", "evidence-clerk");
        await Account(admin, "oversight", "oversight");
    }

    static Task<JsonElement> Account(AgencyClient admin, string name, string role, string? unit = null, string? officer = null) =>
        admin.Post(
            "api/v1/accounts",
            new
            {
                name,
                fullName = $"The {name}",
                role,
                unit,
                officer,
                password = Password,
            }
        );

    static async Task<string> Made(AgencyClient client, string what, object ask) =>
        (await client.Post($"api/v1/{what}", ask)).GetProperty("id").GetString()!;

    /// <summary>Signed in once for the house's life: admin, officer, supervisor, clerk or oversight.</summary>
    public async Task<AgencyClient> As(string name)
    {
        if (!clients.TryGetValue(name, out var client))
            clients[name] = client = await AgencyClient.SignIn(Agency, name, Password);
        return client;
    }

    /// <summary>The operations centre, which enters when it is first asked for.</summary>
    public async Task<AgencyClient> Operations()
    {
        if (!clients.ContainsKey("operations"))
            await (await As("admin")).Post(
                "api/v1/accounts",
                new
                {
                    name = "operations",
                    fullName = "The operations",
                    role = "operations",
                    password = Password,
                }
            );
        return await As("operations");
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

    /// <summary>Asks until it holds; what it threw last is what the test fails with.</summary>
    public static async Task Until(string what, Func<Task<bool>> holds, int seconds = 60)
    {
        for (var end = DateTimeOffset.UtcNow.AddSeconds(seconds); ; await Task.Delay(200))
        {
            if (await holds())
                return;
            if (DateTimeOffset.UtcNow > end)
                throw new TimeoutException($"Not within {seconds} s: {what}.");
        }
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
