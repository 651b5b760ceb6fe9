using System.Collections.Concurrent;
using System.Net;
using Lapel.Live;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Lapel.Scenarios;

/// <summary>A gateway that stands alone, with its real WHIP and WHEP routes and signed tokens at the door: all that a live client sees of Lapel.</summary>
sealed class LiveMatrixHost : IAsyncDisposable
{
    public const string Agency = "york";

    readonly WebApplication app;
    readonly LiveTokenSigner signer;
    readonly CameraKey key;
    readonly ConcurrentQueue<GatewayEvent> happened = new();

    LiveMatrixHost(WebApplication app, Gateway gateway, CameraKey key)
    {
        (this.app, Gateway, this.key) = (app, gateway, key);
        signer = new(key);
        gateway.Happened += happened.Enqueue;
    }

    public Gateway Gateway { get; }

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<GatewayEvent> Happened => [.. happened];

    public static async Task<LiveMatrixHost> Open(Func<GatewayOptions, GatewayOptions>? change = null)
    {
        var options = new GatewayOptions
        {
            Bind = [IPAddress.Parse("127.0.0.1")],
            UdpPort = 0,
            TcpPort = 0,
        };
        var gateway = new Gateway(change?.Invoke(options) ?? options, TimeProvider.System);
        gateway.Start();
        var key = CameraKey.New();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var pages = gateway.Options.Bind.Single().Equals(IPAddress.IPv6Loopback) ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        builder.WebHost.UseUrls($"http://{new IPEndPoint(pages, 0)}");
        var app = builder.Build();
        app.MapGet(
            "/",
            () => Results.Content("<!doctype html><title>live</title><body><script src=page.js></script>", "text/html")
        );
        app.MapGet(
            "/page.js",
            () => Results.File(System.IO.Path.Combine(Programs.Scenarios, "js", "live-page.js"), "text/javascript")
        );
        app.MapLive(gateway, new TokenDoor(new([(Agency, key.Spki)]), _ => Agency, TimeProvider.System));
        await app.StartAsync();
        var host = new LiveMatrixHost(app, gateway, key);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        host.Address = new(addresses.Addresses.First() + "/");
        return host;
    }

    public StreamKey Key(string stream) => new(Agency, stream);

    public string Whip(string stream) => new Uri(Address, $"live/whip/{stream}").ToString();

    public string Whep(string stream) => new Uri(Address, $"live/whep/{stream}").ToString();

    public string Token(string stream, LiveRole role, string? lease = null, int seconds = 300)
    {
        var now = Time.Now(TimeProvider.System);
        lease ??= Guid.NewGuid().ToString("N");
        var capacity = role == LiveRole.Publish ? "camera" : "clinician";
        return signer.Sign(new(Agency, stream, role, lease, lease, capacity, now, now + Duration.FromSeconds(seconds)));
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await Gateway.Stop();
        key.Dispose();
    }
}
