using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using NodaTime;

namespace Lapel.Cli;

/// <summary>Who does what at which desk in the demo's week: everything that a policy has people do, once, and some of it left to do.</summary>
sealed class DemoOffice(Uri agency, string homes, SetBack clock) : IDisposable
{
    const string Okafor = "okafor";
    const string Tremblay = "tremblay";
    const string Park = "park";
    const string APlatoon = "brandt";
    const string Division = "haddad";
    const string Programme = "adeyemi";
    const string Standards = "laurent";

    readonly ConcurrentDictionary<string, Task<DemoDesk>> desks = new();

    /// <summary>Before the day's cameras are switched on: on the first, or the first that is not cut short, the programme begins.</summary>
    public async Task Morning(CancellationToken stop)
    {
        var manager = await At(Programme, stop);
        if ((await manager.Server.Get("api/v1/policies", stop)).GetProperty("items").GetArrayLength() > 0)
            return;
        await AdoptPolicy(manager.Server, stop);
        await manager.Server.Post(
            "api/v1/exemptions",
            new
            {
                officer = await manager.OfficerId("31-0954", stop),
                from = clock.Now.ToText(),
                until = (clock.Now + Duration.FromDays(30)).ToText(),
                reason = "Desk duty after an injury; no contact with the public.",
                approvedBy = "Deputy Chief Eva Lindqvist",
            },
            stop
        );
    }

    /// <summary>After the day's recordings were docked.</summary>
    /// <param name="zero">Where the day's seconds count from.</param>
    public async Task Evening(DemoWeek.Day day, Instant zero, CancellationToken stop)
    {
        if (day.Ago == 4)
            await ReportFault(zero, stop);
        await Import(day, zero, stop);
        await Tag(Okafor, stop);
        await Tag(Tremblay, stop);
        switch (day.Ago)
        {
            case 6:
                await Do(
                    Tremblay,
                    d => d.Explain("late-start", "danger", "Somebody ran at me as I got out; I pressed as soon as I could.", stop)
                );
                await Do(
                    APlatoon,
                    d => d.Review("31-0877", "late-start", "explanation-accepted", "The radio traffic bears it out.", stop)
                );
                await Do(Park, d => d.Explain("early-stop", "forgot", "I took it for finished when the owner came.", stop));
                await Do(
                    Division,
                    d => d.Review("31-1190", "early-stop", "coaching", "Talked through when a call is over. First time.", stop)
                );
                await Praise(APlatoon, Okafor, "Calm from the first word to the last, and notice given at once.", stop);
                break;
            case 5:
                await Do(
                    Tremblay,
                    d => d.Explain("stopped", "other", "The man would not calm down while the camera was on.", stop, atMs: 9_000)
                );
                await Do(
                    APlatoon,
                    d =>
                        d.Review(
                            "31-0877",
                            "stopped",
                            "sustained",
                            "In the street an objection is no reason to stop, and nothing else was going on.",
                            stop
                        )
                );
                await Draw("A Platoon", from: 6, until: 6, wanted: 2, stop);
                await Do(APlatoon, d => d.DoReviews(1, stop));
                break;
            case 4:
                await Do(
                    Okafor,
                    d => d.Explain("stopped", "forgot", "I meant to change the battery and did not say so.", stop, atMs: 9_000)
                );
                await Do(
                    APlatoon,
                    d =>
                        d.Review(
                            "31-1042",
                            "stopped",
                            "sustained",
                            "No reason that the policy knows, in the middle of a call.",
                            stop
                        )
                );
                break;
            case 2:
                await Tag(Park, stop, most: 1); // the first day's, too late; the others stay without
                await Do(
                    Standards,
                    d =>
                        d.Decide(
                            "31-0877",
                            0,
                            "Stopped for an objection in the street. Nothing happened meanwhile, and the officer said so on the recording.",
                            "First time in eleven years, said aloud, four seconds: a day would be out of proportion.",
                            stop
                        )
                );
                await Do(
                    Tremblay,
                    d => d.Explain("stopped", "reason-not-marked", "A victim asked me to; I pressed the wrong reason.", stop)
                );
                break;
            case 1:
                await Do(
                    Tremblay,
                    d => d.Appeal("The policy was one day old, and nobody had been taught what counts in the street.", stop)
                );
                await Do(
                    Standards,
                    d => d.Decide("31-1042", 1, "Stopped without a valid reason in the middle of an assault call.", null, stop)
                );
                // From here on it waits for the newcomer: a case, two explanations, findings without one, reviews, a draft, a bad row.
                await Do(
                    APlatoon,
                    d => d.Review("31-0877", "stopped", "sustained", "The victim does not remember asking.", stop)
                );
                await Do(
                    Tremblay,
                    d => d.Explain("late-start", "danger", "The man held a knife; I had both hands full.", stop, atMs: 2_000)
                );
                await Do(
                    Park,
                    d => d.Explain("docked-late", "no-dock", "I was on a course and the dock was not on my way.", stop)
                );
                await Draw("31 Division", from: 6, until: 2, wanted: 4, stop);
                await Draw("A Platoon", from: 5, until: 2, wanted: 3, stop);
                await Do(Division, d => d.DoReviews(2, stop));
                await DraftStricter(stop);
                break;
            default:
                break;
        }
    }

