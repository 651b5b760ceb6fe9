using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Lapel.Live;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>A gateway that stands alone: what it lets in, what it obeys, and what becomes of it when nobody can tell it anything.</summary>
[Collection(Alone.Name)]
public sealed class GatewayAloneTests : IAsyncLifetime
{
    readonly CameraKey key = CameraKey.New();
    LiveGateway live = null!;
    WebApplication app = null!;
    HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        live = new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        new GatewayAlone(live.Gateway, [("york", key.Spki)], TimeProvider.System).Map(app);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        http = new() { BaseAddress = new(address) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await live.DisposeAsync();
        key.Dispose();
    }

    [Fact]
    public async Task Nobody_is_let_in_while_the_records_are_out_of_touch_however_good_the_token()
    {
        var camera = live.NewPeer(publishes: true);
        (await Knock("whip", Token(LiveRole.Publish, "publish-1"), camera)).ShouldBe("live-out-of-touch");
        await using var records = await Records.Line(this);
        (await Knock("whip", Token(LiveRole.Publish, "publish-1"), camera)).ShouldBeNull();
    }

    [Fact]
    public async Task What_the_records_say_at_the_door_is_what_the_gateway_says()
    {
        await using var records = await Records.Line(this);
        records.No = new("live-lease-over", "Your time to watch has ended.", RefusalKind.Forbidden);
        (await Knock("whep", Token(LiveRole.Watch, "watch-1"), live.NewPeer(publishes: false))).ShouldBe("live-lease-over");
        (await Knock("whep", Token(LiveRole.Publish, "watch-1"), live.NewPeer(publishes: false))).ShouldBe(
            "live-token-elsewhere"
        );
        records.Knocked.ShouldBe(1, "what the token alone refuses never reaches the records");
    }

