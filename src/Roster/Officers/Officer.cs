using System.Text.Json.Serialization;

namespace Lapel.Roster;

/// <summary>A person who wears a camera. The badge number is theirs for ever; the unit is a matter of dates, see <see cref="Membership"/>.</summary>
public sealed record Officer(OfficerId Id, string Badge, string Name, string? Rank, Instant EnteredAt, Instant? LeftAt)
{
    [JsonIgnore]
    public OfficerRef Ref => new(Id, Badge, Name);
}

public static class Officers
{
    public const int PageSize = 100;

    public static Task<Officer?> Find(Reading reading, OfficerId id, CancellationToken stop) =>
        reading.One("SELECT * FROM officer WHERE id = @id", new { id }, From, stop);

    public static Task<Officer?> FindByBadge(Reading reading, string badge, CancellationToken stop) =>
        reading.One("SELECT * FROM officer WHERE badge = @badge", new { badge = badge.Trim() }, From, stop);

    /// <summary>Officers in the order of their badges as text, those who left too.</summary>
    /// <param name="after">The last badge of the page before; none for the first page.</param>
    public static Task<IReadOnlyList<Officer>> Page(Reading reading, string? after, int size, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM officer WHERE badge > @after ORDER BY badge LIMIT @size",
            new { after = after ?? "", size },
            From,
            stop
        );

    public static Task<IReadOnlyList<Officer>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM officer ORDER BY badge", null, From, stop);

    /// <summary>These officers, in no order.</summary>
    public static async Task<IReadOnlyList<Officer>> Of(Reading reading, IEnumerable<OfficerId> ids, CancellationToken stop)
    {
        var officers = new List<Officer>();
        foreach (var id in ids.Distinct())
            if (await Find(reading, id, stop) is { } officer)
                officers.Add(officer);
        return officers;
    }

    /// <summary>Officers who served during the span and belonged to no unit in it, by their badges.</summary>
    public static Task<IReadOnlyList<Officer>> Unplaced(Reading reading, Span span, int most, CancellationToken stop) =>
        reading.Many(
            """
            SELECT * FROM officer
            WHERE entered_at < @until AND (left_at IS NULL OR left_at > @From) AND NOT EXISTS (
                SELECT 1 FROM membership
                WHERE membership.officer = officer.id AND from_at < @until AND (until_at IS NULL OR until_at > @From)
            )
            ORDER BY badge LIMIT @most
            """,
            new
            {
                span.From,
                until = span.Until ?? Instant.MaxValue,
                most,
            },
            From,
            stop
        );

    /// <summary>The unit the officer belonged to at that moment; none when to none.</summary>
    public static Task<Unit?> UnitOn(Reading reading, OfficerId officer, Instant at, CancellationToken stop) =>
        Memberships.UnitOn(reading, officer, at, stop);

    /// <exception cref="RefusedException">See <see cref="WhyNotEnter"/>.</exception>
    public static async Task<Officer> Enter(Work work, string badge, string name, string? rank, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        WhyNotEnter(badge, name, rank, await FindByBadge(work, badge, stop)).Throw();
        var officer = new Officer(OfficerId.New(), badge.Trim(), name.Trim(), Trimmed(rank), work.Now, null);
        await work.Execute(
            "INSERT INTO officer (id, badge, name, rank, entered_at) VALUES (@Id, @Badge, @Name, @Rank, @EnteredAt)",
            officer,
            stop
        );
        work.Append(new CustodyEvent.OfficerChanged(officer.Id, officer.Badge, officer.Name, "entered"));
        return officer;
    }

    /// <summary>A new name or rank. A badge number is never changed: recordings name it.</summary>
    /// <exception cref="RefusedException">No such officer, or the name does not do.</exception>
    public static async Task<Officer> Change(Work work, OfficerId id, string name, string? rank, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        WhyNotEnter(found.Badge, name, rank, null).Throw();
        var officer = found with { Name = name.Trim(), Rank = Trimmed(rank) };
        await work.Execute("UPDATE officer SET name = @Name, rank = @Rank WHERE id = @Id", officer, stop);
        work.Append(new CustodyEvent.OfficerChanged(officer.Id, officer.Badge, officer.Name, "changed"));
        return officer;
    }

    /// <summary>The officer leaves the service: the membership ends and an assigned camera counts as returned.</summary>
    /// <exception cref="RefusedException">No such officer, or one who left already.</exception>
    public static async Task<Officer> Leave(Work work, OfficerId id, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        if (found.LeftAt is not null)
            throw new RefusedException(new("officer-left", $"{found.Name} has left already.", RefusalKind.Conflict));
        await Memberships.End(work, id, work.Now, stop);
        await Assignments.ReturnAllOf(work, id, stop);
        await work.Execute("UPDATE officer SET left_at = @Now WHERE id = @id", new { id, work.Now }, stop);
        work.Append(new CustodyEvent.OfficerChanged(id, found.Badge, found.Name, "left"));
        return found with { LeftAt = work.Now };
    }

    public static Refusal? WhyNotEnter(string badge, string name, string? rank, Officer? sameBadge)
    {
        if (
            string.IsNullOrWhiteSpace(badge)
            || badge.Trim().Length > 20
            || !badge.Trim().All(c => char.IsLetterOrDigit(c) || c == '-')
        )
            return new("badge-unreadable", "A badge number has 1 to 20 letters, digits and hyphens.");
        if (sameBadge is not null)
            return new(
                "badge-taken",
                $"Badge {sameBadge.Badge} is {sameBadge.Name}'s. A badge number is never given twice.",
                RefusalKind.Conflict
            );
        return Names.WhyNot("An officer's name", name) ?? (string.IsNullOrWhiteSpace(rank) ? null : Names.WhyNot("A rank", rank));
    }

    public static readonly Refusal NotFound = new("officer-not-found", "There is no such officer.", RefusalKind.NotFound);

    static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    internal static Officer From(Row row) =>
        new(
            row.Id<Nouns.Officer>("id"),
            row.Text("badge"),
            row.Text("name"),
            row.TextOrNull("rank"),
            row.Time("entered_at"),
            row.TimeOrNull("left_at")
        );
}
