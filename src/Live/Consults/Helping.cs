using System.Text;

namespace Lapel.Live;

/// <summary>From the officer's press to the outcome. Every step is one work with its custody event.</summary>
public sealed class Helping(AgencyRecords records, LivePolicy policy, LiveSignals signals, Pulse pulse)
{
    /// <summary>One press. A second press while help is asked for or there finds the first: nobody counts presses under stress.</summary>
    /// <exception cref="RefusedException">See <see cref="Consults.WhyNotAsk"/>.</exception>
    public async Task<Consult> Ask(Actor who, HelpRequest ask, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        if (await Consults.OpenOf(work, ask.Officer, stop) is { } open)
            return open;
        Consults.WhyNotAsk(ask, null, policy).Throw();
        var session = await LiveSessions.OpenOf(work, ask.Officer, stop);
        var unit = await Officers.UnitOn(work, ask.Officer, work.Now, stop);
        var id = ConsultId.New();
        var asked = await work.Execute(
            """
            INSERT INTO consult (id, session, recording, officer, unit, why, words, state, asked_at, consent, aloud)
            VALUES (@id, @session, @recording, @Officer, @unit, @Why, @words, 'ringing', @Now, @consent, 0)
            ON CONFLICT (officer) WHERE ended_at IS NULL DO NOTHING
            """,
            new
            {
                id,
                session = session?.Id,
                recording = session?.Recording,
                ask.Officer,
                unit = unit?.Id,
                ask.Why,
                words = string.IsNullOrWhiteSpace(ask.Words) ? null : ask.Words.Trim(),
                work.Now,
                consent = LivePolicy.NotAsked,
            },
            stop
        );
        if (asked == 0)
            return (await Consults.OpenOf(work, ask.Officer, stop))!; // the other press was a moment earlier, on another node
        work.Append(new CustodyEvent.HelpAsked(id, session?.Id, ask.Officer, ask.Why), session?.Recording);
        var consult = (await Consults.Find(work, id, stop))!;
        await Ring(work, consult, stop);
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
        return consult;
    }

    /// <summary>Rings whoever's turn has come, for every request that nobody has answered. Called every second.</summary>
    public async Task RingOn(CancellationToken stop)
    {
        bool any;
        await using (var reading = await records.Read(stop))
            any = await reading.Any("SELECT 1 FROM consult WHERE state = 'ringing' LIMIT 1", null, stop);
        if (!any)
            return;
        await using var work = await records.Begin(Actor.System("rota"), stop);
        var rang = false;
        foreach (var consult in (await Consults.Open(work, stop)).Where(c => c.State == ConsultState.Ringing))
            rang |= await Ring(work, consult, stop);
        if (!rang)
            return;
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
    }

    async Task<bool> Ring(Work work, Consult consult, CancellationToken stop)
    {
        var busy = (await Consults.Open(work, stop)).Select(c => c.Clinician).OfType<ClinicianId>().ToHashSet();
        var order = Ringing.Order(await Rota.On(work, work.Now, stop), busy, work.Now);
        var rung = (await Consults.RungOf(work, consult.Id, stop)).Select(r => r.Clinician).ToHashSet();
        var after = (int)(work.Now - consult.AskedAt).TotalMilliseconds;
        var rang = false;
        foreach (var clinician in Ringing.Due(order, rung, consult.AskedAt, work.Now, policy.Ring))
        {
            var place = rung.Count + 1;
            var first = await work.Execute(
                """
                INSERT INTO consult_ring (consult, clinician, place, rung_at) VALUES (@Id, @clinician, @place, @Now)
                ON CONFLICT (consult, clinician) DO NOTHING
                """,
                new
                {
                    consult.Id,
                    clinician,
                    place,
                    work.Now,
                },
                stop
            );
            rung.Add(clinician);
            if (first == 0)
                continue;
            rang = true;
            work.Append(new CustodyEvent.HelpRang(consult.Id, clinician, place, after), consult.Recording);
            if (policy.WebHook is not null)
                await Jobs.Enqueue(work, WebHook.JobKind, $"{consult.Id}/{clinician}", stop);
            if (policy.Push is not null)
                await Jobs.Enqueue(work, PushRing.JobKind, $"{consult.Id}/{clinician}", stop);
        }
        if (consult.AlertedAt is null && Ringing.DueToAlert(order.Count, consult.AskedAt, work.Now, policy.Alert))
        {
            await work.Execute("UPDATE consult SET alerted_at = @Now WHERE id = @Id", new { work.Now, consult.Id }, stop);
            work.Append(new CustodyEvent.HelpRang(consult.Id, null, rung.Count + 1, after), consult.Recording);
            rang = true;
        }
        return rang;
    }

