using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Media;
using Lapel.Tests.Server;

namespace Lapel.Tests.Governance;

[Trait("engine", "both")]
public sealed class Drawn_reviews
{
    static readonly CancellationToken Stop = CancellationToken.None;

    /// <summary>Thirty required recordings of one division, most of which nobody's camera made.</summary>
    static async Task<(House House, MeasuredProgramme Programme)> Open()
    {
        var house = await House.Open();
        var programme = await MeasuredProgramme.Begin(house.Agency);
        await using var work = await programme.Begin();
        var week = work.Now - Duration.FromDays(10);
        for (var i = 0; i < 30; i++)
            await programme.Judge(
                work,
                programme.Officers[i % 12],
                programme.First,
                week + Duration.FromHours(i),
                i % 3 == 0 ? Outcome.Covered : Outcome.Missing
            );
        await programme.Judge(work, programme.Officers[0], programme.First, week, Outcome.NotRequired);
        await programme.Judge(work, programme.Officers[0], programme.Second, week, Outcome.Missing);
        await work.Commit(Stop);
        return (house, programme);
    }

    static async Task<JsonElement> Draw(HttpClient manager, UnitId unit, int wanted)
    {
        var from = DateTime.UtcNow.AddDays(-20).ToString("yyyy-MM-dd", null);
        var until = DateTime.UtcNow.AddDays(-3).ToString("yyyy-MM-dd", null);
        var answer = await manager.PostAsJsonAsync(
            "api/v1/reviews/draws",
            new
            {
                unit = unit.Text,
                from,
                until,
                wanted,
            }
        );
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, text);
        var id = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString();
        for (var tries = 0; tries < 900; tries++)
        {
            var draw = JsonDocument.Parse(await manager.GetStringAsync($"api/v1/reviews/draws/{id}")).RootElement;
            if (draw.GetProperty("draw").TryGetProperty("drawnAt", out _))
                return draw;
            await Task.Delay(200);
        }
        throw new TimeoutException("The draw was not made.");
    }

    [Fact]
    public async Task Anybody_redoes_a_draw_with_thirty_lines_of_python()
    {
        var (house, programme) = await Open();
        await using var _ = house;
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        var draw = await Draw(manager, programme.First.Id, 6);
        var id = draw.GetProperty("draw").GetProperty("id").GetString();
        var drawn = draw.GetProperty("drawn").EnumerateArray().Select(d => d.GetString()!).ToList();
        drawn.Count.ShouldBe(6);

        var folder = Directory.CreateTempSubdirectory("lapel-redraw-").FullName;
        var (checkpoint, frame) = (Path.Combine(folder, "checkpoint.txt"), Path.Combine(folder, "frame.txt"));
        await File.WriteAllTextAsync(checkpoint, await manager.GetStringAsync($"api/v1/reviews/draws/{id}/checkpoint"));
        await File.WriteAllTextAsync(frame, await manager.GetStringAsync($"api/v1/reviews/draws/{id}/frame"));
        var script = Path.Combine(Docs.Root, "docs/formats/redraw.py");
        var (exit, said) = Measures_of_a_month.Python(script, checkpoint, frame, "6");
        exit.ShouldBe(0, said);
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0]
            .ShouldBe($"list {draw.GetProperty("draw").GetProperty("frame").GetString()} 30", "not required ones are not in it");
        lines[2..].ShouldBe(drawn);

        // The seed is the log's signed head with the list's own entry as its last: fixed before, and by nobody's choice.
        var log = house.Agency.Get<CustodyLog>();
        var head = log.Verifier.Open(await File.ReadAllTextAsync(checkpoint));
        var entry = LogEntry.Read(log.Tiles.ReadEntry(head.Size - 1)).Event.ShouldBeOfType<CustodyEvent.ReviewFrameCommitted>();
        entry.Frame.ToString().ShouldBe(draw.GetProperty("draw").GetProperty("frame").GetString());
        Merkle
            .VerifyConsistency(
                head.Size,
                head.Root,
                log.Head.Size,
                log.Head.Root,
                log.Tiles.Consistency(head.Size, log.Head.Size)
            )
            .ShouldBeTrue();

        var other = (await File.ReadAllTextAsync(frame)).Split('\n')[1..];
        await File.WriteAllTextAsync(frame, string.Join('\n', other));
        Measures_of_a_month.Python(script, checkpoint, frame, "6").Said.ShouldNotContain(lines[0]);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_supervisor_reviews_what_was_not_recorded_too_and_nobody_else_can()
    {
        var (house, programme) = await Open();
        await using var _ = house;
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        using var sergeant = await house.SignIn("sergeant", MeasuredProgramme.Password);
        using var inspector = await house.SignIn("inspector", MeasuredProgramme.Password);
        var draw = await Draw(manager, programme.First.Id, 3);
        var at =
            $"api/v1/reviews/{draw.GetProperty("draw").GetProperty("id").GetString()}/{draw.GetProperty("drawn")[0].GetString()}";

        var sheet = JsonDocument.Parse(await sergeant.GetStringAsync(at)).RootElement;
        sheet.GetProperty("recordings").GetArrayLength().ShouldBe(0);
        (await inspector.GetAsync(at)).StatusCode.ShouldBe(HttpStatusCode.NotFound, "it is not theirs");
        var questions = sheet.GetProperty("questions").EnumerateArray().Select(q => q.GetProperty("id").GetString()!).ToList();
        var half = await sergeant.PostAsJsonAsync(at, new { answers = new Dictionary<string, string> { [questions[0]] = "no" } });
        (await half.Content.ReadAsStringAsync()).ShouldContain("answer-missing");
        var whole = new { answers = questions.ToDictionary(q => q, _ => "does-not-apply"), words = "Asked: he was on a post." };
        (await inspector.PostAsJsonAsync(at, whole)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await sergeant.PostAsJsonAsync(at, whole)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await sergeant.PostAsJsonAsync(at, whole)).Content.ReadAsStringAsync()).ShouldContain("review-done");
        (await sergeant.GetStringAsync("morning")).ShouldContain("Your reviews");
    }

    [Fact]
    public async Task Pages_of_reviews_measures_and_mornings_are_drawn_for_each_who_may_see_them()
    {
        var (house, programme) = await Open();
        await using var _ = house;
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        var draw = await Draw(manager, programme.First.Id, 3);
        var id = draw.GetProperty("draw").GetProperty("id").GetString();
        await using (var work = await programme.Begin())
        {
            foreach (
                var month in new[] { Month.Of(work.Now, house.Agency.Profile), Month.Of(work.Now, house.Agency.Profile).Plus(-1) }
            )
                await CountingMonth.Count(work, month, house.Agency.Profile, Stop);
            await work.Commit(Stop);
        }
        using var sergeant = await house.SignIn("sergeant", MeasuredProgramme.Password);
        var present = Month.Of(TimeProvider.System.Now(), house.Agency.Profile);
        foreach (
            var (who, path) in new[]
            {
                (sergeant, "morning"),
                (sergeant, "reviews"),
                (sergeant, $"reviews/{id}/{draw.GetProperty("drawn")[0].GetString()}"),
                (sergeant, $"measures?month={present}"),
                (sergeant, $"measures?month={present}&unit={programme.First.Id}"),
                (sergeant, $"measures/rows?month={present}&kind=missing&unit={programme.First.Id}"),
                (manager, "morning"),
                (manager, "reviews"),
                (manager, "reviews/draws"),
                (manager, $"reviews/draws/{id}"),
                (manager, $"measures/{present}/report"),
                (manager, "measures/method"),
                (manager, $"measures/rows?month={present}&kind=missing"),
                (manager, "open-data"),
            }
        )
        {
            var answer = await who.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
        (await sergeant.GetAsync($"measures/rows?month={present}&kind=missing")).StatusCode.ShouldBe(
            HttpStatusCode.NotFound,
            "officers of other divisions are not the sergeant's"
        );
        (await manager.GetAsync("")).Headers.Location!.ToString().ShouldEndWith("/morning");
    }

    [Fact]
    public async Task What_nobody_did_in_time_goes_to_the_next_supervisor_above()
    {
        var (house, programme) = await Open();
        await using var _ = house;
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        await Draw(manager, programme.First.Id, 2);
        await using var work = await programme.Begin();
        var rule = (await Policies.InForce(work, work.Now, Stop))!.Policy.Reviews;
        var waiting = (await Reviews.WaitingFor(work, programme.Supervisor, Stop)).Count;
        waiting.ShouldBeGreaterThanOrEqualTo(2, "the week's own draw may be among them");
        await work.Execute(
            "UPDATE review SET due_at = @late WHERE reviewer = @Supervisor",
            new { late = work.Now - Duration.FromDays(rule.EscalateDays + 1), programme.Supervisor },
            Stop
        );
        (await Reviews.Escalate(work, _ => rule, Stop)).ShouldBe(waiting);
        (await Reviews.Escalate(work, _ => rule, Stop)).ShouldBe(0, "once");
        (await Reviews.WaitingFor(work, programme.Supervisor, Stop)).ShouldBeEmpty();
        (await Reviews.WaitingFor(work, programme.Above, Stop))
            .Count(r => r.EscalatedFrom == programme.Supervisor)
            .ShouldBe(waiting);
        await work.Commit(Stop);
    }

    [Fact]
    public async Task Seconds_count_when_they_were_played_and_served_and_once()
    {
        await using var house = await House.Open();
        var programme = await MeasuredProgramme.Begin(house.Agency);
        var room = await ReviewedRecording.Admit(house, programme);
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        using var sergeant = await house.SignIn("sergeant", MeasuredProgramme.Password);
        var draw = await Draw(manager, programme.First.Id, 1);
        var address = $"{draw.GetProperty("draw").GetProperty("id").GetString()}/{room.Attendance}";

        async Task<int> Tell(params int[][] seconds)
        {
            var answer = await sergeant.PostAsJsonAsync(
                $"api/v1/reviews/{address}/watched",
                new { recording = room.Recording.Text, seconds }
            );
            var text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
            return JsonDocument.Parse(text).RootElement.GetProperty("watchedSeconds").GetInt32();
        }

        (await Tell([0, 5])).ShouldBe(0, "nothing was served");
        var page = await sergeant.GetStringAsync($"reviews/{address}");
        var viewing = System.Text.RegularExpressions.Regex.Match(page, "viewing=([0-9a-f-]{36})").Groups[1].Value;
        var playlist = await sergeant.GetStringAsync($"api/v1/recordings/{room.Recording}/playlist.m3u8?viewing={viewing}");
        var ranges = System
            .Text.RegularExpressions.Regex.Matches(playlist, "#EXT-X-BYTERANGE:(\\d+)@(\\d+)")
            .Select(m => (Length: long.Parse(m.Groups[1].Value, null), From: long.Parse(m.Groups[2].Value, null)))
            .ToList();
        ranges.Count.ShouldBe(2);
        var counted = new List<int>();
        foreach (var range in ranges)
        {
            using (
                var ask = new HttpRequestMessage(
                    HttpMethod.Get,
                    $"api/v1/recordings/{room.Recording}/clips/1/media?viewing={viewing}"
                )
            )
            {
                ask.Headers.Range = new(range.From, range.From + range.Length - 1);
                (await sergeant.SendAsync(ask)).StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            }
            var before = counted.LastOrDefault();
            var now = before;
            for (var tries = 0; tries < 1200 && now == before; tries++)
            {
                now = await Tell([0, 5]); // what was served is written after the answer has gone out
                await Task.Delay(100);
            }
            counted.Add(now);
        }
        counted[0].ShouldBeInRange(1, 4, "only the first part was served");
        counted[1].ShouldBe(5);
        (await Tell([0, 5], [0, 2], [3, 900])).ShouldBe(5);
        (await sergeant.GetStringAsync($"api/v1/recordings/{room.Recording}/custody")).ShouldContain("Drawn review");
    }
}

