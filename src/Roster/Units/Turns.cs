namespace Lapel.Roster;

/// <summary>
/// Rules that look at several rows before one is written ("no overlap", "one administrator must remain") need one writer at a time.
/// SQLite has only one; on PostgreSQL the writers of the roster queue here until their work ends. Readers never wait.
/// </summary>
static class Turns
{
    public static async Task Take(Work work, CancellationToken stop)
    {
        if (work.Engine == Engine.Postgres)
            await work.Execute("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE", null, stop);
    }
}
