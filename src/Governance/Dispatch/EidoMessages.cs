using System.Text;

namespace Lapel.Governance;

/// <summary>A message as it was kept.</summary>
/// <param name="Trouble">Why it could not be taken; none when it was.</param>
public sealed record DispatchMessage(
    string Source,
    Digest Digest,
    Instant ReceivedAt,
    Instant? SaidAt,
    string? Incident,
    string? Trouble
);

/// <param name="Repeat">The same message was here before; nothing was done.</param>
/// <param name="Unknown">Statuses that nobody understands: they are kept with the message and change nothing.</param>
public sealed record MessageTaken(string Incident, bool Repeat, int Added, int Changed, IReadOnlyList<string> Unknown);

/// <summary>Takes messages of dispatch systems in, each once.</summary>
static class EidoMessages
{
    public const int Shown = 50;

    /// <exception cref="RefusedException">It cannot be read; it is kept with the reason.</exception>
    public static async Task<MessageTaken> Take(
        AgencyRecords records,
        DispatchSource source,
        ReadOnlyMemory<byte> body,
        CancellationToken stop
    )
    {
        var digest = Digest.Of(body.Span);
        await using var work = await records.Begin(Actor.System("dispatch-messages"), stop);
        if (work.Engine == Engine.Postgres) // two deliveries of one message wait for each other
            await work.Execute("LOCK TABLE incident IN SHARE ROW EXCLUSIVE MODE", null, stop);
        var before = await work.One(
            "SELECT incident, trouble FROM dispatch_message WHERE source = @source AND digest = @digest",
            new { source = source.Id.Text, digest },
            row => (Incident: row.TextOrNull("incident"), Trouble: row.TextOrNull("trouble")),
            stop
        );
        if (before.Incident is { } known && before.Trouble is null)
            return new(known, true, 0, 0, []);
        Eido eido;
        try
        {
            eido = Eido.Read(body);
        }
        catch (RefusedException refused)
        {
            await Keep(work, source, digest, body, null, refused.Refusal.Sentence, stop);
            await work.Commit(stop);
            throw;
        }
        var (taken, import) = await Accept(work, source, eido, stop);
        await Keep(work, source, digest, body, (eido, import), null, stop);
        work.Append(new CustodyEvent.DispatchImported(import, $"EIDO from {source.Name}", digest, 1, 0));
        await work.Commit(stop);
        return taken;
    }

    static async Task<(MessageTaken, ImportId)> Accept(Work work, DispatchSource source, Eido eido, CancellationToken stop)
    {
        var import = ImportId.New();
        var known = (await Incidents.Known(work, [eido.Number], stop)).GetValueOrDefault(eido.Number);
        // One that was overtaken on its way tells of units' times still, and not how the incident stands.
        var late = known?.SaidAt is { } newest && eido.WrittenAt < newest;
        var unknown = new List<string>();
        var parts = eido.Units.SelectMany(u => PartsOf(u, source, eido, unknown)).ToList();
        var said = new SaidIncident(
            eido.Number,
            late ? null : eido.CallType,
            late ? null : eido.Priority,
            late ? null : eido.Address,
            null,
            null,
            eido.ReceivedAt ?? (known is null ? eido.WrittenAt : null),
            eido.Replaced,
            null,
            parts
        );
        var replaced = eido
            .Replaces.Where(r => r != eido.Number)
            .Select(r => new SaidIncident(
                r,
                null,
                null,
                null,
                null,
                null,
                known is null ? eido.WrittenAt : null,
                eido.Number,
                null,
                []
            ));
        var by = new SaidBy(IncidentSource.WebHook, source.Name, Import: import);
        var accepted = await Accepting.Accept(work, [said, .. replaced], by, stop);
        await work.Execute(
            "UPDATE incident SET said_at = @WrittenAt WHERE number = @Number AND (said_at IS NULL OR said_at < @WrittenAt)",
            new { eido.WrittenAt, eido.Number },
            stop
        );
        return (new(eido.Number, false, accepted.Added, accepted.Changed, unknown), import);
    }

    static IEnumerable<SaidPart> PartsOf(EidoUnit unit, DispatchSource source, Eido eido, List<string> unknown)
    {
        if (DispatchSources.MomentOf(source.Statuses, unit.Statuses) is not { } moment)
        {
            unknown.Add($"{unit.Name}: {(unit.Statuses.Count > 0 ? string.Join(", ", unit.Statuses) : "no status")}");
            yield break;
        }
        Instant? At(Moment of) => moment == of ? unit.At : null;
        var activity = eido.CallType is { } type ? source.Activities.FirstOrDefault(r => r.Fits(type))?.Activity : null;
        // An agent is named like an address: badge@agency. Without agents the call-sign roster says who was in the car.
        foreach (var badge in unit.Agents.Count > 0 ? unit.Agents.Select(a => a.Split('@')[0]).Distinct() : [""])
            yield return new(
                unit.Id,
                badge,
                unit.Name,
                activity,
                At(Moment.Dispatched),
                At(Moment.EnRoute),
                At(Moment.Arrived),
                At(Moment.Cleared),
                AsOf: unit.At
            );
    }

    static Task Keep(
        Work work,
        DispatchSource source,
        Digest digest,
        ReadOnlyMemory<byte> body,
        (Eido Eido, ImportId Import)? read,
        string? trouble,
        CancellationToken stop
    ) =>
        work.Execute(
            """
            INSERT INTO dispatch_message (source, digest, received_at, said_at, incident, import, body, trouble)
            VALUES (@source, @digest, @Now, @said, @incident, @import, @text, @trouble)
            ON CONFLICT (source, digest) DO UPDATE SET said_at = @said, incident = @incident, import = @import, trouble = @trouble
            """,
            new
            {
                source = source.Id.Text,
                digest,
                work.Now,
                said = read?.Eido.WrittenAt,
                incident = read?.Eido.Number,
                import = read?.Import.Text ?? ImportId.New().Text,
                text = Encoding.UTF8.GetString(body.Span).Replace("\0", "", StringComparison.Ordinal),
                trouble,
            },
            stop
        );

    public static Task<IReadOnlyList<DispatchMessage>> Newest(Reading reading, CancellationToken stop) =>
        reading.Many(
            $"""
            SELECT s.name AS source, m.digest AS digest, m.received_at AS received_at, m.said_at AS said_at, m.incident AS incident,
                m.trouble AS trouble
            FROM dispatch_message m JOIN dispatch_source s ON s.id = m.source ORDER BY m.received_at DESC LIMIT {Shown}
            """,
            null,
            row => new DispatchMessage(
                row.Text("source"),
                row.Digest("digest"),
                row.Time("received_at"),
                row.TimeOrNull("said_at"),
                row.TextOrNull("incident"),
                row.TextOrNull("trouble")
            ),
            stop
        );

    /// <summary>
    /// How long messages took that came in the span, milliseconds: the least of them bounds how far dispatch's clock can be behind, since
    /// nothing arrives before it is written.
    /// </summary>
    public static async Task<(long LeastMs, long Messages)?> LeastDelay(Reading reading, Instant from, CancellationToken stop)
    {
        var found = await reading.One(
            """
            SELECT COUNT(*) AS messages, MIN(received_at - said_at) AS least FROM dispatch_message
            WHERE received_at >= @from AND said_at IS NOT NULL
            """,
            new { from },
            row => (Messages: row.Number("messages"), Least: row.NumberOrNull("least")),
            stop
        );
        return found.Least is { } least ? (least / 1000, found.Messages) : null;
    }
}
