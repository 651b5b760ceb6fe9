namespace Lapel.Ingest;

/// <summary>What became of a manifest that a camera brought.</summary>
public abstract record Admitted
{
    /// <summary>It is evidence, now or since an earlier time.</summary>
    public sealed record WithReceipt(RecordingId Recording, Receipt Receipt) : Admitted;

    /// <summary>Nothing is decided: these clips are still to come.</summary>
    public sealed record Waiting(Refusal Refusal, IReadOnlyList<ClipId> Missing) : Admitted;

    /// <summary>It is kept in quarantine, for people to look at.</summary>
    public sealed record Refused(Refusal Refusal, Id<Quarantined> Quarantine) : Admitted;
}

/// <summary>
/// Turns uploads into evidence. The steps, each durable before the next: wrapped keys kept, sealed bytes in the vault, then rows and
/// custody event in one work, then the log integrates and signs. Death anywhere loses nothing: the camera asks again, and every step
/// finds what the last try left.
/// </summary>
public sealed class Admissions(
    AgencyRecords records,
    Uploads uploads,
    Quarantine quarantine,
    IVault vault,
    ContentKeys keys,
    EvidenceKey evidence,
    CustodyLog log,
    Pulse pulse,
    TimeProvider clock
)
{
    // One decision about a recording at a time; two that share a lane only wait for each other.
    readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Decides about what a camera brings. The same manifest again gives the same answer.</summary>
    /// <exception cref="FormatException">Not an envelope at all: nothing that could be kept or refused.</exception>
    public async Task<Admitted> Decide(byte[] envelopeBytes, CameraCaller caller, CancellationToken stop)
    {
        var read = ReadManifest.Of(envelopeBytes);
        using var lane = await Enter(read.Manifest?.Recording.Text ?? read.Envelope.Digest.Hex, stop);
        if (await FindReceipt(read.Envelope.Digest, stop) is { } already)
            return already;

        var receivedAt = clock.Now();
        IReadOnlyList<Upload> attempts = [];
        Quarantined? before;
        await using (var reading = await records.Read(stop))
        {
            if (read.Manifest is { } manifest)
                attempts = await UploadRows.OfRecording(reading, caller.Id, manifest.Recording, stop);
            before = await Quarantine.OfManifest(reading, read.Envelope.Digest, caller.Id, stop);
        }
        var arrivals = read.Manifest is null ? [] : await Arrivals.Uploaded(attempts, read.Manifest, uploads, vault, stop);
        // Refused before, and nothing new came: the answer stands until a person or the camera does something about it.
        if (before is not null && arrivals.Count == 0)
            return new Admitted.Refused(new(before.Code, before.Why, RefusalKind.Rejected), before.Id);

        var (facts, clips, remarks) = await Gather(read, caller.Id, before?.ReceivedAt ?? receivedAt, arrivals, stop);
        switch (Admittance.WhyNotAdmit(facts))
        {
            case null:
                return await Keep(read, facts, clips, remarks, arrivals, caller.Actor, before, stop);
            case { Kind: RefusalKind.Conflict } waiting:
                return new Admitted.Waiting(waiting, Admittance.Missing(facts));
            case var refusal:
                var kept = await quarantine.Keep(caller, read, facts, refusal, arrivals, stop);
                return new Admitted.Refused(refusal, kept);
        }
    }

    /// <summary>A person has put something right and wants the decision taken again, with the bytes that are in quarantine.</summary>
    public async Task<Admitted?> TryAgain(Id<Quarantined> id, Actor by, CancellationToken stop)
    {
        Quarantined? found;
        await using (var reading = await records.Read(stop))
            found = await Quarantine.Find(reading, id, stop);
        if (found is not { State: QuarantineState.Kept })
            return null;
        var read = ReadManifest.Of(quarantine.ReadEnvelope(id));
        using var lane = await Enter(read.Manifest?.Recording.Text ?? read.Envelope.Digest.Hex, stop);
        if (await FindReceipt(read.Envelope.Digest, stop) is { } already)
            return already;
        // They may have lain there for weeks: hash them again before anything is promised about them.
        var arrivals = await quarantine.Arrivals(id, stop);
        var (facts, clips, remarks) = await Gather(read, found.Camera, found.ReceivedAt, arrivals, stop);
        if (Admittance.WhyNotAdmit(facts) is not { } refusal)
            return await Keep(read, facts, clips, remarks, arrivals, by, found, stop);
        await quarantine.RefusedAgain(found, facts, refusal, by, stop);
        return new Admitted.Refused(refusal, id);
    }

    async Task<(AdmissionFacts, IReadOnlyList<NewClip>, List<Remark>)> Gather(
        ReadManifest read,
        CameraId caller,
        Instant receivedAt,
        IReadOnlyList<Arrival> arrivals,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var manifest = read.Manifest;
        var camera = manifest is null ? null : await Cameras.Find(reading, manifest.Camera, stop);
        var key = await CameraKeys.Find(reading, read.Envelope.KeyId, stop);
        Task<AdmittedManifest?> Numbered(long sequence) =>
            key is null
                ? Task.FromResult<AdmittedManifest?>(null)
                : AdmittedManifests.BySequence(reading, key.KeyDigest, sequence, stop);

        var facts = new AdmissionFacts(
            read.Envelope.Digest,
            manifest,
            read.Unreadable,
            caller,
            camera,
            key,
            key is not null && read.Envelope.IsSignedBy(new CameraPublicKey(key.Spki)),
            manifest is null ? null : Manifests.WhyNotConsistent(manifest),
            receivedAt,
            manifest is null ? null : await AdmittedManifests.Of(reading, manifest.Recording, stop),
            manifest is null ? null : await Numbered(manifest.Sequence),
            manifest is null ? null : await Numbered(manifest.Sequence - 1),
            manifest is null ? null : await Numbered(manifest.Sequence + 1),
            []
        );
        var clips = new List<ClipFacts>();
        var admitted = new List<NewClip>();
        var remarks = new List<Remark>();
        // What is not theirs or makes no sense is refused without looking at its clips, of which it may name thousands.
        var worthLooking = facts is { Manifest: not null, SignatureHolds: true, Inconsistency: null };
        foreach (var stated in worthLooking ? manifest!.Clips : [])
        {
            var elsewhere = await reading.One(
                "SELECT recording FROM clip WHERE id = @Id",
                new { stated.Id },
                row => row.Id<Nouns.Recording>("recording").Text,
                stop
            );
            var arrival = arrivals.FirstOrDefault(a => a.Clip == stated.Id);
            ArrivedClip? arrived = null;
            if (arrival is not null)
            {
                var whyNot = arrival.WhyNotOpened(stated, evidence, vault, out var index, out var broken);
                arrived = new(arrival.LengthBytes, arrival.Digest, whyNot);
                admitted.Add(new(stated, arrival.Digest, index));
                if (broken)
                    remarks.Add(
                        new(
                            RemarkKind.Unreadable,
                            $"Clip {stated.Number} was sealed wrongly by the camera: its media can be read only in part."
                        )
                    );
            }
            clips.Add(new(stated, elsewhere is null ? null : RecordingId.Parse(elsewhere), arrived));
        }
        return (facts with { Clips = clips }, admitted, [.. remarks.Take(1)]);
    }

    async Task<Admitted> Keep(
        ReadManifest read,
        AdmissionFacts facts,
        IReadOnlyList<NewClip> clips,
        List<Remark> remarks,
        IReadOnlyList<Arrival> arrivals,
        Actor by,
        Quarantined? from,
        CancellationToken stop
    )
    {
        var manifest = facts.Manifest!;
        // Keys first: a vault object without its key would be unreadable, a key without its object is nothing.
        foreach (var arrival in arrivals)
            keys.Keep(arrival.Digest, arrival.Key!.Value);
        Crash.Here("admission-after-keys");
        // If we die here: keys of clips that are still uploads. The next try keeps them again, which changes nothing.
        foreach (var arrival in arrivals)
        {
            if (arrival.File is not null)
                vault.Keep(arrival.Digest, arrival.File);
            Crash.Here("admission-after-vault-keep");
        }
        // If we die here: vault objects that no clip names, and complete uploads whose bytes are found in the vault by the next try.
        IReadOnlyList<long> arrived;
        await using (var work = await records.Begin(by, stop))
        {
            var wornAt = manifest.ActivatedAt - Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0);
            var wearer = await Assignments.WearerOf(work, manifest.Camera, wornAt, stop);
            var unit = wearer is null ? null : await Officers.UnitOn(work, wearer.Id, wornAt, stop);
            var recording = new NewRecording(
                manifest,
                read.Bytes,
                facts.Key!.KeyDigest,
                facts.Camera!.Serial,
                wearer?.Ref,
                unit?.Id,
                clips
            );
            await Recordings.Insert(work, recording, stop);
            if (Admittance.GapBefore(facts) is { } missing)
            {
                work.Append(new CustodyEvent.ChainGapReported(manifest.Camera, manifest.Recording, missing), manifest.Recording);
                remarks.Add(Remarks.OnGap(manifest.Sequence));
            }
            if (Remarks.OnClock(manifest, facts.ReceivedAt) is { } onClock)
                remarks.Add(onClock);
            if (Remarks.OnOfficer(manifest.Officer, wearer?.Ref) is { } onOfficer)
                remarks.Add(onOfficer);
            await Remarks.Insert(work, manifest.Recording, remarks, stop);
            foreach (var arrival in arrivals)
                await UploadRows.Change(work, arrival.Upload, UploadState.Complete, UploadState.Admitted, stop);
            if (from is not null)
                await Quarantine.Ended(work, from.Id, stop);
            arrived = await work.Commit(stop);
        }
        Crash.Here("admission-after-commit");
        // If we die here: all is kept and logged; the next try finds the manifest and answers with its receipt.
        foreach (var arrival in arrivals)
            uploads.Forget(arrival.Upload);
        if (from is not null)
            quarantine.ForgetKeys(from.Id);
        pulse.Send("uploads");
        pulse.Send("recordings");
        var receipt = await log.ReceiptOf(arrived[0], stop);
        Crash.Here("admission-after-integration");
        return new Admitted.WithReceipt(manifest.Recording, receipt);
    }

    async Task<Admitted.WithReceipt?> FindReceipt(Digest envelope, CancellationToken stop)
    {
        RecordingId recording;
        long arrival;
        await using (var reading = await records.Read(stop))
        {
            if (await AdmittedManifests.Find(reading, envelope, stop) is not { } admitted)
                return null;
            recording = admitted.Recording;
            arrival = await reading.One(
                "SELECT arrival FROM custody_entry WHERE recording = @recording AND kind = 'recording.admitted' ORDER BY arrival LIMIT 1",
                new { recording },
                row => row.Number("arrival"),
                stop
            );
        }
        return new(recording, await log.ReceiptOf(arrival, stop));
    }

    async Task<IDisposable> Enter(string name, CancellationToken stop)
    {
        var lane = lanes[(uint)string.GetHashCode(name, StringComparison.Ordinal) % lanes.Length];
        await lane.WaitAsync(stop);
        return new Leave(lane);
    }

    sealed class Leave(SemaphoreSlim lane) : IDisposable
    {
        public void Dispose() => lane.Release();
    }
}

/// <summary>An envelope and, if it can be read, the manifest inside.</summary>
public sealed record ReadManifest(byte[] Bytes, Envelope Envelope, Manifest? Manifest, string? Unreadable)
{
    /// <exception cref="FormatException">Not an envelope at all.</exception>
    public static ReadManifest Of(byte[] bytes)
    {
        try
        {
            var (envelope, manifest) = SignedManifest.Read(bytes);
            return new(bytes, envelope, manifest, null);
        }
        catch (FormatException unreadable)
        {
            return new(bytes, Envelope.Parse(bytes), null, unreadable.Message);
        }
    }
}
