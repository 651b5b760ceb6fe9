using System.Text.Json;

namespace Lapel.Governance;

/// <summary>The rows behind a number: whoever may see officers' numbers there can follow any of them down to its calls and recordings.</summary>
/// <param name="Kinds">Kinds of <see cref="Counts"/> that are about the same: of a measure's numerator or denominator, or one.</param>
/// <param name="Unit">With all below it; none: everybody.</param>
public sealed record RowsAsked(Month Month, IReadOnlyList<string> Kinds, UnitId? Unit, OfficerId? Officer, string? After);

/// <param name="Judged">For kinds of attendances and incidents (then the first attendance of each).</param>
/// <param name="Recordings">For kinds of recordings and of states.</param>
/// <param name="Next">Ask with it for more; none at the end.</param>
public sealed record RowsFound(IReadOnlyList<JudgedRow> Judged, IReadOnlyList<MeasuredRecording> Recordings, string? Next);

/// <param name="State">For kinds of states: which.</param>
public sealed record MeasuredRecording(
    RecordingId Recording,
    OfficerRef Officer,
    Instant ActivatedAt,
    Instant Until,
    Instant AdmittedAt,
    Instant? TaggedAt,
    StateSpan? State
);

public static class MeasuredRows
{
    public const int PageSize = 100;

    public static async Task<RowsFound> Read(
        Reading reading,
        AgencyProfile agency,
        RowsAsked ask,
        Instant now,
        CancellationToken stop
    )
    {
        if (ask.Kinds.Select(WhereOf).OfType<string>().ToList() is not { Count: > 0 } ways)
            return await InRecordings(reading, agency, ask, now, stop);
        var where = $"({string.Join(" OR ", ways.Select(w => $"({w})"))})";
        var (afterAt, afterId) = ReadAfter(ask.After);
        var rows = await reading.Many(
            $"""
            {(ask.Unit is null ? "" : UnitSql.Below)}
            SELECT {JudgedRow.Query}
            WHERE j.begins_at >= @from AND j.begins_at < @until AND {where}
                {(ask.Unit is null ? "" : "AND j.unit IN (SELECT id FROM below)")}
                {(ask.Officer is null ? "" : "AND j.officer = @officer")}
                AND (j.begins_at > @afterAt OR (j.begins_at = @afterAt AND j.attendance > @afterId))
            ORDER BY j.begins_at, j.attendance LIMIT {PageSize}
            """,
            new
            {
                from = ask.Month.From(agency),
                until = ask.Month.Until(agency),
                unit = ask.Unit,
                officer = ask.Officer,
                afterAt,
                afterId,
            },
            JudgedRow.Read,
            stop
        );
        return new(rows, [], rows.Count < PageSize ? null : $"{rows[^1].BeginsAt.ToMicroseconds()}.{rows[^1].Attendance}");
    }

    // The same questions as CountingMonth asks, row by row.
    static string? WhereOf(string kind) =>
        kind switch
        {
            "covered_whole" => "j.outcome = 'covered' AND j.whole = 1",
            "covered_part" => "j.outcome = 'covered' AND j.whole = 0",
            "missing" or "exempt" or "technical" or "unknown" => $"j.outcome = '{kind}'",
            "not_required" => "j.outcome = 'not-required'",
            "noticed" => "j.outcome = 'covered' AND j.notice = 1",
            "not_noticed" => "j.outcome = 'covered' AND j.notice = 0",
            "incidents_covered" => $"{First} AND {Any("covered")}",
            "incidents_missed" => $"{First} AND NOT {Any("covered")} AND {Any("missing")}",
            "incidents_excluded" => $"{First} AND NOT {Any("covered")} AND NOT {Any("missing")}",
            _ => null,
        };

    /// <summary>Comes after EXISTS: another part in the same incident, judged as <c>b</c>.</summary>
    const string Other = """
        SELECT 1 FROM attendance AS a JOIN judgement AS b ON b.officer = a.officer AND b.attendance = a.id
        WHERE a.incident = j.incident
        """;

    const string First = $"""
        j.outcome <> 'not-required' AND NOT EXISTS ({Other} AND b.outcome <> 'not-required'
            AND (b.begins_at < j.begins_at OR (b.begins_at = j.begins_at AND b.attendance < j.attendance)))
        """;

    static string Any(string outcome) => $"EXISTS ({Other} AND b.outcome = '{outcome}')";

