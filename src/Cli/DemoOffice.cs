using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lapel.Cli;

/// <summary>What the demo's people do at their desks, each signed in as themselves, by the public API.</summary>
sealed class DemoOffice(Uri agency, string homes, SetBack clock)
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(40);

    const string Okafor = "okafor";
    const string Tremblay = "tremblay";
    const string Park = "park";

    /// <summary>Before the day's cameras are switched on: on the first, or the first that is not cut short, the programme begins.</summary>
    public async Task Morning(CancellationToken stop)
    {
        using (var manager = await As("adeyemi", stop))
            if ((await manager.Get("api/v1/policies", stop)).GetProperty("items").GetArrayLength() > 0)
                return;
        await AdoptPolicy(stop);
        await Exempt("31-0954", "Desk duty after an injury; no contact with the public.", stop);
    }

    /// <summary>After the day's recordings were docked.</summary>
    /// <param name="zero">Where the day's seconds count from.</param>
    public async Task Evening(DemoWeek.Day day, Instant zero, CancellationToken stop)
    {
        await Import(day, zero, stop);
        await Tag(day, stop);
        switch (day.Ago)
        {
            case 6:
                await Explain(Tremblay, "late-start", "danger", "Somebody ran at me as I got out; I pressed as soon as I could.", stop);
                await Review("brandt", "31-0877", "late-start", "explanation-accepted", "Radio traffic bears it out.", stop);
                await Explain(Park, "early-stop", "forgot", "I took it for finished when the owner came.", stop);
                await Review("haddad", "31-1190", "early-stop", "coaching", "Talked through when a call is over.", stop);
                await Praise("brandt", Okafor, "Calm from the first word to the last, and notice given at once.", stop);
                break;
            case 5:
                await Explain(Tremblay, "stopped", "other", "The man would not calm down while the camera was on.", stop);
                await Review(
                    "brandt",
                    "31-0877",
                    "stopped",
                    "sustained",
                    "In the street an objection is no reason to stop, and nothing else was going on.",
                    stop
                );
                break;
            case 4:
                await ReportFault(zero, stop);
                await Explain(Okafor, "stopped", "forgot", "I meant to change the battery and did not say so.", stop);
                await Review("brandt", "31-1042", "stopped", "sustained", "No reason that the policy knows, in the middle of a call.", stop);
                break;
            case 2:
                await Decide(
                    "laurent",
                    "31-0877",
                    0,
                    "Nothing happened while it was off, and the officer said so on the recording.",
                    "First time in eleven years, said aloud, seven seconds; a day would be out of proportion.",
                    stop
                );
                await Explain(Tremblay, "stopped", "reason-not-marked", "A victim asked me to; I pressed the wrong reason.", stop);
                break;
            case 1:
                await Decide("laurent", "31-1042", 1, "Stopped without a valid reason in the middle of an assault call.", null, stop);
                await Review("brandt", "31-0877", "stopped", "sustained", "The victim does not remember asking.", stop);
                await DraftStricter(stop);
                break;
            default:
                break;
        }
    }

    async Task AdoptPolicy(CancellationToken stop)
    {
        using var manager = await As("adeyemi", stop);
        var shipped = await manager.Text("api/v1/policies/shipped/toronto", stop);
        var (id, seen) = await Propose(
            manager,
            DemoPolicy.Of(shipped),
            Duration.FromSeconds(4),
            "First policy of the programme, for the start at 31 Division.",
            stop
        );
        await manager.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
        using var deputy = await As("lindqvist", stop);
        await deputy.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
    }

    /// <summary>Left for the newcomer: a proposed version that lacks its second approval.</summary>
    async Task DraftStricter(CancellationToken stop)
    {
        using var manager = await As("adeyemi", stop);
        var held = (await manager.Get("api/v1/policy", stop)).GetProperty("text").GetString()!;
        var (id, seen) = await Propose(
            manager,
            DemoPolicy.Stricter(held),
            Duration.FromDays(10),
            "Notice is missing too often: from next week its absence is a finding.",
            stop
        );
        await manager.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
    }

    async Task<(string Id, string Seen)> Propose(Server manager, string text, Duration ahead, string note, CancellationToken stop)
    {
        var draft = await manager.Post("api/v1/policies", new { text }, stop);
        var (id, seen) = (draft.GetProperty("id").GetString()!, draft.GetProperty("digest").GetString()!);
        await manager.Post(
            $"api/v1/policies/{id}/propose",
            new
            {
                seen,
                effectiveFrom = (clock.Now + ahead).ToText(),
                note,
            },
            stop
        );
        return (id, seen);
    }

    async Task Exempt(string badge, string reason, CancellationToken stop)
    {
        using var manager = await As("adeyemi", stop);
        await manager.Post(
            "api/v1/exemptions",
            new
            {
                officer = await OfficerId(manager, badge, stop),
                from = clock.Now.ToText(),
                until = (clock.Now + Duration.FromDays(30)).ToText(),
                reason,
                approvedBy = "Deputy Chief Eva Lindqvist",
            },
            stop
        );
    }

    async Task ReportFault(Instant zero, CancellationToken stop)
    {
        using var officer = await As(Tremblay, stop);
        await officer.Post(
            "api/v1/faults",
            new
            {
                from = (zero - Duration.FromMinutes(10)).ToText(),
                what = "The camera would not switch on after it fell out of its mount.",
                told = "Sergeant Helen Brandt",
            },
            stop
        );
    }

    async Task Import(DemoWeek.Day day, Instant zero, CancellationToken stop)
    {
        using var manager = await As("adeyemi", stop);
        var name = $"cad-{zero.ToText()[..10]}.csv";
        var import = await manager.Send(
            $"api/v1/dispatch/imports?name={name}&layout=Lapel%27s%20own",
            "text/csv",
            Encoding.UTF8.GetBytes(DispatchFile.Of(day, zero)),
            stop
        );
        var id = import.GetProperty("id").GetString();
        await manager.Post($"api/v1/dispatch/imports/{id}/start", new { }, stop);
        await Until(
            $"the import of {name}",
            async () => (await manager.Get($"api/v1/dispatch/imports/{id}", stop)).GetProperty("state").GetString() is "done",
            stop
        );
    }

    async Task Tag(DemoWeek.Day day, CancellationToken stop)
    {
        foreach (var account in new[] { Okafor, Tremblay, Park })
        {
            if (account == Park && day.Ago == 2)
                continue; // somebody always forgets
            using var officer = await As(account, stop);
            foreach (var recording in (await officer.Get("api/v1/recordings", stop)).GetProperty("items").EnumerateArray())
            {
                var id = recording.GetProperty("id").GetString();
                await officer.Post(
                    $"api/v1/recordings/{id}/tag",
                    new { caseNumber = $"31-{day.Ago}{id![^4..].Aggregate(0, (n, c) => ((n * 31) + c) % 10000):0000}", category = "Call for service" },
                    stop
                );
            }
        }
    }

    async Task Explain(string account, string kind, string reason, string text, CancellationToken stop)
    {
        using var officer = await As(account, stop);
        var finding = await Newest(officer, kind, null, stop);
        await officer.Post($"api/v1/findings/{finding}/explanations", new { reason, text }, stop);
    }

    async Task Review(string account, string badge, string kind, string outcome, string reason, CancellationToken stop)
    {
        using var supervisor = await As(account, stop);
        var finding = await Newest(supervisor, kind, badge, stop);
        await supervisor.Post($"api/v1/findings/{finding}/review", new { outcome, reason }, stop);
    }

    async Task Praise(string account, string officer, string text, CancellationToken stop)
    {
        string? recording;
        using (var wearer = await As(officer, stop))
            recording = (await wearer.Get("api/v1/recordings", stop)).GetProperty("items")[0].GetProperty("id").GetString();
        using var supervisor = await As(account, stop);
        await supervisor.Post("api/v1/commendations", new { text, recording }, stop);
    }

    async Task Decide(string account, string badge, int days, string reason, string? departure, CancellationToken stop)
    {
        using var standards = await As(account, stop);
        var officer = await OfficerId(standards, badge, stop);
        var cases = (await standards.Get("api/v1/cases?open=true", stop)).GetProperty("cases").EnumerateArray();
        var conduct = cases.Select(c => c.GetProperty("case")).First(c => c.GetProperty("officer").GetString() == officer);
        var signature = (await standards.Get("api/v1/session", stop)).GetProperty("account").GetProperty("fullName").GetString();
        await standards.Post(
            $"api/v1/cases/{conduct.GetProperty("id").GetString()}/decision",
            new
            {
                outcome = days > 0 ? "suspension" : "reprimand",
                days,
                reason,
                departure,
                signature,
            },
            stop
        );
    }

    /// <summary>The newest finding of a kind that the person sees; judging runs beside us, so it may take a moment.</summary>
    async Task<string> Newest(Server who, string kind, string? badge, CancellationToken stop)
    {
        var path = $"api/v1/findings?kind={kind}{(badge is null ? "" : $"&officer={badge}")}";
        string? found = null;
        await Until(
            $"a finding '{kind}'",
            async () =>
            {
                foreach (var row in (await who.Get(path, stop)).GetProperty("findings").EnumerateArray())
                    return (found = row.GetProperty("finding").GetProperty("id").GetString()) is not null;
                return false;
            },
            stop
        );
        return found!;
    }

    static async Task<string> OfficerId(Server who, string badge, CancellationToken stop)
    {
        var officers = (await who.Get("api/v1/officers", stop)).GetProperty("items").EnumerateArray();
        return officers
            .Select(o => o.TryGetProperty("officer", out var inside) ? inside : o)
            .First(o => o.GetProperty("badge").GetString() == badge).GetProperty("id").GetString()!;
    }

    static async Task Until(string what, Func<Task<bool>> so, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(LongestWait);
        while (!await so())
        {
            if (patience.IsCancellationRequested)
                throw new ServerSaidNo($"The demo waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(250), stop);
        }
    }

    async Task<Server> As(string account, CancellationToken stop)
    {
        var server = new Server(agency);
        await server.SignIn(account, DemoAgency.PasswordOf(account, await DemoAgency.AdministratorPassword(homes, stop)), stop);
        return server;
    }

    /// <summary>The day's calls as a dispatch system would export them, in Lapel's own layout.</summary>
    static class DispatchFile
    {
        public static string Of(DemoWeek.Day day, Instant zero)
        {
            var text = new StringBuilder("incident,badge,call_type,address,place,dispatched,arrived,cleared\n");
            var number = 0;
            var same = "";
            foreach (var call in day.Calls)
            {
                if (call.Type + call.Address != same)
                    number++;
                same = call.Type + call.Address;
                text.AppendLine(
                    string.Join(
                        ',',
                        string.Create(CultureInfo.InvariantCulture, $"PA-{zero.ToText()[2..10].Replace("-", "", StringComparison.Ordinal)}-{number:000}"),
                        call.Badge,
                        call.Type,
                        call.Address,
                        call.Place,
                        At(call.Dispatched),
                        At(call.Arrived),
                        At(call.Cleared)
                    )
                );
            }
            if (day.Ago == 1)
                text.AppendLine("PA-bad-row,31-1042,THEFT,York Gate mall,,yesterday afternoon,,"); // left for the newcomer to mend
            return text.ToString();

            string At(double? seconds) =>
                seconds is { } s ? (zero + Duration.FromSeconds(s)).ToText()[..19] + "Z" : "";
        }
    }
}
