using System.Net;
using System.Net.Http.Json;
using Lapel.Records;

namespace Lapel.Tests.Governance;

/// <summary>From the finding to the appeal, by the people themselves, over the web.</summary>
[Trait("engine", "both")]
public sealed class People_decide
{
    static Task<HttpResponseMessage> Post(HttpClient http, string path, object body) =>
        http.PostAsJsonAsync($"api/v1/{path}", body, LapelJson.Lenient);

    [Fact]
    public async Task An_early_stop_goes_from_the_officer_to_an_appeal_and_every_step_is_in_the_log()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, recording) = await house.StoppedEarly();
        using var reyes = await house.As("reyes");
        using var brandt = await house.As("brandt");

        // Nothing is held against an officer who was asked a moment ago and has not answered.
        await DecidingHouse.ShouldBeRefused(
            await Post(brandt, $"findings/{finding}/review", new { outcome = "sustained", reason = "Off at the door." }),
            "officer-has-time"
        );
        await DecidingHouse.ShouldBeRefused(
            await Post(reyes, $"findings/{finding}/explanations", new { reason = "no-such-reason" }),
            "explanation-reason-missing"
        );
        await DecidingHouse.Read(
            await Post(
                reyes,
                $"findings/{finding}/explanations",
                new
                {
                    reason = "forgot",
                    text = "I thought it was over.",
                    recording = recording.Id,
                    atMs = 4000,
                }
            ),
            HttpStatusCode.Created
        );
        var reviewed = await DecidingHouse.Read(
            await Post(brandt, $"findings/{finding}/review", new { outcome = "sustained", reason = "Off at the door." }),
            HttpStatusCode.Created
        );
        var id = reviewed.GetProperty("case").GetString();
        await DecidingHouse.ShouldBeRefused(
            await Post(brandt, $"findings/{finding}/review", new { outcome = "no-breach", reason = "On second thoughts." }),
            "finding-reviewed"
        );

        using var roth = await house.As("roth");
        using var marsh = await house.As("marsh");
        (await brandt.GetAsync($"api/v1/cases/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var folder = await DecidingHouse.Read(await roth.GetAsync($"api/v1/cases/{id}"));
        folder.GetProperty("proposal").GetProperty("floorDays").GetInt32().ShouldBe(1);
        folder.GetProperty("evidence").GetArrayLength().ShouldBeGreaterThan(1);
        await DecidingHouse.ShouldBeRefused(
            await Post(roth, $"cases/{id}/decision", new { outcome = "informal", reason = "First time." }),
            "departure-missing"
        );
        await DecidingHouse.ShouldBeRefused(
            await Post(
                roth,
                $"cases/{id}/decision",
                new
                {
                    outcome = "informal",
                    reason = "First time.",
                    departure = "Ten years without one.",
                    signature = "Cleo Marsh",
                }
            ),
            "departure-unsigned"
        );
        var decided = await DecidingHouse.Read(
            await Post(
                roth,
                $"cases/{id}/decision",
                new
                {
                    outcome = "suspension",
                    days = 2,
                    reason = "The door was the event.",
                }
            ),
            HttpStatusCode.Created
        );
        var frozen = decided.GetProperty("decision").GetProperty("file");
        frozen.GetProperty("because").GetProperty("why").GetArrayLength().ShouldBeGreaterThan(0, "the tree is kept with it");
        frozen.GetProperty("explanations")[0].GetProperty("text").GetString().ShouldBe("I thought it was over.");

        await DecidingHouse.ShouldBeRefused(
            await Post(reyes, $"cases/{id}/appeal", new { ground = " " }),
            "appeal-ground-missing"
        );
        await DecidingHouse.Read(await Post(reyes, $"cases/{id}/appeal", new { ground = "Too hard." }), HttpStatusCode.Created);
        var varied = new
        {
            outcome = "varied",
            days = 1,
            reason = "The explanation was prompt.",
        };
        await DecidingHouse.ShouldBeRefused(await Post(roth, $"cases/{id}/appeal/decision", varied), "appeal-decider");
        var final = await DecidingHouse.Read(await Post(marsh, $"cases/{id}/appeal/decision", varied), HttpStatusCode.Created);
        final.GetProperty("appeal").GetProperty("penaltyDays").GetInt32().ShouldBe(1);

        var kinds = await house.Kinds();
        foreach (
            var kind in new[]
            {
                "finding.officer-asked",
                "finding.explained",
                "finding.reviewed",
                "case.opened",
                "case.evidence-added",
                "case.decided",
                "case.appeal-filed",
                "case.appeal-decided",
            }
        )
            kinds.ShouldContain(kind);
    }

    [Fact]
    public async Task Who_says_nothing_in_a_week_is_reviewed_without()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, _) = await house.StoppedEarly();
        house.Pass(days: 7.1);
        using var brandt = await house.As("brandt");
        var reviewed = await DecidingHouse.Read(
            await Post(brandt, $"findings/{finding}/review", new { outcome = "coaching", reason = "We talked." }),
            HttpStatusCode.Created
        );
        reviewed.TryGetProperty("case", out _).ShouldBeFalse("coaching opens no case");
        using var reyes = await house.As("reyes");
        var mine = await DecidingHouse.Read(await reyes.GetAsync("api/v1/my-findings"));
        mine.GetProperty("closed")[0].GetProperty("reason").GetString().ShouldBe("We talked.");
        await DecidingHouse.ShouldBeRefused(
            await Post(reyes, $"findings/{finding}/explanations", new { reason = "forgot" }),
            "finding-closed"
        );
    }

    [Fact]
    public async Task The_second_call_not_recorded_within_a_year_goes_to_professional_standards()
    {
        await using var house = await DecidingHouse.Open();
        var first = await house.NotRecorded();
        house.Pass(days: 8);
        using (var brandt = await house.As("brandt"))
            (
                await DecidingHouse.Read(
                    await Post(brandt, $"findings/{first}/review", new { outcome = "sustained", reason = "No camera on." }),
                    HttpStatusCode.Created
                )
            )
                .TryGetProperty("case", out _)
                .ShouldBeFalse("the first time it stays with the supervisor");
        var second = await house.NotRecorded();
        second.ShouldNotBe(first);
        house.Pass(days: 8);
        using var again = await house.As("brandt");
        var reviewed = await DecidingHouse.Read(
            await Post(again, $"findings/{second}/review", new { outcome = "sustained", reason = "Again." }),
            HttpStatusCode.Created
        );
        reviewed.GetProperty("review").GetProperty("breach").GetString().ShouldBe("repeated-no-activation");
        reviewed.GetProperty("case").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_finding_is_hidden_from_everyone_whose_it_is_not()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, _) = await house.StoppedEarly();
        foreach (
            var (name, sees) in new[]
            {
                ("okafor", false),
                ("moreau", false),
                ("whitfield", false),
                ("reyes", true),
                ("brandt", true),
                ("roth", true),
                ("ng", true),
            }
        )
        {
            using var http = await house.As(name);
            foreach (var path in new[] { $"api/v1/findings/{finding}", $"findings/{finding}" })
                (await http.GetAsync(path)).StatusCode.ShouldBe(
                    sees ? HttpStatusCode.OK : HttpStatusCode.NotFound,
                    $"{path} as {name}"
                );
        }
        using var ng = await house.As("ng");
        (await ng.GetStringAsync($"findings/{finding}")).ShouldNotContain(
            "lapel-player",
            Case.Insensitive,
            "a programme manager sees no recording"
        );
    }

    [Fact]
    public async Task Looking_at_a_recording_for_a_finding_has_the_finding_as_its_purpose()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, recording) = await house.StoppedEarly();
        using var brandt = await house.As("brandt");
        (await brandt.GetStringAsync($"findings/{finding}")).ShouldContain("lapel-player");
        using var reyes = await house.As("reyes");
        (await reyes.GetStringAsync($"api/v1/recordings/{recording.Id}/custody")).ShouldContain(
            $"Purpose: Review of a finding: {finding}"
        );
    }

    [Fact]
    public async Task An_officer_meets_what_waits_on_every_page_and_first_of_all()
    {
        await using var house = await DecidingHouse.Open();
        var (finding, recording) = await house.StoppedEarly();
        using var brandt = await house.As("brandt");
        await DecidingHouse.Read(
            await Post(brandt, "commendations", new { recording = recording.Id, text = "Calm at the door." }),
            HttpStatusCode.Created
        );
        using var reyes = await house.As("reyes");
        (await reyes.GetAsync("")).Headers.Location!.OriginalString.ShouldBe("/york/my-findings");
        (await reyes.GetStringAsync("recordings")).ShouldContain("wait for your explanation, and somebody praised what you did.");
        var page = await reyes.GetStringAsync("my-findings");
        page.ShouldContain("Calm at the door.");
        page.ShouldContain($"findings/{finding}/explain");
        (await house.Kinds()).ShouldContain("finding.seen");
        (await brandt.GetAsync("")).Headers.Location!.OriginalString.ShouldBe("/york/morning");
    }

    [Fact]
    public async Task A_tag_follows_the_policys_rule_and_is_seen_by_the_judge()
    {
        await using var house = await DecidingHouse.Open();
        var (_, recording) = await house.StoppedEarly();
        var at = $"recordings/{recording.Id}/tag";
        using var reyes = await house.As("reyes");
        using var moreau = await house.As("moreau");
        using var whitfield = await house.As("whitfield");
        (await Post(moreau, at, new { caseNumber = "2026-1001", category = "Arrest" })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        await DecidingHouse.ShouldBeRefused(
            await Post(whitfield, at, new { caseNumber = "2026-1001", category = "x" }),
            "tag-not-yours"
        );
        await DecidingHouse.ShouldBeRefused(
            await Post(reyes, at, new { caseNumber = "26-1001", category = "Gossip" }),
            "category-unknown"
        );
        await using (var reading = await house.Room.Read())
        {
            var category = (await Lapel.Governance.Policies.InForce(reading, house.Now, default))!.Policy.Tagging.Categories[0];
            await DecidingHouse.Read(await Post(reyes, at, new { caseNumber = "26-1001", category }), HttpStatusCode.Created);
        }
        await using var after = await house.Room.Read();
        (
            await after.One(
                "SELECT tagged_at FROM recorded WHERE recording = @Id",
                new { recording.Id },
                row => row.TimeOrNull("tagged_at"),
                default
            )
        ).ShouldBe(house.Now);
        (await reyes.GetStringAsync($"recordings/{recording.Id}")).ShouldContain("26-1001");
    }
}
