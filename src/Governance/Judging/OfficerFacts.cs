using System.Text.Json;
using NodaTime;

namespace Lapel.Governance;

/// <summary>
/// Everything that the judge needs of one officer for a span, read in a fixed number of queries however much there is of it; the facts of
/// single attendances are cut out of it in memory.
/// </summary>
sealed class OfficerFacts
{
    readonly Standing standing;
    readonly IReadOnlyList<Membership> memberships;
    readonly IReadOnlyList<Worn> worn;
    readonly IReadOnlyList<Exemption> exemptions;
    readonly IReadOnlyList<CameraFault> faults;

    /// <summary>For each recording the latest end of it and all before it.</summary>
    readonly Instant[] latestEnd;

    OfficerFacts(
        OfficerId officer,
        Standing standing,
        IReadOnlyList<Attending> attended,
        IReadOnlyList<Recorded> recordings,
        IReadOnlyList<Membership> memberships,
        IReadOnlyList<Worn> worn,
        IReadOnlyList<Exemption> exemptions,
        IReadOnlyList<CameraFault> faults
    )
    {
        (Officer, Attended, Recordings) = (officer, attended, recordings);
        (this.standing, this.memberships, this.worn) = (standing, memberships, worn);
        (this.exemptions, this.faults) = (exemptions, faults);
        latestEnd = new Instant[recordings.Count];
        for (var i = 0; i < latestEnd.Length; i++)
            latestEnd[i] = i > 0 && latestEnd[i - 1] > recordings[i].Until ? latestEnd[i - 1] : recordings[i].Until;
    }

    /// <summary>An attendance with dispatch's offset taken off.</summary>
    public sealed record Attending(
        Attendance Attendance,
        DispatchIncident Incident,
        Instant Begins,
        Instant Ends,
        Duration Offset
    );

    public OfficerId Officer { get; }

    /// <summary>Of all that touch the span or a recording that does, in order of their beginning.</summary>
    public IReadOnlyList<Attending> Attended { get; }

    /// <summary>In order of time.</summary>
    public IReadOnlyList<Recorded> Recordings { get; }

    /// <param name="span">Everything that touches it is complete, with what that in turn rests on.</param>
    public static async Task<OfficerFacts> Of(
        Reading reading,
        Standing standing,
        OfficerId officer,
        Interval span,
        CancellationToken stop
    )
    {
        var (reach, farther) = (Us(standing.Reach), Us(Standing.LongestRecording));
        var near = new Interval(span.From - reach, span.Until + reach);
        var recordings = await RecordedRows.Of(reading, officer, near with { From = near.From - farther }, stop);
        var (from, until) = (span.From, span.Until);
        foreach (var recording in recordings)
            if (Interval.Of(recording.From, recording.Until) is var one && one.From < span.Until && one.Until > span.From)
                (from, until) = (Math.Min(from, one.From), Math.Max(until, one.Until));
        var args = new
        {
            officer,
            // A call, one beside it, and one beside that: what is held of the first rests on all that the second shares a moment with.
            from = from - 3 * reach + Us(standing.LeastOffset),
            until = until + 2 * reach + Us(standing.MostOffset),
        };
        var attended = await reading.Many(AttendedSql, args, row => ReadAttended(row, standing), stop);
        var calls = WithCalls(standing, attended, WithCalls(standing, attended, WithCalls(standing, attended, span)));
        if (calls.From < near.From || calls.Until > near.Until)
            recordings = await RecordedRows.Of(
                reading,
                officer,
                new(Math.Min(near.From, calls.From) - farther, Math.Max(near.Until, calls.Until)),
                stop
            );
        var day = new
        {
            officer,
            from = Math.Min(from, calls.From) - reach,
            until = Math.Max(until, calls.Until) + reach,
        };
        return new(
            officer,
            standing,
            attended,
            recordings,
            await Memberships.Of(reading, officer, stop),
            await reading.Many(
                """
                SELECT camera, from_at, until_at FROM assignment
                WHERE officer = @officer AND from_at < @until AND (until_at IS NULL OR until_at > @from) ORDER BY from_at, id
                """,
                day,
                row => new Worn(row.Id<Nouns.Camera>("camera"), row.Time("from_at"), row.TimeOrNull("until_at")),
                stop
            ),
            await reading.Many(
                "SELECT * FROM exemption WHERE officer = @officer AND from_at < @until AND until_at > @from ORDER BY from_at, id",
                day,
                ReadExemption,
                stop
            ),
            await reading.Many(
                """
                SELECT * FROM camera_fault
                WHERE officer = @officer AND from_at < @until AND (until_at IS NULL OR until_at > @from) ORDER BY from_at, id
                """,
                day,
                ReadFault,
                stop
            )
        );
    }

    /// <summary>The span together with every required time that touches it.</summary>
    public Interval WithCalls(Standing standing, Interval span) => WithCalls(standing, Attended, span);

    static Interval WithCalls(Standing standing, IReadOnlyList<Attending> attended, Interval span)
    {
        var wide = span;
        foreach (var one in attended)
            if (
                Interval.Of(one.Begins, one.Ends) is var itself
                && itself.From < span.Until
                && itself.Until >= span.From
                && (itself.From < wide.From || itself.Until > wide.Until)
                && RequiredOf(standing, one) is { } required
            )
                wide = new(Math.Min(wide.From, itself.From), Math.Max(wide.Until, required.Until));
        return wide;
    }

