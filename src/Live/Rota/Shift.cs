namespace Lapel.Live;

/// <summary>That a clinician is on call, from a time until a time. Of those on call at once the lower place rings first.</summary>
public sealed record Shift(ShiftId Id, ClinicianId Clinician, Instant From, Instant Until, int Place);

/// <summary>Who is on call when.</summary>
public static class Rota
{
    public static readonly Refusal NotFound = new("shift-not-found", "There is no such shift.", RefusalKind.NotFound);

    /// <summary>Shifts that touch the time, by their beginning and place.</summary>
    public static Task<IReadOnlyList<Shift>> During(Reading reading, Instant from, Instant until, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM shift WHERE until_at > @from AND from_at < @until ORDER BY from_at, place, id",
            new { from, until },
            From,
            stop
        );

    public static Task<IReadOnlyList<Shift>> On(Reading reading, Instant at, CancellationToken stop) =>
        reading.Many("SELECT * FROM shift WHERE from_at <= @at AND until_at > @at", new { at }, From, stop);

    /// <exception cref="RefusedException">No such clinician, or see <see cref="WhyNotPut"/>.</exception>
    public static async Task<Shift> Put(
        Work work,
        ClinicianId clinician,
        Instant from,
        Instant until,
        int place,
        CancellationToken stop
    )
    {
        if (await Clinicians.Find(work, clinician, stop) is not { LeftAt: null })
            throw new RefusedException(Clinicians.NotFound);
        var shift = new Shift(ShiftId.New(), clinician, from, until, place);
        if (WhyNotPut(shift, await During(work, from, until, stop), work.Now) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute(
            "INSERT INTO shift (id, clinician, from_at, until_at, place) VALUES (@Id, @Clinician, @From, @Until, @Place)",
            shift,
            stop
        );
        work.Append(new CustodyEvent.RotaChanged(shift.Id, clinician, from, until, place, "entered"));
        return shift;
    }

    public static Refusal? WhyNotPut(Shift asked, IEnumerable<Shift> others, Instant now) =>
        asked.Until <= asked.From ? new("dates-reversed", "A shift ends after it begins.")
        : asked.Until - asked.From > Duration.FromDays(31) ? new("shift-too-long", "A shift lasts at most 31 days.")
        : asked.Until <= now ? new("shift-past", "This shift is over already.")
        : asked.Place is < 1 or > 20 ? new("shift-place-unreadable", "The place in the order of ringing is 1 to 20.")
        : others.Any(o => o.Clinician == asked.Clinician && o.From < asked.Until && asked.From < o.Until)
            ? new("shift-overlaps", "This clinician is on call then already.", RefusalKind.Conflict)
        : null;

    /// <summary>Takes a shift off the rota; of one that runs, what is left.</summary>
    /// <exception cref="RefusedException">No such shift, or one that is over.</exception>
    public static async Task Remove(Work work, ShiftId id, CancellationToken stop)
    {
        var shift =
            await work.One("SELECT * FROM shift WHERE id = @id AND until_at > @Now", new { id, work.Now }, From, stop)
            ?? throw new RefusedException(NotFound);
        if (shift.From < work.Now)
            await work.Execute("UPDATE shift SET until_at = @Now WHERE id = @id", new { work.Now, id }, stop);
        else
            await work.Execute("DELETE FROM shift WHERE id = @id", new { id }, stop);
        work.Append(new CustodyEvent.RotaChanged(id, shift.Clinician, shift.From, shift.Until, shift.Place, "closed"));
    }

    static Shift From(Row row) =>
        new(
            row.Id<Nouns.Shift>("id"),
            row.Id<Nouns.Clinician>("clinician"),
            row.Time("from_at"),
            row.Time("until_at"),
            (int)row.Number("place")
        );
}
