using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lapel.Scenarios;

/// <summary>
/// What stands between a camera and its server: passes requests on as they are, and leads the camera's live packets through a bad network by
/// changing the one address in a WHIP answer. Cut, it answers nothing.
/// </summary>
sealed class Middleman : IAsyncDisposable
{
    readonly WebApplication app;
    readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    Middleman(WebApplication app) => this.app = app;

    public Uri Address { get; private set; } = null!;

    public LossyPath Path { get; } = new();

    public bool IsCut { get; set; }

    public static async Task<Middleman> Before(Uri server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var middleman = new Middleman(app);
        app.Run(request => middleman.Pass(request, server));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        middleman.Address = new(addresses.Addresses.First() + "/");
        return middleman;
    }

    async Task Pass(HttpContext asked, Uri server)
    {
        if (IsCut)
        {
            asked.Abort();
            return;
        }
        using var request = new HttpRequestMessage(
            new(asked.Request.Method),
            new Uri(server, asked.Request.Path.ToUriComponent() + asked.Request.QueryString)
        );
        if (asked.Request.Method is "POST" or "PATCH" or "PUT")
            request.Content = new StreamContent(asked.Request.Body);
        foreach (var (name, values) in asked.Request.Headers)
            if (name != "Host" && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, asked.RequestAborted);
        asked.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (name is not ("Transfer-Encoding" or "Content-Length" or "Connection"))
                asked.Response.Headers[name] = values.ToArray();
        if (asked.Request.Path.Value!.Contains("/live/whip/", StringComparison.Ordinal) && asked.Request.Method == "POST")
        {
            await asked.Response.WriteAsync(Path.Lead(await answer.Content.ReadAsStringAsync(asked.RequestAborted)));
            return;
        }
        await using var body = await answer.Content.ReadAsStreamAsync(asked.RequestAborted);
        var piece = new byte[16 * 1024];
        while (await body.ReadAsync(piece, asked.RequestAborted) is > 0 and var length)
        {
            await asked.Response.Body.WriteAsync(piece.AsMemory(0, length), asked.RequestAborted);
            await asked.Response.Body.FlushAsync(asked.RequestAborted); // news is told at once
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsCut = true;
        await app.StopAsync();
        await app.DisposeAsync();
        await Path.DisposeAsync();
        http.Dispose();
    }
}
