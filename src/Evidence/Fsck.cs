using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lapel.Evidence;

/// <summary>
/// Re-verifies everything an agency holds, believing nothing: every sealed byte, every manifest's signature and chain, every reference in
/// both directions, every entry of the custody log against its tiles and its signed head, every receipt ever given. It only reads, and
/// can run beside a working server.
/// </summary>
public sealed class Fsck
{
    // An admission keeps keys and clips a moment before its rows are there, and their files can be old: they waited for their manifest.
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    readonly Agency agency;
    readonly AgencyFolder folder;
    long recordings;
    long clips;
    long sealedBytes;
    long entries;

    Fsck(Agency agency)
    {
        this.agency = agency;
        folder = agency.Folder;
    }

    /// <returns>What somebody has to do something about: warnings and errors, without the notes.</returns>
    public static async Task<IReadOnlyList<FsckFinding>> Run(Agency agency, CancellationToken stop) =>
        [.. (await Report(agency, TimeProvider.System, null, stop)).Findings.Where(f => f.Severity > Severity.Note)];

    /// <summary>Goes through everything and leaves <see cref="LastFsck"/> behind.</summary>
    /// <param name="told">Each finding as it is made.</param>
    public static async Task<FsckReport> Report(
        Agency agency,
        TimeProvider clock,
        Action<FsckFinding>? told,
        CancellationToken stop
    )
    {
        var begun = clock.Now();
        var fsck = new Fsck(agency);
        var findings = new List<FsckFinding>();
        await foreach (var finding in fsck.Look(stop))
        {
            findings.Add(finding);
            told?.Invoke(finding);
        }
        var report = new FsckReport(begun, clock.Now(), fsck.recordings, fsck.clips, fsck.sealedBytes, fsck.entries, findings);
        LastFsck.Keep(agency.Folder, report);
        return report;
    }

    async IAsyncEnumerable<FsckFinding> Look([EnumeratorCancellation] CancellationToken stop)
    {
        var checkpoint = Path.Combine(folder.Log, TileLog.CheckpointFile);
        foreach (var needed in new[] { folder.LogKey, checkpoint })
            if (!File.Exists(needed))
            {
                yield return new(
                    "log-missing",
                    Severity.Error,
                    $"{needed} is missing: without it nothing in the custody log can be proven."
                );
                yield break;
            }
        using var signer = LogSigner.Load(folder.LogKey);
        var verifier = signer.Verifier;
        var note = await File.ReadAllTextAsync(checkpoint, stop);
        Checkpoint? head = null;
        string? badHead = null;
        try
        {
            head = verifier.Open(note);
        }
        catch (FormatException e)
        {
            badHead = e.Message;
        }
        if (head is null)
        {
            yield return new("log-checkpoint-broken", Severity.Error, $"The custody log's checkpoint does not hold: {badHead}");
            yield break; // Every proof below would hang in the air.
        }
        var tree = TileTree.In(folder.Log, head.Size);
        foreach (var finding in Log(note, verifier))
            yield return finding;
        await foreach (var finding in Entries(tree, head, stop))
            yield return finding;

        var verification = new Verification(
            agency.Get<IVault>(),
            agency.Get<ClearClips>(),
            verifier,
            position =>
                position < head.Size
                    ? Receipt.Of(tree.ReadEntry(position), new(position, tree.Inclusion(position, head.Size), note))
                    : null
        );
        await foreach (var finding in Recordings(verification, stop))
            yield return finding;
        await foreach (var finding in Orphans(stop))
            yield return finding;
        foreach (var finding in Leftovers())
            yield return finding;
        foreach (var round in agency.Get<FsckRounds>().All)
        await foreach (var finding in round.Look(stop))
            yield return finding;
    }

    IEnumerable<FsckFinding> Log(string note, LogVerifier verifier)
    {
        foreach (var check in LogChecks.Log(name => ReadTile(name), note, verifier, remembered: null))
            if (!check.Passed)
                yield return new(
                    check.Name == "log.signed" ? "log-checkpoint-broken" : "log-tiles-broken",
                    Severity.Error,
                    check.WhyNot!
                );
    }

