using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lapel.Bench;

/// <summary>
/// The real server as a process of its own, on a folder of the caller's, with the agency "bench". Everything is done to it from
/// outside; only its CPU and memory are read behind its back.
/// </summary>
sealed class LapelHouse : IDisposable
{
    const string Administrator = "bench";
    const string Password = "a long enough password 47";

    readonly Process process;
    readonly Uri root;

    LapelHouse(Process process, string data, Uri root, HttpClient http)
    {
        this.process = process;
        Data = data;
        this.root = root;
        Http = http;
    }

    public string Data { get; }

    public int Port => root.Port;

    public int Pid => process.Id;

    public Uri Agency => new(root, "bench/");

    /// <summary>Signed in as the administrator, who sees no recordings.</summary>
    public HttpClient Http { get; }

    public double CpuSeconds => Proc.CpuSeconds(Pid);

    /// <summary>Starts it; founds the agency in a new folder.</summary>
    /// <param name="signIn">False when nothing will be asked of it: checking a password costs what it must cost.</param>
    public static async Task<LapelHouse> Start(string data, string? records = null, bool signIn = true)
    {
        Directory.CreateDirectory(data);
        var fresh = !Directory.Exists(Path.Combine(data, "agencies", "bench"));
        string[] more = records is null ? [] : ["--records", records];
        var process = Programs.Start(
            "dotnet",
            [Programs.Dll("Server"), "--data", data, "--port", "0", "--reserve-bytes", "1", .. more]
        );
        var address = await Address(process);
        var http = new HttpClient { BaseAddress = new Uri(address, "bench/"), Timeout = TimeSpan.FromMinutes(2) };
        var house = new LapelHouse(process, data, address, http);
        try
        {
            if (fresh)
                await house.Found();
            if (signIn)
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                    "Bearer",
                    await house.Token(Administrator, Password)
                );
            return house;
        }
        catch
        {
            house.Dispose();
            throw;
        }
    }

    static async Task<Uri> Address(Process process)
    {
        const string Says = "Lapel is at ";
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith(Says, StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new Uri(line[Says.Length..]);
            }
        throw new InvalidOperationException($"The server did not start: {await errors}");
    }

    public async Task MustAnswer() => (await Http.GetAsync("alive")).EnsureSuccessStatusCode();

    async Task Found()
    {
        var ask = new
        {
            setupCode = (await File.ReadAllTextAsync(Path.Combine(Data, "setup-code"))).Trim(),
            slug = "bench",
            name = "Bench Police",
            timeZone = "America/Toronto",
            demo = true,
            administratorName = Administrator,
            administratorPassword = Password,
        };
        await Must(await Http.PostAsJsonAsync(new Uri(root, "api/v1/agencies"), ask, LapelJson.Lenient));
    }

    public async Task<JsonElement> Post(string path, object body) =>
        await Must(await Http.PostAsJsonAsync(path, body, LapelJson.Lenient));

    /// <summary>An account that may see recordings, signed in as a program.</summary>
    public async Task<HttpClient> SignIn(string name, string role, UnitId? unit = null, OfficerId? officer = null)
    {
        const string Secret = "another long password 12";
        await Post(
            "api/v1/accounts",
            new
            {
                name,
                fullName = name,
                role,
                unit,
                officer,
                password = Secret,
            }
        );
        return With(await Token(name, Secret));
    }

    HttpClient With(string token)
    {
        var http = new HttpClient { BaseAddress = Agency };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    async Task<string> Token(string name, string password) =>
        (await Must(await Http.PostAsJsonAsync("api/v1/sign-in", new { name, password }, LapelJson.Lenient)))
            .GetProperty("token")
            .GetString()!;

    public static async Task<JsonElement> Must(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(text.Length == 0 ? "null" : text)
            : throw new HttpRequestException($"{answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {text}");
    }

    public void Dispose()
    {
        Http.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
