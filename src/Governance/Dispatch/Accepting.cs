namespace Lapel.Governance;

/// <summary>In whose name something is said.</summary>
/// <param name="Whole">What is said of an incident is all there is: parts that are not named any more are withdrawn.</param>
/// <param name="By">Who or what says it, for the history.</param>
/// <param name="Import">None for what a person enters.</param>
public sealed record SaidBy(IncidentSource Source, string By, bool Whole = false, ImportId? Import = null, string? Reason = null);

/// <summary>How many incidents were new, changed or the same, and what looks wrong, by line.</summary>
public sealed record Accepted(int Added, int Changed, int Same, IReadOnlyList<(long Line, string Sentence)> Conflicts);

/// <summary>
/// The one way by which incidents enter the records: files, messages, officers and clerks all come through here. Compares, keeps how it
/// stood before, writes, and says what has to be judged again, all in the caller's work.
/// </summary>
public static class Accepting
{
    public static async Task<Accepted> Accept(Work work, IReadOnlyList<SaidIncident> said, SaidBy by, CancellationToken stop)
    {
        if (work.Engine == Engine.Postgres) // whoever compares must not be overtaken by another writer
            await work.Execute("LOCK TABLE incident IN SHARE ROW EXCLUSIVE MODE", null, stop);
        var before = await Load(work, said, stop);
        var who = await Who.Load(work, said, stop);
        var staged = new Staged(before, by, work.Now);
        foreach (var one in said)
            staged.Take(one, who);
        await staged.Write(work, stop);
        return staged.Result;
    }

    static async Task<Dictionary<string, KnownIncident>> Load(Work work, IReadOnlyList<SaidIncident> said, CancellationToken stop)
    {
        var known = await Incidents.Known(work, said.SelectMany(s => new[] { s.Number, s.MergedInto }).OfType<string>(), stop);
        // A merged incident's parts are with the one that it was found to be, and that one may have been merged in turn.
        for (var depth = 0; depth < 8; depth++)
        {
            var there = known.Values.Select(k => k.Incident.Id).ToHashSet();
            var missing = known
                .Values.Select(k => k.Incident.MergedInto)
                .OfType<IncidentId>()
                .Where(i => !there.Contains(i))
                .ToList();
            if (missing.Count == 0)
                break;
            foreach (var (number, incident) in await Incidents.KnownById(work, missing, stop))
                known[number] = incident;
        }
        return known;
    }
}

/// <summary>What a batch makes of the incidents it speaks of, before any of it is written.</summary>
sealed class Staged(Dictionary<string, KnownIncident> before, SaidBy by, Instant now)
{
    readonly Dictionary<string, KnownIncident> current = new(before, StringComparer.Ordinal);
    readonly HashSet<string> changed = new(StringComparer.Ordinal);
    readonly HashSet<string> said = new(StringComparer.Ordinal);
    readonly List<(long, string)> conflicts = [];
    readonly List<(KnownPart? Before, KnownPart After)> touched = [];

    public Accepted Result
    {
        get
        {
            var added = said.Count(n => !before.ContainsKey(n));
            var altered = said.Count(n => before.ContainsKey(n) && changed.Contains(n));
            return new(added, altered, said.Count - added - altered, conflicts);
        }
    }

    public void Take(SaidIncident one, IWho who)
    {
        said.Add(one.Number);
        if (Final(one.Number) is { } final && final.Incident.Number != one.Number)
        {
            // It was merged: what is said of it is about the other one, whose own facts it does not touch.
            if (Merge(final, OnlyParts(one, final.Incident.Number), who, keepFacts: true))
                changed.Add(one.Number);
            return;
        }
        Merge(current.GetValueOrDefault(one.Number), one, who, keepFacts: false);
        if (one.MergedInto is { } into && into != one.Number)
            Join(one, into);
    }

    KnownIncident? Final(string number)
    {
        var found = current.GetValueOrDefault(number);
        for (var depth = 0; found?.Incident.MergedInto is { } into && depth < 8; depth++)
            found = current.Values.FirstOrDefault(k => k.Incident.Id == into);
        return found;
    }

    static SaidIncident OnlyParts(SaidIncident one, string number) =>
        new(number, null, null, null, null, null, null, null, null, one.Parts, one.Line);

