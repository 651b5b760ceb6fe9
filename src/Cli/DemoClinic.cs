using System.Text.Json;

namespace Lapel.Cli;

/// <summary>
/// The demo agency's clinic: an operations centre, two made-up health professionals who were on call in its week and come in by link and
/// code, and two who are on call around the clock from today on, as whom one click signs in.
/// </summary>
static class DemoClinic
{
    public const string Centre = "marchetti";

    sealed record Member(string Name, string Title, string Employer);

    static readonly Member[] Today =
    [
        new("Ada Chen", "crisis nurse", "Port Albion General Hospital"),
        new("Tomasz Wolski", "psychiatric social worker", "Port Albion General Hospital"),
    ];

    /// <summary>The first of them answers.</summary>
    static readonly Member[] OfTheWeek =
    [
        new("Rosa Lindgren", "psychiatric nurse", "Harbour Street Health Centre"),
        new("Idris Kamara", "crisis counsellor", "Harbour Street Health Centre"),
    ];

    /// <summary>A shift lasts at most a month, so each start of the demo sees to the next one.</summary>
    static readonly Duration LongestShift = Duration.FromDays(31);

    /// <summary>Idempotent; after the founding, at each start.</summary>
    /// <param name="homes">Where the passwords of the demo's own accounts are kept.</param>
    public static async Task Open(Uri agency, string homes, CancellationToken stop)
    {
        await Account(agency, homes, stop);
        using var centre = await DemoDesk.Of(agency, homes, Centre, stop);
        var now = TimeProvider.System.Now();
        for (var i = 0; i < Today.Length; i++)
        {
            var id = await Enter(centre.Server, Today[i], stop);
            var begins = Instant.Max(now, await OnCallUntil(centre.Server, id, stop) ?? now);
            if (begins - now <= LongestShift / 2)
                await OnCall(centre.Server, id, begins, begins + LongestShift, i + 1, stop);
        }
    }

    /// <summary>Whoever answers on a day of the week: on the rota, with a personal link that they keep, signed in by a new code.</summary>
    public static async Task<DemoClinician> Answering(
        Uri agency,
        string homes,
        DemoOffice office,
        SetBack clock,
        CancellationToken stop
    )
    {
        await Account(agency, homes, stop);
        var centre = (await office.At(Centre, stop)).Server;
        string? first = null;
        for (var i = 0; i < OfTheWeek.Length; i++)
        {
            var id = await Enter(centre, OfTheWeek[i], stop);
            first ??= id;
            // Another link would end the one before, and with it what they noted.
            if (!File.Exists(Link(i)))
            {
                var given = await centre.Post($"api/v1/live/clinicians/{id}/link", new { }, stop);
                await DemoAgency.KeepSecret(Link(i), given.GetProperty("path").GetString()!, stop);
            }
            if (await OnCallUntil(centre, id, stop) is null)
                await OnCall(centre, id, clock.Now, DemoPast.MidnightOf(0), i + 1, stop);
        }
        var code = await centre.Post($"api/v1/live/clinicians/{first}/code", new { }, stop);
        var link = await File.ReadAllTextAsync(Link(0), stop);
        return await DemoClinician.Enter(agency, link, code.GetProperty("code").GetString()!, stop);

        string Link(int member) => Path.Combine(homes, $"clinician-{member + 1}-link");
    }

    static async Task Account(Uri agency, string homes, CancellationToken stop)
    {
        using var server = new Server(agency);
        var administrators = await DemoAgency.AdministratorPassword(homes, stop);
        await server.SignIn("raman", administrators, stop);
        await server.PostUnlessThere(
            "api/v1/accounts",
            new
            {
                name = Centre,
                fullName = "Karin Marchetti",
                role = "operations",
                about = "Runs the operations centre: sees who is live, keeps the rota, watches for a reason that the officer sees.",
                password = DemoAgency.PasswordOf(Centre, administrators),
            },
            "account-name-taken",
            stop
        );
    }

    /// <returns>Their id, of an earlier time where they are entered already.</returns>
    static async Task<string> Enter(Server centre, Member member, CancellationToken stop)
    {
        var known = (await centre.Get("api/v1/live/clinicians", stop)).GetProperty("items").EnumerateArray();
        var there = known.FirstOrDefault(c => c.GetProperty("name").GetString() == member.Name);
        if (there.ValueKind != JsonValueKind.Object)
            there = await centre.Post("api/v1/live/clinicians", member, stop);
        return there.GetProperty("id").GetString()!;
    }

    /// <returns>None: not on the rota from now on.</returns>
    static async Task<Instant?> OnCallUntil(Server centre, string clinician, CancellationToken stop) =>
        (await centre.Get("api/v1/live/rota", stop))
            .GetProperty("items")
            .EnumerateArray()
            .Where(s => s.GetProperty("clinician").GetString() == clinician)
            .Select(s => (Instant?)s.GetProperty("until").Deserialize<Instant>(LapelJson.Lenient))
            .Max();

    static Task OnCall(Server centre, string clinician, Instant from, Instant until, int place, CancellationToken stop) =>
        centre.Post(
            "api/v1/live/rota",
            new
            {
                clinician,
                from = from.ToText(),
                until = until.ToText(),
                place,
            },
            stop
        );
}
