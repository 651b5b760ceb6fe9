using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lapel.Evidence;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Media;

namespace Lapel.Tests.Evidence;

[Trait("engine", "both")]
public sealed class Recordings_over_the_web
{
    const string Password = "a very long pass phrase";

    static async Task<AccountId> Make(EvidenceRoom room, string name, Role role, OfficerId? officer = null, UnitId? unit = null)
    {
        var password = await NewPassword.Of(Password, EvidenceRoom.Stop);
        await using var work = await room.Begin();
        var account = await Accounts.Make(
            work,
            new(name, $"{name} Person", role, unit, officer, null),
            password,
            mustChange: false,
            EvidenceRoom.Stop
        );
        await work.Commit(EvidenceRoom.Stop);
        return account.Id;
    }

    static async Task<(House House, EvidenceRoom Room, Recording Recording)> Open()
    {
        var house = await House.Open();
        var room = await EvidenceRoom.In(house.Agency, TimeProvider.System, house.Data);
        await Make(room, "dana", Role.Officer, room.Officer.Id);
        await Make(room, "clerk", Role.EvidenceClerk);
        OfficerId other;
        await using (var work = await room.Begin())
        {
            other = (await Officers.Enter(work, "3102", "Sam Okafor", null, EvidenceRoom.Stop)).Id;
            await work.Commit(EvidenceRoom.Stop);
        }
        await Make(room, "rookie", Role.Officer, other);
        return (house, room, await room.Admit(GoldenMedia.Normal, GoldenMedia.Normal));
    }

    [Fact]
    public async Task Are_played_within_a_look_that_is_in_the_custody_log()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        using var dana = await house.SignIn("dana", Password);
        var at = $"api/v1/recordings/{recording.Id}";

