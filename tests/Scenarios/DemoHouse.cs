using System.Security.Cryptography;
using System.Text;

namespace Lapel.Scenarios;

/// <summary>What `./lapel up` makes of a new folder: a demo agency that has lived its week, and stands open.</summary>
sealed class DemoHouse : IAsyncDisposable
{
    public const string Administrator = "raman";

    static readonly TimeSpan LongestWeek = TimeSpan.FromMinutes(30);

    readonly string folder;
    readonly OwnProcess up;

    DemoHouse(string folder, OwnProcess up) => (this.folder, this.up) = (folder, up);

    public string Data => folder;

    public Uri Agency { get; private set; } = new("http://localhost/");

    public static async Task<DemoHouse> Open()
    {
        var folder = LiveHouse.NewFolder();
        string[] arguments =
        [
            Programs.Cli,
            "up-with-demo",
            "--data",
            folder,
            "--server-program",
            Programs.Server,
            "--camera-program",
            Programs.Camera,
            "--",
            "--port",
            "0",
            "--reserve-bytes",
            "0",
        ];
        var house = new DemoHouse(folder, OwnProcess.Start("dotnet", arguments));
        try
        {
            house.Agency = new($"{await house.up.Line("Lapel is at ", LongestWeek)}/");
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    /// <summary>Signed in for the API. The demo's passwords come from the administrator's, which lies beside the demo's cameras.</summary>
    public async Task<AgencyClient> As(string account, Uri? agency = null)
    {
        var administrator = await File.ReadAllTextAsync(Path.Combine(folder, "demo-cameras", "administrator-password"));
        var made = HMACSHA256.HashData(Encoding.UTF8.GetBytes(administrator), Encoding.UTF8.GetBytes(account));
        var password = account == Administrator ? administrator : Convert.ToHexStringLower(made)[..32];
        return await AgencyClient.SignIn(agency ?? Agency, account, password);
    }

    public async Task Close() => (await up.Stop()).ShouldBe(0, up.Said);

    public async ValueTask DisposeAsync()
    {
        if (!up.HasExited)
            await up.Stop(); // in order: its server and cameras are its own to end
        await up.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