    byte[]? ReadTile(TileName name)
    {
        var path = Path.Combine(folder.Log, name.Path);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>The records' entries and the log's, one by one.</summary>
    async IAsyncEnumerable<FsckFinding> Entries(TileTree tree, Checkpoint head, [EnumeratorCancellation] CancellationToken stop)
    {
        const int Batch = 2000;
        while (entries < head.Size)
        {
            IReadOnlyList<(long Position, byte[] Bytes)> kept;
            await using (var reading = await agency.Get<AgencyRecords>().Read(stop))
                kept = await reading.Many(
                    $"SELECT position, entry FROM custody_entry WHERE position >= @entries AND position < @Size ORDER BY position LIMIT {Batch}",
                    new { entries, head.Size },
                    row => (row.Number("position"), row.Bytes("entry")),
                    stop
                );
            if (kept.Count == 0)
            {
                yield return new(
                    "entry-missing",
                    Severity.Error,
                    $"The records lack the log's entries from {entries} to {head.Size - 1}."
                );
                yield break;
            }
            foreach (var (position, bytes) in kept)
            {
                if (position != entries)
                    yield return new(
                        "entry-missing",
                        Severity.Error,
                        $"The records lack the log's entries from {entries} to {position - 1}."
                    );
                entries = position + 1;
                if (WhyNotEntry(tree, position, bytes) is { } why)
                    yield return new("entry-changed", Severity.Error, why);
            }
        }
    }

    static string? WhyNotEntry(TileTree tree, long position, byte[] bytes)
    {
        try
        {
            if (!tree.ReadEntry(position).AsSpan().SequenceEqual(bytes))
                return $"Entry {position} in the records is not the one in the log.";
            LogEntry.Read(bytes);
            return null;
        }
        catch (Exception e) when (e is LogBrokenException or JsonException)
        {
            return $"Entry {position} cannot be read: {e.Message}";
        }
    }

    async IAsyncEnumerable<FsckFinding> Recordings(Verification verification, [EnumeratorCancellation] CancellationToken stop)
    {
        var after = "";
        while (true)
        {
            Verification.Held? held = null;
            IReadOnlySet<Digest> destroyed = new HashSet<Digest>();
            await using (var reading = await agency.Get<AgencyRecords>().Read(stop))
            {
                var recording = await reading.One(
                    "SELECT * FROM recording WHERE id > @after ORDER BY id LIMIT 1",
                    new { after },
                    Evidence.Recordings.Read,
                    stop
                );
                if (recording is not null)
                {
                    held = await Verification.Gather(reading, recording, stop);
                    destroyed = await DestroyedKeys(reading, recording.Id, stop);
                }
            }
            if (held is null)
                break;
            after = held.Recording.Id.Text;
            recordings++;
            clips += held.Clips.Count;
            sealedBytes += held.Recording.SealedBytes;
            foreach (var check in verification.Check(held, stop))
                if (!check.Passed && !IsLawful(check, held, destroyed))
                    yield return new(
                        CodeOf(check.Name),
                        Severity.Error,
                        $"Recording {held.Recording.Id}: {check.Name}: {check.WhyNot}"
                    );
            foreach (var finding in Copies(held))
                yield return finding;
        }
        await using var last = await agency.Get<AgencyRecords>().Read(stop);
        foreach (
            var lost in await last.Many(
                """
                SELECT DISTINCT recording FROM custody_entry
                WHERE kind = 'recording.admitted' AND recording NOT IN (SELECT id FROM recording) LIMIT 1000
                """,
                null,
                row => row.Text("recording"),
                stop
            )
        )
            yield return new(
                "recording-missing",
                Severity.Error,
                $"The log admitted recording {lost}, but the records do not hold it."
            );
    }

    /// <summary>A destroyed key is meant to leave media that nobody can open.</summary>
    static bool IsLawful(LogCheck check, Verification.Held held, IReadOnlySet<Digest> destroyed) =>
        held.Clips.Any(c => destroyed.Contains(c.Sealed) && check.Name == $"Clip {c.Number}, media");

    static async Task<IReadOnlySet<Digest>> DestroyedKeys(Reading reading, RecordingId recording, CancellationToken stop)
    {
        var facts = await reading.Many(
            "SELECT entry FROM custody_entry WHERE recording = @recording AND kind = 'recording.content-key-destroyed'",
            new { recording },
            row => LogEntry.Read(row.Bytes("entry")).Event,
            stop
        );
        return facts.OfType<CustodyEvent.ContentKeyDestroyed>().Select(f => f.Clip).ToHashSet();
    }

    static string CodeOf(string check) =>
        check switch
        {
            "Manifest" => "manifest-broken",
            "Camera signature" => "camera-signature-broken",
            "Chain" => "chain-broken",
            "Records" => "records-differ",
            "Custody log" => "admission-not-in-log",
            "Inclusion" => "receipt-not-derivable",
            "Checkpoint" => "log-checkpoint-broken",
            _ when check.EndsWith(", sealed", StringComparison.Ordinal) => "sealed-clip-damaged",
            _ => "media-damaged",
        };

    /// <summary>What the records copied out of the manifest must still be what it says.</summary>
    static IEnumerable<FsckFinding> Copies(Verification.Held held)
    {
        if (held.Manifest is not { } kept)
            yield break;
        Manifest manifest;
        try
        {
            (_, manifest) = SignedManifest.Read(kept.Envelope);
        }
        catch (FormatException)
        {
            yield break; // said already
        }
        var stored = held.Recording;
        var admitted = new NewRecording(
            manifest,
            kept.Envelope,
            kept.CameraKey,
            stored.CameraSerial,
            stored.Officer,
            stored.Unit,
            []
        );
        var again = Evidence.Recordings.Of(admitted, stored.AdmittedAt) with
        {
            Clips = stored.Clips,
            SealedBytes = held.Clips.Sum(c => c.SealedLengthBytes),
            Playback = stored.Playback,
        };
        if (again != stored)
            yield return new(
                "records-differ",
                Severity.Error,
                $"Recording {stored.Id}: times, states or counts in the records are not those of its manifest."
            );
    }

    async IAsyncEnumerable<FsckFinding> Orphans([EnumeratorCancellation] CancellationToken stop)
    {
        var vault = agency.Get<IVault>();
        var keys = agency.Get<ContentKeys>();
        List<(Digest Digest, string Code, string Sentence, string Path)> suspects = [];
        foreach (var kept in vault.All())
            if (!await IsReferenced(kept, stop))
                suspects.Add(
                    (
                        kept,
                        "vault-orphan",
                        $"The vault holds {kept}, which no recording refers to.",
                        (vault as DiskVault)?.PathOf(kept) ?? ""
                    )
                );
        foreach (var kept in keys.All())
            if (!await IsReferenced(kept, stop))
                suspects.Add(
                    (kept, "key-orphan", $"A content key is kept for {kept}, which no recording refers to.", keys.PathOf(kept))
                );
        if (suspects.Count > 0)
            await Task.Delay(Moment, stop);
        foreach (var (digest, code, sentence, path) in suspects)
            if (!await IsReferenced(digest, stop) && FsckFinding.Stray(code, sentence, path) is { } orphan)
                yield return orphan;
        if (vault is DiskVault disk)
            foreach (var stray in disk.Strays())
                yield return new("vault-stray", Severity.Warning, $"{stray} is in the vault's folder and is no object of it.");
        foreach (var file in keys.Strays())
            if (FsckFinding.Stray("key-stray", $"{file} is in the keys' folder and is no content key.", file) is { } stray)
                yield return stray;
    }

    async Task<bool> IsReferenced(Digest digest, CancellationToken stop)
    {
        await using var reading = await agency.Get<AgencyRecords>().Read(stop);
        return await reading.Any("SELECT 1 FROM clip WHERE sealed_digest = @digest LIMIT 1", new { digest }, stop);
    }

    /// <summary>Neighbours with a leading dot that a write cut short has left (<see cref="Durable.WriteFile"/>).</summary>
    IEnumerable<FsckFinding> Leftovers()
    {
        var keysApart = !folder.Keys.StartsWith(folder.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        foreach (var place in keysApart ? new[] { folder.Root, folder.Keys } : [folder.Root])
        foreach (var file in Directory.EnumerateFiles(place, ".*.new", SearchOption.AllDirectories))
            if (
                !file.StartsWith(folder.ContentKeys, StringComparison.Ordinal)
                && FsckFinding.Stray("leftover-file", $"{file} was left by a write that was cut short; it can be deleted.", file)
                    is { } leftover
            )
                yield return leftover;
    }
}
