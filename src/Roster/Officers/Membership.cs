using System.Text.Json.Serialization;

namespace Lapel.Roster;

/// <summary>That an officer belonged to a unit from one day until another. One unit at a time, so times never overlap.</summary>
public sealed record Membership(OfficerId Officer, UnitId Unit, Instant From, Instant? Until)
{
    [JsonIgnore]
    public Span Span => new(From, Until);
}

public static class Memberships
{
    public static Task<IReadOnlyList<Membership>> Of(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.Many("SELECT * FROM membership WHERE officer = @officer ORDER BY from_at", new { officer }, From, stop);

    public static Task<IReadOnlyList<Membership>> OfUnit(Reading reading, UnitId unit, CancellationToken stop) =>
        reading.Many("SELECT * FROM membership WHERE unit = @unit ORDER BY from_at DESC, officer", new { unit }, From, stop);

    /// <summary>All memberships that touch the span: who belonged where on that day.</summary>
    /// <summary>How many officers belonged to each unit at any time in the span; units without any are not among them.</summary>
    public static Task<IReadOnlyList<(UnitId Unit, int Officers)>> Count(Reading reading, Span span, CancellationToken stop) =>
        reading.Many(
            """
            SELECT unit, COUNT(DISTINCT officer) AS officers FROM membership
            WHERE from_at < @until AND (until_at IS NULL OR until_at > @From)
            GROUP BY unit
            """,
            new { span.From, until = span.Until ?? Instant.MaxValue },
            row => (row.Id<Nouns.Unit>("unit"), (int)row.Number("officers")),
            stop
        );

    public static Task<IReadOnlyList<Membership>> During(Reading reading, Span span, CancellationToken stop) =>
        reading.Many(
            """
            SELECT * FROM membership
            WHERE from_at < @until AND (until_at IS NULL OR until_at > @From)
            ORDER BY officer, from_at
            """,
            new { span.From, until = span.Until ?? Instant.MaxValue },
            From,
            stop
        );

    public static Task<Unit?> UnitOn(Reading reading, OfficerId officer, Instant at, CancellationToken stop) =>
        reading.One(
            """
            SELECT unit.* FROM membership JOIN unit ON unit.id = membership.unit
            WHERE officer = @officer AND from_at <= @at AND (until_at IS NULL OR until_at > @at)
            """,
            new { officer, at },
            Units.From,
            stop
        );

    /// <summary>
    /// The officer belongs to the unit from then on. A membership that lasts until now ends at that moment; one that begins later or
    /// reaches over it is an overlap and refused.
    /// </summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotJoin"/>.</exception>
    public static async Task<Membership> Join(
        Work work,
        OfficerId officer,
        UnitId unit,
        Instant from,
        Instant? until,
        CancellationToken stop
    )
    {
        await Turns.Take(work, stop);
        var who = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var where = await Units.Find(work, unit, stop) ?? throw new RefusedException(Units.NotFound);
        var before = await Of(work, officer, stop);
        var joined = new Membership(officer, unit, from, until);
        WhyNotJoin(who, where, joined, before).Throw();
        if (before.FirstOrDefault(m => m.Until is null) is { } open)
            await End(work, officer, from, stop);
        await work.Execute(
            "INSERT INTO membership (officer, unit, from_at, until_at) VALUES (@Officer, @Unit, @From, @Until)",
            joined,
            stop
        );
        work.Append(new CustodyEvent.MembershipChanged(officer, unit, from, until));
        return joined;
    }

    /// <summary>Ends the lasting membership, if there is one.</summary>
    public static async Task End(Work work, OfficerId officer, Instant until, CancellationToken stop)
    {
        if ((await Of(work, officer, stop)).FirstOrDefault(m => m.Until is null) is not { } open)
            return;
        await work.Execute(
            "UPDATE membership SET until_at = @until WHERE officer = @officer AND from_at = @From",
            new
            {
                until,
                officer,
                open.From,
            },
            stop
        );
        work.Append(new CustodyEvent.MembershipChanged(officer, open.Unit, open.From, until));
    }

    public static Refusal? WhyNotJoin(Officer who, Unit where, Membership joined, IReadOnlyList<Membership> before)
    {
        if (who.LeftAt is not null)
            return new("officer-left", $"{who.Name} has left the service.", RefusalKind.Conflict);
        if (where.ClosedAt is { } closed && (joined.Until is null || joined.Until > closed))
            return new("unit-closed", $"{where.Name} is closed.", RefusalKind.Conflict);
        if (joined.Span.IsEmpty)
            return new("dates-reversed", "The last day comes before the first.");
        foreach (var other in before)
            if (other.Until is null ? joined.From <= other.From : joined.Span.Overlaps(other.Span))
                return new(
                    "membership-overlaps",
                    $"{who.Name} belonged to another unit then ({Words(other.Span)}). An officer belongs to one unit at a time.",
                    RefusalKind.Conflict
                );
        return null;
    }

    internal static string Words(Span span) =>
        span.Until is { } until ? $"from {span.From.ToText()} until {until.ToText()}" : $"since {span.From.ToText()}";

    static Membership From(Row row) =>
        new(row.Id<Nouns.Officer>("officer"), row.Id<Nouns.Unit>("unit"), row.Time("from_at"), row.TimeOrNull("until_at"));
}
