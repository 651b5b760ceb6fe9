using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Cli;

/// <summary>Founds the demo agency and its people by the public API. Everyone is made up.</summary>
static class DemoAgency
{
    const string Name = "Port Albion Police Service";
    public const string TimeZone = "America/Toronto";

    public sealed record Person(string Badge, string Name, string Rank, string Platoon, string SignIn);

    public static IReadOnlyList<Person> Officers { get; } =
    [
        new("31-1042", "Maya Okafor", "Constable", "A Platoon", "okafor"),
        new("31-0877", "Luc Tremblay", "Constable", "A Platoon", "tremblay"),
        new("31-1190", "Jun Park", "Constable", "B Platoon", "park"),
    ];

    /// <summary>Officers without a camera of their own.</summary>
    static readonly Person[] Others =
    [
        new("31-1203", "Chloe Moreau", "Constable", "B Platoon", "moreau"),
        new("31-0954", "Arjun Singh", "Constable", "A Platoon", "singh"),
    ];

    static readonly Person[] Sergeants =
    [
        new("31-0310", "Helen Brandt", "Sergeant", "A Platoon", "brandt"),
        new("31-0288", "Omar Haddad", "Sergeant", "B Platoon", "haddad"),
    ];

    /// <summary>Idempotent: what exists is left alone, so an interrupted founding is completed by the next start.</summary>
    public static async Task Found(
        Uri agency,
        string data,
        string cameraHomes,
        string cameraProgram,
        CancellationToken stop,
        SetBack? clock = null
    )
    {
        if (IsFounded(cameraHomes))
            return;
        Directory.CreateDirectory(cameraHomes);
        var password = await AdministratorPassword(cameraHomes, stop);
        using (var house = new Server(new Uri(agency, "/")))
            await house.PostUnlessThere(
                "api/v1/agencies",
                new
                {
                    setupCode = (await File.ReadAllTextAsync(Path.Combine(data, "setup-code"), stop)).Trim(),
                    slug = "demo",
                    name = Name,
                    timeZone = TimeZone,
                    demo = true,
                    administratorName = "raman",
                    administratorPassword = password,
                },
                "agency-exists",
                stop
            );
        using var server = new Server(agency);
        await server.SignIn("raman", password, stop);
        var administrator = (await server.Get("api/v1/session", stop)).GetProperty("account").GetProperty("id").GetString();
        await server.Patch(
            $"api/v1/accounts/{administrator}",
            new
            {
                fullName = "Priya Raman",
                role = "administrator",
                about = "Runs the system: accounts, roster, cameras, health. Sees no recordings.",
            },
            stop
        );
        var people = await Units(server, stop);
        await Task.WhenAll(
            Accounts(server, people, password, stop),
            Cameras(server, agency, people, cameraHomes, cameraProgram, clock, stop)
        );
        await DemoPlaces.Draw(data, stop);
        await File.WriteAllTextAsync(Done(cameraHomes), "", stop);
    }

    public static bool IsFounded(string cameraHomes) => File.Exists(Done(cameraHomes));

    static string Done(string cameraHomes) => Path.Combine(cameraHomes, "founded");

    sealed record Places(
        string Service,
        IReadOnlyDictionary<string, string> Units,
        IReadOnlyDictionary<string, string> OfficerIds
    );

    static async Task<Places> Units(Server server, CancellationToken stop)
    {
        async Task<string> Open(string name, string kind, string? parent) =>
            Id(
                await server.Post(
                    "api/v1/units",
                    new
                    {
                        name,
                        kind,
                        parent,
                    },
                    stop
                )
            );
        var service = await Open(Name, "service", null);
        var division = await Open("31 Division", "division", service);
        var other = await Open("12 Division", "division", service);
        var units = new Dictionary<string, string>
        {
            ["31 Division"] = division,
            ["12 Division"] = other,
            ["A Platoon"] = await Open("A Platoon", "platoon", division),
            ["B Platoon"] = await Open("B Platoon", "platoon", division),
        };
        var officers = new Dictionary<string, string>();
        foreach (var person in Officers.Concat(Others).Concat(Sergeants))
        {
            var officer = Id(
                await server.Post(
                    "api/v1/officers",
                    new
                    {
                        badge = person.Badge,
                        name = person.Name,
                        rank = person.Rank,
                    },
                    stop
                )
            );
            await server.Post($"api/v1/officers/{officer}/memberships", new { unit = units[person.Platoon] }, stop);
            officers[person.Badge] = officer;
        }
        return new(service, units, officers);
    }

