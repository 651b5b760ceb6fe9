using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// Sends what waits while the camera is docked or was told to: one piece of one clip at a time, then looks again at what is most
/// urgent. Whatever goes wrong on either side, it waits a little, asks the server how much it has, and goes on at that byte.
/// </summary>
public sealed class Uploader(Home home, ServerLink server, UploadQueue queue, TusUpload tus, LogVerifier log, Action<string> say)
{
    static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>While docked the camera asks so often who wears it and what time it is.</summary>
    static readonly TimeSpan SessionEvery = TimeSpan.FromMinutes(10);

    readonly SemaphoreSlim wake = new(0, 1);
    readonly Dictionary<string, long> offsets = [];
    readonly Dictionary<RecordingId, int> troubles = [];
    volatile bool docked;
    volatile bool uploadNow;
    DateTimeOffset sessionAt;

    public bool Docked => docked;

    /// <summary>Last trouble in one sentence; none when the last step went well.</summary>
    public string? Trouble { get; private set; }

    public UploadingNow? Now { get; private set; }

    public void Dock(bool isDocked)
    {
        docked = isDocked;
        sessionAt = default;
        Wake();
    }

    /// <summary>Uploads what waits now, docked or not.</summary>
    public void UploadNow()
    {
        uploadNow = true;
        sessionAt = default;
        Wake();
    }

