namespace Lapel.Roster;

public enum UnitKind
{
    /// <summary>The police service itself: the one unit without a parent.</summary>
    Service,
    Division,
    Platoon,
}

/// <summary>A part of the service: the service itself, a division or a platoon. Units form one tree; a closed one keeps its past.</summary>
public sealed record Unit(UnitId Id, UnitId? Parent, string Name, UnitKind Kind, Instant OpenedAt, Instant? ClosedAt);

public static class Units
{
    public static Task<Unit?> Find(Reading reading, UnitId id, CancellationToken stop) =>
        reading.One("SELECT * FROM unit WHERE id = @id", new { id }, From, stop);

    /// <summary>All units, closed ones too, in the order they were made: a parent always comes before those under it.</summary>
    public static Task<IReadOnlyList<Unit>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM unit ORDER BY id", null, From, stop);

    /// <summary>The unit and all units below it, closed ones too, since the past belongs to them.</summary>
    public static Task<IReadOnlyList<UnitId>> Subtree(Reading reading, UnitId unit, CancellationToken stop) =>
        reading.Many(
            """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM unit WHERE id = @unit
                UNION
                SELECT unit.id FROM unit JOIN below ON unit.parent = below.id
            )
            SELECT id FROM below ORDER BY id
            """,
            new { unit },
            row => row.Id<Nouns.Unit>("id"),
            stop
        );

    /// <exception cref="RefusedException">See <see cref="WhyNotOpen"/>.</exception>
    public static async Task<Unit> Open(Work work, UnitId? parent, string name, UnitKind kind, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        var all = await All(work, stop);
        WhyNotOpen(all, parent, name, kind).Throw();
        var unit = new Unit(UnitId.New(), parent, name.Trim(), kind, work.Now, null);
        await work.Execute(
            "INSERT INTO unit (id, parent, name, kind, opened_at) VALUES (@Id, @Parent, @Name, @kind, @OpenedAt)",
            new
            {
                unit.Id,
                unit.Parent,
                unit.Name,
                kind = Words<UnitKind>.Of(kind),
                unit.OpenedAt,
            },
            stop
        );
        work.Append(new CustodyEvent.UnitChanged(unit.Id, unit.Name, unit.Parent, "opened"));
        return unit;
    }

    /// <exception cref="RefusedException">See <see cref="WhyNotRename"/>.</exception>
    public static async Task<Unit> Rename(Work work, UnitId id, string name, CancellationToken stop)
    {
        var all = await All(work, stop);
        WhyNotRename(all, id, name).Throw();
        var unit = all.Single(u => u.Id == id) with { Name = name.Trim() };
        await work.Execute("UPDATE unit SET name = @Name WHERE id = @Id", new { unit.Name, unit.Id }, stop);
        work.Append(new CustodyEvent.UnitChanged(unit.Id, unit.Name, unit.Parent, "renamed"));
        return unit;
    }

    /// <exception cref="RefusedException">See <see cref="WhyNotClose"/>.</exception>
    public static async Task<Unit> Close(Work work, UnitId id, CancellationToken stop)
    {
        var all = await All(work, stop);
        var members = await work.Any(
            "SELECT 1 FROM membership WHERE unit = @id AND (until_at IS NULL OR until_at > @Now)",
            new { id, work.Now },
            stop
        );
        WhyNotClose(all, id, members).Throw();
        var unit = all.Single(u => u.Id == id) with { ClosedAt = work.Now };
        await work.Execute("UPDATE unit SET closed_at = @Now WHERE id = @id", new { id, work.Now }, stop);
        work.Append(new CustodyEvent.UnitChanged(unit.Id, unit.Name, unit.Parent, "closed"));
        return unit;
    }

    public static Refusal? WhyNotOpen(IReadOnlyList<Unit> all, UnitId? parent, string name, UnitKind kind)
    {
        if (Names.WhyNot("A unit's name", name) is { } badName)
            return badName;
        if (kind == UnitKind.Service)
            return parent is not null ? new("service-has-no-parent", "The service itself is at the top: it has no unit above it.")
                : all.Any(u => u.Kind == UnitKind.Service)
                    ? new(
                        "service-exists",
                        "The service itself is entered already; add divisions under it.",
                        RefusalKind.Conflict
                    )
                : null;
        if (parent is null || all.FirstOrDefault(u => u.Id == parent) is not { } above)
            return new("unit-not-found", "Choose the unit that this one belongs under.", RefusalKind.NotFound);
        if (above.ClosedAt is not null)
            return new("unit-closed", $"{above.Name} is closed; nothing can be added under it.", RefusalKind.Conflict);
        if (above.Kind >= kind)
            return new("unit-too-deep", "Divisions belong under the service, and platoons under a division or the service.");
        return WhyNotName(all, parent, name, except: null);
    }

    public static Refusal? WhyNotRename(IReadOnlyList<Unit> all, UnitId id, string name) =>
        all.FirstOrDefault(u => u.Id == id) is not { } unit
            ? NotFound
            : Names.WhyNot("A unit's name", name) ?? WhyNotName(all, unit.Parent, name, except: id);

    public static Refusal? WhyNotClose(IReadOnlyList<Unit> all, UnitId id, bool hasMembers)
    {
        if (all.FirstOrDefault(u => u.Id == id) is not { } unit)
            return NotFound;
        if (unit.Kind == UnitKind.Service)
            return new("service-stays", "The service itself cannot be closed.", RefusalKind.Conflict);
        if (unit.ClosedAt is not null)
            return new("unit-closed", $"{unit.Name} is closed already.", RefusalKind.Conflict);
        if (hasMembers)
            return new("unit-has-members", $"Officers still belong to {unit.Name}; move them first.", RefusalKind.Conflict);
        return all.Any(u => u.Parent == id && u.ClosedAt is null)
            ? new("unit-has-units", $"There are open units under {unit.Name}; close them first.", RefusalKind.Conflict)
            : null;
    }

    public static readonly Refusal NotFound = new("unit-not-found", "There is no such unit.", RefusalKind.NotFound);

    static Refusal? WhyNotName(IReadOnlyList<Unit> all, UnitId? parent, string name, UnitId? except) =>
        all.Any(u => u.Parent == parent && u.Id != except && u.ClosedAt is null && Names.Same(u.Name, name))
            ? new("unit-name-taken", $"There is a unit named {name.Trim()} there already.", RefusalKind.Conflict)
            : null;

    internal static Unit From(Row row) =>
        new(
            row.Id<Nouns.Unit>("id"),
            row.IdOrNull<Nouns.Unit>("parent"),
            row.Text("name"),
            row.Word<UnitKind>("kind"),
            row.Time("opened_at"),
            row.TimeOrNull("closed_at")
        );
}
