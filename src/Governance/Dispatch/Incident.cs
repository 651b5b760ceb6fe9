namespace Lapel.Governance;

/// <summary>
/// A record of the dispatch (CAD) system, or an officer's own activity entered by hand. Times here and in <see cref="Attendance"/> are
/// the dispatch system's clock as it said them; the judge takes the clock's offset off.
/// </summary>
/// <param name="Number">As the dispatch system calls it; unique in the agency.</param>
/// <param name="CallType">In the dispatch system's words.</param>
/// <param name="Priority">1 is the most urgent; none when not given.</param>
/// <param name="Address">As written; none when not given.</param>
/// <param name="Place">What kind of place, where known.</param>
/// <param name="Exigency">Code of an exigency of the policy that stood; none mostly.</param>
/// <param name="MergedInto">The incident that this one was found to be the same as.</param>
/// <param name="Revision">1 for the first; every accepted correction adds one.</param>
public sealed record DispatchIncident(
    IncidentId Id,
    string Number,
    IncidentSource Source,
    string CallType,
    int? Priority,
    string? Address,
    Place? Place,
    string? Exigency,
    Instant? ReceivedAt,
    IncidentId? MergedInto,
    int Revision,
    Instant ChangedAt
);

public enum IncidentSource
{
    /// <summary>A file of the dispatch system.</summary>
    File,

    /// <summary>Sent by the dispatch system as it happens.</summary>
    WebHook,

    /// <summary>Entered by an officer: on-view activity.</summary>
    OnView,
}

/// <summary>One officer's part in an incident. An officer who leaves and comes back has two.</summary>
/// <param name="Officer">None when no officer has that badge: kept, and judged when the officer is entered.</param>
/// <param name="CallSign">The car or unit as dispatch names it.</param>
/// <param name="WithdrawnAt">Server clock; when a correction took it away. It is kept and no longer judged.</param>
public sealed record Attendance(
    AttendanceId Id,
    IncidentId Incident,
    OfficerId? Officer,
    string Badge,
    string? CallSign,
    Activity Activity,
    Instant? DispatchedAt,
    Instant? EnRouteAt,
    Instant? ArrivedAt,
    Instant? ClearedAt,
    Instant? WithdrawnAt
);