    static async Task<RowsFound> InRecordings(
        Reading reading,
        AgencyProfile agency,
        RowsAsked ask,
        Instant now,
        CancellationToken stop
    )
    {
        var policies = await Policies.AllInForce(reading, stop);
        var (afterAt, afterId) = ReadAfter(ask.After);
        var found = new List<MeasuredRecording>();
        string? next = null;
        await foreach (
            var (row, states) in reading.Each(
                $"""
                {(ask.Unit is null ? "" : UnitSql.Below)}
                SELECT recording, officer, badge, name, activated_at, until_at, admitted_at, tagged_at, states
                FROM recorded JOIN officer ON officer.id = recorded.officer
                WHERE activated_at >= @from AND activated_at < @until
                    {(ask.Unit is null ? "" : "AND unit IN (SELECT id FROM below)")}
                    {(ask.Officer is null ? "" : "AND officer = @officer")}
                    AND (activated_at > @afterAt OR (activated_at = @afterAt AND recording > @afterId))
                ORDER BY activated_at, recording
                """,
                new
                {
                    from = ask.Month.From(agency),
                    until = ask.Month.Until(agency),
                    unit = ask.Unit,
                    officer = ask.Officer,
                    afterAt,
                    afterId,
                },
                row =>
                    (
                        new MeasuredRecording(
                            row.Id<Nouns.Recording>("recording"),
                            new(row.Id<Nouns.Officer>("officer"), row.Text("badge"), row.Text("name")),
                            row.Time("activated_at"),
                            row.Time("until_at"),
                            row.Time("admitted_at"),
                            row.TimeOrNull("tagged_at"),
                            null
                        ),
                        row.TextOrNull("states")
                    ),
                stop
            )
        )
        {
            if (
                Policies.At(policies, row.ActivatedAt) is { } policy
                && ask.Kinds.Any(kind => IsOfKind(kind, row, policy.Policy, now))
            )
                found.Add(row);
            if (states is not null && AreStates(ask))
                found.AddRange(
                    JsonSerializer.Deserialize<List<StateSpan>>(states, LapelJson.Lenient)!.Select(s => row with { State = s })
                );
            if (found.Count < PageSize)
                continue;
            next = $"{row.ActivatedAt.ToMicroseconds()}.{row.Recording}";
            break;
        }
        return new([], AreStates(ask) ? await OfKinds(reading, ask.Kinds, found, stop) : found, next);
    }

    static bool AreStates(RowsAsked ask) => ask.Kinds.Any(kind => kind.StartsWith("states_", StringComparison.Ordinal));

    static bool IsOfKind(string kind, MeasuredRecording row, Policy policy, Instant now)
    {
        var (tagBy, dockBy) = (
            row.AdmittedAt + Duration.FromHours(policy.Tagging.WithinHours),
            row.Until + Duration.FromHours(policy.Docking.WithinHours)
        );
        var tagged = row.TaggedAt <= tagBy;
        var open = row.TaggedAt is null && tagBy > now;
        return kind switch
        {
            "tagged" => tagged,
            "tag_open" => open,
            "untagged" => !tagged && !open,
            "docked" => row.AdmittedAt <= dockBy,
            "docked_late" => row.AdmittedAt > dockBy,
            _ => false,
        };
    }

    static async Task<IReadOnlyList<MeasuredRecording>> OfKinds(
        Reading reading,
        IReadOnlyList<string> kinds,
        IReadOnlyList<MeasuredRecording> rows,
        CancellationToken stop
    )
    {
        var kept = new List<MeasuredRecording>();
        foreach (var row in rows)
        {
            var args = new
            {
                officer = row.Officer.Id,
                row.Recording,
                word = Words<RecordingState>.Of(row.State!.State),
                from = row.State.From,
                until = row.State.Until ?? row.Until,
            };
            var required = await reading.Any(
                "SELECT 1 FROM judgement WHERE officer = @officer AND from_at < @until AND until_at > @from LIMIT 1",
                args,
                stop
            );
            var gap = await reading.Any(
                """
                SELECT 1 FROM finding WHERE recording = @Recording AND kind = @word AND withdrawn = 0
                    AND from_at < @until AND until_at > @from LIMIT 1
                """,
                args,
                stop
            );
            if (
                kinds.Contains(
                    !required ? "states_elsewhere"
                    : gap ? "states_unreasoned"
                    : "states_reasoned"
                )
            )
                kept.Add(row);
        }
        return kept;
    }

    static (long At, string Id) ReadAfter(string? after) =>
        after?.Split('.', 2) is [var at, var id] && long.TryParse(at, out var us) ? (us, id) : (long.MinValue, "");
}
