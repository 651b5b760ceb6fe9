using System.Text.Json;
using NodaTime;

namespace Lapel.Governance;

/// <summary>What one asks for when granting an exemption.</summary>
/// <param name="ApprovedBy">Name of who decided it; often not the one who types it in.</param>
public sealed record AskExemption(
    OfficerId? Officer,
    UnitId? Unit,
    IReadOnlyList<string>? CallTypes,
    Instant From,
    Instant Until,
    string Reason,
    string ApprovedBy
);

/// <summary>Exemptions in the records. One is never changed but by ending it; a longer one is another one.</summary>
public static class Exemptions
{
    public static readonly Refusal NotFound = new("exemption-not-found", "There is no such exemption.", RefusalKind.NotFound);

    public static Task<Exemption?> Find(Reading reading, ExemptionId id, CancellationToken stop) =>
        reading.One("SELECT * FROM exemption WHERE id = @id", new { id }, Read, stop);

    /// <summary>All that touch the span, of whomever.</summary>
    public static Task<IReadOnlyList<Exemption>> During(Reading reading, Instant from, Instant until, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM exemption WHERE from_at < @until AND until_at > @from ORDER BY from_at, id",
            new { from, until },
            Read,
            stop
        );

    /// <summary>
    /// Those that touch the span and are for this officer, for the unit or one above it, or for a task whoever does it. Whether the call
    /// type fits is the judge's question.
    /// </summary>
    public static async Task<IReadOnlyList<Exemption>> For(
        Reading reading,
        OfficerId officer,
        UnitId? unit,
        Instant from,
        Instant until,
        CancellationToken stop
    )
    {
        var units = await Roster.Units.All(reading, stop);
        var above = new HashSet<UnitId>();
        for (var at = unit; at is { } here && above.Add(here); at = units.FirstOrDefault(u => u.Id == here)?.Parent) { }
        return
        [
            .. (await During(reading, from, until, stop)).Where(e =>
                e.Officer == officer || (e.Unit is { } of && above.Contains(of)) || (e.Officer is null && e.Unit is null)
            ),
        ];
    }

    /// <exception cref="RefusedException">See <see cref="WhyNotGrant"/>.</exception>
    public static async Task<Exemption> Grant(
        Work work,
        AccountId by,
        AskExemption ask,
        DateTimeZone zone,
        CancellationToken stop
    )
    {
        if (WhyNotGrant(ask, zone) is { } refusal)
            throw new RefusedException(refusal);
        if (ask.Officer is { } officer && await Officers.Find(work, officer, stop) is null)
            throw new RefusedException(Officers.NotFound);
        if (ask.Unit is { } unit && await Roster.Units.Find(work, unit, stop) is null)
            throw new RefusedException(Roster.Units.NotFound);
        var granted = new Exemption(
            ExemptionId.New(),
            ask.Officer,
            ask.Unit,
            Types(ask),
            ask.From,
            ask.Until,
            ask.Reason.Trim(),
            ask.ApprovedBy.Trim()
        );
        await work.Execute(
            """
            INSERT INTO exemption (id, officer, unit, call_types, from_at, until_at, reason, approved_by, approved_at, granted_by)
            VALUES (@Id, @Officer, @Unit, @types, @From, @Until, @Reason, @ApprovedBy, @Now, @by)
            """,
            new
            {
                granted.Id,
                granted.Officer,
                granted.Unit,
                types = JsonSerializer.Serialize(granted.CallTypes, LapelJson.Lenient),
                granted.From,
                granted.Until,
                granted.Reason,
                granted.ApprovedBy,
                work.Now,
                by,
            },
            stop
        );
        work.Append(
            new CustodyEvent.ExemptionGranted(
                granted.Id,
                granted.Officer,
                granted.Unit,
                granted.From,
                granted.Until,
                granted.Reason
            )
        );
        await SayAffected(work, granted, granted.From, granted.Until, stop);
        return granted;
    }

    /// <summary>Ends it early. What happened until then stays excused.</summary>
    public static async Task<Exemption> End(Work work, ExemptionId id, Instant until, string? reason, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        if (WhyNotEnd(found, until, reason) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute(
            "UPDATE exemption SET until_at = @until, ended_reason = @reason WHERE id = @id",
            new
            {
                id,
                until,
                reason = reason!.Trim(),
            },
            stop
        );
        work.Append(new CustodyEvent.ExemptionEnded(id, until, reason!.Trim()));
        await SayAffected(work, found, until, found.Until, stop);
        return found with { Until = until };
    }

    public static Refusal? WhyNotGrant(AskExemption ask, DateTimeZone zone)
    {
        if (ask.Officer is not null && ask.Unit is not null)
            return new("exemption-for-two", "An exemption is for an officer or for a unit, not for both.");
        if (ask.Officer is null && ask.Unit is null && Types(ask).Count == 0)
            return new("exemption-for-nobody", "Say for whom: an officer, a unit, or the call types of a task.");
        if (Types(ask).Count > 100 || Types(ask).Any(t => t.Length > 120))
            return new("call-types-too-long", "Name at most 100 call types, each of at most 120 characters.");
        if (ask.Until <= ask.From)
            return new("dates-reversed", "The last day comes before the first.");
        if (ask.Until > ask.From.InZone(zone).LocalDateTime.PlusYears(1).InZoneLeniently(zone).ToInstant())
            return new("exemption-too-long", "An exemption lasts at most a year. Grant another one when it ends.");
        if (string.IsNullOrWhiteSpace(ask.Reason) || ask.Reason.Length > 1000)
            return new("reason-missing", "Say why, in at most 1,000 characters.");
        return string.IsNullOrWhiteSpace(ask.ApprovedBy) || ask.ApprovedBy.Length > 120
            ? new("approver-missing", "Say who approved it, by name.")
            : null;
    }

    public static Refusal? WhyNotEnd(Exemption found, Instant until, string? reason) =>
        until >= found.Until ? new("exemption-ended", "It ends by then already.", RefusalKind.Conflict)
        : until < found.From ? new("dates-reversed", "It cannot end before it began. End it at its beginning.")
        : string.IsNullOrWhiteSpace(reason) || reason.Length > 1000
            ? new("reason-missing", "Say why, in at most 1,000 characters.")
        : null;

    static List<string> Types(AskExemption ask) =>
        [.. (ask.CallTypes ?? []).Select(t => t.Trim()).Where(t => t.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    static async Task SayAffected(Work work, Exemption exemption, Instant from, Instant until, CancellationToken stop)
    {
        var args = new Dictionary<string, object?>();
        var which = "1 = 1";
        if (exemption.Officer is { } officer)
        {
            which = "a.officer = @officer";
            args["officer"] = officer.Text;
        }
        else if (exemption.Unit is { } unit)
        {
            which = DispatchReach.InUnits(await Roster.Units.Subtree(work, unit, stop), args);
        }
        await Affected.Say(work, which, args, from, until, stop);
    }

    internal static Exemption Read(Row row) =>
        new(
            row.Id<Nouns.Exemption>("id"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Json<List<string>>("call_types"),
            row.Time("from_at"),
            row.Time("until_at"),
            row.Text("reason"),
            row.Text("approved_by")
        );
}
