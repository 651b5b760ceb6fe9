using System.Diagnostics;
using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>
/// One agency, founded by a real server through its own interface: a division with two officers, and an account of every role, each signed in.
/// The houses of all scenarios live on copies of its folder: passwords are costly on purpose, and seven of them for each house took longer than
/// many a scenario itself.
/// </summary>
sealed class Founded
{
    /// <summary>Well within the hour after which a session that nobody used is over.</summary>
    static readonly TimeSpan TokensAreGood = TimeSpan.FromMinutes(30);

    static readonly Lazy<Task<Founded>> once = new(Found);

    readonly Stopwatch age = Stopwatch.StartNew();
    readonly string folder;
    readonly Dictionary<string, string> tokens = [];
    readonly Dictionary<string, string> officers = [];

    Founded(string folder) => this.folder = folder;

    public static Task<Founded> Once => once.Value;

    /// <summary>Ids by badge.</summary>
    public IReadOnlyDictionary<string, string> Officers => officers;

    /// <summary>The session of an account, while it is good.</summary>
    public string? TokenOf(string account) => age.Elapsed < TokensAreGood ? tokens.GetValueOrDefault(account) : null;

    public void CopyTo(string data) => Copy(new(folder), Directory.CreateDirectory(data));

    static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        to.UnixFileMode = from.UnixFileMode;
        foreach (var file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        foreach (var inside in from.EnumerateDirectories())
            Copy(inside, to.CreateSubdirectory(inside.Name));
    }

    static async Task<Founded> Found()
    {
        var data = Directory.CreateTempSubdirectory("lapel-scenario-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(data, recursive: true);
        await using var server = await ServerProcess.Start(data);
        await Agency(server, LiveHouse.Slug);
        var founded = new Founded(data);
        await founded.Settle(new(server.Address, $"{LiveHouse.Slug}/"));
        (await server.Process.Stop()).ShouldBe(0, server.Process.Said);
        return founded;
    }

    /// <summary>An agency with nobody in it but its administrator.</summary>
    public static async Task Agency(ServerProcess server, string slug)
    {
        using var nobody = AgencyClient.Visitor(server.Address);
        await nobody.Post(
            "api/v1/agencies",
            new
            {
                setupCode = (await File.ReadAllTextAsync(Path.Combine(server.Data, "setup-code"))).Trim(),
                slug,
                name = $"{slug[..1].ToUpperInvariant()}{slug[1..]} Police",
                timeZone = LiveHouse.Zone,
                demo = true, // in a demo agency nobody has to change a password first
                administratorName = "admin",
                administratorPassword = LiveHouse.Password,
            }
        );
    }

    async Task Settle(Uri agency)
    {
        using var admin = await SignIn(agency, "admin");
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
        await Account(admin, "officer", "officer", officer: officers["4711"]);
        await Account(admin, "supervisor", "supervisor", unit: division);
        await Account(admin, "clerk", "evidence-clerk");
        await Account(admin, "oversight", "oversight");
        await Account(admin, "operations", "operations");
        foreach (var account in new[] { "officer", "clerk", "operations" }) // as whom scenarios use the API
            (await SignIn(agency, account)).Dispose();
    }

    async Task<AgencyClient> SignIn(Uri agency, string account)
    {
        var client = await AgencyClient.SignIn(agency, account, LiveHouse.Password);
        tokens[account] = client.Token!;
        return client;
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
                password = LiveHouse.Password,
            }
        );

    static async Task<string> Made(AgencyClient client, string what, object ask) =>
        (await client.Post($"api/v1/{what}", ask)).GetProperty("id").GetString()!;
}
