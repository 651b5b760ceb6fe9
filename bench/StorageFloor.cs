using System.Diagnostics;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// What the database itself needs to read the facts and to store the judgements and findings: the same rows in the same tables, officer by
/// officer in units of work as long as judging's, moved by the engine alone. Nothing is judged or compared, no value leaves the engine.
/// </summary>
static class StorageFloor
{
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    // The greatest of a column makes the engine take the value out of every row.
    static readonly string Recorded =
        $"SELECT {Greatest("recording", "camera", "unit", "from_at", "activated_at", "until_at", "pre_event_ms", "notice_at", "later_notices", "states", "admitted_at", "tagged_at")} FROM recorded WHERE officer = @officer";

    static readonly string Attended =
        $"SELECT {Greatest("attendance.id", "incident", "badge", "call_sign", "activity", "dispatched_at", "en_route_at", "arrived_at", "cleared_at", "attendance.begins_at", "number", "source", "call_type", "priority", "address", "place", "exigency", "received_at", "merged_into", "revision", "changed_at")} FROM attendance JOIN incident ON incident.id = attendance.incident WHERE officer = @officer AND withdrawn_at IS NULL";

    /// <summary>Leaves the tables as it found them.</summary>
    public static async Task<(double Reading, double Writing)> Run(AgencyRecords records, IReadOnlyList<OfficerId> officers)
    {
        var reading = await Read(records, officers);
        await Keep(records);
        var began = Stopwatch.GetTimestamp();
        for (var next = 0; next < officers.Count; )
        {
            var turn = Stopwatch.GetTimestamp();
            await using var work = await records.Begin(Actor.System("bench"), CancellationToken.None);
            await work.KeepPages(128, CancellationToken.None);
            do
            {
                foreach (var table in new[] { "judgement", "finding" })
                    await work.Execute(
                        $"INSERT INTO {table} SELECT * FROM kept_{table} WHERE officer = @officer",
                        new { officer = officers[next] },
                        CancellationToken.None
                    );
                next++;
            } while (next < officers.Count && Stopwatch.GetElapsedTime(turn) < Turn);
            await work.Commit(CancellationToken.None);
        }
        var writing = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await using var last = await records.Begin(Actor.System("bench"), CancellationToken.None);
        foreach (var table in new[] { "judgement", "finding" })
            await last.Execute($"DROP TABLE kept_{table}", null, CancellationToken.None);
        await last.Commit(CancellationToken.None);
        return (reading, writing);
    }

    static async Task<double> Read(AgencyRecords records, IReadOnlyList<OfficerId> officers)
    {
        var began = Stopwatch.GetTimestamp();
        await using var reading = await records.Read(CancellationToken.None);
        foreach (var officer in officers)
        foreach (var sql in new[] { Recorded, Attended })
            await reading.Any(sql, new { officer }, CancellationToken.None);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    static async Task Keep(AgencyRecords records)
    {
        await using var work = await records.Begin(Actor.System("bench"), CancellationToken.None);
        foreach (var table in new[] { "judgement", "finding" })
        foreach (
            var sql in new[]
            {
                $"CREATE TABLE kept_{table} AS SELECT * FROM {table} ORDER BY officer",
                $"CREATE INDEX kept_{table}_of ON kept_{table} (officer)",
                $"DELETE FROM {table}",
            }
        )
            await work.Execute(sql, null, CancellationToken.None);
        await work.Commit(CancellationToken.None);
    }

    static string Greatest(params string[] columns) => string.Join(", ", columns.Select(column => $"MAX({column})"));
}