/// <summary>A recording of the first officer in the house's vault, with the attendance that it belongs to.</summary>
sealed record ReviewedRecording(RecordingId Recording, AttendanceId Attendance)
{
    public static async Task<ReviewedRecording> Admit(House house, MeasuredProgramme programme)
    {
        var stop = CancellationToken.None;
        var room = await Lapel.Tests.Evidence.EvidenceRoom.In(
            house.Agency,
            TimeProvider.System,
            house.Data,
            service: programme.Service
        );
        await using (var work = await programme.Begin())
        {
            await Memberships.Join(work, room.Officer.Id, programme.First.Id, work.Now - Duration.FromDays(40), null, stop);
            await work.Commit(stop);
        }
        var recording = await room.Admit(GoldenMedia.Normal);
        for (var (tries, there) = (0, false); tries < 1800 && !there; tries++)
        {
            await Task.Delay(100);
            await using var reading = await programme.Records.Read(stop);
            there = await reading.Any("SELECT 1 FROM recorded WHERE recording = @Id", new { recording.Id }, stop);
        }
        await using (var work = await programme.Begin())
        {
            await work.Execute(
                "UPDATE recording SET unit = @unit WHERE id = @Id",
                new { unit = programme.First.Id, recording.Id },
                stop
            );
            var begins = work.Now - Duration.FromDays(10);
            // The follower has copied it with its own times: here it belongs to last week.
            (await work.Execute("DELETE FROM recorded WHERE recording = @Id", new { recording.Id }, stop)).ShouldBe(1);
            await MeasuredProgramme.Record(
                work,
                room.Officer,
                programme.First,
                begins,
                Duration.FromSeconds(5),
                Duration.FromHours(1),
                recording: recording.Id
            );
            var attendance = await programme.Judge(work, room.Officer, programme.First, begins, Outcome.Covered, whole: true);
            await work.Commit(stop);
            return new(recording.Id, attendance);
        }
    }
}
