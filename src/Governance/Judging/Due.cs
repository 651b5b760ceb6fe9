namespace Lapel.Governance;

/// <summary>
/// What has to be judged again. Whoever changes something that a judgement rests on says so in the same unit of work; the judging job
/// does the rest. Saying it twice does no harm.
/// </summary>
public static class Due
{
    /// <summary>Kind of the job that drains what is due.</summary>
    public const string Job = "judging";

    /// <summary>Everything of the officer's that touches the span.</summary>
    /// <param name="at">Not before then; none: now.</param>
    public static async Task Say(
        Work work,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop,
        Instant? at = null
    )
    {
        await work.Execute(
            """
            INSERT INTO judging_due (officer, from_at, until_at, due_at) VALUES (@officer, @from, @until, @due)
            """,
            new
            {
                officer,
                from,
                until,
                due = at ?? work.Now,
            },
            stop
        );
        await Jobs.Enqueue(work, Job, "", stop); // for a later time too: the job then sets its own alarm
    }
}
