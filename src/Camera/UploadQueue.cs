using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>A recording that has something left to send.</summary>
/// <param name="Sequence">Of its manifest; the largest number while it is still being recorded.</param>
public sealed record WaitingRecording(RecordingFolder Folder, bool Urgent, long Sequence, IReadOnlyList<ClipEntry> Clips)
{
    public bool HasManifest => Sequence != long.MaxValue;
}

/// <summary>Where a clip's upload stands. The server's offset is not kept: it is asked for.</summary>
public sealed record ClipUpload(int Number, string? Location, bool Arrived);

/// <summary>
/// What waits on this camera, in the order it goes out: urgent recordings first, then the oldest; a recording that the server had
/// trouble with steps back for a while, so that it cannot hold up the others.
/// </summary>
public sealed class UploadQueue(Home home, Func<RecordingStatus?> current, TimeProvider time)
{
    readonly Dictionary<RecordingId, WaitingRecording> ended = [];
    readonly Dictionary<RecordingId, long> postponedUntil = [];
    readonly HashSet<RecordingId> settled = [];

    /// <summary>The first that may go now.</summary>
    public WaitingRecording? Next() => All().FirstOrDefault(w => HasWork(w) && MayGo(w));

    /// <summary>Everything not yet settled, in order.</summary>
    public IReadOnlyList<WaitingRecording> All()
    {
        var all = new List<WaitingRecording>();
        var open = current();
        foreach (var folder in home.Folders())
        {
            if (settled.Contains(folder.Id))
                continue;
            if (File.Exists(folder.Receipt) || File.Exists(folder.Refused))
                settled.Add(folder.Id);
            else if (open?.Recording == folder.Id)
                all.Add(new(folder, open.Urgent, long.MaxValue, open.ClosedClips));
            else if (Ended(folder) is { } waiting)
                all.Add(waiting);
        }
        return [.. all.OrderByDescending(w => w.Urgent).ThenBy(w => w.Sequence)];
    }

    public void Settle(RecordingId recording)
    {
        settled.Add(recording);
        ended.Remove(recording);
    }

    public void Postpone(RecordingId recording, TimeSpan by) =>
        postponedUntil[recording] = time.GetTimestamp() + (long)(by.TotalSeconds * time.TimestampFrequency);

    public static IReadOnlyList<ClipUpload> ReadNotes(RecordingFolder folder)
    {
        try
        {
            return File.Exists(folder.Uploads)
                ? JsonSerializer.Deserialize<List<ClipUpload>>(File.ReadAllBytes(folder.Uploads), LapelJson.Strict) ?? []
                : [];
        }
        catch (JsonException)
        {
            return []; // sent again from the start; the server drops the doubles
        }
    }

    public static void Note(RecordingFolder folder, ClipUpload upload)
    {
        var notes = ReadNotes(folder).Where(n => n.Number != upload.Number).Append(upload);
        Durable.WriteFile(folder.Uploads, JsonSerializer.SerializeToUtf8Bytes(notes.OrderBy(n => n.Number), LapelJson.Strict));
    }

    /// <summary>While a recording goes on there may be nothing of it to send.</summary>
    static bool HasWork(WaitingRecording waiting)
    {
        if (waiting.HasManifest)
            return true;
        var arrived = ReadNotes(waiting.Folder).Where(n => n.Arrived).Select(n => n.Number).ToHashSet();
        return waiting.Clips.Any(c => !arrived.Contains(c.Number));
    }

    bool MayGo(WaitingRecording waiting) =>
        !postponedUntil.TryGetValue(waiting.Folder.Id, out var until) || time.GetTimestamp() >= until;

    WaitingRecording? Ended(RecordingFolder folder)
    {
        if (ended.TryGetValue(folder.Id, out var known))
            return known;
        if (!File.Exists(folder.Manifest))
            return null; // without a clip, or about to be signed
        var (_, manifest) = SignedManifest.Read(File.ReadAllBytes(folder.Manifest));
        return ended[folder.Id] = new(folder, manifest.Urgent, manifest.Sequence, manifest.Clips);
    }
}
