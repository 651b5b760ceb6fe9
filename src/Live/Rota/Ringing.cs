namespace Lapel.Live;

/// <summary>In which order a press rings, and when the next one rings too. Pure: the loop asks it every second.</summary>
public static class Ringing
{
    /// <summary>
    /// Those on call at that moment by place, then by who began first; whoever is in another consult comes last, since they may just be
    /// finishing. Nobody rings twice.
    /// </summary>
    public static IReadOnlyList<ClinicianId> Order(IEnumerable<Shift> shifts, IReadOnlySet<ClinicianId> busy, Instant at) =>
        [
            .. shifts
                .Where(s => s.From <= at && at < s.Until)
                .OrderBy(s => busy.Contains(s.Clinician))
                .ThenBy(s => s.Place)
                .ThenBy(s => s.From)
                .ThenBy(s => s.Clinician)
                .Select(s => s.Clinician)
                .Distinct(),
        ];

    /// <summary>
    /// Who must start ringing now: the first at the press, one more after every ringing time. Those rung before go on ringing, so a
    /// change of shift in between only adds to the order.
    /// </summary>
    public static IReadOnlyList<ClinicianId> Due(
        IReadOnlyList<ClinicianId> order,
        IReadOnlySet<ClinicianId> rung,
        Instant askedAt,
        Instant now,
        Duration ring
    )
    {
        var turns = 1 + (long)((now - askedAt).TotalMilliseconds / ring.TotalMilliseconds);
        var missing = (int)Math.Clamp(turns - rung.Count, 0, order.Count);
        return [.. order.Where(c => !rung.Contains(c)).Take(missing)];
    }

    /// <summary>Whether the operations centre must be told: nobody has answered for too long, or nobody is on call at all.</summary>
    public static bool DueToAlert(int onCall, Instant askedAt, Instant now, Duration alert) =>
        onCall == 0 || now - askedAt >= alert;
}
