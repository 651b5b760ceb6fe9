using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Lapel.Tests;

/// <summary>What tests ask of a server's pages and of its API, as a browser and a program would.</summary>
static class Asking
{
    public static async Task<IHtmlDocument> Open(HttpClient http, string path) =>
        await new HtmlParser().ParseDocumentAsync(
            await (await http.GetAsync(path)).EnsureSuccessStatusCode().Content.ReadAsStringAsync()
        );

    /// <summary>Sends the page's form that leads to an address, as a browser would: with what stands in its fields, unless typed over.</summary>
    public static async Task<HttpResponseMessage> Submit(
        HttpClient http,
        string page,
        string action,
        params (string Name, string Value)[] typed
    )
    {
        var form = (await Open(http, page)).Forms.First(f => f.GetAttribute("action") == action);
        var fields = form
            .Elements.OfType<IHtmlInputElement>()
            .Where(i => i.Type is not ("radio" or "checkbox" or "submit") || i.IsChecked)
            .Select(i => (Name: i.Name ?? "", i.Value))
            .Concat(form.Elements.OfType<IHtmlTextAreaElement>().Select(t => (Name: t.Name ?? "", t.Value)))
            .Where(f => f.Name.Length > 0 && !typed.Any(t => t.Name == f.Name))
            .Concat(typed);
        using var ask = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))),
        };
        ask.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await http.SendAsync(ask);
    }

    public static async Task<JsonElement> Json(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static async Task<JsonElement> Post(
        HttpClient http,
        string path,
        object body,
        HttpStatusCode expected = HttpStatusCode.Created
    ) => await Json(await http.PostAsJsonAsync("api/v1/" + path, body, LapelJson.Lenient), expected);

    /// <summary>The stable code of a refusal.</summary>
    public static async Task<string> Code(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!;
}
