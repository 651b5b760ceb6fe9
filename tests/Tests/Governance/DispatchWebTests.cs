using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests.Governance;

[Trait("engine", "both")]
public sealed class DispatchWebTests(ITestOutputHelper output)
{
    const string Password = "tangerine lamp otter";

    static async Task<(HttpClient Manager, HttpClient Officer, HttpClient Supervisor, HttpClient Elsewhere)> People(House house)
    {
        Officer officer;
        Unit first;
        Unit second;
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            var service = await Units.Open(work, null, "York", UnitKind.Service, default);
            first = await Units.Open(work, service.Id, "31 Division", UnitKind.Division, default);
            second = await Units.Open(work, service.Id, "32 Division", UnitKind.Division, default);
            officer = await Officers.Enter(work, "3107", "Dana Osei", null, default);
            await Memberships.Join(work, officer.Id, first.Id, work.Now - Duration.FromDays(60), null, default);
            await work.Commit(default);
        }
        using var admin = await house.SignIn();
        foreach (
            var ask in new object[]
            {
                new
                {
                    name = "mara",
                    fullName = "Mara Vance",
                    role = "programme-manager",
                    password = Password,
                },
                new
                {
                    name = "osei",
                    fullName = "Dana Osei",
                    role = "officer",
                    officer = officer.Id,
                    password = Password,
                },
                new
                {
                    name = "brandt",
                    fullName = "Helen Brandt",
                    role = "supervisor",
                    unit = first.Id,
                    password = Password,
                },
                new
                {
                    name = "moreau",
                    fullName = "Luc Moreau",
                    role = "supervisor",
                    unit = second.Id,
                    password = Password,
                },
            }
        )
            (await admin.PostAsJsonAsync("api/v1/accounts", ask, LapelJson.Lenient)).EnsureSuccessStatusCode();
        return (
            await house.SignIn("mara", Password),
            await house.SignIn("osei", Password),
            await house.SignIn("brandt", Password),
            await house.SignIn("moreau", Password)
        );
    }

    static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    static async Task<JsonElement> Import(HttpClient http, string csv, string name = "calls.csv")
    {
        var sent = await Json(
            await http.PostAsync($"api/v1/dispatch/imports?name={name}", new StringContent(csv, Encoding.UTF8, "text/csv"))
        );
        var id = sent.GetProperty("id").GetString();
        await Json(await http.PostAsync($"api/v1/dispatch/imports/{id}/start", null));
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var import = await Json(await http.GetAsync($"api/v1/dispatch/imports/{id}"));
            if (import.GetProperty("state").GetString() is "done" or "failed")
                return import;
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(5), import.ToString());
            await Task.Delay(50);
        }
    }

    static string Csv(params string[] rows) =>
        "Event ID,Officer Badge ID,Officer Dispatched DateTime,Officer Cleared DateTime,Call type\r\n"
        + string.Join("\r\n", rows)
        + "\r\n";

    static string Day(int back = 1) => (DateTime.UtcNow.Date - TimeSpan.FromDays(back)).ToString("yyyy-MM-dd");

    [Fact]
    public async Task A_file_is_looked_at_taken_in_and_its_bad_row_mended()
    {
        await using var house = await House.Open();
        var (manager, officer, supervisor, elsewhere) = await People(house);
        var csv = Csv(
            $"E-1,3107,{Day()} 08:00,{Day()} 08:40,Disturbance",
            $"E-2,3107,when?,{Day()} 09:40,Disturbance",
            $"E-3,8888,{Day()} 10:00,{Day()} 10:10,Alarm"
        );
        var sent = await Json(await manager.PostAsync("api/v1/dispatch/imports", new StringContent(csv)));
        var preview = await Json(await manager.GetAsync($"api/v1/dispatch/imports/{sent.GetProperty("id").GetString()}/preview"));
        preview.GetProperty("bad").GetInt64().ShouldBe(1);
        preview.GetProperty("badges").EnumerateArray().Single().GetString().ShouldBe("8888");
        (await Json(await manager.GetAsync("api/v1/incidents")))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(0, "a preview writes nothing");

        var import = await Import(manager, csv);
        (import.GetProperty("added").GetInt64(), import.GetProperty("bad").GetInt64()).ShouldBe((2, 1));
        var id = import.GetProperty("id").GetString();
        var row = (await Json(await manager.GetAsync($"api/v1/dispatch/imports/{id}/rows"))).GetProperty("items")[0];
        row.GetProperty("line").GetInt64().ShouldBe(3);
        row.GetProperty("raw").GetString()!.ShouldStartWith("E-2,3107,when?");
        row.GetProperty("troubles")[0]
            .GetString()!
            .ShouldStartWith("The time \"when?\" under \"Officer Dispatched DateTime\" cannot be read.");
        (await manager.GetStringAsync($"dispatch/imports/{id}")).ShouldContain(
            "value=\"when?\"",
            customMessage: "the row stands in the page as it is in the file"
        );
        var still = await manager.PostAsJsonAsync(
            $"api/v1/dispatch/imports/{id}/rows/3/mend",
            new { fields = new[] { "E-2", "", "", "", "" } }
        );
        still.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await Json(
            await manager.PostAsJsonAsync(
                $"api/v1/dispatch/imports/{id}/rows/3/mend",
                new { fields = new[] { "E-2", "3107", $"{Day()} 09:00", $"{Day()} 09:40", "Disturbance" } }
            )
        );
        (await Json(await manager.GetAsync("api/v1/incidents"))).GetProperty("items").GetArrayLength().ShouldBe(3);

        var again = await Import(manager, csv);
        (
            again.GetProperty("added").GetInt64(),
            again.GetProperty("changed").GetInt64(),
            again.GetProperty("same").GetInt64()
        ).ShouldBe((0, 0, 2));

        (await Json(await officer.GetAsync("api/v1/incidents")))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(2, "an officer sees their own");
        (await Json(await supervisor.GetAsync("api/v1/incidents")))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(2, "and a supervisor the unit's");
        (await Json(await elsewhere.GetAsync("api/v1/incidents"))).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await elsewhere.GetAsync("api/v1/incidents/E-1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await officer.GetAsync("api/v1/incidents/E-1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (
            var page in new[]
            {
                "dispatch",
                "dispatch/E-1",
                "dispatch/imports",
                $"dispatch/imports/{id}",
                "dispatch/clock",
                "dispatch/systems",
                "dispatch/call-signs",
                "exemptions",
                "faults",
                $"dispatch?day={Day()}&officer=3107&type=dist&outcome=covered",
            }
        )
            (await manager.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.OK, page);
        (await officer.GetAsync("dispatch/on-view")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await officer.GetAsync("dispatch/imports")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_dispatch_system_sends_messages_with_its_token_and_each_counts_once()
    {
        await using var house = await House.Open();
        var (manager, _, _, _) = await People(house);
        var made = await Json(await manager.PostAsJsonAsync("api/v1/dispatch/systems", new { name = "CAD" }));
        using var cad = house.Visitor();
        var message = (string status, int minute) =>
            $$"""
                {"$id":"urn:x","eidoVersion":"1.0","lastUpdateTimeStamp":"{{Day()}}T08:{{minute:00}}:00Z","incidentComponent":{"internalIncidentId":"P-77","incidentTypeInternalText":"FIGHT"},
                "emergencyResourceComponent":[{"$id":"u1","emergencyResourceName":"31A","lastUpdateTimeStamp":"{{Day()}}T08:{{minute:00}}:00Z","primaryUnitStatusRegistryText":"{{status}}","agentReference":[{"$ref":"3107@york"}]}]}
                """;
        Task<HttpResponseMessage> Send(string body) =>
            cad.PostAsync("api/v1/dispatch/eido", new StringContent(body, Encoding.UTF8, "application/json"));
        (await Send(message("Dispatched", 0))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        cad.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.GetProperty("token").GetString());
        await Json(await Send(message("Dispatched", 0)));
        await Json(await Send(message("On Scene", 9)));
        await Json(await Send(message("En Route", 2))); // overtaken on its way
        (await Json(await Send(message("On Scene", 9)))).GetProperty("repeat").GetBoolean().ShouldBeTrue();
        await Json(await Send(message("Available", 40)));
        await Json(await Send(message("Dispatched", 55))); // and back again
        var incident = await Json(await manager.GetAsync("api/v1/incidents/P-77"));
        var parts = incident
            .GetProperty("seen")
            .GetProperty("parts")
            .EnumerateArray()
            .Select(p => p.GetProperty("attendance"))
            .ToList();
        parts.Count.ShouldBe(2);
        parts[0].GetProperty("dispatchedAt").GetString().ShouldBe($"{Day()}T08:00:00Z");
        parts[0].GetProperty("enRouteAt").GetString().ShouldBe($"{Day()}T08:02:00Z");
        parts[0].GetProperty("arrivedAt").GetString().ShouldBe($"{Day()}T08:09:00Z");
        parts[0].GetProperty("clearedAt").GetString().ShouldBe($"{Day()}T08:40:00Z");
        (await Send("{\"no\":1}")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Json(await manager.GetAsync("api/v1/dispatch/messages")))
            .GetProperty("items")[0]
            .GetProperty("trouble")
            .GetString()!
            .ShouldStartWith("It names no incident");
        await manager.PostAsync(
            $"api/v1/dispatch/systems/{made.GetProperty("system").GetProperty("id").GetString()}/revoke",
            null
        );
        (await Send(message("Cleared", 59))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_officer_enters_their_own_activity_and_reports_their_own_fault()
    {
        await using var house = await House.Open();
        var (_, officer, supervisor, elsewhere) = await People(house);
        var entered = await Json(
            await officer.PostAsJsonAsync(
                "api/v1/incidents",
                new
                {
                    activity = "questioning",
                    arrivedAt = $"{Day()}T20:00:00Z",
                    clearedAt = $"{Day()}T20:20:00Z",
                    place = "public",
                    note = "asked for directions",
                }
            )
        );
        entered.GetProperty("number").GetString()!.ShouldEndWith("-3107-1");
        (
            await officer.PostAsJsonAsync(
                "api/v1/incidents",
                new { activity = "questioning", arrivedAt = "2099-01-01T00:00:00Z" }
            )
        ).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var strange = new
        {
            activity = "questioning",
            arrivedAt = $"{Day()}T20:00:00Z",
            exigency = "fire!",
        };
        var refused = await officer.PostAsJsonAsync("api/v1/incidents", strange);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(
            "exigency-unknown",
            Case.Sensitive,
            "a word of the policy's list, or none"
        );
        (
            await supervisor.PostAsJsonAsync("api/v1/incidents", new { activity = "call", arrivedAt = $"{Day()}T20:00:00Z" })
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var fault = await Json(
            await officer.PostAsJsonAsync(
                "api/v1/faults",
                new
                {
                    from = $"{Day()}T20:00:00Z",
                    what = "does not switch on",
                    told = "Sgt. Brandt",
                }
            )
        );
        var id = fault.GetProperty("id").GetString();
        (await elsewhere.PostAsJsonAsync($"api/v1/faults/{id}/mend", new { })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Json(await elsewhere.GetAsync("api/v1/faults"))).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await Json(await supervisor.GetAsync("api/v1/faults"))).GetProperty("items").GetArrayLength().ShouldBe(1);
        await Json(await supervisor.PostAsJsonAsync($"api/v1/faults/{id}/mend", new { }));
    }

    [Fact]
    public async Task Of_a_dispatch_file_that_is_refused_nothing_stays_behind()
    {
        await using var house = await House.Open();
        var (manager, _, _, _) = await People(house);
        foreach (
            var (query, body) in new[]
            {
                ("layout=no-such-layout", Csv($"E-1,3107,{Day()} 20:00:00,{Day()} 20:30:00,Theft")),
                ("name=one-column.csv", "word\r\nother\r\n"),
                ("name=empty.csv", ""),
            }
        )
        {
            // Four at once: no request may trip over what another one takes away.
            var refused = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(_ => manager.PostAsync($"api/v1/dispatch/imports?{query}", new StringContent(body, Encoding.UTF8)))
            );
            refused.ShouldAllBe(a => (int)a.StatusCode >= 400 && (int)a.StatusCode <= 422, query);
        }
        var folder = Path.Combine(house.Agency.Folder.Root, "dispatch");
        (Directory.Exists(folder) ? Directory.GetFiles(folder) : []).ShouldBeEmpty();
        (await house.Fsck()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dispatch_file_of_which_one_bit_changed_or_that_is_gone_is_named()
    {
        await using var house = await House.Open();
        var (manager, _, _, _) = await People(house);
        await Import(manager, Csv($"E-1,3107,{Day()} 20:00:00,{Day()} 20:30:00,Theft"));
        (await house.Fsck()).ShouldBeEmpty();
        var file = Directory.GetFiles(Path.Combine(house.Agency.Folder.Root, "dispatch")).ShouldHaveSingleItem();
        var kept = await File.ReadAllBytesAsync(file);

        var changed = kept.ToArray();
        changed[^10] ^= 1;
        await File.WriteAllBytesAsync(file, changed);
        var found = (await house.Fsck()).ShouldHaveSingleItem();
        (found.Code, found.Sentence.Contains(file)).ShouldBe(("dispatch-file-changed", true));

        File.Delete(file);
        (await house.Fsck()).ShouldHaveSingleItem().Code.ShouldBe("dispatch-file-missing");

        // Somebody changed the file and the records alike: the custody log remembers.
        await File.WriteAllBytesAsync(
            Path.Combine(Path.GetDirectoryName(file)!, Digest.Of(changed).ToString()[7..] + ".csv"),
            changed
        );
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            await work.Execute("UPDATE dispatch_import SET content = @other", new { other = Digest.Of(changed) }, default);
            await work.Commit(default);
        }
        (await house.Fsck()).ShouldHaveSingleItem().Code.ShouldBe("dispatch-records-differ");

        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            await work.Execute("UPDATE dispatch_import SET content = @own", new { own = Digest.Of(kept) }, default);
            await work.Commit(default);
        }
        await File.WriteAllBytesAsync(file, kept); // from backup
        (await house.Fsck()).Where(f => f.Severity == Lapel.Evidence.Severity.Error).ShouldBeEmpty();
    }

    /// <summary>LAPEL_DISPATCH_ROWS=100000 measures; by itself it only proves that many rows are taken in batches.</summary>
    [Fact]
    public async Task Many_rows_are_taken_in_batches_and_in_bounded_memory()
    {
        var rows = int.TryParse(Environment.GetEnvironmentVariable("LAPEL_DISPATCH_ROWS"), out var asked) ? asked : 5000;
        await using var house = await House.Open();
        var (manager, _, _, _) = await People(house);
        var csv = Csv([
            .. Enumerable
                .Range(0, rows)
                .Select(i =>
                    $"E-{i},{(i % 3 == 0 ? 3107 : 4000 + i % 500)},{Day(1 + i / 5000)} {i / 120 % 22:00}:{i % 60:00}:00,{Day(1 + i / 5000)} {i / 120 % 22 + 1:00}:30:00,Call type {i % 40}"
                ),
        ]);
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var import = await Import(manager, csv);
        output.WriteLine(
            $"{rows} rows in {watch.Elapsed.TotalSeconds:0.0} s, {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.0} s of processors, {GC.GetTotalMemory(true) / 1_000_000} MB live, {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB peak"
        );
        import.GetProperty("added").GetInt64().ShouldBe(rows);
        watch.Restart();
        (await Import(manager, csv)).GetProperty("same").GetInt64().ShouldBe(rows);
        output.WriteLine($"the same again in {watch.Elapsed.TotalSeconds:0.0} s");
    }
}
