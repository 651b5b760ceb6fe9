using System.Text.Json;

namespace Lapel.Cli;

/// <summary>What the demo's people do at their desks, each signed in as themselves, by the public API.</summary>
sealed class DemoOffice(Uri agency, string homes, SetBack clock)
{
    /// <summary>Before the day's cameras are switched on.</summary>
    public async Task Morning(DemoWeek.Day day, CancellationToken stop)
    {
        if (day == DemoWeek.Days[0])
            await AdoptPolicy(stop);
    }

    /// <summary>After the day's recordings were docked.</summary>
    /// <param name="zero">Where the day's seconds count from.</param>
    public Task Evening(DemoWeek.Day day, Instant zero, CancellationToken stop) => Task.CompletedTask;

    async Task AdoptPolicy(CancellationToken stop)
    {
        using var manager = await As("adeyemi", stop);
        var shipped = await manager.Text("api/v1/policies/shipped/toronto", stop);
        var draft = await manager.Post("api/v1/policies", new { text = DemoPolicy.Of(shipped) }, stop);
        var id = draft.GetProperty("id").GetString();
        var seen = draft.GetProperty("digest").GetString();
        await manager.Post(
            $"api/v1/policies/{id}/propose",
            new
            {
                seen,
                effectiveFrom = (clock.Now + Duration.FromSeconds(4)).ToText(),
                note = "First policy of the programme, for the start at 31 Division.",
            },
            stop
        );
        await manager.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
        using var deputy = await As("lindqvist", stop);
        await deputy.Post($"api/v1/policies/{id}/approve", new { seen }, stop);
    }

    async Task<Server> As(string account, CancellationToken stop)
    {
        var server = new Server(agency);
        await server.SignIn(
            account,
            DemoAgency.PasswordOf(account, await DemoAgency.AdministratorPassword(homes, stop)),
            stop
        );
        return server;
    }
}
