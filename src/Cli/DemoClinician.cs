using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lapel.Cli;

/// <summary>
/// A made-up health professional of the demo's week at a browser without a screen: comes in by personal link and one-time code, answers
/// what rings, and does on the consult's page what a person would.
/// </summary>
sealed partial class DemoClinician : IDisposable
{
    static readonly TimeSpan LongestRinging = TimeSpan.FromSeconds(10);

    readonly DemoBrowser browser;
    string consult = "";

    DemoClinician(DemoBrowser browser) => this.browser = browser;

    /// <param name="link">The personal link, from the agency's address.</param>
    public static async Task<DemoClinician> Enter(Uri agency, string link, string code, CancellationToken stop)
    {
        var browser = new DemoBrowser(agency);
        await browser.Send(link, "consult/enter", stop, ("link", link.Split('/')[^1]), ("code", code));
        return new(browser);
    }

    /// <summary>Answers the call that rings, or the next one to ring.</summary>
    public async Task Accept(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LongestRinging);
        Match ringing;
        while (!(ringing = Ringing().Match(await browser.Open("consult", patience.Token))).Success)
            await Task.Delay(TimeSpan.FromMilliseconds(250), patience.Token);
        consult = ringing.Groups[1].Value;
        await browser.Send("consult", $"consult/{consult}/accept", stop);
    }

    /// <summary>Where to watch and to talk, as the page is told before it connects.</summary>
    public async Task<(LiveWay Watch, LiveWay Talk)> Ways(CancellationToken stop)
    {
        var ways = JsonSerializer.Deserialize<JsonElement>(await browser.Open($"consult/{consult}/ways", stop));
        return (LiveWay.Of(ways.GetProperty("watch")), LiveWay.Of(ways.GetProperty("talk")));
    }

    /// <summary>The page tells of the first sound that goes out.</summary>
    public Task Speaks(CancellationToken stop) => Do("speaks", stop);

    public Task Say(string text, CancellationToken stop) => Do("say", stop, ("text", text));

    public Task Advise(string text, CancellationToken stop) => Do("advise", stop, ("text", text));

    /// <summary>Into the health side's own store.</summary>
    public Task Note(string text, CancellationToken stop) => Do("note", stop, ("text", text));

    public Task End(string outcome, string consent, CancellationToken stop) =>
        Do("end", stop, ("outcome", outcome), ("consent", consent));

    Task Do(string act, CancellationToken stop, params (string Name, string Value)[] fields) =>
        browser.Send($"consult/{consult}", $"consult/{consult}/{act}", stop, fields);

    [GeneratedRegex("consult/([0-9a-f-]{36})/accept")]
    private static partial Regex Ringing();

    public void Dispose() => browser.Dispose();
}