    bool Merge(KnownIncident? known, SaidIncident one, IWho who, bool keepFacts)
    {
        var merged = IncidentMerge.Of(known, one, by.Source, by.Whole && !keepFacts, now, who);
        conflicts.AddRange(merged.Conflicts);
        touched.AddRange(merged.Touched);
        if (!merged.Changed && !merged.Restated)
            return false;
        current[one.Number] = keepFacts ? merged.After with { SaidDigest = known!.SaidDigest } : merged.After;
        if (merged.Changed)
            changed.Add(one.Number);
        return merged.Changed;
    }

    /// <summary>Its parts go over to the other incident and are judged there; one that is there already is withdrawn here.</summary>
    void Join(SaidIncident one, string into)
    {
        var leaving = current[one.Number];
        var target = Final(into) ?? Placeholder(leaving, into);
        if (target.Incident.Id == leaving.Incident.Id)
            return; // each was found to be the other: the first word stands
        var stay = new List<KnownPart>();
        var join = target.Parts.ToList();
        foreach (var part in leaving.Parts)
        {
            var there = join.Any(p =>
                p.Attendance.WithdrawnAt is null
                && p.Attendance.Badge == part.Attendance.Badge
                && p.Span.From <= part.Span.Until
                && part.Span.From <= p.Span.Until
            );
            var after = there
                ? part with
                {
                    Attendance = part.Attendance with { WithdrawnAt = part.Attendance.WithdrawnAt ?? now },
                }
                : part with
                {
                    Attendance = part.Attendance with { Incident = target.Incident.Id },
                };
            (there ? stay : join).Add(after);
            touched.Add((part, after));
        }
        current[one.Number] = leaving with
        {
            Incident = leaving.Incident with { MergedInto = target.Incident.Id, ChangedAt = now },
            Parts = stay,
        };
        current[target.Incident.Number] = target with { Parts = join };
        changed.Add(one.Number);
        changed.Add(target.Incident.Number);
    }

    /// <summary>The other one was never heard of: it begins as a copy, and its own row will say more.</summary>
    KnownIncident Placeholder(KnownIncident like, string number) =>
        new(
            like.Incident with
            {
                Id = IncidentId.New(),
                Number = number,
                MergedInto = null,
                Revision = 1,
                ChangedAt = now,
            },
            null,
            "",
            null,
            null,
            []
        );

    public async Task Write(Work work, CancellationToken stop)
    {
        var import = by.Import?.Text;
        var finals = current
            .Where(c => !before.TryGetValue(c.Key, out var was) || !ReferenceEquals(was, c.Value))
            .Select(c => (Was: before.GetValueOrDefault(c.Key), Now: Numbered(c.Key, c.Value, import)))
            .ToList();
        await IncidentRows.InsertFormer(
            work,
            [.. finals.Where(f => f.Was is { } was && was.Incident.Revision < f.Now.Incident.Revision).Select(f => f.Was!)],
            by,
            stop
        );
        await IncidentRows.Insert(work, [.. finals.Where(f => f.Was is null).Select(f => f.Now)], stop);
        foreach (var (was, next) in finals.Where(f => f.Was is not null))
            await IncidentRows.Update(work, next, stop);
        var partsBefore = before.Values.SelectMany(k => k.Parts).ToDictionary(p => p.Attendance.Id);
        var partsNow = finals.SelectMany(f => f.Now.Parts).ToList();
        await IncidentRows.InsertParts(work, [.. partsNow.Where(p => !partsBefore.ContainsKey(p.Attendance.Id))], stop);
        foreach (var part in partsNow.Where(p => partsBefore.TryGetValue(p.Attendance.Id, out var was) && was != p))
            await IncidentRows.UpdatePart(work, part, stop);
        await DueSpans.Say(work, touched, stop);
    }

    /// <summary>One import is one correction, however many of its rows speak of the incident.</summary>
    KnownIncident Numbered(string number, KnownIncident final, string? import)
    {
        var was = before.GetValueOrDefault(number);
        var revision =
            was is null ? 1
            : !changed.Contains(number) ? was.Incident.Revision
            : import is not null && was.Import == import ? was.Incident.Revision
            : was.Incident.Revision + 1;
        return final with
        {
            Incident = final.Incident with { Revision = revision },
            Import = changed.Contains(number) || was is null ? import : was.Import,
        };
    }
}
