using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>
/// A ring as a push: from the officer's press to a push service of the test's own, read there with the browser's key, and shown by the service
/// worker in a real browser. The browser makers' own services are outside, so the test stands in for the browser where it subscribes.
/// </summary>
[Collection(Consults.Name)]
public sealed class ConsultPush
{
    [Fact]
    public async Task A_press_rings_a_closed_page_by_an_encrypted_push_that_tells_nothing()
    {
        await using var service = new PushHost();
        await using var consult = await LiveConsult.Open(policy: text =>
            text.Replace(
                "\"push\": null",
                $$"""
                "push": { "contact": "mailto:it@york.example", "services": ["{{service.Authority}}"] }
                """,
                StringComparison.Ordinal
            )
        );
        var clinician = consult.Clinician;
        await clinician.ReloadAsync();
        await clinician.Locator("lapel-live-push[data-state=off]").WaitForAsync();
        await clinician.GetByText("outside the building", new() { Exact = false }).WaitForAsync();
        await LiveConsult.Shot(clinician, "consult-push");
        (await Subscribe(clinician, "https://push.example/elsewhere", service)).ShouldBe(
            422,
            "a service that the agency does not name"
        );
        (await Subscribe(clinician, service.Endpoint, service)).ShouldBe(204);

        await consult.Officer.GetByRole(AriaRole.Button, new() { Name = "I need help with a person in crisis" }).ClickAsync();
        await Wait.Until("a push", () => Task.FromResult(!service.Came.IsEmpty));
        var push = service.Came.First();
        push.Clear.ShouldBe("""{"ring":true}""");
        (push.Ttl, push.Urgency).ShouldBe(("60", "high"));
        push.Authorization.ShouldStartWith("vapid t=");

        await Shown(clinician, push.Clear);
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await LiveConsult.Playing(clinician);
        await consult.EndByClinician();
    }

    /// <summary>What the island does with a subscription that its browser gave it.</summary>
    static Task<int> Subscribe(IPage page, string endpoint, PushHost service) =>
        page.EvaluateAsync<int>(
            """
            async o => {
              const token = document.querySelector('input[name=__RequestVerificationToken]').value;
              const body = new URLSearchParams({ ...o, __RequestVerificationToken: token });
              return (await fetch(new URL('consult/push', document.baseURI), { method: 'POST', body })).status;
            }
            """,
            new
            {
                endpoint,
                key = Base64Url.EncodeToString(service.Key),
                secret = Base64Url.EncodeToString(service.Secret),
            }
        );

    /// <summary>The browser's own tools deliver it to the worker that the page registered.</summary>
    static async Task Shown(IPage page, string data)
    {
        await page.Context.GrantPermissionsAsync(["notifications", "microphone"]);
        var tools = await page.Context.NewCDPSessionAsync(page);
        var registered = new TaskCompletionSource<string>();
        tools.Event("ServiceWorker.workerRegistrationUpdated").OnEvent += (_, said) =>
        {
            foreach (var one in said!.Value.GetProperty("registrations").EnumerateArray())
                registered.TrySetResult(one.GetProperty("registrationId").GetString()!);
        };
        await tools.SendAsync("ServiceWorker.enable");
        var registration = await registered.Task.WaitAsync(Wait.Patiently);
        await tools.SendAsync(
            "ServiceWorker.deliverPushMessage",
            new()
            {
                ["origin"] = new Uri(page.Url).GetLeftPart(UriPartial.Authority),
                ["registrationId"] = registration,
                ["data"] = data,
            }
        );
        await Wait.Until(
            "a notification",
            () =>
                page.EvaluateAsync<bool>(
                    """
                    async () => {
                      const all = await navigator.serviceWorker.getRegistrations();
                      const shown = (await Promise.all(all.map(r => r.getNotifications()))).flat();
                      return shown.some(n => n.title === 'An officer asks for help' && n.body === 'Touch this to answer.');
                    }
                    """
                )
        );
    }

    sealed record Push(string Clear, string Authorization, string Ttl, string Urgency);

    /// <summary>A push service and the browser behind it: takes what comes and reads it with the browser's key, by RFC 8291 from the other end.</summary>
    sealed class PushHost : IAsyncDisposable
    {
        readonly HttpListener listener = new();
        readonly ECDiffieHellman browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        public PushHost()
        {
            var q = browser.ExportParameters(false).Q;
            Key = [4, .. q.X!, .. q.Y!];
            listener.Prefixes.Add($"http://{Authority}/");
            listener.Start();
            _ = Serve();
        }

        public string Authority { get; } = $"127.0.0.1:{Ports.Free()}";

        public string Endpoint => $"http://{Authority}/wpush/one-browser";

        public byte[] Key { get; }

        public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(16);

        public ConcurrentQueue<Push> Came { get; } = new();

        async Task Serve()
        {
            try
            {
                while (true)
                {
                    var ask = await listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await ask.Request.InputStream.CopyToAsync(body);
                    Came.Enqueue(
                        new(
                            Encoding.UTF8.GetString(Read(body.ToArray())),
                            ask.Request.Headers["Authorization"] ?? "",
                            ask.Request.Headers["TTL"] ?? "",
                            ask.Request.Headers["Urgency"] ?? ""
                        )
                    );
                    ask.Response.StatusCode = 201;
                    ask.Response.Close();
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException) { }
        }

        byte[] Read(byte[] message)
        {
            var salt = message[..16];
            BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(16)).ShouldBe(4096u);
            var sender = message[21..(21 + message[20])];
            using var other = ECDiffieHellman.Create(
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = sender[1..33], Y = sender[33..] },
                }
            );
            var shared = browser.DeriveRawSecretAgreement(other.PublicKey);
            byte[] Derive(byte[] from, byte[] with, byte[] what, int length) =>
                HKDF.DeriveKey(HashAlgorithmName.SHA256, from, length, with, what);
            var material = Derive(shared, Secret, [.. "WebPush: info\0"u8, .. Key, .. sender], 32);
            var key = Derive(material, salt, "Content-Encoding: aes128gcm\0"u8.ToArray(), 16);
            var nonce = Derive(material, salt, "Content-Encoding: nonce\0"u8.ToArray(), 12);
            var sealedText = message[(21 + sender.Length)..];
            var clear = new byte[sealedText.Length - 16];
            using var cipher = new AesGcm(key, 16);
            cipher.Decrypt(nonce, sealedText.AsSpan(0, clear.Length), sealedText.AsSpan(clear.Length), clear);
            clear[^1].ShouldBe((byte)2, "the only record");
            return clear[..^1];
        }

        public ValueTask DisposeAsync()
        {
            listener.Close();
            browser.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
