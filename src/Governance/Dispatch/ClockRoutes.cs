using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The clock of dispatch: what the data say of it, and what people set.</summary>
public static class ClockRoutes
{
    const int Days = 28;

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/dispatch/clock", Show).Needs(Permission.ImportDispatch).ExcludeFromDescription();
        app.MapForm("/dispatch/clock", SetByForm).Needs(Permission.ImportDispatch);
        api.MapGet("/dispatch/clock", Read).Needs(Permission.ImportDispatch);
        api.MapPost("/dispatch/clock", Set).Needs(Permission.ImportDispatch);
    }

    /// <param name="Present">What holds now.</param>
    /// <param name="LeastDelayMs">The quickest message of the span; none when there were none.</param>
    public sealed record ClockView(
        IReadOnlyList<ClockSetting> Settings,
        long PresentMs,
        ClockEstimate Estimate,
        int Days,
        long? LeastDelayMs,
        long Messages
    );

    static async Task<ClockView> Look(Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var now = desk.Now;
        var from = now - Duration.FromDays(Days);
        var delay = await EidoMessages.LeastDelay(reading, from, stop);
        return new(
            await DispatchClock.All(reading, stop),
            (long)(await DispatchClock.OffsetAt(reading, now, stop)).TotalMilliseconds,
            await ClockEstimate.Estimate(reading, from, now, stop),
            Days,
            delay?.LeastMs,
            delay?.Messages ?? 0
        );
    }

    static async Task<IResult> Read([AsParameters] Desk desk, CancellationToken stop) => TypedResults.Ok(await Look(desk, stop));

    /// <param name="OffsetMs">Dispatch minus server: positive when dispatch is ahead.</param>
    /// <param name="From">Dispatch clock.</param>
    public sealed record AskClock(long OffsetMs, Instant From, string Reason);

    static async Task<IResult> Set(AskClock ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await desk.Write(work => DispatchClock.Set(work, desk.Viewer.Account.Id, ask.From, ask.OffsetMs, ask.Reason, stop), stop);
        return TypedResults.Ok(await Look(desk, stop));
    }

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(desk, null, null, stop);

    static async Task<IResult> ShowPage(Desk desk, Form? typed, Refusal? trouble, CancellationToken stop) =>
        Page.Of<ClockPage>(
            new
            {
                View = await Look(desk, stop),
                Now = DispatchForms.Local(desk.Now, desk.Agency.Profile),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );

    static Task<IResult> SetByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                if (
                    !decimal.TryParse(
                        form.Text("seconds"),
                        System.Globalization.NumberStyles.Float,
                        System.Globalization.CultureInfo.InvariantCulture,
                        out var seconds
                    )
                    || Math.Abs(seconds) > 1_000_000
                )
                    throw new RefusedException(new("offset-unreadable", "Write the seconds as a number: 12.5, or -3."));
                var from = DispatchForms.Time(form, "from", desk.Agency.Profile, "Say from when on.");
                await Set(new((long)(seconds * 1000), from, form.Text("reason")), desk, stop);
                return desk.To("dispatch/desk", "clock-set");
            },
            refusal => ShowPage(desk, form, refusal, stop)
        );
}
