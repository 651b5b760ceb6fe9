using System.Text.Json;

namespace Lapel.Governance;

/// <summary>An incident as the records have it, with all its parts, withdrawn ones too.</summary>
/// <param name="SaidDigest">Of what dispatch last said about the incident's own facts.</param>
/// <param name="Import">The import that last changed it.</param>
/// <param name="SaidAt">Dispatch clock; when the newest message about it was written.</param>
public sealed record KnownIncident(
    DispatchIncident Incident,
    string? Note,
    string SaidDigest,
    string? Import,
    Instant? SaidAt,
    IReadOnlyList<KnownPart> Parts
)
{
    /// <summary>Dispatch clock; where it stands in lists.</summary>
    public Instant BeginsAt =>
        Parts
            .Where(p => p.Attendance.WithdrawnAt is null)
            .Select(p => p.BeginsAt)
            .Concat(Incident.ReceivedAt is { } received ? [received] : [])
            .DefaultIfEmpty(Incident.ChangedAt)
            .Min();

    /// <summary>As it is kept when something else takes its place.</summary>
    public string ToFormer() =>
        JsonSerializer.Serialize(new FormerIncident(Incident, Note, [.. Parts.Select(p => p.Attendance)]), LapelJson.Lenient);
}

/// <summary>One officer's part as the records have it.</summary>
/// <param name="SaidDigest">Of what dispatch last said about it; none for parts that no source speaks of.</param>
/// <param name="ByCallSign">Dispatch named the car only; who was in it is the roster's word.</param>
public sealed record KnownPart(Attendance Attendance, string? SaidId, string? SaidDigest, bool ByCallSign, Instant BeginsAt)
{
    public IEnumerable<Instant> Times => TimesOf(Attendance);

    public static IEnumerable<Instant> TimesOf(Attendance part) =>
        new[] { part.DispatchedAt, part.EnRouteAt, part.ArrivedAt, part.ClearedAt }
            .Where(t => t is not null)
            .Select(t => t!.Value);

    /// <summary>Dispatch clock; first and last that is known of it.</summary>
    public (Instant From, Instant Until) Span => Times.Any() ? (Times.Min(), Times.Max()) : (BeginsAt, BeginsAt);
}

/// <summary>How an incident stood before a change.</summary>
public sealed record FormerIncident(DispatchIncident Incident, string? Note, IReadOnlyList<Attendance> Parts);
