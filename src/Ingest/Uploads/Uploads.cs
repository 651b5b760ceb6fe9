using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Lapel.Ingest;

/// <summary>
/// An agency's uploads: partial files and what is known of them. An offset that Lapel states is on disk; a digest is computed while
/// the bytes come, so that the last byte is answered without reading anything again.
/// </summary>
public sealed class Uploads(Agency agency, AgencyRecords records, IngestSettings settings, Pulse pulse, TimeProvider clock)
    : ICloses
{
    readonly ConcurrentDictionary<UploadId, Receiving> live = new();

    public IngestSettings Settings => settings;

    /// <summary>The machine's boot: while it is the same, the file's length is what the kernel has, whatever became of our process.</summary>
    static readonly string Boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public string BytesFile(UploadId id) => Path.Combine(agency.Folder.Uploads, $"{id}.part");

    /// <summary>A request with a checksum is writing: what is beyond the noted offset has not been checked.</summary>
    string UncheckedMark(UploadId id) => Path.Combine(agency.Folder.Uploads, $"{id}.unchecked");

    /// <summary>The metadata header, in the keys folder since it brings the wrapped content key.</summary>
    string MetadataFile(UploadId id) => Path.Combine(agency.Folder.Keys, "uploads", $"{id}.metadata");

    public async Task<DiskRoom> Room(Reading reading, CancellationToken stop) =>
        DiskRoom.Of(agency.Folder.Uploads, await UploadRows.PromisedBytes(reading, stop));

    public async Task<(Upload? Upload, Refusal? Refusal)> Create(
        Actor camera,
        UploadMetadata metadata,
        long? lengthBytes,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(camera, stop);
        if ((await Room(work, stop)).WhyNotPromise(lengthBytes ?? 0, settings) is { } refusal)
            return (null, refusal);
        var upload = new Upload(
            UploadId.New(),
            CameraId.Parse(camera.Id),
            metadata.Recording,
            metadata.Clip,
            metadata.Number,
            metadata.Urgent,
            lengthBytes,
            0,
            lengthBytes == 0 ? Digest.Of([]) : null,
            lengthBytes == 0 ? UploadState.Complete : UploadState.Receiving,
            Boot,
            work.Now,
            work.Now,
            work.Now + settings.UploadLifetime
        );
        Directory.CreateDirectory(Path.GetDirectoryName(MetadataFile(upload.Id))!, OwnerOnly);
        Durable.WriteFile(MetadataFile(upload.Id), System.Text.Encoding.ASCII.GetBytes(metadata.Header), OwnerReadsAndWrites);
        File.OpenHandle(BytesFile(upload.Id), FileMode.CreateNew, FileAccess.Write).Dispose();
        Durable.SyncFolder(agency.Folder.Uploads);
        Crash.Here("upload-after-files");
        // If we die here: two files that no row names. Nobody was told of them; the sweep removes them.
        await UploadRows.Insert(work, upload, stop);
        await work.Commit(stop);
        pulse.Send("uploads");
        return (upload, null);
    }

    public async Task<Upload?> Find(UploadId id, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await UploadRows.Find(reading, id, stop);
    }

    /// <summary>As the camera sent it; none when the file is lost.</summary>
    public UploadMetadata? ReadMetadata(UploadId id) =>
        File.Exists(MetadataFile(id)) && UploadMetadata.TryParse(File.ReadAllText(MetadataFile(id)), out var metadata, out _)
            ? metadata
            : null;

    /// <summary>Bytes in the file at this moment, for people who watch.</summary>
    public long OffsetNow(Upload upload) =>
        live.TryGetValue(upload.Id, out var receiving) && receiving.IsOpen ? receiving.OffsetBytes : upload.OffsetBytes;

    /// <summary>How long nothing has come for it.</summary>
    public Duration IdleFor(Upload upload) =>
        clock.Now() - upload.TouchedAt is var since && since > Duration.Zero ? since : Duration.Zero;

    /// <summary>Where the camera should go on. After a restart this first settles what the file holds.</summary>
    public async Task<Upload> Settled(Upload upload, CancellationToken stop)
    {
        if (!upload.IsOpen)
            return upload;
        var receiving = live.GetOrAdd(upload.Id, id => new(BytesFile(id)));
        using var turn = await receiving.Take(settings.Silence.ToTimeSpan(), clock, stop);
        if (turn is null) // bytes are coming in; the last durable offset is a true answer
            return upload;
        if (await Find(upload.Id, stop) is not { IsOpen: true } now)
            return await Find(upload.Id, stop) ?? upload;
        var believed = Believed(now);
        if (receiving.IsOpen || (believed == now.OffsetBytes && now.Boot == Boot && believed != now.LengthBytes))
            return now;
        receiving.Open(believed);
        return await Note(receiving, now, stop);
    }

    /// <summary>Adds a request's body at the end. All the protocol's refusals that need the upload's state are here.</summary>
    /// <param name="lengthBytes">The whole length, when this request states it for an upload that deferred it.</param>
    internal async Task<(Upload? Upload, IResult? Problem)> Append(
        UploadId id,
        Actor camera,
        long offsetBytes,
        long? lengthBytes,
        long? bodyBytes,
        PieceChecksum? checksum,
        PipeReader body,
        CancellationToken stop
    )
    {
        var receiving = live.GetOrAdd(id, i => new(BytesFile(i)));
        using var turn = await receiving.Take(settings.Silence.ToTimeSpan(), clock, stop);
        if (turn is null)
            return (null, UploadProblems.Busy);
        Upload upload;
        await using (var reading = await records.Read(stop))
        {
            if (await UploadRows.Find(reading, id, stop) is not { } found || found.Camera.Text != camera.Id)
                return (null, UploadProblems.Unknown);
            upload = found;
            if (upload.IsGone)
                return (null, UploadProblems.Gone(upload));
            // Repeating the last, empty step of a finished upload is harmless.
            if (!upload.IsOpen)
                return offsetBytes == upload.OffsetBytes && bodyBytes is null or 0
                    ? (upload, null)
                    : (upload, UploadProblems.Offset(upload.OffsetBytes));
            if (!receiving.IsOpen)
                receiving.Open(Believed(upload));
            if (offsetBytes != receiving.OffsetBytes)
                return (upload with { OffsetBytes = receiving.OffsetBytes }, UploadProblems.Offset(receiving.OffsetBytes));
            if (UploadProblems.WhyNotLength(upload, offsetBytes, lengthBytes, settings) is { } wrongLength)
                return (upload, wrongLength);
            upload = upload with { LengthBytes = upload.LengthBytes ?? lengthBytes };
            var most = (upload.LengthBytes ?? settings.MaxUploadBytes) - offsetBytes;
            if (bodyBytes > most)
                return (upload, UploadProblems.TooLong);
            // What the upload has yet to bring is promised already, unless nobody knew how much that is.
            var asked = found.LengthBytes is null ? lengthBytes - offsetBytes ?? bodyBytes ?? 0 : 0;
            if ((await Room(reading, stop)).WhyNotPromise(asked, settings) is { } full)
                return (upload, new Refused(full));
        }
        return await Receive(receiving, turn, upload, checksum, body);
    }

    async Task<(Upload, IResult?)> Receive(
        Receiving receiving,
        Receiving.Turn turn,
        Upload upload,
        PieceChecksum? checksum,
        PipeReader body
    )
    {
        // From here on nothing is cancelled half-way: a camera that hangs up still gets what it sent made durable.
        var before = checksum is null ? null : receiving.Remember();
        var kept = before is null;
        using var piece = checksum is null ? null : IncrementalHash.CreateHash(checksum.Algorithm);
        try
        {
            if (before is not null)
                await File.WriteAllBytesAsync(UncheckedMark(upload.Id), [], CancellationToken.None);
            var most = (upload.LengthBytes ?? settings.MaxUploadBytes) - receiving.OffsetBytes;
            var end = await receiving.Receive(body, most, piece, Tell, Checkpoint, clock, turn.Ended);
            if (checksum is not null && (end != BodyEnd.Whole || !checksum.Matches(piece!.GetCurrentHash())))
            {
                receiving.GoBack(before!);
                kept = true;
                File.Delete(UncheckedMark(upload.Id));
                return (
                    upload with
                    {
                        OffsetBytes = receiving.OffsetBytes,
                    },
                    end == BodyEnd.Torn ? UploadProblems.HungUp : UploadProblems.Checksum
                );
            }
            kept = true;
            upload = await Note(receiving, upload, CancellationToken.None);
            if (checksum is not null)
                File.Delete(UncheckedMark(upload.Id));
            return end switch
            {
                BodyEnd.Whole => (upload, null),
                BodyEnd.Torn => (upload, UploadProblems.HungUp),
                _ => (upload, UploadProblems.TooLong),
            };
        }
        catch (IOException)
        {
            // The disk failed in a write or a sync. What the last sync confirmed is believed, and nothing after it.
            receiving.Close();
            Cut(upload);
            return (upload, UploadProblems.DiskFailed);
        }
        finally
        {
            if (!kept)
                before!.Hash.Dispose();
        }

        void Tell() => UploadProgress.Tell(pulse, upload, receiving.OffsetBytes);

        async Task Checkpoint()
        {
            await receiving.Sync();
            // A piece that is still to be checked is on disk and stays unpromised.
            if (checksum is null)
                upload = await Note(receiving, upload, CancellationToken.None);
        }
    }

    /// <summary>Syncs, then writes down what is on disk, and the digest once that is everything.</summary>
    async Task<Upload> Note(Receiving receiving, Upload upload, CancellationToken stop)
    {
        await receiving.Sync();
        Crash.Here("upload-after-sync");
        // If we die here: the bytes are on disk and the row says less. In this boot the file's length is believed, after a power cut the row.
        var complete = receiving.DurableBytes == upload.LengthBytes;
        var now = clock.Now();
        upload = upload with
        {
            OffsetBytes = receiving.DurableBytes,
            Digest = complete ? receiving.Whole() : null,
            State = complete ? UploadState.Complete : UploadState.Receiving,
            Boot = Boot,
            TouchedAt = now,
            ExpiresAt = now + settings.UploadLifetime,
        };
        await using (var work = await records.Begin(new(ActorKind.Camera, upload.Camera.Text, "camera"), stop))
        {
            await UploadRows.Moved(work, upload, stop);
            await work.Commit(stop);
        }
        Crash.Here("upload-after-note");
        if (complete)
        {
            UploadProgress.Tell(pulse, upload, upload.OffsetBytes);
            receiving.Close();
            live.TryRemove(upload.Id, out _);
        }
        pulse.Send("uploads");
        return upload;
    }

    /// <summary>How much of the file is the upload: all of it if the kernel never went down since, else what was noted.</summary>
    long Believed(Upload upload)
    {
        var length = File.Exists(BytesFile(upload.Id)) ? new FileInfo(BytesFile(upload.Id)).Length : 0;
        var sure = upload.Boot == Boot && !File.Exists(UncheckedMark(upload.Id)) ? length : Math.Min(length, upload.OffsetBytes);
        return Math.Min(sure, upload.LengthBytes ?? settings.MaxUploadBytes);
    }

    void Cut(Upload upload)
    {
        try
        {
            using var file = File.OpenHandle(BytesFile(upload.Id), FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, Math.Min(RandomAccess.GetLength(file), upload.OffsetBytes));
        }
        catch (IOException)
        {
            // A disk that fails at this too leaves a file that is longer than its row; its digest will tell at admission.
        }
    }

    /// <returns>Why not; none when the upload is ended and its bytes are gone.</returns>
    public async Task<IResult?> Terminate(UploadId id, Actor camera, CancellationToken stop)
    {
        var receiving = live.GetOrAdd(id, i => new(BytesFile(i)));
        using var turn = await receiving.Take(settings.Silence.ToTimeSpan(), clock, stop);
        if (turn is null)
            return UploadProblems.Busy;
        await using var work = await records.Begin(camera, stop);
        if (await UploadRows.Find(work, id, stop) is not { } upload || upload.Camera.Text != camera.Id)
            return UploadProblems.Unknown;
        if (upload.IsGone)
            return UploadProblems.Gone(upload);
        if (upload.State is UploadState.Admitted or UploadState.Quarantined)
            return new Refused(
                new(
                    "upload-is-kept",
                    "This upload has been decided on and its bytes are kept; it can no longer be ended.",
                    RefusalKind.Conflict
                )
            );
        await UploadRows.Change(work, id, upload.State, UploadState.Terminated, stop);
        await work.Commit(stop);
        receiving.Close();
        live.TryRemove(id, out _);
        Forget(id);
        pulse.Send("uploads");
        return null;
    }

    /// <summary>Its bytes are nowhere: it ends, so that its camera starts a new one instead of believing us.</summary>
    internal async Task Lost(UploadId id, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("uploads"), stop);
        await UploadRows.Change(work, id, UploadState.Complete, UploadState.Expired, stop);
        await work.Commit(stop);
    }

    /// <summary>Removes incomplete uploads whose camera did not come back. Complete ones are never touched.</summary>
    public async Task<int> Expire(CancellationToken stop)
    {
        IReadOnlyList<Upload> due;
        await using (var reading = await records.Read(stop))
            due = await UploadRows.Due(reading, clock.Now(), stop);
        var gone = 0;
        foreach (var upload in due)
        {
            var receiving = live.GetOrAdd(upload.Id, i => new(BytesFile(i)));
            using var turn = await receiving.Take(TimeSpan.MaxValue, clock, stop);
            if (turn is null)
                continue;
            await using (var work = await records.Begin(Actor.System("upload-expiry"), stop))
            {
                // The camera may have come back while we waited for the turn.
                if (await UploadRows.Find(work, upload.Id, stop) is not { IsOpen: true } now || now.ExpiresAt > work.Now)
                    continue;
                await UploadRows.Change(work, upload.Id, UploadState.Receiving, UploadState.Expired, stop);
                await work.Commit(stop);
            }
            receiving.Close();
            live.TryRemove(upload.Id, out _);
            Forget(upload.Id);
            gone++;
        }
        if (gone > 0)
            pulse.Send("uploads");
        return gone;
    }

    /// <summary>Closes files that nobody has written to for long, and removes files that no row names.</summary>
    public async Task Tidy(TimeSpan idle, CancellationToken stop)
    {
        foreach (var (id, receiving) in live)
            if (receiving.Idle(clock) > idle && await receiving.Take(TimeSpan.MaxValue, clock, stop) is { } turn)
                using (turn)
                    receiving.Close();
        var keys = Path.GetDirectoryName(MetadataFile(default))!;
        foreach (
            var file in Directory
                .EnumerateFiles(agency.Folder.Uploads)
                .Concat(Directory.Exists(keys) ? Directory.EnumerateFiles(keys, "*.metadata") : [])
        )
            if (
                clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) > idle
                && UploadId.TryParse(Path.GetFileNameWithoutExtension(file), null, out var id)
                && await Find(id, stop) is null or { IsGone: true } or { State: UploadState.Admitted }
            )
                Forget(id);
    }

    /// <summary>Removes what is left of an upload on disk: after termination, expiry or once the vault has its bytes.</summary>
    internal void Forget(UploadId id)
    {
        File.Delete(BytesFile(id));
        File.Delete(UncheckedMark(id));
        File.Delete(MetadataFile(id));
    }

    const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OwnerOnly = OwnerReadsAndWrites | UnixFileMode.UserExecute;

    public ValueTask Close()
    {
        foreach (var receiving in live.Values)
            receiving.Close();
        live.Clear();
        return ValueTask.CompletedTask;
    }
}
