using System.Net;
using System.Net.Sockets;
using System.Text;
using Lapel.Roster;

namespace Lapel.Tests.Server;

/// <summary>Requests that no browser would send, and what is odd in those that one might.</summary>
public sealed class HostileHttpTests
{
    [Fact]
    public async Task Paths_that_climb_lead_nowhere()
    {
        await using var programme = await Programme.Begin();
        using var admin = await programme.House.SignIn();
        var token = programme.People["evidence clerk"].DefaultRequestHeaders.Authorization!.ToString();
        string[] up =
        [
            "..",
            "%2e%2e",
            "..%2f..",
            "%2e%2e%2f%2e%2e%2fagency.json",
            "..%5c..",
            "%00",
            "%2500",
            "%252e%252e%252fagency.json",
            "....//",
            "x%2f..%2f..%2fkeys",
            "000.p/..%2f..%2fcheckpoint",
            "%c0%ae%c0%ae",
        ];
        string[] doors =
        [
            "/york/log/tile/0/{0}",
            "/york/log/tile/entries/{0}",
            "/york/log/tile/{0}/000",
            "/york/api/v1/recordings/{0}",
            "/york/api/v1/recordings/{0}/manifest",
            "/york/api/v1/recordings/{0}/thumbnails.jpg",
            "/york/api/v1/uploads/{0}",
            "/york/api/v1/quarantine/{0}",
            "/{0}/api/v1/session",
            "/{0}/setup-code",
            "/_content/Lapel.Web/{0}",
            "/york/_content/Lapel.Web/{0}",
            "/assets/{0}",
            "/york/{0}/agency.json",
        ];
        foreach (var door in doors)
        foreach (var path in up)
        {
            var answer = await Raw(
                programme.House,
                $"GET {door.Replace("{0}", path)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n"
            );
            var status = int.Parse(answer.Split(' ')[1]);
            status.ShouldBeInRange(300, 499, $"{door} {path}: {answer}");
            answer.ShouldNotContain("PRIVATE KEY");
            answer.ShouldNotContain("timeZone");
        }
    }

    [Fact]
    public async Task Requests_that_are_no_requests_are_refused_and_the_server_goes_on()
    {
        await using var house = await House.Open();
        var huge = new string('a', 100_000);
        string[] junk =
        [
            $"GET /york/alive HTTP/1.1\r\nHost: x\r\nX-Huge: {huge}\r\n\r\n",
            $"GET /york/{huge} HTTP/1.1\r\nHost: x\r\n\r\n",
            $"GET /york/alive HTTP/1.1\r\nHost: x\r\nCookie: lapel={new string('=', 20_000)}\r\nConnection: close\r\n\r\n",
            "GET /york/alive HTTP/1.1\r\n\r\n",
            "GET http://evil.example/york/alive HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
            "\0\u0001\u0002\r\n\r\n",
            "BREW /york/recordings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "TRACE /york/recordings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "POST /york/api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
            "POST /york/api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\nConnection: close\r\n\r\n{}",
        ];
        foreach (var request in junk)
        {
            var answer = await Raw(house, request);
            if (answer.Length > 0)
                int.Parse(answer.Split(' ')[1]).ShouldBeLessThan(500, request[..Math.Min(80, request.Length)]);
        }
        using var http = house.Visitor();
        (await http.GetStringAsync("alive")).ShouldBe("alive");
    }