    public void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // awake already
        }
    }

    public async Task Run(CancellationToken stop)
    {
        FinishFreeing();
        var failures = 0;
        sessionAt = DateTimeOffset.UtcNow - SessionEvery; // one at the start, docked or not: it names the officer
        var first = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!first)
                    await wake.WaitAsync(failures == 0 ? Glance : Pause(failures), stop);
                var mayUpload = docked || uploadNow;
                if ((first || mayUpload) && DateTimeOffset.UtcNow - sessionAt > SessionEvery)
                {
                    first = false;
                    await server.OpenSession(stop);
                    sessionAt = DateTimeOffset.UtcNow;
                }
                first = false;
                while ((docked || uploadNow) && queue.Next() is { } next)
                {
                    await Step(next, stop);
                    failures = 0;
                    Trouble = null;
                }
                if (mayUpload)
                    (failures, Trouble, uploadNow) = (0, null, false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or ServerException or JsonException or OperationCanceledException)
            {
                if (!docked && !uploadNow)
                    continue; // out on patrol no server is expected
                failures++;
                if (Trouble != e.Message)
                    say($"Uploading pauses: {e.Message}");
                Trouble = e.Message;
            }
            finally
            {
                Now = null;
            }
        }
    }

    static TimeSpan Pause(int failures) =>
        TimeSpan.FromSeconds(
            Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(failures - 1, 6)) * (0.5 + Random.Shared.NextDouble()))
        );

    async Task Step(WaitingRecording next, CancellationToken stop)
    {
        try
        {
            var notes = UploadQueue.ReadNotes(next.Folder).ToDictionary(n => n.Number);
            foreach (var clip in next.Clips)
            {
                var note = notes.GetValueOrDefault(clip.Number);
                if (note is { Arrived: true })
                    continue;
                await Send(next, clip, note?.Location, stop);
                return;
            }
            await Admit(next, stop);
            troubles.Remove(next.Folder.Id);
        }
        catch (ServerException e) when (IsAboutThisOne(e.Problem))
        {
            var count = troubles[next.Folder.Id] = troubles.GetValueOrDefault(next.Folder.Id) + 1;
            queue.Postpone(next.Folder.Id, Pause(count + 2));
            say($"Recording {next.Folder.Id} waits: {e.Message}");
            Trouble = e.Message;
        }
    }

    /// <summary>A refusal that concerns the recording, not the camera or the server's state.</summary>
    static bool IsAboutThisOne(Problem problem) => problem.Status is >= 400 and < 500 and not (401 or 403 or 408 or 423 or 429);

    async Task Send(WaitingRecording next, ClipEntry clip, string? location, CancellationToken stop)
    {
        var folder = next.Folder;
        if (location is null)
        {
            var wrapped = await File.ReadAllBytesAsync(folder.WrappedKey(clip.Number), stop);
            location = (await tus.Create(folder.Id, clip, wrapped, next.Urgent, stop)).ToString();
            UploadQueue.Note(folder, new(clip.Number, location, Arrived: false));
            offsets[location] = 0;
        }
        var upload = new Uri(location);
        long? offset = offsets.TryGetValue(location, out var known) ? known : await tus.Offset(upload, stop);
        try
        {
            if (offset < clip.SealedLengthBytes)
            {
                var sent = offset.Value;
                Now = new(folder.Id, clip.Number, sent, clip.SealedLengthBytes);
                offset = await tus.SendPiece(
                    upload,
                    folder.Sealed(clip.Number),
                    offset.Value,
                    bytes => Now = new(folder.Id, clip.Number, sent += bytes, clip.SealedLengthBytes),
                    stop
                );
                if (offset is null)
                {
                    offsets.Remove(location); // asked for anew; a HEAD then says whether the upload still exists
                    if (await tus.Offset(upload, stop) is { } other)
                        offsets[location] = other;
                    else
                        UploadQueue.Note(folder, new(clip.Number, null, Arrived: false));
                    return;
                }
            }
        }
        catch
        {
            offsets.Remove(location);
            throw;
        }
        if (offset is { } now && now <= clip.SealedLengthBytes)
        {
            offsets[location] = now;
            if (now == clip.SealedLengthBytes)
                UploadQueue.Note(folder, new(clip.Number, location, Arrived: true));
        }
        else
        {
            offsets.Remove(location);
            UploadQueue.Note(folder, new(clip.Number, null, Arrived: false));
        }
    }

    async Task Admit(WaitingRecording next, CancellationToken stop)
    {
        var folder = next.Folder;
        var envelope = await File.ReadAllBytesAsync(folder.Manifest, stop);
        using var response = await server.Send(
            () =>
            {
                var content = new ByteArrayContent(envelope);
                content.Headers.ContentType = new("application/json");
                return new(HttpMethod.Post, server.Api("admissions")) { Content = content };
            },
            stop
        );
        if (response.IsSuccessStatusCode)
        {
            var receipt =
                await response.Content.ReadFromJsonAsync<Receipt>(LapelJson.Lenient, stop)
                ?? throw new JsonException("The receipt is null.");
            if (Freeing.WhyNotFree(envelope, receipt, log) is { } refusal)
                throw new ServerException(
                    new(409, refusal.Code, $"The server's receipt does not hold, the clips stay: {refusal.Sentence}", [])
                );
            Durable.WriteFile(folder.Receipt, JsonSerializer.SerializeToUtf8Bytes(receipt, LapelJson.Strict));
            queue.Settle(folder.Id);
            var freedBytes = Freeing.Free(folder);
            home.KeepReserve();
            say($"Recording {folder.Id} is admitted; {freedBytes / 1024} KiB freed.");
            return;
        }
        var problem = await Problem.Read(response, stop);
        switch (response.StatusCode)
        {
            case HttpStatusCode.Conflict when problem.Code == "clips-missing":
                Resend(next, problem.Missing);
                // Once is an accident on the way; a server that says so again and again gets a pause.
                if ((troubles[folder.Id] = troubles.GetValueOrDefault(folder.Id) + 1) > 1)
                    queue.Postpone(folder.Id, Pause(troubles[folder.Id]));
                break;
            case HttpStatusCode.UnprocessableEntity:
                // The bytes are in the server's quarantine; people decide. Here nothing is freed and nothing is tried again.
                var refused = new RefusedByServer(problem.Code, problem.Sentence, DateTimeOffset.UtcNow.ToString("O"));
                Durable.WriteFile(folder.Refused, JsonSerializer.SerializeToUtf8Bytes(refused, LapelJson.Strict));
                queue.Settle(folder.Id);
                say($"The server refused recording {folder.Id}: {problem.Sentence} Its clips stay on the camera.");
                break;
            default:
                throw new ServerException(problem);
        }
    }

    static void Resend(WaitingRecording next, IReadOnlyList<ClipId> missing)
    {
        foreach (var clip in next.Clips.Where(c => missing.Count == 0 || missing.Contains(c.Id)))
            UploadQueue.Note(next.Folder, new(clip.Number, null, Arrived: false));
    }

    /// <summary>A power cut between the receipt and the last removed file.</summary>
    void FinishFreeing()
    {
        foreach (var folder in home.Folders().Where(f => File.Exists(f.Receipt) && File.Exists(f.Manifest)))
        {
            if (!Directory.EnumerateFiles(folder.Path, "*.sealed").Concat(Directory.EnumerateFiles(folder.Path, "*.key")).Any())
                continue;
            try
            {
                var receipt = JsonSerializer.Deserialize<Receipt>(File.ReadAllBytes(folder.Receipt), LapelJson.Strict)!;
                if (Freeing.WhyNotFree(File.ReadAllBytes(folder.Manifest), receipt, log) is null)
                {
                    Freeing.Free(folder);
                    continue;
                }
            }
            catch (JsonException)
            {
                // below
            }
            // Never trusted twice: a receipt that no longer holds is taken away, and the server is asked again.
            say($"The receipt of recording {folder.Id} does not hold; the server is asked again.");
            File.Delete(folder.Receipt);
        }
    }
}

/// <summary>What is going over the wire at this moment.</summary>
public sealed record UploadingNow(RecordingId Recording, int Clip, long SentBytes, long LengthBytes);

/// <summary>Why the server put a recording into quarantine; kept beside its clips.</summary>
public sealed record RefusedByServer(string Code, string Why, string At);
