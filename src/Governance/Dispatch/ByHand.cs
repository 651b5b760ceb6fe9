using System.Globalization;
using NodaTime;

namespace Lapel.Governance;

/// <summary>What an officer enters of their own accord.</summary>
/// <param name="ClearedAt">None while it goes on.</param>
public sealed record AskOnView(
    Activity Activity,
    Instant ArrivedAt,
    Instant? ClearedAt = null,
    Place? Place = null,
    string? Exigency = null,
    string? Note = null,
    string? Address = null
);

/// <summary>What a clerk corrects; a field that is left out stays.</summary>
public sealed record AskCorrection(
    string Reason,
    string? CallType = null,
    int? Priority = null,
    string? Address = null,
    Place? Place = null,
    string? Exigency = null,
    string? MergedInto = null,
    IReadOnlyList<AskPart>? Parts = null
);

/// <param name="Id">Which part.</param>
public sealed record AskPart(
    AttendanceId Id,
    Activity? Activity = null,
    Instant? DispatchedAt = null,
    Instant? EnRouteAt = null,
    Instant? ArrivedAt = null,
    Instant? ClearedAt = null,
    bool Withdrawn = false
);

/// <summary>Incidents by hand: an officer's own activity, and corrections by clerks.</summary>
public static class ByHand
{
    static readonly Duration MostBack = Duration.FromDays(31);
    static readonly Duration MostLasting = Duration.FromHours(24);