    /// <summary>When a camera had to be on for it; none when none had, or the times cannot be right.</summary>
    public static Interval? RequiredOf(Standing standing, Attending attended) =>
        standing.PolicyAt(attended.Begins) is { } policy
        && Required.TriggerOf(policy.Policy, attended.Attendance, attended.Incident) is { } trigger
            ? Required.SpanOf(policy.Policy, trigger, attended.Attendance).Span
            : null;

    /// <param name="around">How far before and after recordings are taken along: none to judge, some to explain.</param>
    public AttendanceFacts FactsOf(Attending attended, Duration around = default)
    {
        var (from, until) = (attended.Begins - around, attended.Ends + around);
        var unit = UnitAt(attended.Begins);
        return new(
            attended.Attendance,
            attended.Incident,
            unit,
            Touching(worn, w => w.From < attended.Ends && (w.Until is not { } end || end > attended.Begins)),
            [
                .. Touching(exemptions, e => e.From < attended.Ends && e.Until > attended.Begins),
                .. standing.ExemptionsOf(unit, attended.Begins, attended.Ends),
            ],
            Touching(faults, f => f.From < attended.Ends && (f.Until is not { } end || end > attended.Begins)),
            RecordingsIn(from, until)
        )
        {
            DispatchOffset = attended.Offset,
            BeginsAt = attended.Begins,
            EndsAt = attended.Ends,
        };
    }

    public UnitId? UnitAt(Instant at)
    {
        for (var i = memberships.Count - 1; i >= 0; i--)
            if (memberships[i].Span.Contains(at))
                return memberships[i].Unit;
        return null;
    }

    static IReadOnlyList<T> Touching<T>(IReadOnlyList<T> all, Func<T, bool> touches) =>
        all.Count == 0 ? [] : [.. all.Where(touches)];

    IReadOnlyList<Recorded> RecordingsIn(Instant from, Instant until)
    {
        var first = Array.BinarySearch(latestEnd, from); // ends only grow along the list
        first = first < 0 ? ~first : first;
        List<Recorded>? found = null;
        for (var i = first; i < Recordings.Count && Recordings[i].From < until; i++)
            if (Recordings[i].Until > from)
                (found ??= []).Add(Recordings[i]);
        return (IReadOnlyList<Recorded>?)found ?? [];
    }

    internal const string AttendedColumns = """
        attendance.*, incident.number, incident.source, incident.call_type, incident.priority, incident.address, incident.place,
        incident.exigency, incident.received_at, incident.merged_into, incident.revision, incident.changed_at
        """;

    const string AttendedSql = $"""
        SELECT {AttendedColumns} FROM attendance JOIN incident ON incident.id = attendance.incident
        WHERE attendance.officer = @officer AND attendance.withdrawn_at IS NULL
            AND attendance.begins_at >= @from AND attendance.begins_at < @until
        ORDER BY attendance.begins_at, attendance.id
        """;

    internal static Attending ReadAttended(Row row, Standing standing)
    {
        var begins = row.Time("begins_at");
        var source = row.Word<IncidentSource>("source");
        // One offset for all its times: where the clock was set right in the middle of a call, its parts keep their distance. What an
        // officer entered has the server's clock.
        var offset = source == IncidentSource.OnView ? Duration.Zero : standing.OffsetAt(begins);
        Instant? Server(string column) => row.TimeOrNull(column) is { } at ? at - offset : null;
        var attendance = new Attendance(
            row.Id<Nouns.Attendance>("id"),
            row.Id<Nouns.Incident>("incident"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.Text("badge"),
            row.TextOrNull("call_sign"),
            row.Word<Activity>("activity"),
            Server("dispatched_at"),
            Server("en_route_at"),
            Server("arrived_at"),
            Server("cleared_at"),
            row.TimeOrNull("withdrawn_at")
        );
        var incident = new DispatchIncident(
            attendance.Incident,
            row.Text("number"),
            source,
            row.Text("call_type"),
            (int?)row.NumberOrNull("priority"),
            row.TextOrNull("address"),
            Words<Place>.TryParse(row.TextOrNull("place"), out var place) ? place : null,
            row.TextOrNull("exigency"),
            Server("received_at"),
            row.IdOrNull<Nouns.Incident>("merged_into"),
            (int)row.Number("revision"),
            row.Time("changed_at")
        );
        var ends = begins - offset;
        for (var moment = Moment.Dispatched; moment <= Moment.Cleared; moment++)
            if (Required.At(attendance, moment) is { } at && at > ends)
                ends = at;
        return new(attendance, incident, begins - offset, ends, offset);
    }

    internal static Exemption ReadExemption(Row row) =>
        new(
            row.Id<Nouns.Exemption>("id"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            JsonSerializer.Deserialize<List<string>>(row.Text("call_types"), LapelJson.Lenient)!,
            row.Time("from_at"),
            row.Time("until_at"),
            row.Text("reason"),
            row.Text("approved_by")
        );

    static CameraFault ReadFault(Row row) =>
        new(
            row.Id<Nouns.Fault>("id"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Camera>("camera"),
            row.Time("from_at"),
            row.TimeOrNull("until_at"),
            row.Text("what"),
            row.TextOrNull("told"),
            row.Time("reported_at")
        );

    internal static long Us(Duration duration) => duration.BclCompatibleTicks / 10;
}
