using System.Text.Json;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Debian's Chromium without a window, driven by Playwright. It may speak to nothing but the server under test.</summary>
sealed class Browser : IAsyncDisposable
{
    readonly Chromium chromium;

    Browser(Chromium chromium) => this.chromium = chromium;

    public static async Task<Browser> Open() => new(await Chromium.Open());

    /// <summary>A person's own window: cookies of its own, signed in as somebody of the house or as nobody.</summary>
    public async Task<Window> Window(
        LiveHouse house,
        string? signedInAs,
        ColorScheme colours = ColorScheme.Light,
        int width = 1280
    )
    {
        var window = await Window(house.Agency, colours, width);
        if (signedInAs is not null)
            await window.SignIn(signedInAs);
        return window;
    }

    /// <summary>A window of nobody's yet, before an agency that need not be a test's own.</summary>
    public async Task<Window> Window(Uri agency, ColorScheme colours = ColorScheme.Light, int width = 1280)
    {
        var context = await chromium.Browser.NewContextAsync(
            new()
            {
                BaseURL = agency.ToString(),
                ColorScheme = colours,
                ViewportSize = new() { Width = width, Height = width < 600 ? 800 : 900 },
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        return new(await context.NewPageAsync(), agency);
    }

    public ValueTask DisposeAsync() => chromium.DisposeAsync();
}

/// <summary>One page in a window, and everything that went wrong in it.</summary>
sealed class Window : IAsyncDisposable
{
    readonly Uri agency;

    public Window(IPage page, Uri agency)
    {
        (Page, this.agency) = (page, agency);
        var server = new Uri(agency, "/").ToString();
        Page.SetDefaultTimeout(Wait.Patience * 1000);
        page.Console += (_, said) =>
        {
            // The browser reports every answer of 4xx on the console; which ones are right is the caller's to say.
            if (said.Type is "error" or "warning" && !said.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Note($"console {said.Type} on {page.Url}: {said.Text}");
        };
        page.PageError += (_, error) => Note($"script error on {page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith(server, StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)
            )
                Note($"{page.Url} asked {request.Url}");
        };
        page.Response += (_, answer) =>
        {
            if (answer.Status >= 500)
                Note($"{answer.Url} answered {answer.Status}");
        };
    }

    public IPage Page { get; }

    /// <summary>Console errors, requests that left the server, answers of 5xx.</summary>
    public List<string> Troubles { get; } = [];

    void Note(string trouble)
    {
        lock (Troubles)
            Troubles.Add(trouble);
    }

    public async Task SignIn(string name)
    {
        await Page.GotoAsync($"{agency}sign-in");
        await Page.FillAsync("form[action='sign-in'] input[name=name]", name);
        await Page.FillAsync("form[action='sign-in'] input[name=password]", LiveHouse.Password);
        await Page.ClickAsync("form[action='sign-in'] button[type=submit]");
        await Page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }

    /// <summary>By one click, as a demo agency lets everybody.</summary>
    public async Task Enter(string name)
    {
        await Page.GotoAsync($"{agency}sign-in");
        await Page.ClickAsync($"button.choice:has-text('{name}')");
        await Page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }

    /// <summary>Goes to a page of the agency.</summary>
    public Task<IResponse?> Go(string path) => Page.GotoAsync($"{agency}{path}");

    /// <summary>What the API says to whoever is signed in here.</summary>
    public Task<JsonElement> Api(string path) =>
        Page.EvaluateAsync<JsonElement>($"fetch('{agency}api/v1/{path}').then((answer) => answer.json())");

    /// <summary>Asks the page until an expression is true. Playwright's own waiting evaluates text in the page, which the security policy forbids.</summary>
    public Task Until(string expression) => Wait.Until($"{expression} on {Page.Url}", () => Page.EvaluateAsync<bool>(expression));

    public ValueTask DisposeAsync() => new(Page.Context.CloseAsync());
}
