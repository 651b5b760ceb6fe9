using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>A recording that somebody has open: what a player needs, and the look that its bytes are served within.</summary>
public sealed record OpenRecording(
    Recording Recording,
    Manifest Manifest,
    IReadOnlyList<(Clip Clip, ClipIndex Index)> Clips,
    Viewing Viewing
)
{
    /// <summary>Opens it for a purpose that the page itself knows, such as the finding that it shows.</summary>
    /// <returns>None when the viewer may not see it.</returns>
    public static async Task<OpenRecording?> For(
        AgencyRecords records,
        Viewer viewer,
        RecordingId id,
        string purpose,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var (recording, _) = await Access.Ask(work, viewer, id, Act.Play, work.Now, stop);
        if (recording is null)
            return null;
        var recent = await Viewings.FindRecent(work, viewer, id, work.Now, stop);
        var own = !ViewingPurpose.IsAskedOf(viewer, recording);
        // A look for another reason is another look.
        var viewing =
            recent is not null && (own || recent.Purpose == purpose)
                ? recent
                : await Viewings.Open(work, viewer, id, Viewings.Page, own ? null : purpose, stop);
        var (_, manifest) = SignedManifest.Read((await AdmittedManifests.Of(work, id, stop))!.Envelope);
        var clips = await Evidence.Clips.WithIndexes(work, id, stop);
        if (viewing != recent)
            await work.Commit(stop);
        return new(recording, manifest, clips, viewing);
    }
}