    [Fact]
    public async Task A_control_token_is_for_one_gateway_and_one_line()
    {
        var here = http.BaseAddress!.Authority;
        var token = Control(here);
        (await StatusOf(token)).ShouldBe(HttpStatusCode.SwitchingProtocols);
        (await StatusOf(token)).ShouldBe(HttpStatusCode.Forbidden, "a second time");
        (await StatusOf(Control("live2.example"))).ShouldBe(HttpStatusCode.Forbidden, "of another gateway");
        (await StatusOf(Token(LiveRole.Watch, "watch-1"))).ShouldBe(HttpStatusCode.Forbidden, "a watcher's");
        (await StatusOf(null)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_lease_that_the_records_end_stops_media_within_a_tenth_of_a_second_and_they_hear_of_it()
    {
        await using var records = await Records.Line(this);
        var (camera, viewer) = await OnAir(records);
        await using var sending = new Sending(camera);
        (await Collect(viewer, 2000, enough: 10)).Count.ShouldBe(10);
        var ended = Environment.TickCount64;
        records.Say(new GatewayOrder.EndLease("watch-1", "consult-over"));
        (await Collect(viewer, 500)).ShouldAllBe(packet => packet.AtMs - ended < 100);
        LiveGateway.Until(() => records.Heard.OfType<GatewayNews.Left>().Any());
        records.Heard.OfType<GatewayNews.Left>().Single().Why.ShouldBe("consult-over");
        (await Knock("whep", Token(LiveRole.Watch, "watch-1"), live.NewPeer(publishes: false))).ShouldBe("live-lease-over");
    }

    [Fact]
    public async Task The_kill_switch_and_a_hold_reach_every_viewer_of_the_stream()
    {
        await using var records = await Records.Line(this);
        var (camera, viewer) = await OnAir(records);
        await using var sending = new Sending(camera);
        (await Collect(viewer, 2000, enough: 10)).Count.ShouldBe(10);
        records.Say(new GatewayOrder.Hold("unit12", StreamHold.Everything));
        await Task.Delay(100);
        await Collect(viewer, 100);
        (await Collect(viewer, 300)).ShouldBeEmpty();
        records.Say(new GatewayOrder.EndStream("unit12", "killed"));
        LiveGateway.Until(() => live.Gateway.Streams.Count == 0);
        (await Knock("whip", Token(LiveRole.Publish, "publish-1"), live.NewPeer(publishes: true))).ShouldBe("live-lease-over");
    }

    [Fact]
    public async Task When_the_line_is_cut_everything_stops_and_the_next_line_may_let_the_same_people_in_again()
    {
        var records = await Records.Line(this);
        var (camera, viewer) = await OnAir(records);
        await using var sending = new Sending(camera);
        (await Collect(viewer, 2000, enough: 10)).Count.ShouldBe(10);
        await records.DisposeAsync();
        LiveGateway.Until(() => !live.Gateway.IsPublished(LiveGateway.Key));
        await Collect(viewer, 100);
        (await Collect(viewer, 300)).ShouldBeEmpty();
        await using var next = await Records.Line(this);
        await OnAir(next);
    }

    [Fact]
    public async Task A_new_line_takes_the_place_of_the_old_one()
    {
        await using var records = await Records.Line(this);
        await OnAir(records);
        await using var next = await Records.Line(this);
        LiveGateway.Until(() => !live.Gateway.IsPublished(LiveGateway.Key));
        await OnAir(next);
        next.Knocked.ShouldBe(2);
    }

    async Task<(WirePeer Camera, WirePeer Viewer)> OnAir(Records records)
    {
        var (camera, viewer) = (live.NewPeer(publishes: true), live.NewPeer(publishes: false));
        (await Knock("whip", Token(LiveRole.Publish, "publish-1"), camera)).ShouldBeNull();
        LiveGateway.Until(() => live.Gateway.IsPublished(LiveGateway.Key));
        (await Knock("whep", Token(LiveRole.Watch, "watch-1"), viewer)).ShouldBeNull();
        LiveGateway.Until(() => records.Heard.OfType<GatewayNews.Joined>().Any(j => j.Lease == "watch-1"));
        await Task.Delay(50);
        return (camera, viewer);
    }

    static Task<List<Received>> Collect(WirePeer viewer, int forMs, int enough = int.MaxValue) =>
        OnItsOwn(() => viewer.Collect(forMs, enough: enough));

    // What waits for packets has a thread of its own: the few of the pool are for the two ends of the line, whose haste is what is measured.
    static Task<T> OnItsOwn<T>(Func<T> work) => Task.Factory.StartNew(work, TaskCreationOptions.LongRunning);

    /// <returns>The code of the refusal; none when the peer was let in and shook hands.</returns>
    async Task<string?> Knock(string door, string token, WirePeer peer)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, $"york/api/v1/live/{door}/unit12")
        {
            Content = new StringContent(peer.Offer(), Encoding.UTF8, new MediaTypeHeaderValue("application/sdp")),
        };
        ask.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(ask);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.Created)
            return JsonDocument.Parse(text).RootElement.GetProperty("code").GetString();
        var location = answer.Headers.Location!.ToString();
        location.ShouldStartWith($"/york/api/v1/live/{door}/unit12/");
        (await OnItsOwn(() => peer.Connect(new(new(location.Split('/')[^1]), LiveGateway.Key, text, "")))).ShouldBeTrue();
        return null;
    }

    string Token(LiveRole role, string lease, string stream = "unit12", string holder = "somebody")
    {
        var now = Time.Now(TimeProvider.System);
        return new LiveTokenSigner(key).Sign(
            new("york", stream, role, lease, holder, "somebody", now, now + Duration.FromMinutes(1))
        );
    }

    string Control(string gateway) => Token(LiveRole.Control, Guid.NewGuid().ToString("N"), GatewayTalk.ControlStream, gateway);

    async Task<HttpStatusCode> StatusOf(string? token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (token is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        try
        {
            await socket.ConnectAsync(new($"ws://{http.BaseAddress!.Authority}/york/api/v1/live/control"), default);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }
        return socket.HttpStatusCode;
    }

    /// <summary>A camera's frames, two hundred a second, until the test is done with it.</summary>
    sealed class Sending : IAsyncDisposable
    {
        readonly CancellationTokenSource stop = new();
        readonly Task sending;

        public Sending(WirePeer camera) =>
            sending = OnItsOwn(() =>
            {
                for (ushort number = 1; !stop.IsCancellationRequested; number++, Thread.Sleep(5))
                    camera.SendFrame(number, keyframe: number == 1);
                return 0;
            });

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await sending;
            stop.Dispose();
        }
    }

    /// <summary>An agency's records as a gateway hears them: they say yes to everybody, unless told otherwise.</summary>
    sealed class Records : IAsyncDisposable
    {
        readonly ClientWebSocket socket = new();
        readonly Channel<GatewayOrder> orders = Channel.CreateUnbounded<GatewayOrder>();
        readonly CancellationTokenSource ending = new();
        Task talking = Task.CompletedTask;

        public ConcurrentQueue<GatewayNews> Heard { get; } = new();

        public Refusal? No { get; set; }

        public int Knocked => Heard.OfType<GatewayNews.Knocked>().Count();

        public static async Task<Records> Line(GatewayAloneTests tests)
        {
            var records = new Records();
            var at = tests.http.BaseAddress!.Authority;
            records.socket.Options.SetRequestHeader("Authorization", $"Bearer {tests.Control(at)}");
            await records.socket.ConnectAsync(new($"ws://{at}/york/api/v1/live/control"), default);
            records.talking = GatewayTalk.Run<GatewayOrder, GatewayNews>(
                records.socket,
                records.orders.Reader,
                records.Hear,
                records.ending.Token
            );
            return records;
        }

        void Hear(GatewayNews news)
        {
            Heard.Enqueue(news);
            if (news is GatewayNews.Knocked knocked)
                Say(
                    new GatewayOrder.Answer(
                        knocked.Ask,
                        No is null ? Time.Now(TimeProvider.System) + Duration.FromMinutes(5) : null,
                        No
                    )
                );
        }

        public void Say(GatewayOrder order) => orders.Writer.TryWrite(order);

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await talking.ContinueWith(_ => { }, TaskScheduler.Default);
            socket.Dispose();
            ending.Dispose();
        }
    }
}
