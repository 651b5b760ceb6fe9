namespace Lapel.Governance;

/// <summary>A recording opened for a review: the look is counted, and its purpose names the draw.</summary>
/// <param name="StartMs">Where what was required begins, player's time.</param>
public sealed record ReviewFilm(Recording Recording, ViewingId Viewing, PlayerTimes Times, long StartMs)
{
    /// <summary>None when the viewer may not play it: then the review goes on without.</summary>
    public static async Task<ReviewFilm?> Open(
        Work work,
        Viewer viewer,
        ReviewSheet sheet,
        RecordingId id,
        CancellationToken stop
    )
    {
        var (recording, _) = await Access.Ask(work, viewer, id, Act.Play, work.Now, stop);
        if (recording is null || recording.Playback == Playback.None)
            return null;
        var (_, manifest) = SignedManifest.Read((await AdmittedManifests.Of(work, id, stop))!.Envelope);
        var times = new PlayerTimes(manifest, await Clips.WithIndexes(work, id, stop));
        var viewing =
            await Viewings.FindRecent(work, viewer, id, work.Now, stop, counted: true)
            ?? await Viewings.Open(
                work,
                viewer,
                id,
                Viewings.Page,
                ViewingPurpose.Said("drawn-review", sheet.Draw.Id.Text),
                stop,
                counted: true
            );
        return new(recording, viewing.Id, times, sheet.Judged?.From is { } from ? times.AtServer(from) : 0);
    }
}
