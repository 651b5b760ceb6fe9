namespace Lapel.Governance;

/// <summary>What judging adds to an agency: a follower that gathers, a job that judges.</summary>
static class JudgingParts
{
    public static void Add(AgencyParts parts, TimeProvider clock)
    {
        parts.Add(agency => new Judging(agency.Get<AgencyRecords>(), agency.Get<Pulse>(), clock));
        parts.AddFollower(_ => new Following());
        parts.AddJob(agency => agency.Get<Judging>());
    }
}
