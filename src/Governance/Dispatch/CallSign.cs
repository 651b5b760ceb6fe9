namespace Lapel.Governance;

/// <summary>That an officer was in a car for a shift: dispatch systems that name only the car need it. Half-open.</summary>
public sealed record CallSign(Id<CallSign> Id, string Sign, OfficerId Officer, Instant From, Instant Until);

/// <summary>The call-sign roster: dated, several officers to a car, and always a person's word.</summary>
public static class CallSigns
{
    static readonly Duration LongestShift = Duration.FromHours(24);

    public static Task<IReadOnlyList<CallSign>> During(Reading reading, Instant from, Instant until, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM call_sign WHERE from_at < @until AND until_at > @from ORDER BY call_sign, from_at, id",
            new { from, until },
            Read,
            stop
        );

    internal static Task<List<CallSign>> Of(Reading reading, IEnumerable<string> signs, CancellationToken stop) =>
        Rows.In(reading, "SELECT * FROM call_sign WHERE call_sign", signs, Read, stop, "ORDER BY from_at, id");

    /// <summary>Enters a shift, and attaches the parts of incidents that waited for it.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotEnter"/>.</exception>
    public static async Task<CallSign> Enter(
        Work work,
        AccountId by,
        string sign,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop
    )
    {
        var who = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var entered = new CallSign(Id<CallSign>.New(), sign.Trim(), officer, from, until);
        var others = await Of(work, [entered.Sign], stop);
        if (WhyNotEnter(entered, who, others) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute(
            """
            INSERT INTO call_sign (id, call_sign, officer, from_at, until_at, entered_by, entered_at)
            VALUES (@id, @Sign, @Officer, @From, @Until, @by, @Now)
            """,
            new
            {
                id = entered.Id.Text,
                entered.Sign,
                entered.Officer,
                entered.From,
                entered.Until,
                by,
                work.Now,
            },
            stop
        );
        await CarCrews.Settle(work, entered.Sign, from, until, stop);
        return entered;
    }

    /// <summary>Takes an entry back that was wrong; the parts it attached are as if it had never been.</summary>
    public static async Task Remove(Work work, Id<CallSign> id, CancellationToken stop)
    {
        var found =
            await work.One("SELECT * FROM call_sign WHERE id = @id", new { id = id.Text }, Read, stop)
            ?? throw new RefusedException(NotFound);
        await work.Execute("DELETE FROM call_sign WHERE id = @id", new { id = id.Text }, stop);
        await CarCrews.Settle(work, found.Sign, found.From, found.Until, stop);
    }

    public static Refusal? WhyNotEnter(CallSign entered, Officer who, IEnumerable<CallSign> others) =>
        entered.Sign.Length is 0 or > 40 ? new("call-sign-unreadable", "A call sign has 1 to 40 characters.")
        : entered.Until <= entered.From ? new("dates-reversed", "The shift ends before it begins.")
        : entered.Until - entered.From > LongestShift
            ? new("shift-too-long", "A shift has at most 24 hours. Enter each shift by itself.")
        : others.Any(o => o.Officer == entered.Officer && o.From < entered.Until && entered.From < o.Until)
            ? new("call-sign-overlaps", $"{who.Name} is entered for {entered.Sign} at that time already.", RefusalKind.Conflict)
        : null;

    public static readonly Refusal NotFound = new("call-sign-not-found", "There is no such entry.", RefusalKind.NotFound);

    static CallSign Read(Row row) =>
        new(
            Id<CallSign>.Parse(row.Text("id")),
            row.Text("call_sign"),
            row.Id<Nouns.Officer>("officer"),
            row.Time("from_at"),
            row.Time("until_at")
        );
}
