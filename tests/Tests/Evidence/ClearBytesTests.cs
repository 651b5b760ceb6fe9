using Lapel.Evidence;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Tests.Evidence;

public sealed class The_media_of_a_clip
{
    static async Task<(DefaultHttpContext Http, byte[] Body)> Ask(
        Func<ClearClip> open,
        string method = "GET",
        string? range = null,
        Action<HttpRequest>? more = null
    )
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().BuildServiceProvider() };
        var body = new MemoryStream();
        http.Response.Body = body;
        http.Request.Method = method;
        if (range is not null)
            http.Request.Headers.Range = range;
        more?.Invoke(http.Request);
        await new ClearBytes(open, "abc", "video/mp4").ExecuteAsync(http);
        await http.Response.BodyWriter.FlushAsync();
        return (http, body.ToArray());
    }

    [Fact]
    public async Task Is_served_in_any_range_exactly_as_it_was_sealed()
    {
        await using var room = await EvidenceRoom.Open();
        var random = new Random(5);
        foreach (var length in new[] { 1, 16_327, 16_328, 16_329, 40_000, 1_234_567 })
        {
            var media = EvidenceRoom.Noise(length, length);
            var clip = (await room.ClipsOf(await room.Admit(media))).Single();

            var (whole, all) = await Ask(() => room.Clear.Open(clip));
            whole.Response.StatusCode.ShouldBe(200);
            whole.Response.ContentLength.ShouldBe(length);
            all.ShouldBe(media);
            for (var i = 0; i < 25; i++)
            {
                var from = random.Next(length);
                var to = random.Next(from, length);
                var (http, body) = await Ask(() => room.Clear.Open(clip), range: $"bytes={from}-{to}");
                http.Response.StatusCode.ShouldBe(206);
                http.Response.Headers.ContentRange.ToString().ShouldBe($"bytes {from}-{to}/{length}");
                body.ShouldBe(media[from..(to + 1)]);
            }
        }
    }

    [Theory]
    [InlineData("bytes=0-", 206, 0, 1000)]
    [InlineData("bytes=-10", 206, 990, 1000)]
    [InlineData("bytes=-5000", 206, 0, 1000)]
    [InlineData("bytes=990-5000", 206, 990, 1000)]
    [InlineData("bytes=1000-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=0-1,5-6", 200, 0, 1000)]
    [InlineData("lines=0-1", 200, 0, 1000)]
    [InlineData("bytes=9-3", 200, 0, 1000)]
    [InlineData("rubbish", 200, 0, 1000)]
    public async Task Answers_odd_ranges_as_the_standard_says(string range, int status, int from, int until)
    {
        await using var room = await EvidenceRoom.Open();
        var media = EvidenceRoom.Noise(1000);
        var clip = (await room.ClipsOf(await room.Admit(media))).Single();
        var (http, body) = await Ask(() => room.Clear.Open(clip), range: range);
        http.Response.StatusCode.ShouldBe(status);
        body.ShouldBe(media[from..until]);
    }

    [Fact]
    public async Task Has_a_head_a_name_and_is_not_sent_to_those_who_have_it()
    {
        await using var room = await EvidenceRoom.Open();
        var clip = (await room.ClipsOf(await room.Admit(EvidenceRoom.Noise(5000)))).Single();

        var (head, nothing) = await Ask(() => room.Clear.Open(clip), "HEAD");
        (head.Response.StatusCode, head.Response.ContentLength, nothing.Length).ShouldBe((200, 5000, 0));
        head.Response.Headers.ETag.ToString().ShouldBe("\"abc\"");
        head.Response.Headers.CacheControl.ToString().ShouldContain("private");

        (
            await Ask(() => room.Clear.Open(clip), more: r => r.Headers.IfNoneMatch = "\"x\", \"abc\"")
        ).Http.Response.StatusCode.ShouldBe(304);
        (
            await Ask(() => room.Clear.Open(clip), range: "bytes=0-1", more: r => r.Headers.IfRange = "\"old\"")
        ).Http.Response.StatusCode.ShouldBe(200);
    }

    [Fact]
    public async Task Is_never_served_false()
    {
        await using var room = await EvidenceRoom.Open();
        var media = EvidenceRoom.Noise(60_000);
        var clip = (await room.ClipsOf(await room.Admit(media))).Single();
        EvidenceRoom.Flip(room.SealedFile(clip), 40_000);

        var (untouched, body) = await Ask(() => room.Clear.Open(clip), range: "bytes=0-9999");
        (untouched.Response.StatusCode, body.AsSpan().SequenceEqual(media.AsSpan(0, 10_000))).ShouldBe((206, true));
        var (touched, none) = await Ask(() => room.Clear.Open(clip), range: "bytes=36000-36010");
        touched.Response.StatusCode.ShouldBe(409);
        System.Text.Encoding.UTF8.GetString(none).ShouldContain("clip-damaged");
    }

    [Fact]
    public async Task Is_gone_with_its_key()
    {
        await using var room = await EvidenceRoom.Open();
        var clip = (await room.ClipsOf(await room.Admit(EvidenceRoom.Noise(60_000)))).Single();
        room.Keys.Destroy(clip.Sealed);
        (await Ask(() => room.Clear.Open(clip))).Http.Response.StatusCode.ShouldBe(409);
    }

    [Fact]
    public async Task Of_two_empty_clips_that_power_was_cut_from_are_both_opened_though_they_share_one_object_and_one_key()
    {
        await using var room = await EvidenceRoom.Open();
        var nothing = Digest.Of([]);
        var (one, two) = (ClipId.New(), ClipId.New());
        foreach (var clip in new[] { one, two })
        {
            var file = Path.Combine(room.Agency.Folder.Uploads, clip.Text);
            File.WriteAllBytes(file, []);
            using var key = ContentKey.New();
            room.Keys.Keep(nothing, room.Agency.Get<EvidenceKey>().Public.Wrap(key, clip));
            room.Vault.Keep(nothing, file);
        }
        foreach (var clip in new[] { one, two })
        {
            using var clear = room.Clear.Open(clip, nothing, complete: false);
            clear.LengthBytes.ShouldBe(0);
        }
    }
}
