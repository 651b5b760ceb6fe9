using System.Text.Json;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests;

public sealed class UploadProgressTests
{
    [Fact]
    public async Task Open_pages_hear_about_once_a_second_how_far_an_upload_has_come()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record(new byte[400_000]);
        var clip = recording.Clips[0];
        var upload = await camera.Create(recording, clip);
        var events = await Listen(await house.SignIn());

        await camera.Patch(upload, 0, clip.Bytes[..200_000]);
        await camera.Patch(upload, 200_000, clip.Bytes[200_000..]);

        var heard = await events.WaitAsync(TimeSpan.FromMinutes(2));
        var news = JsonDocument.Parse(heard).RootElement;
        upload.ShouldEndWith(news.GetProperty("id").GetString()!);
        news.GetProperty("doneBytes").GetInt64().ShouldBeInRange(1, clip.Bytes.Length);
        news.GetProperty("totalBytes").GetInt64().ShouldBe(clip.Bytes.Length);
    }

    /// <summary>The data of the first live event "progress".</summary>
    static async Task<Task<string>> Listen(HttpClient http)
    {
        var stream = await http.GetStreamAsync("events");
        var lines = new StreamReader(stream);
        await lines.ReadLineAsync(); // it listens from here on
        return Task.Run(async () =>
        {
            while (await lines.ReadLineAsync() is { } line)
                if (line == "event: progress")
                    return (await lines.ReadLineAsync())!["data: ".Length..];
            throw new EndOfStreamException("The events ended.");
        });
    }

    [Fact]
    public async Task The_page_of_cameras_says_when_each_was_last_seen_and_how_its_clock_goes()
    {
        await using var house = await House.Open();
        using var right = await TestCamera.Dock(house, "R-1");
        using var wrong = await TestCamera.Dock(house, "W-1");
        (
            await wrong.BeginSession(wrong.SignSession(TimeProvider.System.Now() + Duration.FromHours(8)))
        ).EnsureSuccessStatusCode();
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            await Cameras.Expect(work, "N-1", "Never came", default);
            await work.Commit(default);
        }
        using var administrator = await house.SignIn();

        var cameras = JsonDocument.Parse(await administrator.GetStringAsync("api/v1/cameras")).RootElement.GetProperty("items");
        JsonElement Seen(int i) => cameras[i].TryGetProperty("seen", out var seen) ? seen : default;
        Seen(0).ValueKind.ShouldBeOneOf(JsonValueKind.Undefined, JsonValueKind.Null);
        Seen(1).GetProperty("isClockOff").GetBoolean().ShouldBeFalse();
        Seen(2).GetProperty("clockInWords").GetString().ShouldBe("8.0 h ahead");

        var page = await administrator.GetStringAsync("cameras");
        page.ShouldContain("8.0 h ahead");
        page.ShouldContain("Never");
        (await administrator.GetStringAsync($"cameras/{wrong.Id}")).ShouldContain("Last seen");
    }
}
