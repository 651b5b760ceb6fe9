namespace Lapel.Governance;

/// <summary>Who stands behind a badge or in a car. Asked while a row is compared; nothing is read from the records in between.</summary>
public interface IWho
{
    OfficerId? WithBadge(string badge);

    /// <summary>Badge and officer of everybody who was in the car then; empty when the roster does not say.</summary>
    IReadOnlyList<(string Badge, OfficerId Officer)> InCar(string callSign, Instant at);
}

/// <summary>What became of an incident when something was said about it.</summary>
/// <param name="After">The same object as before when nothing changed.</param>
/// <param name="Touched">Parts that a judgement may now see differently: before and after; none before for a new one.</param>
/// <param name="Conflicts">Sentences about rows that say two things at once.</param>
/// <param name="Restated">Dispatch said it in other words, or again after a correction by hand: to be remembered, and no new revision.</param>
public sealed record Merged(
    KnownIncident After,
    bool Changed,
    bool Restated,
    IReadOnlyList<(KnownPart? Before, KnownPart After)> Touched,
    IReadOnlyList<(long Line, string Sentence)> Conflicts
);

/// <summary>
/// Compares what is said about an incident with what is known of it. Pure. What dispatch said before and says again changes nothing,
/// even when a person has corrected it since; what it says anew counts.
/// </summary>
public static class IncidentMerge
{
    /// <param name="whole">What is said is all there is: parts that are not named are withdrawn.</param>
    public static Merged Of(KnownIncident? before, SaidIncident said, IncidentSource source, bool whole, Instant now, IWho who)
    {
        var own = Own(before, said, source, now);
        var ownChanged = before is null || !SameFacts(own, before.Incident) || (said.Note ?? before.Note) != before.Note;
        var known = before?.Parts.ToList() ?? [];
        var at = known.Count; // what comes behind is new
        var touched = new List<(KnownPart? Before, KnownPart After)>();
        var conflicts = new List<(long, string)>();
        var named = new HashSet<AttendanceId>();
        var restated = before is not null && before.SaidDigest != said.Digest.ToString();
        foreach (var (part, byCallSign) in said.Parts.SelectMany(p => Persons(p, said, who)))
        {
            var i = Find(known, part, named, byCallSign);
            if (i < 0)
            {
                if (part.Withdrawn)
                    continue; // never known, and now not so
                var fresh = Fresh(part, own, who, byCallSign, now, said.ReceivedAt, known);
                known.Add(fresh);
                named.Add(fresh.Attendance.Id);
                touched.Add((null, fresh));
                continue;
            }
            var old = known[i];
            if (!named.Add(old.Attendance.Id) && part.AsOf is null && old.SaidDigest != part.Digest.ToString())
                conflicts.Add((part.Line, Twice(said.Number, part)));
            if (old.SaidDigest == part.Digest.ToString())
                continue;
            var next = Again(old, part, who, byCallSign, now);
            restated = true;
            known[i] = next;
            if (next.Attendance != old.Attendance)
                Touch(touched, i < at ? old : null, next);
        }
        if (whole)
            for (var i = 0; i < at; i++)
                if (
                    !named.Contains(known[i].Attendance.Id)
                    && known[i].Attendance.WithdrawnAt is null
                    && known[i].SaidDigest is not null
                )
                {
                    var gone = known[i] with { Attendance = known[i].Attendance with { WithdrawnAt = now } };
                    touched.Add((known[i], gone));
                    known[i] = gone;
                }
        if (ownChanged)
            foreach (var part in known.Where(p => touched.All(t => t.After.Attendance.Id != p.Attendance.Id)))
                touched.Add((part, part)); // call type, place, exigency or priority decide how every part is judged
        var changed = ownChanged || touched.Count > 0;
        var after = new KnownIncident(
            changed && before is not null ? own with { Revision = before.Incident.Revision + 1, ChangedAt = now } : own,
            said.Note ?? before?.Note,
            said.Digest.ToString(),
            before?.Import,
            before?.SaidAt,
            known
        );
        return new(changed || restated ? after : before!, changed, restated && !changed, touched, conflicts);
    }

    static DispatchIncident Own(KnownIncident? before, SaidIncident said, IncidentSource source, Instant now)
    {
        if (before is null)
            return new(
                IncidentId.New(),
                said.Number,
                source,
                said.CallType ?? "",
                said.Priority,
                said.Address,
                said.Place,
                said.Exigency,
                said.ReceivedAt,
                null,
                1,
                now
            );
        if (before.SaidDigest == said.Digest.ToString())
            return before.Incident;
        var known = before.Incident;
        return known with
        {
            CallType = said.CallType ?? known.CallType,
            Priority = said.Priority ?? known.Priority,
            Address = said.Address ?? known.Address,
            Place = said.Place ?? known.Place,
            Exigency = said.Exigency ?? known.Exigency,
            ReceivedAt = said.ReceivedAt ?? known.ReceivedAt,
        };
    }

    static bool SameFacts(DispatchIncident one, DispatchIncident other) =>
        one with { Revision = 0, ChangedAt = default } == other with { Revision = 0, ChangedAt = default };

