namespace Lapel.Governance;

/// <summary>How far the dispatch system's clock is from the server's, from a time on.</summary>
/// <param name="From">Dispatch clock; holds until the next setting.</param>
/// <param name="OffsetMs">Dispatch clock minus server clock: positive when dispatch is ahead.</param>
public sealed record ClockSetting(Instant From, long OffsetMs, string Reason, Instant SetAt);

/// <summary>The clock of dispatch. It is estimated by <see cref="ClockEstimate"/> and set by people only.</summary>
public static class DispatchClock
{
    const long MostMs = 24 * 60 * 60 * 1000L;

    /// <summary>To be taken off a dispatch time. On-view activity has none: officers enter it by the server's clock.</summary>
    public static async Task<Duration> OffsetAt(Reading reading, Instant dispatchTime, CancellationToken stop) =>
        Duration.FromMilliseconds(
            await reading.One(
                "SELECT offset_ms FROM dispatch_clock WHERE from_at <= @dispatchTime ORDER BY from_at DESC LIMIT 1",
                new { dispatchTime },
                row => row.Number("offset_ms"),
                stop
            )
        );

    public static Task<IReadOnlyList<ClockSetting>> All(Reading reading, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM dispatch_clock ORDER BY from_at DESC",
            null,
            row => new ClockSetting(row.Time("from_at"), row.Number("offset_ms"), row.Text("reason"), row.Time("set_at")),
            stop
        );

    /// <summary>Sets it, and has everything judged again that happened under the setting.</summary>
    /// <exception cref="RefusedException">See <see cref="WhyNotSet"/>.</exception>
    public static async Task Set(Work work, AccountId by, Instant from, long offsetMs, string? reason, CancellationToken stop)
    {
        if (WhyNotSet(from, offsetMs, reason, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        var held = await work.One(
            "SELECT MIN(offset_ms) AS least, MAX(offset_ms) AS most FROM dispatch_clock",
            null,
            row => (Least: row.NumberOrNull("least") ?? 0, Most: row.NumberOrNull("most") ?? 0),
            stop
        );
        await work.Execute(
            """
            INSERT INTO dispatch_clock (from_at, offset_ms, set_by, set_at, reason) VALUES (@from, @offsetMs, @by, @Now, @reason)
            ON CONFLICT (from_at) DO UPDATE SET offset_ms = @offsetMs, set_by = @by, set_at = @Now, reason = @reason
            """,
            new
            {
                from,
                offsetMs,
                by,
                work.Now,
                reason = reason!.Trim(),
            },
            stop
        );
        work.Append(new CustodyEvent.DispatchClockSet(offsetMs, from, reason!.Trim()));
        var next = await work.One(
            "SELECT MIN(from_at) AS next FROM dispatch_clock WHERE from_at > @from",
            new { from },
            row => row.TimeOrNull("next"),
            stop
        );
        // Where the calls were by the clock as it was held until now, something else may have been judged beside them.
        await Affected.Say(
            work,
            "1 = 1",
            new Dictionary<string, object?>(),
            from,
            next ?? Instant.MaxValue,
            stop,
            Duration.FromMilliseconds(Math.Max(Math.Abs(held.Least), Math.Abs(held.Most)))
        );
    }

    public static Refusal? WhyNotSet(Instant from, long offsetMs, string? reason, Instant now) =>
        Math.Abs(offsetMs) > MostMs
            ? new("offset-too-large", "A clock that is off by more than a day is set right, not taken off.")
        : from > now + Duration.FromDays(1) ? new("time-in-future", "Set it from a time that has been, or from now on.")
        : string.IsNullOrWhiteSpace(reason) || reason.Length > 500 ? new("reason-missing", "Say why, in at most 500 characters.")
        : null;
}

/// <summary>Has the parts judged again that something other than a row of dispatch touches: a clock, an exemption, a fault.</summary>
static class Affected
{
    static readonly Duration Around = Duration.FromHours(1);

    /// <param name="which">A condition on attendance (as a).</param>
    /// <param name="farther">What else to judge again before and after.</param>
    public static async Task Say(
        Work work,
        string which,
        Dictionary<string, object?> args,
        Instant from,
        Instant until,
        CancellationToken stop,
        Duration farther = default
    )
    {
        args["from"] = from - Around;
        args["until"] = until == Instant.MaxValue ? until : until + Around;
        var spans = await work.Many(
            $"""
            SELECT a.officer, MIN(a.begins_at) AS from_at, MAX(COALESCE(a.cleared_at, a.begins_at)) AS until_at
            FROM attendance a
            WHERE a.officer IS NOT NULL AND a.begins_at < @until AND COALESCE(a.cleared_at, a.begins_at) >= @from AND {which}
            GROUP BY a.officer
            """,
            args,
            row => (Officer: row.Id<Nouns.Officer>("officer"), From: row.Time("from_at"), Until: row.Time("until_at")),
            stop
        );
        foreach (var span in spans)
            await Due.Say(work, span.Officer, span.From - Around - farther, span.Until + Around + farther, stop);
    }
}