    static async Task Accounts(Server server, Places places, string administratorPassword, CancellationToken stop)
    {
        async Task Make(string name, string fullName, string role, string about, string? unit = null, string? officer = null) =>
            await server.Post(
                "api/v1/accounts",
                new
                {
                    name,
                    fullName,
                    role,
                    unit,
                    officer,
                    about,
                    password = PasswordOf(name, administratorPassword),
                },
                stop
            );

        foreach (var person in Officers.Concat(Others))
            await Make(
                person.SignIn,
                $"{person.Rank} {person.Name}",
                "officer",
                Officers.Contains(person)
                    ? $"Wears a camera in {person.Platoon}, 31 Division. Sees what she or he recorded, and explains findings."
                    : $"In {person.Platoon}, 31 Division, without a camera so far.",
                officer: places.OfficerIds[person.Badge]
            );
        await Make(
            "brandt",
            "Sergeant Helen Brandt",
            "supervisor",
            "Leads 31 Division's A Platoon. Sees the recordings of its officers.",
            places.Units["A Platoon"],
            places.OfficerIds["31-0310"]
        );
        await Make(
            "haddad",
            "Sergeant Omar Haddad",
            "supervisor",
            "Acts for the whole of 31 Division. Sees the recordings of all its platoons.",
            places.Units["31 Division"],
            places.OfficerIds["31-0288"]
        );
        await Make("laurent", "Inspector Claire Laurent", "professional-standards", "Decides cases of professional standards.");
        await Make(
            "novak",
            "Inspector Petr Novak",
            "professional-standards",
            "Decides appeals, and what Inspector Laurent may not decide."
        );
        await Make(
            "adeyemi",
            "Grace Adeyemi",
            "programme-manager",
            "Looks after the programme: policy, dispatch, draws, measures. Sees no recordings."
        );
        await Make(
            "lindqvist",
            "Deputy Chief Eva Lindqvist",
            "programme-manager",
            "The second of the two people who put a policy into force."
        );
        await Make(
            "whitfield",
            "Nora Whitfield",
            "evidence-clerk",
            "Keeps the evidence: sees all recordings, exports, gives access, looks after quarantine."
        );
        await Make(
            "abara",
            "Daniel Abara",
            "oversight",
            "Investigates for an oversight body: sees and verifies everything, changes nothing."
        );
    }

    static async Task Cameras(
        Server server,
        Uri agency,
        Places places,
        string homes,
        string cameraProgram,
        SetBack? clock,
        CancellationToken stop
    )
    {
        await Task.WhenAll(Officers.Select((_, i) => Enrol(i)));

        async Task Enrol(int i)
        {
            var serial = $"LC-31-{i + 1:000}";
            var expected = await server.Post("api/v1/cameras", new { serial, model = "Lapel camera program" }, stop);
            var home = Path.Combine(homes, $"camera-{i + 1}");
            if (Directory.Exists(home))
                Directory.Delete(home, recursive: true); // left over from a founding that was cut short: that identity was never used
            var (code, said) = await Child.Run(
                cameraProgram,
                [
                    "enrol",
                    "--server",
                    agency.ToString(),
                    "--home",
                    home,
                    "--serial",
                    serial,
                    "--code",
                    expected.GetProperty("code").GetString()!,
                ],
                stop,
                clock
            );
            if (code != 0)
                throw new ServerSaidNo($"Demo camera {serial} could not be enrolled: {said}");
            await server.Post(
                "api/v1/assignments",
                new { camera = Id(expected.GetProperty("camera")), officer = places.OfficerIds[Officers[i].Badge] },
                stop
            );
        }
    }

    static string Id(JsonElement made) => made.GetProperty("id").GetString()!;

    static string NewPassword() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 24);

    /// <summary>
    /// So that the demo can act for its people on every day: made from the administrator's, which lies beside the demo's cameras. Nobody
    /// else could guess it, and everybody may enter by one click anyway.
    /// </summary>
    public static string PasswordOf(string account, string administratorPassword) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(administratorPassword), Encoding.UTF8.GetBytes(account))
        )[..32];

    // Kept, so that a founding that was cut short can go on.
    public static async Task<string> AdministratorPassword(string homes, CancellationToken stop)
    {
        var file = Path.Combine(homes, "administrator-password");
        if (!File.Exists(file))
            await KeepSecret(file, NewPassword(), stop);
        return await File.ReadAllTextAsync(file, stop);
    }

    /// <summary>Into a new file that only this account of the machine reads.</summary>
    public static async Task KeepSecret(string file, string secret, CancellationToken stop)
    {
        await using var made = new FileStream(
            file,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        await made.WriteAsync(Encoding.ASCII.GetBytes(secret), stop);
    }
}
