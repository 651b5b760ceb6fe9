using System.Net.Http.Headers;
using System.Security.Cryptography;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests;

/// <summary>Uploads by tus, as the protocol has them.</summary>
public sealed class TusTests
{
    [Fact]
    public async Task The_server_says_what_it_speaks_to_anyone()
    {
        await using var house = await House.Open();
        using var http = new HttpClient { BaseAddress = house.Address };
        var answer = await http.SendAsync(new(HttpMethod.Options, "api/v1/uploads"));
        ((int)answer.StatusCode).ShouldBe(204);
        answer.Headers.GetValues("Tus-Version").Single().ShouldBe("1.0.0");
        answer
            .Headers.GetValues("Tus-Extension")
            .Single()
            .ShouldBe("creation,creation-with-upload,creation-defer-length,checksum,expiration,termination");
        answer.Headers.GetValues("Tus-Checksum-Algorithm").Single().ShouldBe("sha256,sha1");
        long.Parse(answer.Headers.GetValues("Tus-Max-Size").Single()).ShouldBe(64L << 30);
    }

    [Fact]
    public async Task An_upload_goes_up_in_pieces_and_resumes_where_the_server_says()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(300_000));
        var bytes = recording.Clips[0].Bytes;
        var upload = await camera.Create(recording, recording.Clips[0]);

        (await camera.Offset(upload)).ShouldBe(0);
        var first = await camera.Patch(upload, 0, bytes[..100_000]);
        ((int)first.StatusCode).ShouldBe(204);
        first.Headers.GetValues("Upload-Offset").Single().ShouldBe("100000");
        first.Headers.GetValues("Tus-Resumable").Single().ShouldBe("1.0.0");
        first.Headers.Contains("Upload-Expires").ShouldBeTrue();

        var wrong = await camera.Patch(upload, 99_999, bytes[99_999..]);
        ((int)wrong.StatusCode).ShouldBe(409);
        (await TestCamera.CodeOf(wrong)).ShouldBe("upload-offset");
        wrong.Headers.GetValues("Upload-Offset").Single().ShouldBe("100000");

        var head = await camera.Tus(HttpMethod.Head, upload);
        ((int)head.StatusCode).ShouldBe(200);
        head.Headers.CacheControl!.NoStore.ShouldBeTrue();
        head.Headers.GetValues("Upload-Length").Single().ShouldBe($"{bytes.Length}");
        string.Join(',', head.Headers.GetValues("Upload-Metadata"))
            .Replace(", ", ",", StringComparison.Ordinal)
            .ShouldBe(camera.Metadata(recording, recording.Clips[0]));

        ((int)(await camera.Patch(upload, 100_000, bytes[100_000..])).StatusCode).ShouldBe(204);
        // The last step again, as after a lost answer.
        ((int)(await camera.Patch(upload, bytes.Length, [])).StatusCode).ShouldBe(204);
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
        ((int)(await camera.Tus(HttpMethod.Delete, upload)).StatusCode).ShouldBe(409);
    }

    [Fact]
    public async Task Creation_can_bring_the_bytes_and_can_leave_the_length_open()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(clips: 2);
        var (one, two) = (recording.Clips[0], recording.Clips[1]);

        var whole = await camera.Tus(
            HttpMethod.Post,
            "api/v1/uploads",
            one.Bytes,
            ("Upload-Length", $"{one.Bytes.Length}"),
            ("Upload-Metadata", camera.Metadata(recording, one))
        );
        ((int)whole.StatusCode).ShouldBe(201);
        whole.Headers.GetValues("Upload-Offset").Single().ShouldBe($"{one.Bytes.Length}");

        var open = await camera.Tus(
            HttpMethod.Post,
            "api/v1/uploads",
            null,
            ("Upload-Defer-Length", "1"),
            ("Upload-Metadata", camera.Metadata(recording, two))
        );
        var upload = open.Headers.Location!.OriginalString;
        (await camera.Tus(HttpMethod.Head, upload)).Headers.GetValues("Upload-Defer-Length").Single().ShouldBe("1");
        await camera.Patch(upload, 0, two.Bytes[..10]);
        var last = await camera.Patch(upload, 10, two.Bytes[10..], ("Upload-Length", $"{two.Bytes.Length}"));
        ((int)last.StatusCode).ShouldBe(204);
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);

        foreach (
            var bad in new (string, string)[][]
            {
                [],
                [("Upload-Defer-Length", "2")],
                [("Upload-Length", "-1")],
                [("Upload-Length", "1e3")],
                [("Upload-Length", "5"), ("Upload-Defer-Length", "1")],
            }
        )
            (
                (int)
                    (
                        await camera.Tus(
                            HttpMethod.Post,
                            "api/v1/uploads",
                            null,
                            [.. bad, ("Upload-Metadata", camera.Metadata(recording, one))]
                        )
                    ).StatusCode
            ).ShouldBe(400);
        (
            (int)
                (
                    await camera.Tus(
                        HttpMethod.Post,
                        "api/v1/uploads",
                        null,
                        ("Upload-Length", $"{(64L << 30) + 1}"),
                        ("Upload-Metadata", camera.Metadata(recording, one))
                    )
                ).StatusCode
        ).ShouldBe(413);
    }

    [Fact]
    public async Task A_length_once_stated_stands_and_more_bytes_than_that_are_refused()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        var upload = await camera.Create(recording, recording.Clips[0], 10);
        ((int)(await camera.Patch(upload, 0, new byte[11])).StatusCode).ShouldBe(413);
        ((int)(await camera.Patch(upload, 0, new byte[5], ("Upload-Length", "12"))).StatusCode).ShouldBe(400);
        (await camera.Offset(upload)).ShouldBe(0);
        ((int)(await camera.Patch(upload, 0, new byte[5], ("Upload-Length", "10"))).StatusCode).ShouldBe(204);
    }

    [Fact]
    public async Task A_piece_with_a_wrong_checksum_is_discarded_and_the_digest_is_not_spoiled()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(RandomNumberGenerator.GetBytes(50_000));
        var bytes = recording.Clips[0].Bytes;
        var upload = await camera.Create(recording, recording.Clips[0]);
        (
            (int)
                (
                    await camera.Patch(upload, 0, bytes[..20_000], ("Upload-Checksum", TestCamera.Sha256(bytes[..20_000])))
                ).StatusCode
        ).ShouldBe(204);

        var bad = await camera.Patch(upload, 20_000, bytes[20_000..], ("Upload-Checksum", TestCamera.Sha256(bytes)));
        ((int)bad.StatusCode).ShouldBe(460);
        (await TestCamera.CodeOf(bad)).ShouldBe("checksum-mismatch");
        (await camera.Offset(upload)).ShouldBe(20_000);
        ((int)(await camera.Patch(upload, 20_000, bytes[20_000..], ("Upload-Checksum", "md5 AAAA"))).StatusCode).ShouldBe(400);

        var sha1 = "sha1 " + Convert.ToBase64String(SHA1.HashData(bytes[20_000..]));
        ((int)(await camera.Patch(upload, 20_000, bytes[20_000..], ("Upload-Checksum", sha1))).StatusCode).ShouldBe(204);
        ((int)(await camera.Admit(recording.Envelope)).StatusCode).ShouldBe(200);
        Directory.GetFiles(house.Agency.Folder.Uploads).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_protocols_own_refusals_have_its_statuses()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        var upload = await camera.Create(recording, recording.Clips[0]);

        var old = await camera.Tus(HttpMethod.Head, upload, null, ("Tus-Resumable", "0.2.2"));
        ((int)old.StatusCode).ShouldBe(412);
        old.Headers.GetValues("Tus-Version").Single().ShouldBe("1.0.0");
        (
            (int)
                (
                    await camera.Tus(HttpMethod.Patch, upload, [1], ("Upload-Offset", "0"), ("Content-Type", "text/plain"))
                ).StatusCode
        ).ShouldBe(415);
        ((int)(await camera.Tus(HttpMethod.Patch, upload, [1])).StatusCode).ShouldBe(400);
        ((int)(await camera.Tus(HttpMethod.Put, upload)).StatusCode).ShouldBe(405);
        ((int)(await camera.Tus(HttpMethod.Head, $"api/v1/uploads/{UploadId.New()}")).StatusCode).ShouldBe(404);
        ((int)(await camera.Tus(HttpMethod.Head, "api/v1/uploads/..%2f..%2fagency.json")).StatusCode).ShouldBe(404);

        // A client that can only POST.
        var patched = await camera.Tus(
            HttpMethod.Post,
            upload,
            recording.Clips[0].Bytes[..7],
            ("Upload-Offset", "0"),
            ("X-HTTP-Method-Override", "PATCH")
        );
        ((int)patched.StatusCode).ShouldBe(204);
        ((int)(await camera.Tus(HttpMethod.Post, upload, null, ("X-HTTP-Method-Override", "DELETE"))).StatusCode).ShouldBe(204);
        ((int)(await camera.Tus(HttpMethod.Head, upload)).StatusCode).ShouldBe(410);
        ((int)(await camera.Patch(upload, 7, [1])).StatusCode).ShouldBe(410);
        Directory.GetFiles(house.Agency.Folder.Uploads).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_the_camera_that_began_an_upload_knows_of_it()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        using var other = await TestCamera.Dock(house, "X-2");
        var recording = camera.Record();
        var upload = await camera.Create(recording, recording.Clips[0]);
        ((int)(await other.Tus(HttpMethod.Head, upload)).StatusCode).ShouldBe(404);
        ((int)(await other.Patch(upload, 0, recording.Clips[0].Bytes)).StatusCode).ShouldBe(404);
        ((int)(await other.Tus(HttpMethod.Delete, upload)).StatusCode).ShouldBe(404);
        camera.Http.DefaultRequestHeaders.Authorization = null;
        (await TestCamera.CodeOf(await camera.Patch(upload, 0, [1]))).ShouldBe("camera-session-needed");
        camera.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "nonsense");
        (await TestCamera.CodeOf(await camera.Patch(upload, 0, [1]))).ShouldBe("camera-session-ended");
    }
}
