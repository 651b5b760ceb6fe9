namespace Lapel.Governance;

/// <summary>Incidents in the records: found here, changed only through <see cref="Accepting"/>.</summary>
public static class Incidents
{
    public static readonly Refusal NotFound = new("incident-not-found", "There is no such incident.", RefusalKind.NotFound);

    /// <summary>Where people see it: by the number that they know it by.</summary>
    public static string PageOf(string number) => $"dispatch/{Uri.EscapeDataString(number)}";

    public static Task<DispatchIncident?> Find(Reading reading, IncidentId id, CancellationToken stop) =>
        reading.One("SELECT * FROM incident WHERE id = @id", new { id }, From, stop);

    public static Task<DispatchIncident?> FindByNumber(Reading reading, string number, CancellationToken stop) =>
        reading.One("SELECT * FROM incident WHERE number = @number", new { number }, From, stop);

    /// <summary>The incidents of those numbers with their parts; numbers that nobody knows are not there.</summary>
    internal static async Task<Dictionary<string, KnownIncident>> Known(
        Reading reading,
        IEnumerable<string> numbers,
        CancellationToken stop
    ) => await WithParts(reading, await Rows.In(reading, "SELECT * FROM incident WHERE number", numbers, Facts, stop), stop);

    internal static async Task<Dictionary<string, KnownIncident>> KnownById(
        Reading reading,
        IEnumerable<IncidentId> ids,
        CancellationToken stop
    ) =>
        await WithParts(
            reading,
            await Rows.In(reading, "SELECT * FROM incident WHERE id", ids.Select(i => i.Text), Facts, stop),
            stop
        );

    static async Task<Dictionary<string, KnownIncident>> WithParts(
        Reading reading,
        List<KnownIncident> found,
        CancellationToken stop
    )
    {
        var parts = await Rows.In(
            reading,
            "SELECT * FROM attendance WHERE incident",
            found.Select(f => f.Incident.Id.Text),
            Attendances.FromKnown,
            stop,
            "ORDER BY begins_at, id"
        );
        var byIncident = parts.ToLookup(p => p.Attendance.Incident);
        return found.ToDictionary(
            f => f.Incident.Number,
            f => f with { Parts = [.. byIncident[f.Incident.Id]] },
            StringComparer.Ordinal
        );
    }

    /// <summary>How it stood before each of its changes, the newest first.</summary>
    public static Task<IReadOnlyList<FormerRevision>> Former(Reading reading, IncidentId id, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM incident_former WHERE incident = @id ORDER BY revision DESC",
            new { id },
            row => new FormerRevision(
                (int)row.Number("revision"),
                row.Json<FormerIncident>("content"),
                row.Time("until_at"),
                row.Text("replaced_by"),
                row.TextOrNull("reason")
            ),
            stop
        );

    internal static DispatchIncident From(Row row) =>
        new(
            row.Id<Nouns.Incident>("id"),
            row.Text("number"),
            row.Word<IncidentSource>("source"),
            row.Text("call_type"),
            (int?)row.NumberOrNull("priority"),
            row.TextOrNull("address"),
            row.TextOrNull("place") is { } place ? Words<Place>.Parse(place) : null,
            row.TextOrNull("exigency"),
            row.TimeOrNull("received_at"),
            row.IdOrNull<Nouns.Incident>("merged_into"),
            (int)row.Number("revision"),
            row.Time("changed_at")
        );

    static KnownIncident Facts(Row row) =>
        new(
            From(row),
            row.TextOrNull("note"),
            row.Text("content_digest"),
            row.TextOrNull("import"),
            row.TimeOrNull("said_at"),
            []
        );
}

/// <summary>A revision that something took the place of.</summary>
public sealed record FormerRevision(int Revision, FormerIncident Content, Instant Until, string ReplacedBy, string? Reason);

/// <summary>Officers' parts in incidents.</summary>
public static class Attendances
{
    public static Task<Attendance?> Find(Reading reading, AttendanceId id, CancellationToken stop) =>
        reading.One("SELECT * FROM attendance WHERE id = @id", new { id }, From, stop);

    /// <summary>All parts of an incident in order of time, withdrawn ones too.</summary>
    public static Task<IReadOnlyList<Attendance>> Of(Reading reading, IncidentId incident, CancellationToken stop) =>
        reading.Many("SELECT * FROM attendance WHERE incident = @incident ORDER BY begins_at, id", new { incident }, From, stop);

    /// <summary>An officer's parts that begin in the span, in order of time, withdrawn ones too.</summary>
    public static Task<IReadOnlyList<Attendance>> OfOfficer(
        Reading reading,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop
    ) =>
        reading.Many(
            """
            SELECT * FROM attendance WHERE officer = @officer AND begins_at >= @from AND begins_at < @until ORDER BY begins_at, id
            """,
            new
            {
                officer,
                from,
                until,
            },
            From,
            stop
        );

    internal static Attendance From(Row row) =>
        new(
            row.Id<Nouns.Attendance>("id"),
            row.Id<Nouns.Incident>("incident"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.Text("badge"),
            row.TextOrNull("call_sign"),
            row.Word<Activity>("activity"),
            row.TimeOrNull("dispatched_at"),
            row.TimeOrNull("en_route_at"),
            row.TimeOrNull("arrived_at"),
            row.TimeOrNull("cleared_at"),
            row.TimeOrNull("withdrawn_at")
        );

    internal static KnownPart FromKnown(Row row) =>
        new(From(row), row.TextOrNull("said_id"), row.TextOrNull("said_digest"), row.Flag("by_call_sign"), row.Time("begins_at"));
}
