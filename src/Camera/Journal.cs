using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lapel.CameraProgram;

/// <summary>
/// One fact of a recording, written to its journal as it happens. <paramref name="At"/> is the camera's clock; for media it is the
/// time of a frame, not of the writing.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(Activated), "activated")]
[JsonDerivedType(typeof(ClockCompared), "clock-compared")]
[JsonDerivedType(typeof(ClockMoved), "clock-moved")]
[JsonDerivedType(typeof(ClipOpened), "clip-opened")]
[JsonDerivedType(typeof(Kept), "kept")]
[JsonDerivedType(typeof(ClipClosed), "clip-closed")]
[JsonDerivedType(typeof(ClipAbandoned), "clip-abandoned")]
[JsonDerivedType(typeof(StateBegan), "state-began")]
[JsonDerivedType(typeof(StateEnded), "state-ended")]
[JsonDerivedType(typeof(Marked), "marked")]
[JsonDerivedType(typeof(MadeUrgent), "made-urgent")]
[JsonDerivedType(typeof(Positioned), "positioned")]
[JsonDerivedType(typeof(SourceLost), "source-lost")]
[JsonDerivedType(typeof(SourceReturned), "source-returned")]
[JsonDerivedType(typeof(Deactivated), "deactivated")]
[JsonDerivedType(typeof(PowerReturned), "power-returned")]
public abstract record JournalFact(Instant At)
{
    /// <summary>Always the first fact. <paramref name="PreEventSound"/>: whether sound from before this moment is kept.</summary>
    public sealed record Activated(
        Instant At,
        RecordingId Recording,
        CameraId Camera,
        OfficerRef? Officer,
        ActivationCause Cause,
        bool Urgent,
        bool PreEventSound,
        string Software
    ) : JournalFact(At);

    public sealed record ClockCompared(Instant At, ClockReading Reading) : JournalFact(At);

    /// <summary>Somebody set the system clock; this journal's clock went on undisturbed.</summary>
    public sealed record ClockMoved(Instant At, long ByMs) : JournalFact(At);

    /// <summary><paramref name="At"/> is the clip's first frame. The wrapped key is on disk before this fact.</summary>
    public sealed record ClipOpened(Instant At, int Number, ClipId Clip) : JournalFact(At);

    /// <summary>
    /// Whole segments of the open clip that are on disk for certain; <paramref name="At"/> is the end of the last whole fragment in
    /// them. The clear digest stands here because after a power cut nobody on the camera can open the seal to compute it; the
    /// sealed one shows then whether the disk kept its word.
    /// </summary>
    public sealed record Kept(
        Instant At,
        int Number,
        long SealedLengthBytes,
        Digest SealedDigest,
        long ClearLengthBytes,
        Digest ClearDigest
    ) : JournalFact(At);

    /// <summary><paramref name="Complete"/> is false when the seal lacks its last segment.</summary>
    public sealed record ClipClosed(
        Instant At,
        int Number,
        long SealedLengthBytes,
        Digest SealedDigest,
        long ClearLengthBytes,
        Digest ClearDigest,
        bool Complete
    ) : JournalFact(At);

    /// <summary>Opened, but not one segment of it reached the disk.</summary>
    public sealed record ClipAbandoned(Instant At, int Number) : JournalFact(At);

    public sealed record StateBegan(
        Instant At,
        RecordingState State,
        string ReasonCode,
        string? Text,
        bool SaidAloud,
        string? Place = null,
        string? AskedBy = null,
        string? Supervisor = null
    ) : JournalFact(At);

    public sealed record StateEnded(Instant At, RecordingState State) : JournalFact(At);

    public sealed record Marked(Instant At, string? Label) : JournalFact(At);

    public sealed record MadeUrgent(Instant At) : JournalFact(At);

    public sealed record Positioned(Instant At, Position Position) : JournalFact(At);

    public sealed record SourceLost(Instant At, string Why) : JournalFact(At);

    public sealed record SourceReturned(Instant At) : JournalFact(At);

    public sealed record Deactivated(Instant At, ActivationCause Cause) : JournalFact(At);

    /// <summary>Written by the start that found this recording open. <paramref name="At"/> is the end of what was kept, since the
    /// clock after a power cut proves nothing about the one before.</summary>
    public sealed record PowerReturned(Instant At) : JournalFact(At);
}

/// <summary>
/// A recording's facts on disk, one JSON object a line, appended in order. A line torn by a power cut can only be after the last
/// sync; reading stops there, and opening for append cuts it off.
/// </summary>
public sealed class Journal : IDisposable
{
    readonly FileStream file;

    Journal(FileStream file) => this.file = file;

    public static Journal Create(RecordingFolder folder)
    {
        Directory.CreateDirectory(folder.Path);
        var journal = new Journal(new FileStream(folder.Journal, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0));
        Durable.SyncFolder(folder.Path);
        Durable.SyncFolder(Path.GetDirectoryName(folder.Path)!);
        return journal;
    }

    /// <summary>Continues after the last whole line.</summary>
    public static Journal Continue(RecordingFolder folder)
    {
        var (_, wholeLengthBytes) = ReadWhole(folder.Journal);
        var file = new FileStream(folder.Journal, FileMode.Open, FileAccess.Write, FileShare.Read, 0);
        file.SetLength(wholeLengthBytes);
        file.Position = wholeLengthBytes;
        return new(file);
    }

    public static IReadOnlyList<JournalFact> Read(string path) => ReadWhole(path).Facts;

    /// <summary>Appends; on disk only after <see cref="Sync"/>.</summary>
    public void Write(JournalFact fact)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(fact, LapelJson.Strict);
        file.Write([.. line, (byte)'\n']);
    }

    public void Sync() => Durable.Sync(file.SafeFileHandle);

    public void Dispose() => file.Dispose();

    static (IReadOnlyList<JournalFact> Facts, long WholeLengthBytes) ReadWhole(string path)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var facts = new List<JournalFact>();
        var at = 0;
        while (bytes.AsSpan(at).IndexOf((byte)'\n') is var length && length >= 0)
        {
            try
            {
                if (JsonSerializer.Deserialize<JournalFact>(bytes.AsSpan(at, length), LapelJson.Strict) is not { } fact)
                    break;
                facts.Add(fact);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                break;
            }
            at += length + 1;
        }
        return (facts, at);
    }
}