    /// <summary>Everyone signs in once a day: a password is made to be slow to check.</summary>
    public Task<DemoDesk> At(string account, CancellationToken stop) =>
        desks.GetOrAdd(account, name => DemoDesk.Of(agency, homes, name, stop));

    /// <summary>While the cameras record, whoever has something to do in the evening takes a seat; one after another, as at a door.</summary>
    public async Task Arrive(CancellationToken stop)
    {
        foreach (var who in new[] { Okafor, Tremblay, Park, APlatoon, Division, Programme, Standards })
            await At(who, stop);
    }

    async Task Do(string account, Func<DemoDesk, Task> what)
    {
        await what(await At(account, CancellationToken.None));
    }

    async Task Tag(string account, CancellationToken stop, int most = int.MaxValue) =>
        await Do(account, d => d.Tag(clock.Now.ToText()[5..7] + clock.Now.ToText()[8..10], stop, most));

    async Task AdoptPolicy(Server manager, CancellationToken stop)
    {
        var shipped = await manager.Text("api/v1/policies/shipped/toronto", stop);
        var (id, seen) = await Propose(
            manager,
            DemoPolicy.Of(shipped),
            Duration.FromSeconds(3),
            "First policy of the programme, for the start at 31 Division.",
            stop
        );
        await manager.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
        var deputy = await At("lindqvist", stop);
        await deputy.Server.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
    }

    /// <summary>Left for the newcomer: a proposed version that lacks its second approval.</summary>
    async Task DraftStricter(CancellationToken stop)
    {
        var manager = await At(Programme, stop);
        var held = (await manager.Server.Get("api/v1/policy", stop)).GetProperty("text").GetString()!;
        var (id, seen) = await Propose(
            manager.Server,
            DemoPolicy.Stricter(held),
            Duration.FromDays(10),
            "Notice is missing too often: from then on its absence is a finding.",
            stop
        );
        await manager.Server.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
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

    async Task ReportFault(Instant zero, CancellationToken stop)
    {
        var officer = await At(Tremblay, stop);
        var fault = await officer.Server.Post(
            "api/v1/faults",
            new
            {
                from = (zero - Duration.FromMinutes(10)).ToText(),
                what = "The camera would not switch on after it fell out of its mount.",
                told = "Sergeant Helen Brandt",
            },
            stop
        );
        await officer.Server.Post(
            $"api/v1/faults/{fault.GetProperty("id").GetString()}/mend",
            new { until = clock.Now.ToText() },
            stop
        );
    }

    async Task Import(DemoWeek.Day day, Instant zero, CancellationToken stop)
    {
        var manager = await At(Programme, stop);
        var name = $"cad-{zero.ToText()[..10]}.csv";
        var import = await manager.Server.Send(
            $"api/v1/dispatch/imports?name={name}&layout=Lapel%27s%20own",
            "text/csv",
            Encoding.UTF8.GetBytes(DispatchFile.Of(day, zero)),
            stop
        );
        var id = import.GetProperty("id").GetString();
        await manager.Server.Post($"api/v1/dispatch/imports/{id}/start", new { }, stop);
        await DemoDesk.Until(
            $"the import of {name}",
            async () =>
                (await manager.Server.Get($"api/v1/dispatch/imports/{id}", stop)).GetProperty("state").GetString() is "done",
            stop
        );
    }

    async Task Praise(string account, string officer, string text, CancellationToken stop)
    {
        var wearer = await At(officer, stop);
        var recordings = (await wearer.Server.Get("api/v1/recordings", stop)).GetProperty("recordings");
        var recording = recordings[0].GetProperty("id").GetString();
        await Do(account, d => d.Server.Post("api/v1/commendations", new { text, recording }, stop));
    }

    /// <summary>Days count back from the real today, both included.</summary>
    async Task Draw(string unit, int from, int until, int wanted, CancellationToken stop)
    {
        var manager = await At(Programme, stop);
        var units = (await manager.Server.Get("api/v1/units", stop)).GetProperty("items").EnumerateArray();
        await manager.Server.Post(
            "api/v1/reviews/draws",
            new
            {
                unit = units.First(u => u.GetProperty("name").GetString() == unit).GetProperty("id").GetString(),
                from = DemoPast.DateOf(from).ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                until = DemoPast.DateOf(until).ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                wanted,
            },
            stop
        );
    }

    public void Dispose()
    {
        foreach (var desk in desks.Values.Where(d => d.IsCompletedSuccessfully))
            desk.Result.Dispose();
    }
}
