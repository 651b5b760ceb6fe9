using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lapel.Live;
using Lapel.Records;
using Lapel.Tests.Server;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>Web push by the letter of its RFCs, and only to whom the agency named.</summary>
public sealed class PushTests
{
    static byte[] Bytes(string base64Url) => Base64Url.DecodeFromChars(base64Url);

    static readonly PushPolicy Policy = new("mailto:it@york.example", ["updates.push.services.mozilla.com", "*.push.apple.com"]);

    /// <summary>RFC 8291, appendix A.</summary>
    [Fact]
    public void The_published_example_comes_out_byte_for_byte()
    {
        var sender = Bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        var parameters = PushMessage.Point(sender);
        parameters.D = Bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        using var own = ECDiffieHellman.Create(parameters);
        var message = PushMessage.Encrypt(
            "When I grow up, I want to be a watermelon"u8,
            Bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            Bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            own,
            Bytes("DGv6ra1nlYgDCS1FRnbzlw")
        );
        Base64Url
            .EncodeToString(message)
            .ShouldBe(
                "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
                    + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                    + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
            );
    }

    [Fact]
    public void No_two_messages_are_alike_and_the_longest_fits_what_push_services_take()
    {
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = PushMessage.PointOf(browser.ExportParameters(false));
        var secret = RandomNumberGenerator.GetBytes(16);
        var clear = new byte[PushMessage.MostClearBytes];
        var (one, other) = (PushMessage.Encrypt(clear, point, secret), PushMessage.Encrypt(clear, point, secret));
        one.Length.ShouldBe(4096);
        one.AsSpan(86).SequenceEqual(other.AsSpan(86)).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => PushMessage.Encrypt(new byte[clear.Length + 1], point, secret));
    }

    [Fact]
    public void A_push_service_can_check_who_sends_with_nothing_but_the_header()
    {
        var folder = Directory.CreateTempSubdirectory("lapel-push-").FullName;
        try
        {
            var sender = new PushSender(new(folder, folder), TimeProvider.System);
            var header = sender.Authorize(new("https://updates.push.services.mozilla.com/wpush/v2/abc"), Policy.Contact);
            header.ShouldStartWith("vapid t=");
            var (token, key) = (header["vapid t=".Length..].Split(", k=")[0], header.Split(", k=")[1]);
            key.ShouldBe(sender.PublicKey);
            using var verifier = ECDsa.Create(PushMessage.Point(Bytes(key)));
            var cut = token.LastIndexOf('.');
            verifier
                .VerifyData(Encoding.ASCII.GetBytes(token[..cut]), Bytes(token[(cut + 1)..]), HashAlgorithmName.SHA256)
                .ShouldBeTrue();
            var claims = JsonDocument.Parse(Bytes(token.Split('.')[1])).RootElement;
            claims.GetProperty("aud").GetString().ShouldBe("https://updates.push.services.mozilla.com");
            claims.GetProperty("sub").GetString().ShouldBe(Policy.Contact);
            var left = Instant.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - Time.Now(TimeProvider.System);
            left.ShouldBeInRange(Duration.FromMinutes(1), Duration.FromHours(24), "RFC 8292 allows a day at most");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("https://updates.push.services.mozilla.com/wpush/v2/abc", null)]
    [InlineData("https://web.push.apple.com/abc", null)]
    [InlineData("https://push.apple.com.evil.example/abc", "push-service-unknown")]
    [InlineData("http://updates.push.services.mozilla.com/abc", "push-service-unknown")]
    [InlineData("https://updates.push.services.mozilla.com:8443/abc", "push-service-unknown")]
    [InlineData("https://10.0.0.5/admin", "push-service-unknown")]
    [InlineData("no address", "push-service-unknown")]
    public void Nothing_is_sent_to_an_address_of_whoever_asks(string endpoint, string? code) =>
        PushSubscriptions
            .WhyNotKeep(Policy, endpoint, GoodKey, "BTBZMqHH6r4Tts7J_aSIgg", out _, out _)
            ?.Code.ShouldBe(code ?? "let in");

    const string GoodKey = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    [Theory]
    [InlineData(
        "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "BTBZMqHH6r4Tts7J_aSIgg"
    )]
    [InlineData("not base64!", "BTBZMqHH6r4Tts7J_aSIgg")]
    [InlineData(GoodKey, "c2hvcnQ")]
    public void A_key_off_the_curve_or_a_short_secret_is_refused(string key, string secret) =>
        PushSubscriptions
            .WhyNotKeep(Policy, "https://web.push.apple.com/abc", key, secret, out _, out _)
            ?.Code.ShouldBe("push-key-unreadable");

    [Fact]
    [Trait("engine", "both")]
    public async Task It_is_off_by_default_and_a_new_link_forgets_the_browsers_of_the_old_one()
    {
        await using var station = await LiveStation.Open();
        var doctor = station.Clinicians[0];
        var page = await (await doctor.Browser.GetAsync("consult")).Content.ReadAsStringAsync();
        page.ShouldContain("no push service is used here");
        page.ShouldNotContain("lapel-live-push");
        PushSubscriptions
            .WhyNotKeep(null, "https://web.push.apple.com/abc", GoodKey, "", out _, out _)!
            .Code.ShouldBe("push-off");

        var records = station.Agency.Get<AgencyRecords>();
        await using (var work = await records.Begin(Actor.System("test"), default))
        {
            await PushSubscriptions.Keep(
                work,
                new("https://web.push.apple.com/a", doctor.Id, Bytes(GoodKey), new byte[16]),
                default
            );
            await PushSubscriptions.Keep(
                work,
                new("https://web.push.apple.com/a", doctor.Id, Bytes(GoodKey), new byte[16]),
                default
            );
            await work.Commit(default);
        }
        await using (var reading = await records.Read(default))
            (await PushSubscriptions.Of(reading, doctor.Id, default)).ShouldHaveSingleItem().Key.ShouldBe(Bytes(GoodKey));
        await LiveStation.Post(station.Operations, $"clinicians/{doctor.Id}/link", new { });
        await using (var reading = await records.Read(default))
            (await PushSubscriptions.Of(reading, doctor.Id, default)).ShouldBeEmpty();
    }
}
