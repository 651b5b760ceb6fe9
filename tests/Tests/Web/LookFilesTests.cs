using System.Net;
using Lapel.Web;
using Shouldly;
using Xunit;

namespace Lapel.Tests.Web;

public sealed class LookFilesTests
{
    static readonly Surroundings Around = new("Metro", "Etc/UTC");

    [Fact]
    public async Task An_address_changes_with_the_content_and_is_kept_for_a_year()
    {
        await using var house = await PageHouse.Open(Around);
        await File.WriteAllTextAsync(Path.Combine(house.Built, "app.css"), "a{}");
        var before = house.Files.Url("app.css");
        using (var answer = await house.Http.GetAsync(before))
        {
            (await answer.Content.ReadAsStringAsync()).ShouldBe("a{}");
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }
        await File.WriteAllTextAsync(Path.Combine(house.Built, "app.css"), "b{color:red}");
        house.Files.Url("app.css").ShouldNotBe(before);
        using var stale = await house.Http.GetAsync(before);
        stale.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_the_bundler_named_by_its_content_is_kept_without_a_version()
    {
        await using var house = await PageHouse.Open(Around);
        await File.WriteAllTextAsync(Path.Combine(house.Built, "islands", "chunk-24CMZNHE.js"), "1");
        await File.WriteAllTextAsync(Path.Combine(house.Built, "islands", "keyboard-help.js"), "1");
        using var named = await house.Http.GetAsync("/_content/Lapel.Web/islands/chunk-24CMZNHE.js");
        named.Headers.CacheControl!.ToString().ShouldContain("immutable");
        using var plain = await house.Http.GetAsync("/_content/Lapel.Web/islands/keyboard-help.js");
        plain.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Fact]
    public async Task A_browser_that_has_the_file_is_told_so_and_one_that_can_gets_it_compressed()
    {
        await using var house = await PageHouse.Open(Around);
        await File.WriteAllTextAsync(Path.Combine(house.Built, "app.css"), "a{}");
        await File.WriteAllTextAsync(Path.Combine(house.Built, "app.css.br"), "small");
        using var ask = new HttpRequestMessage(HttpMethod.Get, house.Files.Url("app.css"));
        ask.Headers.Add("Accept-Encoding", "gzip, br");
        using var answer = await house.Http.SendAsync(ask);
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("small");

        using var again = new HttpRequestMessage(HttpMethod.Get, house.Files.Url("app.css"));
        again.Headers.Add("If-None-Match", answer.Headers.ETag!.ToString());
        using var unchanged = await house.Http.SendAsync(again);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("/_content/Lapel.Web/nothing.css")]
    [InlineData("/_content/Lapel.Web/../../secret")]
    [InlineData("/_content/Lapel.Web/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/_content/Lapel.Web/islands")]
    [InlineData("/_content/Lapel.Web")]
    public async Task What_is_not_a_file_of_the_look_is_not_there(string path)
    {
        await using var house = await PageHouse.Open(Around);
        using var answer = await house.Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
