using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lapel.Live;
using Lapel.Server;
using Microsoft.Extensions.Logging;

namespace Lapel.Tests.Live;

/// <summary>The RTMP port, by sockets: who is let in, who is refused, and what is said of it.</summary>
public sealed class RtmpPortTests : IAsyncDisposable
{
    const string Key = "abcdefghjkmnpqrstuvwxyz2";

    readonly Journal journal = new();
    readonly TestClock clock = new();
    readonly RtmpPort port;

    public RtmpPortTests()
    {
        port = new(new(IPAddress.Loopback, 0, Certificate: null, Unencrypted: true), clock);
        port.Open(journal);
    }

    public async ValueTask DisposeAsync() => await port.Close();

    IPEndPoint At => new(IPAddress.Loopback, new Uri(port.Address("127.0.0.1", "york")).Port);

    async Task<Socket> Publish(string application, string key)
    {
        var camera = await RtmpWire.Connect(At);
        await camera.SendAsync(RtmpWire.Hello);
        await camera.SendAsync(RtmpWire.UpToPublish(application, key));
        return camera;
    }

    async Task<string> Answered(string application, string key)
    {
        using var camera = await Publish(application, key);
        return Encoding.ASCII.GetString(await camera.Rest());
    }

    [Fact]
    public async Task The_right_key_at_the_right_agency_opens_one_place_once()
    {
        using var place = port.Await("york", Key);
        using var other = port.Await("peel", "another key");
        (await Answered("york", "another key")).ShouldContain(
            "NetStream.Publish.BadName",
            customMessage: "a key of another agency"
        );
        (await Answered("peel", Key)).ShouldContain("BadName");
        (await Answered("york", Key[..^1])).ShouldContain("BadName");
        (await Answered("york", "")).ShouldContain("BadName");

        using var camera = await Publish("york", Key);
        using var here = await place.Next(default);
        (await Answered("york", Key)).ShouldContain("BadName", customMessage: "two with one key");
        journal.Lines.ShouldContain(l => l.Contains("Another connection pushes under this key already."));

        // The first is turned out: its place is free.
        here.Dispose();
        (await camera.Rest()).Length.ShouldBeGreaterThan(0);
        using var again = await Publish("york/", Key);
        using var back = await place.Next(default);

        // The place is given up: nobody is let in, and who was is out.
        place.Dispose();
        (await again.Rest()).Length.ShouldBeGreaterThan(0);
        (await Answered("york", Key)).ShouldContain("BadName");
        string.Join('\n', journal.Lines).ShouldNotContain(Key);
    }

    [Fact]
    public async Task What_a_camera_sends_comes_out_as_flv_and_not_before_its_key()
    {
        using var place = port.Await("york", Key);
        using var camera = await Publish("york", Key);
        using var here = await place.Next(default);
        await camera.SendAsync(
            (byte[])
                [
                    .. RtmpWire.Chunk(RtmpKind.Picture, 40, 5, 0x17, 1, 0, 0, 0),
                    .. RtmpWire.Chunk((RtmpKind)18, 40, 3, 2, 0, 0),
                    .. RtmpWire.Command(0, "FCUnpublish", 5.0, null, Key),
                ]
        );
        var file = new MemoryStream();
        (await here.Pump(file, default)).ShouldBeNull();
        Convert
            .ToHexString(file.ToArray())
            .ShouldBe("464C56010500000009" + "00000000" + "09000005" + "000028" + "00000000" + "1701000000" + "00000010");

        using var early = await RtmpWire.Connect(At);
        await early.SendAsync(
            (byte[])[.. RtmpWire.Hello, .. new byte[1536], .. RtmpWire.Chunk(RtmpKind.Picture, 0, 5, 1, 2, 3, 4, 5)]
        );
        await early.Rest();
        journal.Lines.ShouldContain(l => l.Contains("It sends a picture before it has shown a key."));
    }

    [Fact]
    public async Task A_picture_that_is_not_taken_ends_it_in_a_sentence()
    {
        using var place = port.Await("york", Key);
        foreach (
            var (wire, why) in new (byte[], string)[]
            {
                (RtmpWire.Chunk(RtmpKind.Picture, 0, 5, 0x90, 0x68, 0x76, 0x63, 0x31), "Enhanced RTMP"),
                (RtmpWire.Chunk(RtmpKind.Picture, 0, 0xFFFFFF), "longer than is taken"),
                (RtmpWire.Chunk(RtmpKind.Aggregate, 0, 1, 0), "several pictures in one message"),
            }
        )
        {
            using var camera = await Publish("york", Key);
            using var here = await place.Next(default);
            await camera.SendAsync(wire);
            (await here.Pump(new MemoryStream(), default))!.ShouldContain(why);
        }
    }

