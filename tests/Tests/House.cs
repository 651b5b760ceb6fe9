using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Evidence;
using Lapel.Records;
using Lapel.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Tests;

/// <summary>
/// The whole server in this process, on a free port of loopback, with one agency in a temporary folder on the engine of this run.
/// Every test ends with the check that `./lapel fsck` makes, unless it broke something on purpose and says so.
/// </summary>
public sealed class House : IAsyncDisposable
{
    public const string AdministratorPassword = "a long enough password 31";

    WebApplication app;
    readonly TimeProvider clock;
    readonly ServerOptions options;

    House(WebApplication app, ServerOptions options, TimeProvider clock)
    {
        this.app = app;
        this.options = options;
        this.clock = clock;
    }

    /// <summary>Set by a test that damages evidence: the closing check would rightly fail.</summary>
    public bool Damaged { get; set; }

    public string Data => options.Data;

    public Uri Address => new($"{app.Address()}/york/");

    public TimeProvider Clock => clock;

    public Agency Agency => app.Services.GetRequiredService<Agencies>().Find("york")!;

    public IServiceProvider Services => app.Services;

    public static async Task<House> Open(TimeProvider? clock = null, bool demo = true)
    {
        var options = new ServerOptions
        {
            Data = Directory.CreateTempSubdirectory("lapel-house-").FullName,
            Port = 0,
            Records = await Postgres.NewDatabase(),
            ReserveBytes = 0,
        };
        var house = new House(
            await LapelServer.Start(options, clock ?? TimeProvider.System),
            options,
            clock ?? TimeProvider.System
        );
        using var http = new HttpClient { BaseAddress = new Uri(house.app.Address()) };
        var founded = await http.PostAsJsonAsync(
            "/api/v1/agencies",
            new
            {
                setupCode = (await File.ReadAllTextAsync(Path.Combine(options.Data, "setup-code"))).Trim(),
                slug = "york",
                name = "York Police",
                timeZone = "America/Toronto",
                demo,
                administratorName = "admin",
                administratorPassword = AdministratorPassword,
            },
            LapelJson.Lenient
        );
        founded.EnsureSuccessStatusCode();
        return house;
    }

    /// <summary>A visitor: cookies kept, redirects not followed, nobody signed in.</summary>
    public HttpClient Visitor() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = Address };

    /// <summary>A program signed in by a bearer token.</summary>
    public async Task<HttpClient> SignIn(string name = "admin", string password = AdministratorPassword)
    {
        var http = Visitor();
        var answer = await http.PostAsJsonAsync("api/v1/sign-in", new { name, password }, LapelJson.Lenient);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            JsonDocument.Parse(text).RootElement.GetProperty("token").GetString()
        );
        return http;
    }

    /// <summary>Stops the server in order and starts it again on the same folder.</summary>
    public async Task Restart()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        app = await LapelServer.Start(options, clock);
    }

    public async Task<IReadOnlyList<FsckFinding>> Fsck() => await Lapel.Evidence.Fsck.Run(Agency, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!Damaged)
                (await Fsck()).Select(f => $"{f.Code}: {f.Sentence}").ShouldBeEmpty("fsck after the test");
        }
        finally
        {
            await app.StopAsync();
            await app.DisposeAsync();
            Directory.Delete(Data, recursive: true);
        }
    }
}
