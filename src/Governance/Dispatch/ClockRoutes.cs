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

    static async Task<ClockView> Look(AgencyRecords records, TimeProvider clock, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var now = clock.Now();
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

    static async Task<IResult> Read(AgencyRecords records, TimeProvider clock, CancellationToken stop) =>
        TypedResults.Ok(await Look(records, clock, stop));

    /// <param name="OffsetMs">Dispatch minus server: positive when dispatch is ahead.</param>
    /// <param name="From">Dispatch clock.</param>
    public sealed record AskClock(long OffsetMs, Instant From, string Reason);

    static async Task<IResult> Set(AskClock ask, Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop)
    {
        await using (var work = await records.Begin(viewer.Actor, stop))
        {
            await DispatchClock.Set(work, viewer.Account.Id, ask.From, ask.OffsetMs, ask.Reason, stop);
            await work.Commit(stop);
        }
        return TypedResults.Ok(await Look(records, clock, stop));
    }

    static Task<IResult> Show(Agency agency, AgencyRecords records, TimeProvider clock, CancellationToken stop) =>
        ShowPage(agency, records, clock, null, null, stop);

    static async Task<IResult> ShowPage(
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    ) =>
        Page.Of<ClockPage>(
            new
            {
                View = await Look(records, clock, stop),
                Now = DispatchForms.Local(clock.Now(), agency.Profile),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );

    static Task<IResult> SetByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
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
                var from = DispatchForms.Time(form, "from", agency.Profile, "Say from when on.");
                await Set(new((long)(seconds * 1000), from, form.Text("reason")), viewer, records, clock, stop);
                return Forms.To(http, "dispatch/clock", "clock-set");
            },
            refusal => ShowPage(agency, records, clock, form, refusal, stop)
        );
}
