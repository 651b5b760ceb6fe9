using System.Security.Cryptography;
using System.Text.Json;

namespace Lapel.Ingest;

/// <summary>
/// Where refused recordings are kept, each in a folder of its own with its manifest and reason.json. First the reason is on disk, then
/// row and custody event commit together, then the files move; a death in between is settled by the same move at the next start.
/// </summary>
public sealed class Quarantine(Agency agency, AgencyRecords records, Uploads uploads, Pulse pulse)
{
    public const int PageSize = 50;

    internal string FolderOf(Id<Quarantined> id) => Path.Combine(agency.Folder.Quarantine, id.Text);

    string KeysOf(Id<Quarantined> id) => Path.Combine(agency.Folder.Keys, "quarantine", id.Text);

    internal string EnvelopeFile(Id<Quarantined> id) => Path.Combine(FolderOf(id), "manifest.dsse.json");

    public byte[] ReadEnvelope(Id<Quarantined> id) => File.ReadAllBytes(EnvelopeFile(id));

    /// <summary>Keeps what was refused. The caller holds the recording's lane.</summary>
    public async Task<Id<Quarantined>> Keep(
        CameraCaller caller,
        ReadManifest read,
        AdmissionFacts facts,
        Refusal refusal,
        IReadOnlyList<Arrival> arrivals,
        CancellationToken stop
    )
    {
        var id = Id<Quarantined>.New();
        var clips = arrivals
            .DistinctBy(a => a.Upload)
            .Select(a => new QuarantinedClip(a.Clip, a.Number, a.Upload, a.LengthBytes, a.Digest))
            .ToList();
        Quarantined row;
        await using (var work = await records.Begin(caller.Actor, stop))
        {
            row = new Quarantined(
                id,
                caller.Id,
                caller.Serial,
                read.Manifest?.Recording,
                read.Envelope.Digest,
                refusal.Code,
                refusal.Sentence,
                facts.ReceivedAt,
                work.Now,
                1,
                QuarantineState.Moving,
                null,
                null
            );
            WriteReason(row, clips, read.Bytes, arrivals);
            Crash.Here("quarantine-after-reason");
            // If we die here: a folder with a reason and no bytes, which no row names. The uploads are where they were; the camera asks again.
            await Insert(work, row, clips, stop);
            foreach (var clip in clips)
                await UploadRows.Change(work, clip.Upload, UploadState.Complete, UploadState.Quarantined, stop);
            work.Append(Event(row, clips), row.Recording);
            await work.Commit(stop);
        }
        Crash.Here("quarantine-after-commit");
        // If we die here: the row says moving, the files lie in uploads/. Settle goes on, now or at the next start.
        await Settle(row, clips, stop);
        pulse.Send("quarantine");
        pulse.Send("uploads");
        return id;
    }

