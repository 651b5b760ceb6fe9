namespace Lapel.Roster;

/// <summary>A station where cameras charge and send what they hold. It has no key: cameras prove who they are through it.</summary>
public sealed record Dock(DockId Id, string Name, UnitId? Unit, Instant EnteredAt, Instant? ClosedAt);

public static class Docks
{
    public static Task<Dock?> Find(Reading reading, DockId id, CancellationToken stop) =>
        reading.One("SELECT * FROM dock WHERE id = @id", new { id }, From, stop);

    public static Task<IReadOnlyList<Dock>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM dock ORDER BY id", null, From, stop);

    /// <exception cref="RefusedException">The name does not do or is taken, or there is no such unit.</exception>
    public static async Task<Dock> Enter(Work work, string name, UnitId? unit, CancellationToken stop)
    {
        await WhyNotKeep(work, name, unit, null, stop);
        var dock = new Dock(DockId.New(), name.Trim(), unit, work.Now, null);
        await work.Execute("INSERT INTO dock (id, name, unit, entered_at) VALUES (@Id, @Name, @Unit, @EnteredAt)", dock, stop);
        work.Append(new CustodyEvent.DockChanged(dock.Id, dock.Name, unit, "entered"));
        return dock;
    }

    /// <exception cref="RefusedException">No such dock, or as for <see cref="Enter"/>.</exception>
    public static async Task<Dock> Change(Work work, DockId id, string name, UnitId? unit, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        await WhyNotKeep(work, name, unit, id, stop);
        var dock = found with { Name = name.Trim(), Unit = unit };
        await work.Execute("UPDATE dock SET name = @Name, unit = @Unit WHERE id = @Id", dock, stop);
        work.Append(new CustodyEvent.DockChanged(dock.Id, dock.Name, unit, "changed"));
        return dock;
    }

    /// <exception cref="RefusedException">No such dock, or one closed already.</exception>
    public static async Task<Dock> Close(Work work, DockId id, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        if (found.ClosedAt is not null)
            throw new RefusedException(new("dock-closed", $"{found.Name} is out of use already.", RefusalKind.Conflict));
        await work.Execute("UPDATE dock SET closed_at = @Now WHERE id = @id", new { id, work.Now }, stop);
        work.Append(new CustodyEvent.DockChanged(id, found.Name, found.Unit, "closed"));
        return found with { ClosedAt = work.Now };
    }

    public static readonly Refusal NotFound = new("dock-not-found", "There is no such dock.", RefusalKind.NotFound);

    static async Task WhyNotKeep(Work work, string name, UnitId? unit, DockId? except, CancellationToken stop)
    {
        await Turns.Take(work, stop);
        Names.WhyNot("A dock's name", name).Throw();
        if (unit is { } given && await Units.Find(work, given, stop) is null)
            throw new RefusedException(Units.NotFound);
        if ((await All(work, stop)).Any(d => d.ClosedAt is null && d.Id != except && Names.Same(d.Name, name)))
            throw new RefusedException(
                new("dock-name-taken", $"There is a dock named {name.Trim()} already.", RefusalKind.Conflict)
            );
    }

    static Dock From(Row row) =>
        new(
            row.Id<Nouns.Dock>("id"),
            row.Text("name"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Time("entered_at"),
            row.TimeOrNull("closed_at")
        );
}