    /// <summary>A row that names only a car speaks of everybody who was in it.</summary>
    static IEnumerable<(SaidPart Part, bool ByCallSign)> Persons(SaidPart part, SaidIncident said, IWho who)
    {
        if (part.Badge.Length > 0 || part.CallSign is not { } callSign)
            return [(part, false)];
        var at = part.Times.Select(t => (Instant?)t).FirstOrDefault() ?? said.ReceivedAt;
        var crew = at is { } then ? who.InCar(callSign, then) : [];
        return crew.Count == 0 ? [(part, true)] : crew.Select(c => (part with { Badge = c.Badge }, true));
    }

    /// <summary>
    /// The known part that is meant: the one of which the same was said before; else the one of that name; else the one of the same
    /// officer whose time touches this one's. An officer who left and came back has two parts.
    /// </summary>
    static int Find(List<KnownPart> known, SaidPart part, HashSet<AttendanceId> named, bool byCallSign)
    {
        bool Same(KnownPart k) =>
            k.Attendance.Badge == part.Badge
            && (part.Badge.Length > 0 || string.Equals(k.Attendance.CallSign, part.CallSign, StringComparison.OrdinalIgnoreCase));
        var digest = part.Digest.ToString();
        var i = known.FindIndex(k => k.SaidDigest == digest && Same(k));
        if (i >= 0)
            return i;
        if (part.Id is not null && part.AsOf is null)
        {
            i = known.FindIndex(k => k.SaidId == part.Id && Same(k));
            if (i < 0 && !byCallSign && known.Count(k => k.SaidId == part.Id) == 1)
                i = known.FindIndex(k => k.SaidId == part.Id && !named.Contains(k.Attendance.Id)); // its badge was corrected
            // A system that has names for its parts means another one with another name.
            if (i >= 0 || known.Any(k => k.SaidId is not null && Same(k)))
                return i;
        }
        if (part.AsOf is { } asOf)
            // How it stands now belongs to the part that is still open, or to the one that this was already said of.
            return known.FindLastIndex(k =>
                Same(k) && (k.Attendance.ClearedAt is not { } cleared || asOf <= cleared || part.ClearedAt is not null)
            );
        var from = part.Times.DefaultIfEmpty(Instant.MaxValue).Min();
        var until = part.Times.DefaultIfEmpty(Instant.MinValue).Max();
        if (from > until) // no time of its own
            return known.FindIndex(k => Same(k) && !named.Contains(k.Attendance.Id));
        return known.FindIndex(k => Same(k) && from <= k.Span.Until && k.Span.From <= until);
    }

    static KnownPart Fresh(
        SaidPart part,
        DispatchIncident own,
        IWho who,
        bool byCallSign,
        Instant now,
        Instant? received,
        List<KnownPart> known
    )
    {
        var activity = part.Activity ?? known.Select(k => (Activity?)k.Attendance.Activity).FirstOrDefault() ?? Activity.Call;
        var attendance = new Attendance(
            AttendanceId.New(),
            own.Id,
            part.Badge.Length > 0 ? who.WithBadge(part.Badge) : null,
            part.Badge,
            part.CallSign,
            activity,
            part.DispatchedAt,
            part.EnRouteAt,
            part.ArrivedAt,
            part.ClearedAt,
            null
        );
        return new(
            attendance,
            part.Id,
            part.Digest.ToString(),
            byCallSign,
            Begins(attendance, received ?? own.ReceivedAt ?? now)
        );
    }

    static KnownPart Again(KnownPart old, SaidPart part, IWho who, bool byCallSign, Instant now)
    {
        var known = old.Attendance;
        // Of a system that says only how things stand, each moment is when it was first said; otherwise the newest word counts.
        Instant? Moment(Instant? before, Instant? said) =>
            said is null ? before
            : part.AsOf is not null && before is { } earlier && earlier < said ? earlier
            : said;
        var next = known with
        {
            Badge = part.Badge,
            Officer =
                part.Badge.Length == 0 ? null
                : known.Badge == part.Badge ? known.Officer ?? who.WithBadge(part.Badge)
                : who.WithBadge(part.Badge),
            CallSign = part.CallSign ?? known.CallSign,
            Activity = part.Activity ?? known.Activity,
            DispatchedAt = Moment(known.DispatchedAt, part.DispatchedAt),
            EnRouteAt = Moment(known.EnRouteAt, part.EnRouteAt),
            ArrivedAt = Moment(known.ArrivedAt, part.ArrivedAt),
            ClearedAt = Moment(known.ClearedAt, part.ClearedAt),
            WithdrawnAt = part.Withdrawn ? known.WithdrawnAt ?? now : null,
        };
        return new(next, part.Id ?? old.SaidId, part.Digest.ToString(), byCallSign, Begins(next, old.BeginsAt));
    }

    /// <summary>Earliest of its times; without any, the incident's.</summary>
    public static Instant Begins(Attendance part, Instant otherwise) => KnownPart.TimesOf(part).DefaultIfEmpty(otherwise).Min();

    static void Touch(List<(KnownPart? Before, KnownPart After)> touched, KnownPart? before, KnownPart after)
    {
        var i = touched.FindIndex(t => t.After.Attendance.Id == after.Attendance.Id);
        if (i < 0)
            touched.Add((before, after));
        else
            touched[i] = (touched[i].Before, after);
    }

    static string Twice(string number, SaidPart part) =>
        $"Incident {number} says two things about {(part.Badge.Length > 0 ? "badge " + part.Badge : part.CallSign)} at the same time; the later row was taken.";
}
