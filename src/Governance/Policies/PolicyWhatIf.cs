using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Lapel.Governance;

/// <summary>What a version would have made of a span of the past: nothing is written, and nobody is told.</summary>
static class PolicyWhatIf
{
    const int MostDays = 366;

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/policies/{version}/what-if", Show).Needs(Permission.EditPolicies).ExcludeFromDescription();
        api.MapGet("/policies/{version}/what-if", Answer).Needs(Permission.EditPolicies);
    }

    static async Task<IResult> Answer(
        PolicyVersionId version,
        string? from,
        string? until,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await PolicyView.Of(reading, version, stop);
        var (first, last) = await Days(reading, from, until, desk.Now, desk.Agency.Profile, stop);
        return TypedResults.Ok(await Of(reading, view, first, last, desk, stop));
    }

    static async Task<IResult> Show(
        PolicyVersionId version,
        string? from,
        string? until,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await PolicyView.Of(reading, version, stop);
        var (first, last) = await Days(reading, null, null, desk.Now, desk.Agency.Profile, stop);
        WhatIfResult? result = null;
        Refusal? trouble = null;
        try
        {
            (first, last) = await Days(reading, from, until, desk.Now, desk.Agency.Profile, stop);
            if (from is not null)
                result = await Of(reading, view, first, last, desk, stop);
        }
        catch (RefusedException refused)
        {
            trouble = refused.Refusal;
        }
        return Page.Of<WhatIfPage>(
            new
            {
                View = view,
                First = first,
                Last = last,
                Result = result,
                Names = result is null ? null : await WhatIfNames.Of(reading, result, stop),
                Lists = desk.Viewer.May(Permission.SeeFindings),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static async Task<WhatIfResult> Of(
        Reading reading,
        PolicyView view,
        LocalDate first,
        LocalDate last,
        Desk desk,
        CancellationToken stop
    )
    {
        if (view.Troubles.Count > 0)
            throw new RefusedException(Wrong);
        var result = await WhatIf.Of(
            reading,
            PolicyText.Read(view.Version.Text),
            Span.OfDay(first, desk.Agency.Profile).From,
            Span.OfDay(last, desk.Agency.Profile).Until!.Value,
            desk.Now,
            stop
        );
        // Who drafts rules need not know who would be found: figures are for all, names for those who may see findings.
        return desk.Viewer.May(Permission.SeeFindings) ? result : result with { Appear = [], Vanish = [], Change = [] };
    }

    /// <summary>Whole days of the agency, both included; when none are named the month before this one, and in the programme's first this one.</summary>
    static async Task<(LocalDate First, LocalDate Last)> Days(
        Reading reading,
        string? from,
        string? until,
        Instant now,
        AgencyProfile agency,
        CancellationToken stop
    )
    {
        var today = Span.DayOf(now, agency);
        var month = today.With(DateAdjusters.StartOfMonth);
        var isFirst = !await reading.Any(
            "SELECT 1 FROM judgement WHERE begins_at < @month LIMIT 1",
            new { month = Span.OfDay(month, agency).From },
            stop
        );
        var first = Day(from, agency) ?? (isFirst ? month : month.PlusMonths(-1));
        var last =
            Day(until, agency)
            ?? (
                from is not null ? first.PlusDays(27)
                : isFirst ? today
                : month.PlusDays(-1)
            );
        return last < first ? throw new RefusedException(Reversed)
            : Period.DaysBetween(first, last) >= MostDays ? throw new RefusedException(TooLong)
            : (first, last);
    }

    static LocalDate? Day(string? typed, AgencyProfile agency) =>
        AsOf.StartOfDay(typed, agency) is { } start ? Span.DayOf(start, agency) : null;

    static readonly Refusal Wrong = new(
        "policy-invalid",
        "Nothing can be judged under it while something is wrong with it; its text says what.",
        RefusalKind.Rejected
    );

    static readonly Refusal Reversed = new("days-reversed", "The last day is before the first.");

    static readonly Refusal TooLong = new("days-too-many", "At most a year is judged at once.");
}

/// <summary>What people call the officers and calls that a what-if lists.</summary>
public sealed record WhatIfNames(
    IReadOnlyDictionary<OfficerId, string> Officers,
    IReadOnlyDictionary<AttendanceId, (string Number, string CallType)> Calls
)
{
    public static async Task<WhatIfNames> Of(Reading reading, WhatIfResult result, CancellationToken stop)
    {
        var findings = result.Appear.Concat(result.Vanish).Concat(result.Change).Select(c => c.After ?? c.Before!).ToList();
        var officers = new Dictionary<OfficerId, string>();
        foreach (var officer in findings.Select(f => f.Officer).Distinct())
            if (await Roster.Officers.Find(reading, officer, stop) is { } found)
                officers[officer] = $"{found.Badge} {found.Name}";
        var calls = new Dictionary<AttendanceId, (string, string)>();
        foreach (var attendance in findings.Select(f => f.Attendance).OfType<AttendanceId>().Distinct())
            calls[attendance] = await reading.One(
                "SELECT i.number, i.call_type FROM attendance a JOIN incident i ON i.id = a.incident WHERE a.id = @attendance",
                new { attendance },
                row => (row.Text("number"), row.Text("call_type")),
                stop
            );
        return new(officers, calls);
    }
}
