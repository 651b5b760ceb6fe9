namespace Lapel.Governance;

/// <summary>Writes incidents and their parts. Only <see cref="Accepting"/> and what it is made of call this.</summary>
static class IncidentRows
{
    static readonly string[] Columns =
    [
        "id",
        "number",
        "source",
        "call_type",
        "priority",
        "address",
        "place",
        "exigency",
        "received_at",
        "merged_into",
        "revision",
        "content_digest",
        "changed_at",
        "begins_at",
        "note",
        "import",
        "said_at",
    ];

    static readonly string[] PartColumns =
    [
        "id",
        "incident",
        "officer",
        "badge",
        "call_sign",
        "activity",
        "dispatched_at",
        "en_route_at",
        "arrived_at",
        "cleared_at",
        "begins_at",
        "withdrawn_at",
        "said_id",
        "said_digest",
        "by_call_sign",
    ];

    public static async Task Insert(Work work, IReadOnlyList<KnownIncident> incidents, CancellationToken stop)
    {
        // One that was merged into another new one comes after it.
        var ordered = incidents.OrderBy(i => i.Incident.MergedInto is not null).Select(Values).ToList();
        await Rows.Insert(work, "incident", Columns, ordered, stop);
    }

    public static Task Update(Work work, KnownIncident known, CancellationToken stop) =>
        work.Execute(
            """
            UPDATE incident SET call_type = @call_type, priority = @priority, address = @address, place = @place,
                exigency = @exigency, received_at = @received_at, merged_into = @merged_into, revision = @revision,
                content_digest = @content_digest, changed_at = @changed_at, begins_at = @begins_at, note = @note,
                import = @import, said_at = @said_at
            WHERE id = @id
            """,
            Named(Columns, Values(known)),
            stop
        );

    public static Task InsertParts(Work work, IReadOnlyList<KnownPart> parts, CancellationToken stop) =>
        Rows.Insert(work, "attendance", PartColumns, [.. parts.Select(Values)], stop);

    public static Task UpdatePart(Work work, KnownPart part, CancellationToken stop) =>
        work.Execute(
            """
            UPDATE attendance SET incident = @incident, officer = @officer, badge = @badge, call_sign = @call_sign,
                activity = @activity, dispatched_at = @dispatched_at, en_route_at = @en_route_at, arrived_at = @arrived_at,
                cleared_at = @cleared_at, begins_at = @begins_at, withdrawn_at = @withdrawn_at, said_id = @said_id,
                said_digest = @said_digest, by_call_sign = @by_call_sign
            WHERE id = @id
            """,
            Named(PartColumns, Values(part)),
            stop
        );

    public static Task InsertFormer(Work work, IReadOnlyList<KnownIncident> former, SaidBy by, CancellationToken stop) =>
        Rows.Insert(
            work,
            "incident_former",
            ["incident", "revision", "content", "until_at", "replaced_by", "reason"],
            [
                .. former.Select(f =>
                    new object?[]
                    {
                        f.Incident.Id.Text,
                        (long)f.Incident.Revision,
                        f.ToFormer(),
                        work.Now.ToMicroseconds(),
                        by.By,
                        by.Reason,
                    }
                ),
            ],
            stop
        );

    static object?[] Values(KnownIncident known)
    {
        var incident = known.Incident;
        return
        [
            incident.Id.Text,
            incident.Number,
            Words<IncidentSource>.Of(incident.Source),
            incident.CallType,
            (long?)incident.Priority,
            incident.Address,
            Said.Of(incident.Place),
            incident.Exigency,
            incident.ReceivedAt?.ToMicroseconds(),
            incident.MergedInto?.Text,
            (long)incident.Revision,
            known.SaidDigest,
            incident.ChangedAt.ToMicroseconds(),
            known.BeginsAt.ToMicroseconds(),
            known.Note,
            known.Import,
            known.SaidAt?.ToMicroseconds(),
        ];
    }

    static object?[] Values(KnownPart part)
    {
        var attendance = part.Attendance;
        return
        [
            attendance.Id.Text,
            attendance.Incident.Text,
            attendance.Officer?.Text,
            attendance.Badge,
            attendance.CallSign,
            Words<Activity>.Of(attendance.Activity),
            attendance.DispatchedAt?.ToMicroseconds(),
            attendance.EnRouteAt?.ToMicroseconds(),
            attendance.ArrivedAt?.ToMicroseconds(),
            attendance.ClearedAt?.ToMicroseconds(),
            part.BeginsAt.ToMicroseconds(),
            attendance.WithdrawnAt?.ToMicroseconds(),
            part.SaidId,
            part.SaidDigest,
            part.ByCallSign ? 1L : 0L,
        ];
    }

    static Dictionary<string, object?> Named(string[] columns, object?[] values) =>
        columns.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
}