    /// <summary>The first to accept gets in; the lease on the session begins with it. Later ones are told that they were.</summary>
    /// <exception cref="RefusedException">See <see cref="Consults.WhyNotAccept"/>.</exception>
    public async Task<Consult> Accept(Clinician clinician, ConsultId id, CancellationToken stop)
    {
        await using var work = await records.Begin(clinician.Actor, stop);
        var consult = await Consults.Find(work, id, stop) ?? throw new RefusedException(Consults.NotFound);
        if (consult.Clinician == clinician.Id && consult.IsOpen)
            return consult; // pressed twice
        // Two answers of one clinician, on two nodes, wait for each other here: nobody is in two consults.
        await work.Execute("UPDATE clinician SET id = id WHERE id = @Id", new { clinician.Id }, stop);
        var rung = (await Consults.RungOf(work, id, stop)).Any(r => r.Clinician == clinician.Id);
        var busy = await Consults.OpenOf(work, clinician.Id, stop) is not null;
        Consults.WhyNotAccept(consult, rung, busy).Throw();
        // The one statement that decides the race: on either engine only one of two finds it ringing.
        var won = await work.Execute(
            "UPDATE consult SET state = 'talking', clinician = @clinician, accepted_at = @Now WHERE id = @id AND state = 'ringing'",
            new
            {
                clinician = clinician.Id,
                work.Now,
                id,
            },
            stop
        );
        if (won == 0)
            throw new RefusedException(Consults.Taken);
        work.Append(
            new CustodyEvent.HelpAccepted(id, clinician.Id, (int)(work.Now - consult.AskedAt).TotalMilliseconds),
            consult.Recording
        );
        if (consult.Session is { } session && await LiveSessions.Find(work, session, stop) is { EndedAt: null })
            await Let(work, session, id, clinician, policy, stop);
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
        return (await Read(id, stop))!;
    }

    static Task<WatchLease> Let(
        Work work,
        LiveSessionId session,
        ConsultId consult,
        Clinician clinician,
        LivePolicy policy,
        CancellationToken stop
    ) =>
        Leases.Grant(
            work,
            session,
            consult,
            (clinician.Id.Text, clinician.Name, clinician.Title),
            LivePolicy.ForConsult,
            null,
            policy,
            stop
        );

    /// <summary>A session that begins while its officer's help is open belongs to it, and whoever answered sees it.</summary>
    internal static async Task Attach(Work work, LiveSession session, LivePolicy policy, CancellationToken stop)
    {
        if (session.Officer is not { } officer || await Consults.OpenOf(work, officer, stop) is not { } consult)
            return;
        await work.Execute(
            "UPDATE consult SET session = @session, recording = @Recording WHERE id = @consult",
            new
            {
                session = session.Id,
                session.Recording,
                consult = consult.Id,
            },
            stop
        );
        if (
            consult.Clinician is { } who
            && !policy.ConsentsThatEnd.Contains(consult.Consent)
            && await Clinicians.Find(work, who, stop) is { } clinician
        )
            await Let(work, session.Id, consult.Id, clinician, policy, stop);
    }

    internal static Task MediaFlows(Work work, ConsultId consult, CancellationToken stop) =>
        work.Execute(
            "UPDATE consult SET media_at = @Now WHERE id = @consult AND media_at IS NULL",
            new { work.Now, consult },
            stop
        );

