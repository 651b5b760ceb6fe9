using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Scenarios;

/// <summary>Bytes that are wrong on purpose. The server answers each with a clear refusal, keeps running, and loses nothing.</summary>
public sealed class HostileBytes
{
    const int JunkRequests = 10_000;
    const double MostMemoryMiB = 300;

    [Fact]
    public async Task Corrupted_repeated_reordered_and_truncated_pieces_end_in_the_upload_that_the_camera_sealed()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        var (recording, clip) = (RecordingId.New(), camera.Seal(RandomNumberGenerator.GetBytes(300_000)));
        var upload = await camera.Create(recording, clip);
        var (first, second) = (clip.Sealed[..100_000], clip.Sealed[100_000..]);
        var sum = ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData(first))}");

        var corrupted = first.ToArray();
        corrupted[5000] ^= 1;
        ((int)(await camera.Patch(upload, 0, corrupted, sum)).Status).ShouldBe(460, "a piece that is not what its checksum says");
        (await camera.Offset(upload)).ShouldBe(0);
        (await camera.Patch(upload, 100_000, second)).Status.ShouldBe(HttpStatusCode.Conflict, "a piece before its turn");
        (await camera.Patch(upload, 0, first, sum)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await camera.Patch(upload, 0, first, sum)).Status.ShouldBe(HttpStatusCode.Conflict, "a piece twice");
        (await camera.Patch(upload, 100_000, [.. second, 0])).Status.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge,
            "more than was announced"
        );
        await HangUpInTheMiddle(camera, upload, 100_000, second);
        // The server may hold the transfer that was cut off for a moment yet, and keep more of it: a camera asks again where it stands.
        HttpStatusCode last;
        var patience = 0;
        do
        {
            var offset = await camera.Offset(upload);
            offset.ShouldBeInRange(100_000, clip.Sealed.Length - 1);
            last = (await camera.Patch(upload, offset, clip.Sealed[(int)offset..])).Status;
            if (last == HttpStatusCode.Conflict)
                await Task.Delay(200);
        } while (last == HttpStatusCode.Conflict && ++patience < 100);
        last.ShouldBe(HttpStatusCode.NoContent);

        var (status, code, receipt) = await camera.Admit(camera.Sign(recording, clip.Entry));
        status.ShouldBe(HttpStatusCode.OK, code);
        receipt!.WhyNotValid(camera.Log).ShouldBeNull();
    }

    [Fact]
    public async Task Zero_bytes_noise_and_hostile_boxes_are_kept_as_evidence_that_cannot_be_played()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        byte[][] media =
        [
            [],
            RandomNumberGenerator.GetBytes(70_000),
            Box("ftyp", Encoding.ASCII.GetBytes("isom")).Concat(Box("moov", [.. Enumerable.Repeat((byte)0xff, 40)])).ToArray(),
            [0, 0, 0, 1, .. "moov"u8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            Nested(5000),
        ];
        var clerk = await house.As("clerk");
        foreach (var clear in media)
        {
            var (recording, _) = await camera.Bring(clear);
            var kept = await clerk.Get($"api/v1/recordings/{recording}");
            kept.GetProperty("recording").GetProperty("playback").GetString().ShouldBe("none");
            using var verified = await clerk.Http.PostAsync($"api/v1/recordings/{recording}/verify", null);
            (await verified.Content.ReadAsStringAsync()).ShouldNotContain("\"ok\":false");
        }
        (await house.Recordings()).Count.ShouldBe(media.Length);
    }

    [Fact]
    public async Task Ten_thousand_junk_requests_leave_the_server_running_small_and_without_a_trace()
    {
        await using var house = await LiveHouse.Open();
        using var camera = await RawCamera.Enrol(house, "RAW-1");
        using var stranger = AgencyClient.Visitor(house.Agency);
        using var junk = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                MaxConnectionsPerServer = 16,
            }
        )
        {
            BaseAddress = house.Agency,
        };
        var worst = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, JunkRequests),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, stop) =>
            {
                using var ask = Junk(new Random(number), camera.Token);
                using var answer = await junk.SendAsync(ask, stop);
                var status = (int)answer.StatusCode;
                if (status >= 500)
                    Interlocked.Exchange(ref worst, status);
            }
        );
        worst.ShouldBe(0, house.Server.Process.Said);
        house.Server.Process.PeakMemoryMiB.ShouldBeLessThan(MostMemoryMiB);
        (await camera.Bring([1, 2, 3])).Receipt.ShouldNotBeNull();
        (await house.Recordings()).Count.ShouldBe(1);
    }

    static HttpRequestMessage Junk(Random random, string token)
    {
        string[] paths =
        [
            "api/v1/uploads",
            $"api/v1/uploads/{Guid.NewGuid()}",
            "api/v1/admissions",
            "api/v1/cameras/session",
            "api/v1/sign-in",
            "recordings/../..",
            "api/v1/recordings/%00",
            "log/tile/0/%2e%2e/x",
            "health",
            "sign-in?return=//x",
        ];
        string[] methods = ["GET", "POST", "PATCH", "HEAD", "DELETE", "OPTIONS", "PUT", "BREW"];
        var ask = new HttpRequestMessage(new(methods[random.Next(methods.Length)]), paths[random.Next(paths.Length)]);
        if (random.Next(2) == 0)
            ask.Headers.Authorization = new AuthenticationHeaderValue("Bearer", random.Next(2) == 0 ? token : Text(random, 40));
        ask.Headers.TryAddWithoutValidation("Tus-Resumable", random.Next(4) == 0 ? Text(random, 8) : "1.0.0");
        ask.Headers.TryAddWithoutValidation("Upload-Length", random.Next(3) == 0 ? "-1" : Text(random, 12));
        ask.Headers.TryAddWithoutValidation("Upload-Offset", $"{random.NextInt64()}");
        ask.Headers.TryAddWithoutValidation("Upload-Metadata", Text(random, random.Next(3000)));
        if (ask.Method.Method is not ("GET" or "HEAD"))
        {
            var body = new byte[random.Next(4000)];
            random.NextBytes(body);
            ask.Content = new ByteArrayContent(body);
            ask.Content.Headers.TryAddWithoutValidation(
                "Content-Type",
                random.Next(2) == 0 ? "application/json" : "application/offset+octet-stream"
            );
        }
        return ask;
    }

    static string Text(Random random, int length) =>
        string.Create(
            length,
            random,
            (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                    to[i] = (char)from.Next('!', '~');
            }
        );

    /// <summary>Announces a whole piece and hangs up after half of it.</summary>
    static async Task HangUpInTheMiddle(RawCamera camera, Uri upload, long offset, byte[] piece)
    {
        using var socket = new System.Net.Sockets.TcpClient(upload.Host, upload.Port);
        await using var stream = socket.GetStream();
        var head =
            $"PATCH {upload.AbsolutePath} HTTP/1.1\r\nHost: {upload.Authority}\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {camera.Token}\r\n"
            + $"Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {piece.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(piece.AsMemory(0, piece.Length / 2));
    }

    static byte[] Box(string name, byte[] inside)
    {
        var box = new byte[8 + inside.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(box, (uint)box.Length);
        Encoding.ASCII.GetBytes(name).CopyTo(box, 4);
        inside.CopyTo(box, 8);
        return box;
    }

    static byte[] Nested(int depth)
    {
        byte[] inside = [];
        for (var i = 0; i < depth; i++)
            inside = Box("moov", inside);
        return inside;
    }
}
