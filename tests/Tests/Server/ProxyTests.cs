using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Server;

namespace Lapel.Tests.Server;

public sealed class Behind_a_proxy
{
    static ServerOptions Options(params string[] proxies) =>
        new()
        {
            Data = Directory.CreateTempSubdirectory("lapel-proxy-").FullName,
            Port = 0,
            ReserveBytes = 0,
            BehindProxy = proxies,
        };

    /// <summary>Signs in through somebody in between.</summary>
    /// <returns>From where the server believes that the person came.</returns>
    static async Task<string> Origin(ServerOptions options)
    {
        const string Password = "a long enough password 31";
        await using var app = await LapelServer.Start(options, TimeProvider.System);
        using var http = new HttpClient { BaseAddress = new Uri(app.Address()) };
        foreach (var (name, value) in new[] { ("For", "203.0.113.7"), ("Proto", "https"), ("Host", "lapel.example") })
            http.DefaultRequestHeaders.Add($"X-Forwarded-{name}", value);
        var founded = await http.PostAsJsonAsync(
            "api/v1/agencies",
            new
            {
                setupCode = (await File.ReadAllTextAsync(Path.Combine(options.Data, "setup-code"))).Trim(),
                slug = "york",
                name = "York Police",
                timeZone = "America/Toronto",
                demo = true,
                administratorName = "admin",
                administratorPassword = Password,
            },
            LapelJson.Lenient
        );
        founded.EnsureSuccessStatusCode();
        var signedIn = await http.PostAsJsonAsync(
            "york/api/v1/sign-in",
            new { name = "admin", password = Password },
            LapelJson.Lenient
        );
        var token = (await signedIn.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var sessions = await http.GetFromJsonAsync<JsonElement>("york/api/v1/sessions");
        await app.StopAsync();
        Directory.Delete(options.Data, recursive: true);
        return sessions.GetProperty("items")[0].GetProperty("address").GetString()!;
    }

    [Fact]
    public async Task What_a_trusted_proxy_says_of_the_client_is_believed_and_what_anybody_else_says_is_not()
    {
        (await Origin(Options("127.0.0.1"))).ShouldBe("203.0.113.7");
        (await Origin(Options("10.0.0.0/8"))).ShouldBe("127.0.0.1");
        (await Origin(Options())).ShouldBe("127.0.0.1");
    }

    [Fact]
    public void A_proxy_is_named_by_address_or_network()
    {
        ServerOptions.Read(["--behind-proxy", "127.0.0.1,10.1.0.0/16,::1"]).Proxies().Count.ShouldBe(3);
        Should
            .Throw<FormatException>(() => ServerOptions.Read(["--behind-proxy", "proxy.example"]))
            .Message.ShouldContain("proxy.example");
    }
}
