using Lapel.WebRtc;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>What a TURN server that was given the same secret takes for its own, and nothing else.</summary>
public sealed class TurnServersTests
{
    const string Url = "turn:turn.example.org:3478?transport=udp";

    [Fact]
    public void A_password_is_the_one_that_openssl_makes_of_the_same_secret()
    {
        // printf '1700003600:watch-0123' | openssl dgst -sha1 -hmac 'north wind' -binary | base64
        var server = new TurnServers([Url], "north wind").For("watch-0123", Instant.FromUnixTimeSeconds(1_700_000_000)).Single();
        server.ShouldBe(new(Url, "1700003600:watch-0123", "096WJQobTqA6FX4xYAVFVz5pdCg="));
    }

    [Fact]
    public void What_is_no_TURN_server_or_has_no_secret_is_said_at_the_start()
    {
        foreach (var url in (string[])["stun:a", "turn:", "turn:a b", "turn:a>;rel=b", "turn:a?transport=sctp", "https://a", ""])
            Should.Throw<FormatException>(() => new TurnServers([url], "north wind"));
        foreach (var url in (string[])["turn:a", "turns:a.example:5349?transport=tcp", "turn:[2001:db8::1]:3478?transport=udp"])
            _ = new TurnServers([url], "north wind");
        TurnServers.Read([], null).ShouldBeNull();
        Should.Throw<FormatException>(() => TurnServers.Read([Url], null));
        Should.Throw<FormatException>(() => TurnServers.Read([], "secret"));
        Should.Throw<FormatException>(() => TurnServers.Read([Url], "/there/is/no/such/file"));
    }
}