        (await dana.GetAsync($"{at}/clips/1/media")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var playlist = await dana.GetStringAsync($"{at}/playlist.m3u8?purpose=court");
        playlist.ShouldStartWith("#EXTM3U");
        var media = Regex.Match(playlist, "clips/1/media\\?viewing=[0-9a-f-]{36}").Value;
        media.ShouldNotBeEmpty();

        using var ask = new HttpRequestMessage(HttpMethod.Get, $"{at}/{media}");
        ask.Headers.Range = new RangeHeaderValue(100, 20_099);
        var part = await dana.SendAsync(ask);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(GoldenMedia.Normal[100..20_100]);

        using var clerk = await house.SignIn("clerk", Password);
        (await clerk.GetAsync($"{at}/{media}")).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden,
            "a viewing is of no use to another account"
        );
        var custody = await clerk.GetStringAsync($"{at}/custody");
        custody.ShouldContain("\"words\":\"played the recording\",\"text\":\"Purpose: court\"");
    }

    static async Task Looks_for(HttpClient http, Recording recording, string purpose) =>
        (await http.PostAsJsonAsync($"api/v1/recordings/{recording.Id}/viewings", new { purpose })).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );

    [Fact]
    public async Task Ask_everyone_but_the_wearer_why_they_look()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        using var dana = await house.SignIn("dana", Password);
        using var clerk = await house.SignIn("clerk", Password);
        var at = $"api/v1/recordings/{recording.Id}";

        (await dana.GetStringAsync($"recordings/{recording.Id}")).ShouldContain("lapel-player");
        (await dana.GetStringAsync($"{at}/playlist.m3u8")).ShouldStartWith("#EXTM3U");

        (await clerk.GetStringAsync($"recordings/{recording.Id}")).ShouldNotContain("lapel-player");
        (await clerk.GetStringAsync($"recordings/{recording.Id}")).ShouldContain("Why do you look at this recording?");
        foreach (
            var refused in new[]
            {
                await clerk.GetAsync($"{at}/playlist.m3u8"),
                await clerk.PostAsJsonAsync($"{at}/viewings", new { }),
                await clerk.PostAsJsonAsync($"{at}/viewings", new { purpose = " " }),
            }
        )
            (refused.StatusCode, await refused.Content.ReadAsStringAsync()).ShouldSatisfyAllConditions(
                r => r.StatusCode.ShouldBe(HttpStatusCode.BadRequest),
                r => r.Item2.ShouldContain("purpose-needed")
            );

        await Looks_for(clerk, recording, "disclosure 2026-114");
        (await clerk.GetStringAsync($"recordings/{recording.Id}")).ShouldContain("lapel-player");
        (await dana.GetStringAsync($"{at}/custody")).ShouldContain("Purpose: disclosure 2026-114");
    }

    [Theory]
    [InlineData(null, null, "purpose-needed")]
    [InlineData("curiosity", null, "purpose-needed")]
    [InlineData("drawn-review", null, null)]
    [InlineData("court", null, "purpose-words-missing")]
    [InlineData("court", "R v Smith", null)]
    [InlineData("other", "", "purpose-words-missing")]
    public void Want_a_purpose_with_the_words_that_make_it_one(string? purpose, string? words, string? refused) =>
        (ViewingPurpose.WhyNotChoose(purpose, words)?.Code).ShouldBe(refused);

    [Fact]
    public async Task Look_like_nothing_to_those_who_may_not_see_them()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        foreach (var name in new[] { "rookie", "admin" })
        {
            using var http = await house.SignIn(name, name == "admin" ? House.AdministratorPassword : Password);
            foreach (
                var path in new[]
                {
                    "",
                    "/manifest",
                    "/receipt",
                    "/custody",
                    "/playlist.m3u8",
                    "/clips/1/media",
                    "/thumbnails",
                    "/filmstrip",
                    "/waveform",
                }
            )
            {
                var real = await http.GetAsync($"api/v1/recordings/{recording.Id}{path}");
                var none = await http.GetAsync($"api/v1/recordings/{RecordingId.New()}{path}");
                (real.StatusCode, await real.Content.ReadAsStringAsync()).ShouldBe(
                    (HttpStatusCode.NotFound, await none.Content.ReadAsStringAsync()),
                    path
                );
            }
            (await http.GetStringAsync("api/v1/recordings")).ShouldBe("""{"recordings":[]}""");
        }
    }

    [Fact]
    public async Task Are_shared_by_a_grant_until_it_is_taken_back()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        using var clerk = await house.SignIn("clerk", Password);
        using var rookie = await house.SignIn("rookie", Password);
        var at = $"api/v1/recordings/{recording.Id}";

        var given = await clerk.PostAsJsonAsync($"{at}/grants", new { account = "rookie", reason = "assisting" });
        given.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await rookie.GetAsync(at)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rookie.GetStringAsync("api/v1/recordings")).ShouldContain(recording.Id.Text);
        (await rookie.PostAsJsonAsync($"{at}/grants", new { account = "dana", reason = "x" })).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );

        var number = JsonDocument.Parse(await given.Content.ReadAsStringAsync()).RootElement.GetProperty("number").GetInt64();
        (await clerk.PostAsJsonAsync($"{at}/grants/{number}/revoke", new { reason = "done" })).StatusCode.ShouldBe(
            HttpStatusCode.NoContent
        );
        (await rookie.GetAsync(at)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Are_verified_and_exported_and_the_log_says_so()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        using var clerk = await house.SignIn("clerk", Password);
        var at = $"api/v1/recordings/{recording.Id}";

        var lines = (await (await clerk.PostAsync($"{at}/verify", null)).Content.ReadAsStringAsync()).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        lines.Length.ShouldBe(11);
        lines.ShouldAllBe(line => line.Contains("\"ok\":true"));

        var zip = await clerk.GetStreamAsync($"{at}/export?purpose=disclosure");
        var kept = new MemoryStream();
        await zip.CopyToAsync(kept);
        kept.Position = 0;
        var folder = Path.Combine(house.Data, "out");
        ExportFolder.Unpack(kept, folder);
        ExportVerifier.Check(folder, room.Log.Verifier).ShouldAllBe(c => c.Passed);
        Directory
            .EnumerateFiles(Path.Combine(folder, "custody"), "*.json")
            .Select(File.ReadAllText)
            .ShouldContain(e => e.Contains("disclosure"));

        var receipt = JsonSerializer.Deserialize<Receipt>(await clerk.GetStringAsync($"{at}/receipt"), LapelJson.Lenient)!;
        receipt.WhyNotValid(room.Log.Verifier).ShouldBeNull();
        Digest.Of(await clerk.GetByteArrayAsync($"{at}/manifest")).ShouldBe(recording.Manifest);
        using var dana = await house.SignIn("dana", Password);
        (await dana.GetAsync($"{at}/export")).StatusCode.ShouldBe(
            HttpStatusCode.NotFound,
            "the gate says nothing to roles that do not export"
        );
    }

    [Fact]
    public async Task Have_pages_with_what_a_person_needs()
    {
        var (house, room, recording) = await Open();
        await using var _ = house;
        using var clerk = await house.SignIn("clerk", Password);

        var list = await clerk.GetStringAsync("recordings?officer=3101&state=muted");
        list.ShouldContain("Dana Reyes");
        list.ShouldContain($"recordings/{recording.Id}");
        (await clerk.GetStringAsync("recordings?view=table")).ShouldContain("<table");
        (await clerk.GetStringAsync("recordings?text=nothing-like-it")).ShouldContain("No recording matches");
        (await clerk.GetAsync("recordings?from=yesterday")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await Looks_for(clerk, recording, "disclosure");
        var page = await clerk.GetStringAsync($"recordings/{recording.Id}");
        page.ShouldContain("lapel-player");
        page.ShouldContain("delivered the recording: 2 sealed clips");
        page.ShouldContain("door opened");
        (await clerk.GetStringAsync($"recordings/{recording.Id}")).ShouldContain("opened the recording&#x27;s page");
        await using var reading = await room.Read();
        (
            await reading.Many(
                "SELECT kind FROM custody_entry WHERE kind = 'recording.viewed'",
                null,
                row => row.Text("kind"),
                EvidenceRoom.Stop
            )
        ).Count.ShouldBe(1, "coming back soon is the same look");
    }
}
