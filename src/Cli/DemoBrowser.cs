using System.Net;
using System.Text.RegularExpressions;

namespace Lapel.Cli;

/// <summary>A browser without a screen, for whoever has no API: opens pages, sends their forms, keeps its cookies.</summary>
sealed partial class DemoBrowser : IDisposable
{
    readonly HttpClient http;

    public DemoBrowser(Uri agency) =>
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() })
        {
            BaseAddress = new($"{agency.ToString().TrimEnd('/')}/"),
            Timeout = TimeSpan.FromSeconds(20),
        };

    /// <param name="mayRefuse">Whether a page that says no is read too.</param>
    public async Task<string> Open(string page, CancellationToken stop, bool mayRefuse = false)
    {
        using var answer = await http.GetAsync(page, stop);
        if (!answer.IsSuccessStatusCode && !mayRefuse)
            throw new ServerSaidNo($"The page {page.Split('/')[0]} answered {(int)answer.StatusCode}.");
        return await answer.Content.ReadAsStringAsync(stop);
    }

    /// <summary>Sends a form that stands on a page, and takes anything but going on from there for a refusal.</summary>
    public async Task Send(string page, string action, CancellationToken stop, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await Open(page, stop)).Groups[1].Value;
        using var ask = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(
                fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))
            ),
        };
        ask.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await http.SendAsync(ask, stop);
        if (answer.StatusCode is not (HttpStatusCode.Redirect or HttpStatusCode.NoContent))
            throw new ServerSaidNo($"The form {action.Split('/')[^1]} was answered {(int)answer.StatusCode}.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    public void Dispose() => http.Dispose();
}