    [Fact]
    public async Task Whoever_says_nothing_or_something_else_is_refused_and_the_journal_says_it_once()
    {
        for (var i = 0; i < 3; i++)
        {
            using var browser = await RtmpWire.Connect(At);
            await browser.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            (await browser.Rest()).ShouldBeEmpty();
            using var encrypted = await RtmpWire.Connect(At);
            await encrypted.SendAsync(new byte[] { 0x16, 3, 1 });
            (await encrypted.Rest()).ShouldBeEmpty();
        }
        journal.Lines.Count(l => l.Contains("It speaks neither TLS nor RTMP.")).ShouldBe(1);
        journal.Lines.Count(l => l.Contains("no certificate is configured here")).ShouldBe(1);

        using var silent = await RtmpWire.Connect(At);
        using var slow = await RtmpWire.Connect(At);
        await slow.SendAsync(RtmpWire.Hello.AsMemory(0, 700));
        await Task.WhenAll(silent.Rest(), slow.Rest());
        journal.Lines.Count(l => l.Contains("It showed no key within ten seconds.")).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_begins_again_and_again_and_hangs_up_is_counted_and_the_port_can_be_opened_again()
    {
        for (var i = 0; i < RtmpGuests.RefusalsPerMinute; i++)
        {
            using var camera = await RtmpWire.Connect(At);
            await camera.SendAsync(RtmpWire.Hello);
            camera.Shutdown(SocketShutdown.Send);
            await camera.Rest();
        }
        using (var more = await RtmpWire.Connect(At))
            (await more.Rest()).ShouldBeEmpty();
        journal.Lines.Single().ShouldContain("too many refused within a minute");

        var same = At.Port;
        await port.Close();
        var again = new RtmpPort(new(IPAddress.Loopback, same, Certificate: null, Unencrypted: true), clock);
        again.Open(journal);
        Should
            .Throw<IOException>(() => new RtmpPort(new(IPAddress.Loopback, same, null, true), clock).Open(journal))
            .Message.ShouldContain($"{same}");
        await again.Close();
    }

    [Fact]
    public async Task Of_those_who_say_nothing_only_so_many_stand_at_the_door()
    {
        var silent = new List<Socket>();
        for (var i = 0; i <= RtmpGuests.AtOnceFromOne; i++)
            silent.Add(await RtmpWire.Connect(At));
        (await await Task.WhenAny(silent.Select(s => s.Rest()))).ShouldBeEmpty();
        journal.Lines.Single().ShouldContain("Too many connections at once");
        silent.ForEach(s => s.Dispose());
    }

    [Fact]
    public void A_new_certificate_is_used_when_its_files_are_whole_and_the_one_before_until_then()
    {
        var folder = Directory.CreateTempSubdirectory("lapel-test-").FullName;
        try
        {
            var (chain, key) = (Path.Combine(folder, "chain.pem"), Path.Combine(folder, "key.pem"));
            Write("first", Minutes(-2));
            var certificate = RtmpCertificate.Load(chain, key);
            var told = new List<string>();
            Subject().ShouldBe("CN=first");
            Write("second", Minutes(-1));
            Subject().ShouldBe("CN=second");
            told.ShouldBeEmpty();
            File.WriteAllText(chain, "half a file");
            Subject().ShouldBe("CN=second");
            told.Single().ShouldContain("the one before is");

            string Subject() => certificate.Now(told.Add).TargetCertificate.Subject;

            void Write(string name, DateTime at)
            {
                using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                using var made = new CertificateRequest($"CN={name}", pair, HashAlgorithmName.SHA256).CreateSelfSigned(
                    DateTimeOffset.UtcNow.AddDays(-1),
                    DateTimeOffset.UtcNow.AddDays(1)
                );
                File.WriteAllText(chain, made.ExportCertificatePem());
                File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
                File.SetLastWriteTimeUtc(chain, at);
                File.SetLastWriteTimeUtc(key, at);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static DateTime Minutes(int ago) => DateTime.UtcNow.AddMinutes(ago);
    }

    [Fact]
    public void Limits_are_by_address_and_by_minute()
    {
        var guests = new RtmpGuests(clock);
        var (one, two) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        for (var i = 0; i < RtmpGuests.RefusalsPerMinute; i++)
        {
            guests.Enter(one).ShouldBeTrue();
            guests.Leave(one, refused: true);
        }
        guests.Enter(one).ShouldBeFalse("refused too often");
        guests.Enter(IPAddress.Parse("::ffff:192.0.2.1")).ShouldBeFalse("the same address");
        guests.Enter(two).ShouldBeTrue();
        guests.Leave(two, refused: false);
        clock.Advance(TimeSpan.FromMinutes(1));
        guests.Enter(one).ShouldBeTrue();
        guests.Leave(one, refused: false);

        for (var i = 0; i < RtmpGuests.AtOnce; i++)
            guests.Enter(IPAddress.Parse($"192.0.2.{i}")).ShouldBeTrue();
        guests.Enter(IPAddress.Parse("198.51.100.1")).ShouldBeFalse("the door is full");

        guests.MaySay(IPAddress.Parse("2001:db8::1"), "No.").ShouldBeTrue();
        guests.MaySay(IPAddress.Parse("2001:db8::2"), "No.").ShouldBeFalse("one network");
        Enumerable.Range(0, 100).Count(i => guests.MaySay(one, $"{i}")).ShouldBe(RtmpGuests.LinesPerMinute - 1);
    }

    [Fact]
    public void Without_a_certificate_nothing_is_taken_unless_somebody_allows_it()
    {
        string[] withPort = ["--rtmp-port", "1935"];
        Should.Throw<FormatException>(() => ServerOptions.Read(withPort)).Message.ShouldContain("--rtmp-certificate");
        Should.Throw<FormatException>(() => ServerOptions.Read([.. withPort, "--rtmp-unencrypted", "yes"]));
        Should.Throw<FormatException>(() => ServerOptions.Read([.. withPort, "--rtmp-certificate", "/nowhere.pem"]));
        Should
            .Throw<FormatException>(() =>
                ServerOptions.Read([.. withPort, "--rtmp-certificate", "/nowhere.pem", "--rtmp-certificate-key", "/nowhere.pem"])
            )
            .Message.ShouldContain("cannot be used");
        var ways = ServerOptions.Read([.. withPort, "--rtmp-unencrypted", "allow"]).Sources(clock)!;
        ways.Takes(SourceKind.Rtmp).ShouldBeTrue();
        ways.Takes(SourceKind.Rtsp).ShouldBeTrue();
        ways.Takes(SourceKind.Srt).ShouldBeFalse();
        ServerOptions.Read([]).Sources(clock).ShouldBeNull();
    }

    sealed class Journal : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue($"{logLevel} {formatter(state, exception)}");
    }
}