    [Fact]
    public async Task A_method_is_not_overridden_by_a_header_but_where_tus_asks_for_it()
    {
        await using var house = await House.Open();
        using var admin = await house.SignIn();
        foreach (var header in new[] { "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override" })
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, "api/v1/session");
            ask.Headers.Add(header, "DELETE");
            (await admin.SendAsync(ask)).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await admin.GetAsync($"api/v1/session?_method=DELETE")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        (await admin.GetAsync("api/v1/session")).StatusCode.ShouldBe(HttpStatusCode.OK, "nobody was signed out");
    }

    static readonly string[] Odd =
    [
        "",
        "%00",
        "%ff%fe",
        "'",
        "\"><script>",
        "-1",
        "0",
        "999999999999999999999",
        "1e400",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "..",
        "%0d%0aX-A:%20b",
        "2026-11-21",
        "2026-13-45",
        "0000-00-00",
        "9999-12-31",
        "9999-12-31T23:59:59.999999Z",
        "-9999-01-01T00:00:00Z",
        "0190a5a0-0000-7000-8000-000000000000",
        "0190A5A0-0000-7000-8000-000000000000",
        "%F0%9F%9A%93",
        "%ED%A0%80",
        "officer",
        "a%20b",
        "1_0190a5a0-0000-7000-8000-000000000000",
        "%25",
        "_",
        "1:2",
        "//evil.example",
    ];

    static readonly string[] Names =
    [
        "after",
        "before",
        "on",
        "from",
        "until",
        "officer",
        "camera",
        "unit",
        "state",
        "urgent",
        "text",
        "q",
        "size",
        "viewing",
        "purpose",
        "return",
        "done",
        "tried",
        "view",
        "page",
    ];

    [Fact]
    public async Task No_odd_query_brings_any_page_or_operation_down()
    {
        await using var programme = await Programme.Begin();
        string[] askers = ["nobody", "the officer", "evidence clerk", "administrator"];
        foreach (
            var route in Route
                .AllOf(programme.House)
                .Where(r =>
                    r.Method == "GET"
                    && !r.Pattern.EndsWith("/events") // they never end
                    && !r.Pattern.EndsWith("/export")
                    && !r.Pattern.EndsWith("/sealed")
                )
        )
        foreach (var asker in askers)
        {
            var person = programme.People[asker];
            var ids = asker is "evidence clerk" or "administrator"
                ? programme.Ids
                : new Dictionary<string, string> { ["recording"] = programme.Recording.Text };
            foreach (var odd in asker is "nobody" or "the officer" ? Odd[..6] : Odd)
            {
                using var all = await person.GetAsync(
                    $"{route.Address(ids)}?{string.Join('&', Names.Select(n => $"{n}={odd}"))}"
                );
                ((int)all.StatusCode).ShouldBeLessThan(500, $"{route.Key} as {asker} with everything {odd}");
                all.Headers.Contains("X-A").ShouldBeFalse();
                if (all.Headers.Location is { } to)
                    to.OriginalString.ShouldStartWith("/york/");
            }
        }
        var clerk = programme.People["evidence clerk"];
        foreach (
            var list in new[]
            {
                "recordings",
                "api/v1/recordings",
                "api/v1/officers",
                "api/v1/assignments",
                "roster",
                "cameras",
                "api/v1/cameras",
                "quarantine",
                "api/v1/quarantine",
            }
        )
        foreach (var name in Names)
        foreach (var odd in Odd)
            using (var one = await clerk.GetAsync($"{list}?{name}={odd}"))
                ((int)one.StatusCode).ShouldBeLessThan(500, $"{list}?{name}={odd}");
    }

    [Fact]
    public async Task No_odd_body_brings_any_operation_down()
    {
        await using var house = await House.Open();
        using var admin = await house.SignIn();
        string[] bodies =
        [
            "",
            "null",
            "[]",
            "0",
            "\"x\"",
            "{",
            "{\"name\":null}",
            "{\"name\":1}",
            "{\"name\":\"a\",\"name\":\"b\"}",
            "\uFEFF{}",
            new string('[', 5000),
            "{\"from\":\"x\",\"unit\":\"x\",\"kind\":\"x\"}",
        ];
        foreach (
            var route in Route
                .AllOf(house)
                .Where(r => r.IsApi && !r.Looks && r.Pattern != "/api/v1/session" && r.Method != "OPTIONS")
        )
        foreach (var body in bodies)
        foreach (var type in new[] { "application/json", "text/plain", "application/x-www-form-urlencoded" })
        {
            using var ask = new HttpRequestMessage(new HttpMethod(route.Method), route.Address(new Dictionary<string, string>()))
            {
                Content = new StringContent(body, Encoding.UTF8, type),
            };
            using var answer = await admin.SendAsync(ask);
            ((int)answer.StatusCode).ShouldBeLessThan(500, $"{route.Key} with {type} {body[..Math.Min(40, body.Length)]}");
        }
    }

    /// <summary>Bytes as they are: HttpClient would tidy the path before sending it.</summary>
    static async Task<string> Raw(House house, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, house.Address.Port);
        var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync(patience.Token);
        }
        catch (IOException)
        {
            return ""; // it hung up on us, which is an answer too
        }
    }
}