    /// <summary>On-view activity: numbered by day and badge, and told in the server's clock.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotEnter"/>.</exception>
    public static async Task<DispatchIncident> Enter(
        Work work,
        Officer officer,
        AskOnView ask,
        DateTimeZone zone,
        CancellationToken stop
    )
    {
        if (WhyNotEnter(officer, ask, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        var day = ask.ArrivedAt.InZone(zone).Date.ToString("uuuuMMdd", CultureInfo.InvariantCulture);
        var before = await work.Many(
            "SELECT number FROM incident WHERE number LIKE @like",
            new { like = $"OV-{day}-{officer.Badge}-%" },
            row => row.Text("number"),
            stop
        );
        var number = string.Create(CultureInfo.InvariantCulture, $"OV-{day}-{officer.Badge}-{before.Count + 1}");
        var part = new SaidPart(null, officer.Badge, null, ask.Activity, null, null, ask.ArrivedAt, ask.ClearedAt);
        var said = new SaidIncident(
            number,
            $"On-view: {Words<Activity>.Of(ask.Activity)}",
            null,
            Trimmed(ask.Address),
            ask.Place,
            Trimmed(ask.Exigency),
            null,
            null,
            Trimmed(ask.Note),
            [part]
        );
        await Accepting.Accept(work, [said], new(IncidentSource.OnView, work.Actor.Name), stop);
        var incident = (await Incidents.FindByNumber(work, number, stop))!;
        work.Append(new CustodyEvent.IncidentChanged(incident.Id, number, "entered", null));
        return incident;
    }

    public static Refusal? WhyNotEnter(Officer officer, AskOnView ask, Instant now) =>
        officer.LeftAt is not null ? new("officer-left", $"{officer.Name} has left the service.", RefusalKind.Conflict)
        : ask.ArrivedAt > now || ask.ClearedAt > now ? new("time-in-future", "Enter what has been, not what will be.")
        : ask.ArrivedAt < now - MostBack ? new("time-too-old", "Activity is entered within a month.")
        : ask.ClearedAt <= ask.ArrivedAt ? new("dates-reversed", "It cannot end before it began.")
        : ask.ClearedAt - ask.ArrivedAt > MostLasting ? new("activity-too-long", "It lasted more than a day: enter its parts.")
        : ask.Note?.Length > 2000 || ask.Address?.Length > 500 || ask.Exigency?.Length > 60
            ? new("text-too-long", "A note has at most 2,000 characters, an address 500.")
        : null;

    /// <summary>Corrects an incident; how it stood is kept, and every part of it is judged again.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotCorrect"/>.</exception>
    public static async Task<DispatchIncident> Correct(Work work, string number, AskCorrection ask, CancellationToken stop)
    {
        var known =
            (await Incidents.Known(work, [number], stop)).GetValueOrDefault(number)
            ?? throw new RefusedException(Incidents.NotFound);
        if (WhyNotCorrect(known, ask, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        var asked = (ask.Parts ?? []).ToDictionary(p => p.Id);
        // What dispatch said of each part is remembered as it was, so that the same file again does not undo this.
        var parts = known
            .Parts.Select(p => asked.TryGetValue(p.Attendance.Id, out var part) ? With(p, part, work.Now) : p)
            .ToList();
        var own = known.Incident with
        {
            CallType = Trimmed(ask.CallType) ?? known.Incident.CallType,
            Priority = ask.Priority ?? known.Incident.Priority,
            Address = Trimmed(ask.Address) ?? known.Incident.Address,
            Place = ask.Place ?? known.Incident.Place,
            Exigency = Trimmed(ask.Exigency) ?? known.Incident.Exigency,
            Revision = known.Incident.Revision + 1,
            ChangedAt = work.Now,
        };
        var by = new SaidBy(known.Incident.Source, work.Actor.Name, Reason: ask.Reason.Trim());
        await IncidentRows.InsertFormer(work, [known], by, stop);
        await IncidentRows.Update(work, known with { Incident = own, Parts = parts, Import = null }, stop);
        foreach (var (was, next) in known.Parts.Zip(parts).Where(p => p.First != p.Second))
            await IncidentRows.UpdatePart(work, next, stop);
        await DueSpans.Say(work, known.Parts.Zip(parts).Select(p => ((KnownPart?)p.First, p.Second)), stop);
        if (Trimmed(ask.MergedInto) is { } into)
            await Accepting.Accept(work, [Only(number, into)], by, stop);
        work.Append(
            new CustodyEvent.IncidentChanged(own.Id, number, ask.MergedInto is null ? "corrected" : "merged", ask.Reason.Trim())
        );
        return (await Incidents.FindByNumber(work, number, stop))!;
    }

    static SaidIncident Only(string number, string mergedInto) =>
        new(number, null, null, null, null, null, null, mergedInto, null, []);

    static KnownPart With(KnownPart known, AskPart ask, Instant now)
    {
        var was = known.Attendance;
        var next = was with
        {
            Activity = ask.Activity ?? was.Activity,
            DispatchedAt = ask.DispatchedAt ?? was.DispatchedAt,
            EnRouteAt = ask.EnRouteAt ?? was.EnRouteAt,
            ArrivedAt = ask.ArrivedAt ?? was.ArrivedAt,
            ClearedAt = ask.ClearedAt ?? was.ClearedAt,
            WithdrawnAt = ask.Withdrawn ? was.WithdrawnAt ?? now : null,
        };
        return known with { Attendance = next, BeginsAt = IncidentMerge.Begins(next, known.BeginsAt) };
    }

    public static Refusal? WhyNotCorrect(KnownIncident known, AskCorrection ask, Instant now)
    {
        if (string.IsNullOrWhiteSpace(ask.Reason) || ask.Reason.Length > 500)
            return new("reason-missing", "Say why, in at most 500 characters.");
        if (ask.CallType?.Length > 500 || ask.Address?.Length > 500 || ask.Exigency?.Length > 60 || ask.MergedInto?.Length > 64)
            return new("text-too-long", "A call type or an address has at most 500 characters.");
        if (ask.Priority is < 0 or > 99)
            return new("priority-unreadable", "A priority is a number from 0 to 99.");
        if (known.Incident.MergedInto is not null)
            return new("incident-merged", "It was merged into another incident; correct that one.", RefusalKind.Conflict);
        if (ask.MergedInto?.Trim() == known.Incident.Number)
            return new("incident-merged-into-itself", "An incident cannot be merged into itself.");
        if ((ask.Parts ?? []).Any(p => known.Parts.All(k => k.Attendance.Id != p.Id)))
            return new("part-not-found", "One of the parts is not this incident's.", RefusalKind.NotFound);
        return (ask.Parts ?? []).Any(p =>
            new[] { p.DispatchedAt, p.EnRouteAt, p.ArrivedAt, p.ClearedAt }.Any(t => t > now + Duration.FromDays(1))
        )
            ? new("time-in-future", "Enter what has been, not what will be.")
            : null;
    }

    static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
