using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>A second Lapel process: a gateway alone, with nothing but an agency's public key. It can be killed and started again.</summary>
/// <param name="turn">Named to it.</param>
sealed class GatewayProcess(TurnServer? turn = null) : IAsyncDisposable
{
    static readonly TimeSpan LongestStart = Wait.Patiently;
    readonly HttpClient http = new();
    readonly int port = Ports.Free();
    readonly int livePort = Ports.Free();
    string key = "";
    OwnProcess? process;

    /// <summary>Known before it runs, as an operator knows where it will be.</summary>
    public Uri Address => new($"http://127.0.0.1:{port}/");

    public OwnProcess Process => process!;

    /// <summary>Fetches the agency's public key, as docs/operations/gateways.md says, and starts.</summary>
    public async Task StartFor(Uri agency)
    {
        key = (await http.GetStringAsync(new Uri(agency, "live/gateway-key"))).Trim();
        await Start();
        await Wait.Until("the agency's records are in touch", async () => (await Standing()).Contains("york"));
    }

    public async Task Start()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = OwnProcess.Start(
            "dotnet",
            [Programs.Server, "gateway", "--key", key, "--port", $"{port}", "--live-port", $"{livePort}", .. turn?.Options ?? []]
        );
        await process.Line("The gateway is at ", LongestStart);
    }

    /// <summary>Agencies whose records are in touch.</summary>
    async Task<IReadOnlyList<string>> Standing() =>
        [.. (await Health()).GetProperty("inTouch").EnumerateArray().Select(a => a.GetString()!)];

    public async Task<int> Streams() => (await Health()).GetProperty("streams").GetInt32();

    async Task<JsonElement> Health()
    {
        using var said = JsonDocument.Parse(await http.GetStringAsync(new Uri(Address, "health")));
        return said.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (process is not null)
            await process.DisposeAsync();
    }
}
