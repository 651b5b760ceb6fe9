using System.Net;
using System.Net.Http.Json;
using Lapel.Records;

namespace Lapel.Tests.Governance;

/// <summary>What came later than the first path: cases by hand, second reviews, forms that keep what was typed.</summary>
[Trait("engine", "both")]
public sealed class People_decide_again
{
    static Task<HttpResponseMessage> Post(HttpClient http, string path, object body) =>
        http.PostAsJsonAsync($"api/v1/{path}", body, LapelJson.Lenient);

    [Fact]
    public async Task A_complaint_becomes_a_case_by_hand_that_the_officer_answers_and_somebody_else_decides()
    {
        await using var house = await DecidingHouse.Open();
        var (_, recording) = await house.StoppedEarly();
        using (var roth = await house.As("roth"))
        using (var brandt = await house.As("brandt"))
        {
            var breach = await house.FirstBreach();
            object Ask(string? its = null, string origin = "complaint", string? incident = "26-1") =>
                new
                {
                    officer = house.Room.Officer.Badge,
                    breach = its ?? breach,
                    origin,
                    reason = "A caller says that the officer was rude.",
                    incident,
                };
            (await Post(brandt, "cases", Ask())).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            await DecidingHouse.ShouldBeRefused(await Post(roth, "cases", Ask("rudeness")), "breach-class-missing");
            await DecidingHouse.ShouldBeRefused(await Post(roth, "cases", Ask(origin: "finding")), "case-origin-missing");
            await DecidingHouse.ShouldBeRefused(await Post(roth, "cases", Ask(incident: "26-77")), "case-without-event");
            (await roth.GetStringAsync("cases")).ShouldContain("Open a case by hand");
            var opened = await DecidingHouse.Read(await Post(roth, "cases", Ask()), HttpStatusCode.Created);
            var id = opened.GetProperty("case").GetProperty("id").GetString();
            opened.GetProperty("event").GetString().ShouldBe("26-1, DISTURBANCE");
            opened.TryGetProperty("finding", out _).ShouldBeFalse("no finding is behind it");
            await DecidingHouse.Read(
                await Post(
                    roth,
                    "cases",
                    new
                    {
                        officer = house.Room.Officer.Badge,
                        breach,
                        origin = "board-request",
                        reason = "Asked.",
                        recording = recording.Id,
                    }
                ),
                HttpStatusCode.Created
            );

            using var reyes = await house.As("reyes");
            (await reyes.GetStringAsync("recordings")).ShouldContain("A case about you was opened, and waits for your reply.");
            (await reyes.GetStringAsync($"cases/{id}")).ShouldContain("A caller says that the officer was rude.");
            using var okafor = await house.As("okafor");
            (await okafor.GetAsync($"cases/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            using var marsh = await house.As("marsh");
            var unfounded = new { outcome = "unfounded", reason = "The recording shows nothing of the kind." };
            await DecidingHouse.ShouldBeRefused(await Post(marsh, $"cases/{id}/decision", unfounded), "officer-has-time");
            (await Post(marsh, $"cases/{id}/replies", new { text = "x" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            await DecidingHouse.Read(
                await Post(reyes, $"cases/{id}/replies", new { text = "I was hoarse that day." }),
                HttpStatusCode.Created
            );
            await DecidingHouse.ShouldBeRefused(await Post(roth, $"cases/{id}/decision", unfounded), "case-accuser");
            var decided = await DecidingHouse.Read(await Post(marsh, $"cases/{id}/decision", unfounded), HttpStatusCode.Created);
            var file = decided.GetProperty("decision").GetProperty("file");
            file.GetProperty("origin").GetString().ShouldBe("complaint");
            file.GetProperty("replies")[0].GetProperty("text").GetString().ShouldBe("I was hoarse that day.");
            (await marsh.GetStringAsync($"cases/{id}")).ShouldContain("Unfounded");
        }
        var kinds = await house.Kinds();
        kinds.ShouldContain("case.opened-by-hand");
        kinds.ShouldContain("case.replied");
    }

    [Fact]
    public async Task A_finding_is_reviewed_a_second_time_by_somebody_else_and_both_reviews_stay_in_the_record()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, _) = await house.StoppedEarly();
        house.Pass(days: 7.1);
        using var brandt = await house.As("brandt");
        using var chief = await house.As("adeyemi");
        var again = new
        {
            outcome = "no-breach",
            ground = "higher-rank",
            reason = "The radio log explains it.",
        };
        await DecidingHouse.ShouldBeRefused(
            await Post(chief, $"findings/{finding}/second-review", again),
            "finding-not-reviewed"
        );
        await DecidingHouse.Read(
            await Post(brandt, $"findings/{finding}/review", new { outcome = "coaching", reason = "We talked." }),
            HttpStatusCode.Created
        );
        await DecidingHouse.ShouldBeRefused(await Post(brandt, $"findings/{finding}/second-review", again), "second-review-same");
        (await brandt.GetStringAsync($"findings/{finding}")).ShouldNotContain("Review it a second time");
        (await chief.GetStringAsync($"findings/{finding}")).ShouldContain("Review it a second time");
        await DecidingHouse.ShouldBeRefused(
            await Post(chief, $"findings/{finding}/second-review", new { outcome = "no-breach", reason = "x" }),
            "second-review-ground"
        );
        await DecidingHouse.Read(await Post(chief, $"findings/{finding}/second-review", again), HttpStatusCode.Created);
        var whole = await DecidingHouse.Read(await chief.GetAsync($"api/v1/findings/{finding}"));
        whole.GetProperty("review").GetProperty("outcome").GetString().ShouldBe("no-breach");
        var former = whole.GetProperty("former")[0];
        (former.GetProperty("outcome").GetString(), former.GetProperty("name").GetString()).ShouldBe(
            ("coaching", "Helen Brandt")
        );
        (await chief.GetStringAsync($"findings/{finding}")).ShouldContain("We talked. Looked at again");
        (await house.Kinds()).ShouldContain("finding.reviewed-again");
    }

    [Fact]
    public async Task What_was_typed_into_a_refused_tag_praise_or_explanation_stands_in_its_form_again()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, recording) = await house.StoppedEarly();
        async Task<string> Refused(HttpClient http, string page, string action, Dictionary<string, string> fields)
        {
            var shown = await http.GetStringAsync(page);
            var token = System
                .Text.RegularExpressions.Regex.Match(shown, "name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")
                .Groups[1]
                .Value;
            fields["__RequestVerificationToken"] = token;
            using var answer = await http.PostAsync(action, new FormUrlEncodedContent(fields));
            ((int)answer.StatusCode).ShouldBeInRange(400, 499);
            return await answer.Content.ReadAsStringAsync();
        }
        using var reyes = await house.As("reyes");
        var tagged = await Refused(
            reyes,
            $"recordings/{recording.Id}",
            $"recordings/{recording.Id}/tag",
            new() { ["caseNumber"] = "26-100177", ["category"] = "Gossip" }
        );
        tagged.ShouldContain("26-100177");
        tagged.ShouldContain("Choose one of the policy");
        var explained = await Refused(
            reyes,
            $"findings/{finding}",
            $"findings/{finding}/explain",
            new() { ["reason"] = "no-such-reason", ["text"] = "I thought it was over." }
        );
        explained.ShouldContain("I thought it was over.");
        using var brandt = await house.As("brandt");
        var praised = await Refused(
            brandt,
            $"findings/{finding}",
            "commendations",
            new()
            {
                ["finding"] = finding.Text,
                ["recording"] = recording.Id.Text,
                ["text"] = "Calm at the door." + new string('x', 2000),
            }
        );
        praised.ShouldContain("Calm at the door.");
    }
}
