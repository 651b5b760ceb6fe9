namespace Lapel.Live;

/// <summary>How a clinician comes in: the personal link says who, the one-time code that it is them.</summary>
public sealed class ClinicianSignIn(AgencyRecords records, NoteKeys keys, TimeProvider clock)
{
    public static readonly Refusal LinkGone = new(
        "clinician-link-gone",
        "This link works no more. Ask the police service for a new one.",
        RefusalKind.SignInNeeded
    );

    /// <exception cref="RefusedException">The link or the code is wrong, used or expired.</exception>
    public async Task<(Clinician Clinician, string Token)> Enter(string link, string code, string address, CancellationToken stop)
    {
        Clinician? clinician;
        await using (var reading = await records.Read(stop))
            clinician = await Clinicians.FindByLink(reading, link, stop);
        if (clinician is null)
        {
            await Refuse(null, "link-unknown", stop);
            throw new RefusedException(LinkGone);
        }
        await using var work = await records.Begin(clinician.Actor, stop);
        if (!await ClinicianCodes.Use(work, clinician.Id, code, stop))
        {
            work.Append(new CustodyEvent.ClinicianRefused(clinician.Id, "code-wrong"));
            await work.Commit(stop);
            throw new RefusedException(ClinicianCodes.Wrong);
        }
        var (_, token) = await ClinicianSessions.Start(
            work,
            clinician,
            session => keys.ForSession(clinician.Id, link, session),
            address,
            stop
        );
        await work.Commit(stop);
        return (clinician, token);
    }

    /// <summary>By one click, as a made-up clinician, in demo agencies only.</summary>
    /// <exception cref="RefusedException">This is no demo agency, or there is no such demo clinician.</exception>
    public async Task<string> AsDemo(Agency agency, ClinicianId id, string address, CancellationToken stop)
    {
        if (!agency.Profile.Demo)
            throw new RefusedException(WhoMay.Nothing);
        Clinician? clinician;
        await using (var reading = await records.Read(stop))
            clinician = (await Clinicians.OfDemo(reading, stop)).FirstOrDefault(c => c.Id == id);
        if (clinician is null)
            throw new RefusedException(WhoMay.Nothing);
        await using var work = await records.Begin(clinician.Actor, stop);
        await Clinicians.GiveDemoLink(work, id, stop);
        var (_, token) = await ClinicianSessions.Start(
            work,
            clinician,
            session => keys.ForSession(id, Clinicians.DemoLink(id), session),
            address,
            stop
        );
        await work.Commit(stop);
        return token;
    }

    async Task Refuse(ClinicianId? clinician, string why, CancellationToken stop)
    {
        // The log is not a place to fill from outside: one line a minute tells of it.
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (Interlocked.Exchange(ref told, minute) == minute)
            return;
        await using var work = await records.Begin(Actor.System("clinicians"), stop);
        work.Append(new CustodyEvent.ClinicianRefused(clinician, why));
        await work.Commit(stop);
    }

    long told;
}
