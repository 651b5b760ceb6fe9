using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Lapel.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lapel.Tests.Web;

/// <summary>A real server on a free loopback port that has the look and one page, the gallery, under the tenant <c>/metro</c>.</summary>
sealed class PageHouse : IAsyncDisposable
{
    readonly WebApplication app;
    readonly string files;

    PageHouse(WebApplication app, string files)
    {
        this.app = app;
        this.files = files;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false })
        {
            BaseAddress = new(address),
        };
    }

    public HttpClient Http { get; }

    public LookFiles Files => app.Services.GetRequiredService<LookFiles>();

    /// <summary>Where the built styles and scripts are.</summary>
    public string Built => Path.Combine(files, "_content", "Lapel.Web");

    public static async Task<PageHouse> Open(Surroundings around, params NavItem[] items)
    {
        var files = Directory.CreateTempSubdirectory("lapel-look-").FullName;
        Directory.CreateDirectory(Path.Combine(files, "_content", "Lapel.Web", "islands"));
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { WebRootPath = files });
        builder.Logging.ClearProviders();
        builder.AddLook();
        builder.Services.AddAntiforgery();
        builder.Services.AddSingleton<ISurroundings>(new Fixed(around));
        foreach (var item in items)
            builder.Services.AddSingleton(item);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseLook();
        app.UsePathBase("/metro");
        app.UseRouting();
        app.UseAntiforgery();
        app.MapGet("/gallery", () => Page.Of<Gallery>(new { Playlist = "media/index.m3u8" }));
        app.MapGet("/missing", () => Page.Of<Gallery>(status: StatusCodes.Status404NotFound));
        await app.StartAsync();
        return new(app, files);
    }

    public async Task<IDocument> Read(string path, string? cookie = null)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie is not null)
            ask.Headers.Add("Cookie", cookie);
        using var answer = await Http.SendAsync(ask);
        return new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        Directory.Delete(files, recursive: true);
    }

    sealed class Fixed(Surroundings around) : ISurroundings
    {
        public ValueTask<Surroundings> Read(HttpContext http, CancellationToken stop) => new(around);
    }
}
