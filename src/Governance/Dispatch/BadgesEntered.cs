namespace Lapel.Governance;

/// <summary>
/// When an officer is entered, the parts of incidents that named their badge before anybody had it become theirs, and are judged.
/// Follows the custody log, so that the roster need not know of dispatch.
/// </summary>
sealed class BadgesEntered : IFollower
{
    public string Name => "dispatch-badges";

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        foreach (var entry in entries)
            if (entry.Entry.Event is CustodyEvent.OfficerChanged { Change: "entered" } entered)
                await Attach(work, entered.Officer, entered.Badge, stop);
    }

    static async Task Attach(Work work, OfficerId officer, string badge, CancellationToken stop)
    {
        var waiting = await work.Many(
            "SELECT * FROM attendance WHERE badge = @badge AND officer IS NULL",
            new { badge },
            Attendances.FromKnown,
            stop
        );
        if (waiting.Count == 0)
            return;
        await work.Execute(
            "UPDATE attendance SET officer = @officer WHERE badge = @badge AND officer IS NULL",
            new { officer, badge },
            stop
        );
        await DueSpans.Say(
            work,
            waiting.Select(p => ((KnownPart?)null, p with { Attendance = p.Attendance with { Officer = officer } })),
            stop
        );
    }
}
