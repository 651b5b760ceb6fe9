using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>The operations centre with a browser: which cameras are live, and one of them watched through the real page.</summary>
sealed class OperationsCentre : IAsyncDisposable
{
    readonly LiveHouse house;
    readonly Chromium chromium;

    OperationsCentre(LiveHouse house, AgencyClient client, Chromium chromium) =>
        (this.house, Client, this.chromium) = (house, client, chromium);

    public AgencyClient Client { get; }

    /// <summary>Where it watches.</summary>
    public IPage Page { get; private set; } = null!;

    /// <summary>What it watches.</summary>
    public string Session { get; private set; } = "";

    public static async Task<OperationsCentre> Open(LiveHouse house) =>
        new(house, await house.As("operations"), await Chromium.Open());

    public async Task<IReadOnlyList<JsonElement>> Sessions() =>
        [.. (await Client.Get("api/v1/live/sessions")).GetProperty("items").EnumerateArray()];

    /// <summary>Watches the one camera that is live, or will be soon.</summary>
    public async Task Watch()
    {
        await Wait.Until($"a session; the server said:\n{house.Server.Process.Said}", async () => (await Sessions()).Count == 1);
        Session = (await Sessions()).Single().GetProperty("session").GetProperty("id").GetString()!;
        Page = await As("operations");
        await Page.GotoAsync("live");
        await LiveConsult.Shot(Page, "live-tile");
        await Page.GotoAsync($"live/{Session}");
        await Page.GetByLabel("Why do you watch?").SelectOptionAsync("officer-safety");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Watch for up to 60 minutes" }).ClickAsync();
        await LiveConsult.Playing(Page);
        await Page.Locator("lapel-live-player video").WaitForAsync();
    }

    /// <summary>Somebody's own window beside it.</summary>
    public async Task<IPage> As(string name, int width = 1280)
    {
        var page = await LiveConsult.Page(chromium.Browser, house, width, 900);
        await LiveConsult.SignIn(page, name);
        return page;
    }

    public Task<int> PicturesIn(int seconds) => Page.EvaluateAsync<int>(LiveEyes.CountPictures, seconds);

    public Task<double> Tone() => Page.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-player video"));

    public ValueTask DisposeAsync() => chromium.DisposeAsync();
}
