namespace Lapel.Governance;

/// <summary>After the call-sign roster changed: gives the parts of a car's incidents the officers who were in it, no more and no fewer.</summary>
static class CarCrews
{
    public static async Task Settle(Work work, string callSign, Instant from, Instant until, CancellationToken stop)
    {
        var parts = await work.Many(
            """
            SELECT * FROM attendance WHERE by_call_sign = 1 AND call_sign = @callSign AND begins_at >= @from AND begins_at < @until
            ORDER BY incident, begins_at, id
            """,
            new
            {
                callSign,
                from,
                until,
            },
            Attendances.FromKnown,
            stop
        );
        var who = await Who.OfCars(work, [callSign], stop);
        var touched = new List<(KnownPart? Before, KnownPart After)>();
        // One row of dispatch is one part for each person in the car: they share their times.
        foreach (var row in parts.GroupBy(p => (p.Attendance.Incident, p.SaidId, p.BeginsAt)))
            touched.AddRange(Crew([.. row], who, work.Now));
        foreach (var (before, after) in touched)
            if (before is null)
                await IncidentRows.InsertParts(work, [after], stop);
            else
                await IncidentRows.UpdatePart(work, after, stop);
        await DueSpans.Say(work, touched, stop);
    }

    /// <summary>Pure: whom the parts that one row stands for belong to now.</summary>
    internal static IEnumerable<(KnownPart? Before, KnownPart After)> Crew(IReadOnlyList<KnownPart> parts, IWho who, Instant now)
    {
        var crew = who.InCar(parts[0].Attendance.CallSign!, parts[0].BeginsAt);
        var free = parts.Where(p => crew.All(c => c.Badge != p.Attendance.Badge)).ToList();
        foreach (var (badge, officer) in crew)
        {
            if (parts.FirstOrDefault(p => p.Attendance.Badge == badge) is { } mine)
            {
                if (mine.Attendance.WithdrawnAt is not null || mine.Attendance.Officer != officer)
                    yield return (mine, With(mine, badge, officer));
            }
            else if (free.FirstOrDefault(p => p.Attendance.Badge.Length == 0) is { } nobodys)
            {
                free.Remove(nobodys);
                yield return (nobodys, With(nobodys, badge, officer));
            }
            else
            {
                var copy = With(parts[0], badge, officer);
                yield return (null, copy with { Attendance = copy.Attendance with { Id = AttendanceId.New() } });
            }
        }
        // Who is not in the car any more: the last one's part goes back to being nobody's, the others' are withdrawn.
        var leaving = free.Where(p => p.Attendance.Badge.Length > 0 && p.Attendance.WithdrawnAt is null).ToList();
        foreach (var part in leaving)
            yield return crew.Count == 0 && part == leaving[0]
                ? (part, With(part, "", null))
                : (part, part with { Attendance = part.Attendance with { WithdrawnAt = now } });
    }

    static KnownPart With(KnownPart part, string badge, OfficerId? officer)
    {
        var attendance = part.Attendance with { Badge = badge, Officer = officer, WithdrawnAt = null };
        // The digest is of what dispatch said with the badges filled in, so that the same file again finds the same part.
        var said = new SaidPart(
            part.SaidId,
            badge,
            attendance.CallSign,
            attendance.Activity,
            attendance.DispatchedAt,
            attendance.EnRouteAt,
            attendance.ArrivedAt,
            attendance.ClearedAt
        );
        return part with { Attendance = attendance, SaidDigest = said.Digest.ToString() };
    }
}