    /// <summary>The gateway heard the clinician for the first time.</summary>
    public async Task Speaks(ConsultId consult, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("live"), stop);
        await work.Execute(
            "UPDATE consult SET speaking_at = @Now WHERE id = @consult AND speaking_at IS NULL AND state = 'talking'",
            new { work.Now, consult },
            stop
        );
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
    }

    /// <exception cref="RefusedException">See <see cref="Consults.WhyNotSay"/>.</exception>
    public async Task Say(Actor who, Consult consult, bool byClinician, bool advice, string text, CancellationToken stop)
    {
        Consults.WhyNotSay(consult, text).Throw();
        await using var work = await records.Begin(who, stop);
        var said = await work.Execute(
            """
            INSERT INTO consult_line (consult, at, by_clinician, advice, text)
            SELECT id, @Now, @byClinician, @advice, @text FROM consult WHERE id = @Id AND ended_at IS NULL
            """,
            new
            {
                consult.Id,
                work.Now,
                byClinician,
                advice = advice && byClinician,
                text = text.Trim(),
            },
            stop
        );
        if (said == 0)
            throw new RefusedException(Consults.Over);
        if (advice && byClinician)
            work.Append(
                new CustodyEvent.AdviceGiven(consult.Id, Digest.Of(Encoding.UTF8.GetBytes(text.Trim()))),
                consult.Recording
            );
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
    }

    /// <summary>What the person said to being seen and heard by a health professional. A refusal ends the clinician's lease at once.</summary>
    public async Task Consent(Actor who, Consult consult, string consent, CancellationToken stop)
    {
        if (!policy.Consents.ContainsKey(consent) || consent == LivePolicy.NotAsked)
            throw new RefusedException(new("consent-unknown", "Choose one of the answers of the live policy."));
        await using var work = await records.Begin(who, stop);
        var noted = await work.Execute(
            "UPDATE consult SET consent = @consent, consent_at = @Now WHERE id = @Id AND ended_at IS NULL",
            new
            {
                consent,
                work.Now,
                consult.Id,
            },
            stop
        );
        if (noted == 0)
            throw new RefusedException(Consults.Over);
        work.Append(new CustodyEvent.ConsentNoted(consult.Id, consent), consult.Recording);
        var ended = policy.ConsentsThatEnd.Contains(consent) ? await EndLeases(work, consult, "consent-declined", stop) : [];
        await work.Commit(stop);
        Tell(ended);
        if (ended.Count > 0)
            signals.ConsultEnded(consult.Id);
    }

    /// <summary>To the officer alone, or aloud so that the person hears it too.</summary>
    public async Task SetAloud(Actor who, Consult consult, bool aloud, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        var heard = await work.Execute(
            "UPDATE consult SET aloud = @aloud WHERE id = @Id AND ended_at IS NULL",
            new { aloud, consult.Id },
            stop
        );
        if (heard == 0)
            throw new RefusedException(Consults.Over);
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
    }

    /// <exception cref="RefusedException">See <see cref="Consults.WhyNotEnd"/>.</exception>
    public async Task End(Actor who, ConsultId id, string outcome, string? consent, string by, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        var consult = await Consults.Find(work, id, stop) ?? throw new RefusedException(Consults.NotFound);
        var said = consent is { Length: > 0 } && policy.Consents.ContainsKey(consent) ? consent : consult.Consent;
        Consults.WhyNotEnd(consult, outcome, said, policy).Throw();
        var ended = await work.Execute(
            """
            UPDATE consult SET state = 'ended', ended_at = @Now, outcome = @outcome, ended_by = @by, consent = @said
            WHERE id = @id AND state = 'talking'
            """,
            new
            {
                work.Now,
                outcome,
                by,
                said,
                id,
            },
            stop
        );
        if (ended == 0)
            throw new RefusedException(Consults.Over);
        work.Append(
            new CustodyEvent.ConsultEnded(
                id,
                outcome,
                said,
                (long)(work.Now - consult.AcceptedAt!.Value).TotalMilliseconds,
                consult.SpeakingAt is { } spoke ? (long)(spoke - consult.AskedAt).TotalMilliseconds : null
            ),
            consult.Recording
        );
        var leases = await EndLeases(work, consult, "consult-ended", stop);
        await work.Commit(stop);
        Tell(leases);
        signals.ConsultEnded(id);
    }

    /// <summary>The officer needs no help any more, before anybody accepted.</summary>
    public async Task Withdraw(Actor who, Consult consult, string why, CancellationToken stop)
    {
        await using var work = await records.Begin(who, stop);
        var withdrawn = await work.Execute(
            "UPDATE consult SET state = 'withdrawn', ended_at = @Now, ended_by = 'officer' WHERE id = @Id AND state = 'ringing'",
            new { work.Now, consult.Id },
            stop
        );
        if (withdrawn == 0)
            throw new RefusedException(Consults.Taken);
        work.Append(new CustodyEvent.HelpWithdrawn(consult.Id, why), consult.Recording);
        await work.Commit(stop);
        pulse.Send(Streaming.Topic);
    }

    static async Task<IReadOnlyList<LeaseId>> EndLeases(Work work, Consult consult, string why, CancellationToken stop)
    {
        var ended = new List<LeaseId>();
        if (consult.Session is not { } session || consult.Clinician is not { } clinician)
            return ended;
        if (await Leases.OpenOf(work, session, clinician.Text, stop) is not { } lease)
            return ended;
        foreach (var watching in (await Watchings.OfLease(work, lease.Id, stop)).Where(w => w.LeftAt is null))
            await Watchings.Leave(work, watching, stop);
        await Leases.End(work, lease.Id, why, stop);
        ended.Add(lease.Id);
        return ended;
    }

    void Tell(IReadOnlyList<LeaseId> ended)
    {
        foreach (var lease in ended)
            signals.LeaseEnded(lease);
        pulse.Send(Streaming.Topic);
    }

    async Task<Consult?> Read(ConsultId id, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await Consults.Find(reading, id, stop);
    }
}
