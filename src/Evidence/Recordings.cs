using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>The recordings of an agency in the records: written once by admission, found by id.</summary>
public static class Recordings
{
    /// <summary>
    /// Writes the recording, its clips and its manifest, and appends <c>recording.admitted</c>, all in the caller's work. The sealed
    /// clips and their keys must be kept already: if the commit fails or we die before it, they are orphans that fsck reports and
    /// that the camera's next try finds again.
    /// </summary>
    public static async Task Insert(Work work, NewRecording admitted, CancellationToken stop)
    {
        var manifest = admitted.Manifest;
        var recording = Of(admitted, work.Now);
        var words = WordsOf(admitted);
        var place = await RecordingText.NextPlace(work, recording.StartedAt, stop);
        await work.Execute(
            """
            INSERT INTO recording (id, camera, camera_serial, officer, officer_badge, officer_name, unit, sequence, started_at, place,
                duration_us, activated_after_us, clock_offset_ms, start_trigger, ending, urgent, stopped_us, muted_us, averted_us,
                bookmarks, clips, sealed_bytes, playback, manifest, words, admitted_at)
            VALUES (@Id, @Camera, @CameraSerial, @officer, @badge, @name, @Unit, @Sequence, @StartedAt, @place,
                @length, @activatedAfter, @ClockOffsetMs, @StartTrigger, @ending, @Urgent, @stopped, @muted, @averted,
                @Bookmarks, @Clips, @SealedBytes, @playback, @Manifest, @words, @AdmittedAt)
            """,
            new
            {
                recording.Id,
                recording.Camera,
                recording.CameraSerial,
                officer = recording.Officer?.Id,
                badge = recording.Officer?.Badge,
                name = recording.Officer?.Name,
                recording.Unit,
                recording.Sequence,
                recording.StartedAt,
                place,
                length = Us(recording.Length),
                activatedAfter = Us(recording.ActivatedAfter),
                recording.ClockOffsetMs,
                recording.StartTrigger,
                ending = Words<Ending>.Of(recording.Ending),
                recording.Urgent,
                stopped = Us(recording.Stopped),
                muted = Us(recording.Muted),
                averted = Us(recording.Averted),
                recording.Bookmarks,
                recording.Clips,
                recording.SealedBytes,
                playback = Words<Playback>.Of(recording.Playback),
                recording.Manifest,
                words,
                recording.AdmittedAt,
            },
            stop
        );
        foreach (var clip in admitted.Clips)
            await Clips.Insert(work, manifest.Recording, clip, stop);
        await AdmittedManifests.Insert(work, admitted, stop);
        await RecordingText.Keep(work, recording, place, words, stop);
        work.Append(
            new CustodyEvent.RecordingAdmitted(
                manifest.Recording,
                manifest.Camera,
                recording.Officer?.Id,
                recording.Manifest,
                [.. admitted.Clips.Select(c => c.Sealed)]
            ),
            manifest.Recording
        );
    }

    /// <summary>The recording, whoever may see it: ask <see cref="Access"/> before showing anything of it.</summary>
    public static Task<Recording?> Find(Reading reading, RecordingId id, CancellationToken stop) =>
        reading.One("SELECT * FROM recording WHERE id = @id", new { id }, Read, stop);

    internal static Recording Read(Row row) =>
        new(
            row.Id<Nouns.Recording>("id"),
            row.Id<Nouns.Camera>("camera"),
            row.Text("camera_serial"),
            row.IdOrNull<Nouns.Officer>("officer") is { } officer
                ? new(officer, row.Text("officer_badge"), row.Text("officer_name"))
                : null,
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Number("sequence"),
            row.Time("started_at"),
            FromUs(row.Number("duration_us")),
            FromUs(row.Number("activated_after_us")),
            row.NumberOrNull("clock_offset_ms"),
            row.Text("start_trigger"),
            row.Word<Ending>("ending"),
            row.Flag("urgent"),
            FromUs(row.Number("stopped_us")),
            FromUs(row.Number("muted_us")),
            FromUs(row.Number("averted_us")),
            (int)row.Number("bookmarks"),
            (int)row.Number("clips"),
            row.Number("sealed_bytes"),
            row.Word<Playback>("playback"),
            row.Digest("manifest"),
            row.Time("admitted_at")
        );

    /// <summary>The recording that admitting this would make. Pure.</summary>
    public static Recording Of(NewRecording admitted, Instant admittedAt)
    {
        var manifest = admitted.Manifest;
        Duration In(RecordingState state) =>
            manifest
                .States.Where(s => s.State == state)
                .Aggregate(Duration.Zero, (sum, s) => sum + ((s.Until ?? manifest.EndedAt) - s.From));
        return new(
            manifest.Recording,
            manifest.Camera,
            admitted.CameraSerial,
            admitted.Officer,
            admitted.Unit,
            manifest.Sequence,
            manifest.StartedAt - Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0),
            manifest.EndedAt - manifest.StartedAt,
            manifest.ActivatedAt - manifest.StartedAt,
            manifest.Clock?.OffsetMs,
            manifest.StartCause.Trigger,
            manifest.Ending,
            manifest.Urgent,
            In(RecordingState.Stopped),
            In(RecordingState.Muted),
            In(RecordingState.Averted),
            manifest.Bookmarks.Count,
            admitted.Clips.Count,
            admitted.Clips.Sum(c => c.Entry.SealedLengthBytes),
            PlaybackOf(admitted.Clips),
            admitted.EnvelopeDigest,
            admittedAt
        );
    }

    static Playback PlaybackOf(IReadOnlyList<NewClip> clips) =>
        clips.All(c => c.Index.Tracks.Count == 0) ? Playback.None
        : clips.Any(c => c.Index.Tracks.Count > 0 && !c.Index.IsBrowserPlayable) ? Playback.Proxy
        : Playback.Original;

    static string WordsOf(NewRecording admitted) =>
        SearchWords.Kept([
            admitted.CameraSerial,
            admitted.Officer?.Badge,
            admitted.Officer?.Name,
            admitted.Manifest.StartCause.Trigger,
            admitted.Manifest.StartCause.Detail,
            .. admitted.Manifest.Bookmarks.Select(b => b.Label),
            .. admitted.Manifest.States.SelectMany(s => new[] { s.ReasonCode, s.Text }),
        ]);

    internal static long Us(Duration duration) => duration.BclCompatibleTicks / 10;

    internal static Duration FromUs(long us) => Duration.FromTicks(checked(us * 10));
}
