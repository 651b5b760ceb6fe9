using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lapel.Cli;

/// <summary>What one of the demo's people does at a desk, signed in as themselves, by the public API.</summary>
sealed partial class DemoDesk : IDisposable
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);

    readonly Server server;

    DemoDesk(Server server) => this.server = server;

    public static async Task<DemoDesk> Of(Uri agency, string homes, string account, CancellationToken stop)
    {
        var server = new Server(agency);
        await server.SignIn(account, DemoAgency.PasswordOf(account, await DemoAgency.AdministratorPassword(homes, stop)), stop);
        return new(server);
    }

    public Server Server => server;

    /// <summary>The officer's own: answers the newest finding of a kind.</summary>
    /// <param name="atMs">Where in its recording they point to.</param>
    public async Task Explain(string kind, string reason, string text, CancellationToken stop, long? atMs = null)
    {
        var finding = await Newest(kind, null, stop);
        var recording = atMs is null ? null : Text(finding, "recording");
        await server.Post(
            $"api/v1/findings/{Text(finding, "id")}/explanations",
            new
            {
                reason,
                text,
                recording,
                atMs = recording is null ? null : atMs,
            },
            stop
        );
    }

    /// <summary>The supervisor's: closes the newest finding of a kind about an officer.</summary>
    public async Task Review(string badge, string kind, string outcome, string reason, CancellationToken stop) =>
        await server.Post($"api/v1/findings/{Text(await Newest(kind, badge, stop), "id")}/review", new { outcome, reason }, stop);

    /// <summary>Professional standards: decides the officer's open case.</summary>
    /// <param name="departure">Why it is below the policy's floor; signed with the account's name.</param>
    public async Task Decide(string badge, int days, string reason, string? departure, CancellationToken stop)
    {
        var cases = (await server.Get("api/v1/cases?open=true", stop)).GetProperty("cases").EnumerateArray();
        var conduct = cases.First(c => Text(c, "badge") == badge).GetProperty("case");
        await server.Post(
            $"api/v1/cases/{Text(conduct, "id")}/decision",
            new
            {
                outcome = days > 0 ? "suspension" : "reprimand",
                days,
                reason,
                departure,
                signature = departure is null
                    ? null
                    : Text((await server.Get("api/v1/session", stop)).GetProperty("account"), "fullName"),
            },
            stop
        );
    }

    /// <summary>The officer's: against what was decided about them.</summary>
    public async Task Appeal(string ground, CancellationToken stop)
    {
        var mine = (await server.Get("api/v1/cases", stop)).GetProperty("cases").EnumerateArray().First().GetProperty("case");
        await server.Post($"api/v1/cases/{Text(mine, "id")}/appeal", new { ground }, stop);
    }

    /// <summary>The officer's: gives recordings without one a case number and a category, the oldest first.</summary>
    public async Task Tag(string prefix, CancellationToken stop, int most = int.MaxValue)
    {
        foreach (
            var recording in (await server.Get("api/v1/recordings", stop)).GetProperty("recordings").EnumerateArray().Reverse()
        )
        {
            if (most == 0)
                return;
            var id = Text(recording, "id")!;
            var tag = await server.Get($"api/v1/recordings/{id}/tag", stop);
            if (tag.TryGetProperty("tag", out var given) && given.ValueKind == JsonValueKind.Object)
                continue;
            var number = id.Aggregate(0, (sum, c) => ((sum * 31) + c) % 10_000);
            await server.Post(
                $"api/v1/recordings/{id}/tag",
                new { caseNumber = $"31-{prefix}{number:0000}", category = "Call for service" },
                stop
            );
            most--;
        }
    }

    /// <summary>The supervisor's: looks at what was drawn for them and answers, as the review's page would, the first so many.</summary>
    public async Task DoReviews(int count, CancellationToken stop)
    {
        JsonElement[] waiting = [];
        await Until(
            "a draw for review",
            async () =>
                (waiting = [.. (await server.Get("api/v1/reviews", stop)).GetProperty("waiting").EnumerateArray()]).Length > 0,
            stop
        );
        foreach (var review in waiting.Take(count))
        {
            var path = $"reviews/{Text(review, "draw")}/{Text(review, "attendance")}";
            var sheet = await server.Get($"api/v1/{path}", stop);
            await Watch(path, sheet, stop);
            var recorded = sheet.GetProperty("recordings").GetArrayLength() > 0;
            var found = sheet.GetProperty("findings").GetArrayLength() > 0;
            var answers = sheet
                .GetProperty("questions")
                .EnumerateArray()
                .Select(q => Text(q, "id")!)
                .ToDictionary(id => id, id => recorded ? Answer(id, found) : "does-not-apply");
            var words =
                !recorded ? "Nothing was recorded, and what is known explains it."
                : found ? "It is with the officer already, as a finding."
                : "Seen from before the arrival to the end.";
            await server.Post($"api/v1/{path}", new { answers, words }, stop);
        }

        static string Answer(string question, bool found) =>
            question switch
            {
                "reasons-hold" => found ? "no" : "does-not-apply",
                "on-in-time" or "stayed-on" or "something-good" => found ? "no" : "yes",
                _ => "yes",
            };
    }

    /// <summary>Opens the review's page and takes from it what the player there would, so that what was watched can be believed.</summary>
    async Task Watch(string path, JsonElement sheet, CancellationToken stop)
    {
        if (sheet.GetProperty("recordings").EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } film)
            return;
        if (ViewingInPage().Match(await server.Text(path, stop)) is not { Success: true } viewing)
            return;
        var recording = Text(film, "recording");
        await using (
            var media = await server.Download(
                $"api/v1/recordings/{recording}/clips/1/media?viewing={viewing.Groups[1].Value}",
                stop
            )
        )
            await media.CopyToAsync(Stream.Null, stop);
        var length = InstantOf(film, "until") - InstantOf(film, "from");
        await server.Post(
            $"api/v1/{path}/watched",
            new { recording, seconds = new[] { new[] { 0L, (long)length.TotalSeconds } } },
            stop
        );
    }

    [GeneratedRegex("viewing=([0-9a-f-]{36})")]
    private static partial Regex ViewingInPage();

    public async Task<string> OfficerId(string badge, CancellationToken stop)
    {
        var officers = (await server.Get("api/v1/officers", stop)).GetProperty("items").EnumerateArray();
        return Text(
            officers.Select(o => o.TryGetProperty("officer", out var inside) ? inside : o).First(o => Text(o, "badge") == badge),
            "id"
        )!;
    }

    /// <summary>The newest finding of a kind that the person sees; judging runs beside us, so it may take a moment.</summary>
    async Task<JsonElement> Newest(string kind, string? badge, CancellationToken stop)
    {
        var path = $"api/v1/findings?kind={kind}{(badge is null ? "" : $"&officer={badge}")}";
        JsonElement found = default;
        await Until(
            $"a finding '{kind}'",
            async () =>
                (await server.Get(path, stop)).GetProperty("findings").EnumerateArray().FirstOrDefault()
                    is { ValueKind: JsonValueKind.Object } row
                && (found = row.GetProperty("finding")).ValueKind == JsonValueKind.Object,
            stop
        );
        return found;
    }

    /// <exception cref="ServerSaidNo">It took too long.</exception>
    public static async Task Until(string what, Func<Task<bool>> so, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(LongestWait);
        while (!await so())
        {
            if (patience.IsCancellationRequested)
                throw new ServerSaidNo($"The demo waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(250), stop);
        }
    }

    static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static Instant InstantOf(JsonElement of, string name) => of.GetProperty(name).Deserialize<Instant>(LapelJson.Lenient);

    public void Dispose() => server.Dispose();
}
