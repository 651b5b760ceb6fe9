namespace Lapel.Governance;

/// <summary>Leads on a recording's page, for those who look into findings.</summary>
sealed class LeadsAside : IRecordingAside
{
    public int Order => 60;

    public static bool MaySee(Viewer viewer) =>
        viewer.May(Permission.ReviewFindings) || viewer.May(Permission.SeeFindings) || viewer.May(Permission.DecideCases);

    public async Task<Aside?> Read(Reading reading, Viewer viewer, Recording recording, CancellationToken stop) =>
        MaySee(viewer) && await MediaLeads.LookedAt(reading, recording.Id, stop) is not null
            ? Aside.Of<LeadsCard>(new() { [nameof(LeadsCard.Leads)] = await MediaLeads.Of(reading, recording.Id, stop) })
            : null;
}