    void WriteReason(Quarantined row, IReadOnlyList<QuarantinedClip> clips, byte[] envelope, IReadOnlyList<Arrival> arrivals)
    {
        Directory.CreateDirectory(FolderOf(row.Id));
        Directory.CreateDirectory(KeysOf(row.Id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Durable.SyncFolder(agency.Folder.Quarantine);
        Durable.SyncFolder(Path.Combine(agency.Folder.Keys, "quarantine"));
        // Wrapped keys stay apart from content here too.
        foreach (var arrival in arrivals)
            if (arrival.Key is { } key)
                Durable.WriteFile(KeyFile(row.Id, arrival.Upload), key.Bytes, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Durable.WriteFile(EnvelopeFile(row.Id), envelope);
        WriteReason(row, clips);
    }

    void WriteReason(Quarantined row, IReadOnlyList<QuarantinedClip> clips)
    {
        var reason = new QuarantineReason(
            1,
            row.Id.Text,
            row.RefusedAt,
            row.Camera,
            row.CameraSerial,
            row.Recording,
            row.Manifest,
            row.Code,
            row.Why,
            [.. clips.Select(c => new QuarantinedFile(c.FileName, c.Clip, c.Number, c.LengthBytes, c.Digest))]
        );
        Durable.WriteFile(Path.Combine(FolderOf(row.Id), "reason.json"), JsonSerializer.SerializeToUtf8Bytes(reason, Readable));
    }

    static readonly JsonSerializerOptions Readable = new(LapelJson.Strict) { WriteIndented = true };

    string KeyFile(Id<Quarantined> id, UploadId upload) => Path.Combine(KeysOf(id), $"{upload}.key");

    /// <summary>Moves the files of everything that was decided and not yet moved: after a start, and as part of keeping.</summary>
    public async Task SettleAll(CancellationToken stop)
    {
        IReadOnlyList<Quarantined> moving;
        await using (var reading = await records.Read(stop))
            moving = await reading.Many("SELECT * FROM quarantine WHERE state = 'moving'", null, From, stop);
        foreach (var row in moving)
        {
            IReadOnlyList<QuarantinedClip> clips;
            await using (var reading = await records.Read(stop))
                clips = await ClipsOf(reading, row.Id, stop);
            await Settle(row, clips, stop);
        }
    }

    async Task Settle(Quarantined row, IReadOnlyList<QuarantinedClip> clips, CancellationToken stop)
    {
        foreach (var clip in clips)
        {
            var from = uploads.BytesFile(clip.Upload);
            var to = Path.Combine(FolderOf(row.Id), clip.FileName);
            if (File.Exists(from) && !File.Exists(to))
                Durable.MoveOnce(from, to);
            uploads.Forget(clip.Upload);
            Crash.Here("quarantine-after-move");
        }
        await using var work = await records.Begin(Actor.System("quarantine"), stop);
        await work.Execute(
            "UPDATE quarantine SET state = 'kept' WHERE id = @id AND state = 'moving'",
            new { id = row.Id.Text },
            stop
        );
        await work.Commit(stop);
    }

    /// <summary>Tried again by a person, refused again: the newest reason counts, and the log has both.</summary>
    internal async Task RefusedAgain(Quarantined found, AdmissionFacts facts, Refusal refusal, Actor by, CancellationToken stop)
    {
        await using var work = await records.Begin(by, stop);
        var clips = await ClipsOf(work, found.Id, stop);
        var row = found with
        {
            Code = refusal.Code,
            Why = refusal.Sentence,
            RefusedAt = work.Now,
            Recording = facts.Manifest?.Recording,
        };
        await work.Execute(
            "UPDATE quarantine SET code = @Code, why = @Why, refused_at = @Now, attempts = attempts + 1 WHERE id = @id AND state = 'kept'",
            new
            {
                row.Code,
                row.Why,
                work.Now,
                id = row.Id.Text,
            },
            stop
        );
        work.Append(Event(row, clips), row.Recording);
        WriteReason(row, clips);
        await work.Commit(stop);
        pulse.Send("quarantine");
    }

    internal static Task<int> Ended(Work work, Id<Quarantined> id, CancellationToken stop) =>
        work.Execute(
            "UPDATE quarantine SET state = 'admitted', ended_at = @Now, ended_by = @by WHERE id = @id",
            new
            {
                work.Now,
                by = work.Actor.Name,
                id = id.Text,
            },
            stop
        );

    /// <summary>The content keys have them now.</summary>
    internal void ForgetKeys(Id<Quarantined> id)
    {
        if (Directory.Exists(KeysOf(id)))
            Directory.Delete(KeysOf(id), recursive: true);
    }

    /// <summary>What lies in quarantine, hashed again. A file that is gone or changed is not hidden: its digest will not match.</summary>
    internal async Task<IReadOnlyList<Arrival>> Arrivals(Id<Quarantined> id, CancellationToken stop)
    {
        IReadOnlyList<QuarantinedClip> clips;
        await using (var reading = await records.Read(stop))
            clips = await ClipsOf(reading, id, stop);
        var arrivals = new List<Arrival>();
        foreach (var clip in clips)
        {
            var file = Path.Combine(FolderOf(id), clip.FileName);
            if (!File.Exists(file))
            {
                // We died while admitting it from here: the vault has it, under the digest it had.
                arrivals.Add(new(clip.Clip, clip.Number, clip.Upload, null, clip.LengthBytes, clip.Digest, ReadKey(id, clip)));
                continue;
            }
            await using var bytes = File.OpenRead(file);
            var digest = Digest.FromBytes(await SHA256.HashDataAsync(bytes, stop));
            arrivals.Add(new(clip.Clip, clip.Number, clip.Upload, file, bytes.Length, digest, ReadKey(id, clip)));
        }
        return arrivals;
    }

    WrappedKey? ReadKey(Id<Quarantined> id, QuarantinedClip clip) =>
        File.Exists(KeyFile(id, clip.Upload))
        && File.ReadAllBytes(KeyFile(id, clip.Upload)) is { Length: WrappedKey.LengthBytes } key
            ? new WrappedKey(key)
            : null;

    static CustodyEvent.AdmissionRefused Event(Quarantined row, IReadOnlyList<QuarantinedClip> clips) =>
        new(row.Recording, row.Camera, row.Code, row.Why, row.Manifest, [.. clips.Select(c => c.Digest)]);

    static async Task Insert(Work work, Quarantined row, IReadOnlyList<QuarantinedClip> clips, CancellationToken stop)
    {
        await work.Execute(
            """
            INSERT INTO quarantine (id, camera, camera_serial, recording, manifest, code, why, received_at, refused_at, attempts, state)
            VALUES (@id, @Camera, @CameraSerial, @Recording, @Manifest, @Code, @Why, @ReceivedAt, @RefusedAt, @Attempts, 'moving')
            """,
            new
            {
                id = row.Id.Text,
                row.Camera,
                row.CameraSerial,
                row.Recording,
                row.Manifest,
                row.Code,
                row.Why,
                row.ReceivedAt,
                row.RefusedAt,
                row.Attempts,
            },
            stop
        );
        foreach (var clip in clips)
            await work.Execute(
                """
                INSERT INTO quarantine_clip (quarantine, clip, number, upload, length_bytes, digest)
                VALUES (@id, @Clip, @Number, @Upload, @LengthBytes, @Digest)
                """,
                new
                {
                    id = row.Id.Text,
                    clip.Clip,
                    clip.Number,
                    clip.Upload,
                    clip.LengthBytes,
                    clip.Digest,
                },
                stop
            );
    }

    public static Task<Quarantined?> Find(Reading reading, Id<Quarantined> id, CancellationToken stop) =>
        reading.One("SELECT * FROM quarantine WHERE id = @id", new { id = id.Text }, From, stop);

    /// <summary>The newest refusal of a manifest that this camera brought and that is still kept.</summary>
    internal static Task<Quarantined?> OfManifest(Reading reading, Digest manifest, CameraId camera, CancellationToken stop) =>
        reading.One(
            "SELECT * FROM quarantine WHERE manifest = @manifest AND camera = @camera AND state <> 'admitted' ORDER BY refused_at DESC LIMIT 1",
            new { manifest, camera },
            From,
            stop
        );

    /// <summary>Newest first.</summary>
    /// <param name="before">The last one of the page before; none for the first page.</param>
    public static Task<IReadOnlyList<Quarantined>> Page(Reading reading, Quarantined? before, CancellationToken stop) =>
        reading.Many(
            $"""
            SELECT * FROM quarantine WHERE refused_at < @at OR (refused_at = @at AND id < @id)
            ORDER BY refused_at DESC, id DESC LIMIT {PageSize}
            """,
            new { at = before?.RefusedAt.ToMicroseconds() ?? long.MaxValue, id = before?.Id.Text ?? "" },
            From,
            stop
        );

    /// <summary>What is still in quarantine, in the order of the ids.</summary>
    internal static Task<IReadOnlyList<Quarantined>> KeptAfter(Reading reading, string after, int most, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM quarantine WHERE state <> 'admitted' AND id > @after ORDER BY id LIMIT @most",
            new { after, most },
            From,
            stop
        );

    public static async Task<long> CountKept(Reading reading, CancellationToken stop) =>
        await reading.One("SELECT COUNT(*) AS n FROM quarantine WHERE state <> 'admitted'", null, row => row.Number("n"), stop);

    public static Task<IReadOnlyList<QuarantinedClip>> ClipsOf(Reading reading, Id<Quarantined> id, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM quarantine_clip WHERE quarantine = @id ORDER BY number, upload",
            new { id = id.Text },
            row => new QuarantinedClip(
                row.Id<Nouns.Clip>("clip"),
                (int)row.Number("number"),
                row.Id<Nouns.Upload>("upload"),
                row.Number("length_bytes"),
                row.Digest("digest")
            ),
            stop
        );

    static Quarantined From(Row row) =>
        new(
            Id<Quarantined>.Parse(row.Text("id")),
            row.Id<Nouns.Camera>("camera"),
            row.Text("camera_serial"),
            row.IdOrNull<Nouns.Recording>("recording"),
            row.Digest("manifest"),
            row.Text("code"),
            row.Text("why"),
            row.Time("received_at"),
            row.Time("refused_at"),
            row.Number("attempts"),
            row.Word<QuarantineState>("state"),
            row.TimeOrNull("ended_at"),
            row.TextOrNull("ended_by")
        );
}
