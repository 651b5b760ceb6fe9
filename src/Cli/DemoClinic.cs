using System.Globalization;
using System.Text.Json;

namespace Lapel.Cli;

/// <summary>The demo agency's clinic: an operations centre, and two made-up health professionals who are on call around the clock.</summary>
static class DemoClinic
{
    static readonly (string Name, string Title, string Employer)[] Clinicians =
    [
        ("Ada Chen", "crisis nurse", "Port Albion General Hospital"),
        ("Tomasz Wolski", "psychiatric social worker", "Port Albion General Hospital"),
    ];

    /// <summary>A shift lasts at most a month, so each start of the demo sees to the next one.</summary>
    const int Days = 31;

    /// <summary>Idempotent; after the founding, at each start.</summary>
    /// <param name="homes">Where the passwords of the demo's own accounts are kept.</param>
    public static async Task Open(Uri agency, string homes, CancellationToken stop)
    {
        using var server = new Server(agency);
        var administrators = await DemoAgency.AdministratorPassword(homes, stop);
        await server.SignIn("raman", administrators, stop);
        var password = DemoAgency.PasswordOf("marchetti", administrators);
        await server.PostUnlessThere(
            "api/v1/accounts",
            new
            {
                name = "marchetti",
                fullName = "Karin Marchetti",
                role = "operations",
                about = "Runs the operations centre: sees who is live, keeps the rota, watches for a reason that the officer sees.",
                password,
            },
            "account-name-taken",
            stop
        );
        using var centre = new Server(agency);
        await centre.SignIn("marchetti", password, stop);
        var known = (await centre.Get("api/v1/live/clinicians", stop)).GetProperty("items").EnumerateArray().ToList();
        var from = DateTimeOffset.UtcNow;
        var planned = (await centre.Get("api/v1/live/rota", stop)).GetProperty("items").EnumerateArray().ToList();
        for (var i = 0; i < Clinicians.Length; i++)
        {
            var (name, title, employer) = Clinicians[i];
            var there = known.FirstOrDefault(c => c.GetProperty("name").GetString() == name);
            var clinician =
                there.ValueKind == JsonValueKind.Object
                    ? there
                    : await centre.Post(
                        "api/v1/live/clinicians",
                        new
                        {
                            name,
                            title,
                            employer,
                        },
                        stop
                    );
            var id = clinician.GetProperty("id").GetString();
            var begins = planned
                .Where(s => s.GetProperty("clinician").GetString() == id)
                .Select(s => s.GetProperty("until").GetDateTimeOffset())
                .Append(from)
                .Max();
            if (begins - from > TimeSpan.FromDays(Days) / 2)
                continue;
            await centre.Post(
                "api/v1/live/rota",
                new
                {
                    clinician = id,
                    from = Written(begins),
                    until = Written(begins.AddDays(Days)),
                    place = i + 1,
                },
                stop
            );
        }
    }

    static string Written(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
