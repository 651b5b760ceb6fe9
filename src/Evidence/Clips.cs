using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>The clips of recordings in the records.</summary>
public static class Clips
{
    const string Columns =
        "id, recording, number, sealed_digest, sealed_length_bytes, clear_digest, clear_length_bytes, complete, started_at, ended_at, not_playable";

    internal static Task<int> Insert(Work work, RecordingId recording, NewClip clip, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO clip (id, recording, number, sealed_digest, sealed_length_bytes, clear_digest, clear_length_bytes, complete,
                started_at, ended_at, media_index, not_playable)
            VALUES (@Id, @recording, @Number, @Sealed, @SealedLengthBytes, @clear, @ClearLengthBytes, @Complete,
                @StartedAt, @EndedAt, @index, @NotPlayableDirectly)
            """,
            new
            {
                clip.Entry.Id,
                recording,
                clip.Entry.Number,
                clip.Sealed,
                clip.Entry.SealedLengthBytes,
                clear = clip.Entry.ClearDigest.ToString(),
                clip.Entry.ClearLengthBytes,
                clip.Entry.Complete,
                clip.Entry.StartedAt,
                clip.Entry.EndedAt,
                index = clip.Index.ToBytes(),
                clip.Index.NotPlayableDirectly,
            },
            stop
        );

    /// <summary>In the order of playing.</summary>
    public static Task<IReadOnlyList<Clip>> Of(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.Many($"SELECT {Columns} FROM clip WHERE recording = @recording ORDER BY number", new { recording }, Read, stop);

    public static Task<Clip?> Find(Reading reading, RecordingId recording, int number, CancellationToken stop) =>
        reading.One(
            $"SELECT {Columns} FROM clip WHERE recording = @recording AND number = @number",
            new { recording, number },
            Read,
            stop
        );

    /// <summary>What is where in each clip's media, in the order of playing.</summary>
    public static Task<IReadOnlyList<(Clip Clip, ClipIndex Index)>> WithIndexes(
        Reading reading,
        RecordingId recording,
        CancellationToken stop
    ) =>
        reading.Many(
            $"SELECT {Columns}, media_index FROM clip WHERE recording = @recording ORDER BY number",
            new { recording },
            row => (Read(row), ClipIndex.FromBytes(row.Bytes("media_index"))),
            stop
        );

    internal static Clip Read(Row row) =>
        new(
            row.Id<Nouns.Clip>("id"),
            row.Id<Nouns.Recording>("recording"),
            (int)row.Number("number"),
            row.Digest("sealed_digest"),
            row.Number("sealed_length_bytes"),
            new ClaimedDigest(row.Digest("clear_digest")),
            row.Number("clear_length_bytes"),
            row.Flag("complete"),
            row.Time("started_at"),
            row.Time("ended_at"),
            row.TextOrNull("not_playable")
        );
}
