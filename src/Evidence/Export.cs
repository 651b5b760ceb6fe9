using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Evidence;

/// <summary>
/// One recording as a folder that proves itself without Lapel (docs/formats/export.md, <see cref="ExportFolder"/>): the media in clear,
/// the signed manifest, the camera's key, every custody event with its proof under one checkpoint, and a page to read it all by.
/// The event <c>recording.exported</c> is in the log before the first byte leaves, and in the export itself.
/// </summary>
public sealed class Export(ClearClips clear, CustodyLog log, AgencyRecords records, AgencyProfile agency)
{
    /// <summary>Everything but the media, which are read when they are written.</summary>
    sealed record Prepared(Verification.Held Held, Manifest Manifest, IReadOnlyList<(string Name, byte[] Bytes)> Small);

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly byte[] Style = Resource("export.css");

    public static string FolderName(Recording recording) => $"recording-{recording.Id}";

    /// <summary>Writes the folder, durably: whole under its name, or not at all.</summary>
    /// <param name="folder">Must not exist yet.</param>
    /// <param name="afterStep">Told after each durable step; the crash tests stop there.</param>
    /// <exception cref="IOException">The folder exists, or the disk said no.</exception>
    public async Task ToFolder(Recording recording, string folder, CancellationToken stop, Action<string>? afterStep = null)
    {
        folder = Path.GetFullPath(folder);
        if (Path.Exists(folder))
            throw new IOException($"{folder} exists already; name a folder that does not.");
        var prepared = await Prepare(recording, stop);
        var parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        var temporary = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}.new");
        await Write(
            prepared,
            async (name, write) =>
            {
                var path = Path.Combine(temporary, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
                await write(to);
                await to.FlushAsync(stop);
                Durable.Sync(to.SafeFileHandle);
                afterStep?.Invoke(name);
            },
            stop
        );
        foreach (var inside in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories))
            Durable.SyncFolder(inside);
        Durable.SyncFolder(temporary);
        afterStep?.Invoke("folder-synced");
        // If we die here: a neighbour with a leading dot is left over, and nothing that looks like an export.
        Directory.Move(temporary, folder);
        Durable.SyncFolder(parent);
        afterStep?.Invoke("renamed");
    }

    /// <summary>Writes the same folder as a zip. A zip that was cut off has no directory and does not open.</summary>
    public async Task ToZip(Recording recording, Stream to, CancellationToken stop)
    {
        var prepared = await Prepare(recording, stop);
        await using var zip = await ZipArchive.CreateAsync(to, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, stop);
        await Write(
            prepared,
            async (name, write) =>
            {
                // Media are compressed already; the rest is small.
                var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                await using var into = await entry.OpenAsync(stop);
                await write(into);
            },
            stop
        );
    }

    async Task Write(Prepared prepared, Func<string, Func<Stream, Task>, Task> file, CancellationToken stop)
    {
        var sums = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, bytes) in prepared.Small)
        {
            sums.Add(name, Digest.Of(bytes).Hex);
            await file(name, async to => await to.WriteAsync(bytes, stop));
        }
        foreach (var clip in prepared.Held.Clips)
        {
            var name = ExportFolder.MediaOf(clip.Number);
            await file(name, async to => sums.Add(name, await WriteMedia(clip, to, stop)));
        }
        var lines = string.Concat(sums.Select(s => $"{s.Value}  {s.Key}\n"));
        await file(ExportFolder.Sums, async to => await to.WriteAsync(Encoding.UTF8.GetBytes(lines), stop));
    }

    /// <returns>SHA-256 of the media, hex.</returns>
    async Task<string> WriteMedia(Clip clip, Stream to, CancellationToken stop)
    {
        using var media = clear.Open(clip);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[32 * SealedFormat.SegmentClearBytes];
        for (var at = 0L; ; )
        {
            var read = media.Read(at, buffer);
            if (read == 0)
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), stop);
            at += read;
        }
    }

    async Task<Prepared> Prepare(Recording recording, CancellationToken stop)
    {
        Verification.Held held;
        List<(long Position, byte[] Bytes)> entries;
        string note;
        Checkpoint head;
        await using (var reading = await records.Read(stop))
        {
            held = await Verification.Gather(reading, recording, stop);
            (note, head) = (log.HeadNote, log.Verifier.Open(log.HeadNote));
            entries = [.. await Entries(reading, recording, held, head.Size, stop)];
        }
        var kept = held.Manifest ?? throw new InvalidDataException("The records hold no manifest of this recording.");
        var (envelope, manifest) = SignedManifest.Read(kept.Envelope);
        var key = held.Key ?? throw new InvalidDataException("The camera's public key is not in the register any more.");
        List<(string Name, byte[] Bytes)> small =
        [
            (ExportFolder.Envelope, kept.Envelope),
            (ExportFolder.Manifest, Readable(envelope.Payload)),
            (ExportFolder.SignedBytes, ExportFolder.SignedBytesOf(envelope)),
            (ExportFolder.Signature, DerSignature(kept.Envelope)),
            (ExportFolder.CameraKey, Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key.Spki) + "\n")),
            (ExportFolder.LogKey, Encoding.UTF8.GetBytes(log.Verifier + "\n")),
            (ExportFolder.Checkpoint, Encoding.UTF8.GetBytes(note)),
        ];
        foreach (var (position, bytes) in entries)
        {
            small.Add((ExportFolder.EntryOf(position), bytes));
            small.Add(
                (
                    ExportFolder.ProofOf(position),
                    Encoding.UTF8.GetBytes(new TlogProof(position, log.Tiles.Inclusion(position, head.Size), note).ToString())
                )
            );
        }
        small.Add((ExportFolder.ReadMe, Encoding.UTF8.GetBytes(ExportPage.ReadMe(agency, recording, manifest))));
        small.Add(
            (
                ExportFolder.Page,
                Encoding.UTF8.GetBytes(
                    ExportPage.Html(
                        agency,
                        recording,
                        manifest,
                        [.. entries.Select(e => (e.Position, LogEntry.Read(e.Bytes)))],
                        Style
                    )
                )
            )
        );
        return new(held, manifest, small);
    }

    /// <summary>The recording's own events, the one that enrolled the key its camera signed with, and the one that revoked it, if any.</summary>
    static async Task<IEnumerable<(long Position, byte[] Bytes)>> Entries(
        Reading reading,
        Recording recording,
        Verification.Held held,
        long size,
        CancellationToken stop
    )
    {
        var own = await reading.Many(
            "SELECT position, entry FROM custody_entry WHERE recording = @Id AND position < @size ORDER BY position",
            new { recording.Id, size },
            row => (Position: row.Number("position"), Bytes: row.Bytes("entry")),
            stop
        );
        var ofKey = new List<(long Position, byte[] Bytes)>();
        await foreach (
            var (position, bytes) in reading.Each(
                "SELECT position, entry FROM custody_entry WHERE kind IN ('camera.enrolled', 'camera.key-revoked') AND position < @size ORDER BY arrival",
                new { size },
                row => (row.Number("position"), row.Bytes("entry")),
                stop
            )
        )
            if (
                LogEntry.Read(bytes).Event switch
                {
                    CustodyEvent.CameraEnrolled enrolled => enrolled.PublicKey == held.Manifest?.CameraKey,
                    CustodyEvent.CameraKeyRevoked revoked => revoked.PublicKey == held.Manifest?.CameraKey,
                    _ => false,
                }
            )
                ofKey.Add((position, bytes));
        return ofKey.Concat(own).OrderBy(e => e.Position);
    }

    static byte[] Readable(byte[] payload)
    {
        using var json = JsonDocument.Parse(payload);
        return [.. JsonSerializer.SerializeToUtf8Bytes(json.RootElement, Indented), (byte)'\n'];
    }

    /// <summary>The envelope's r || s as the DER that openssl reads.</summary>
    static byte[] DerSignature(byte[] envelope)
    {
        using var json = JsonDocument.Parse(envelope);
        var rs = json.RootElement.GetProperty("signatures")[0].GetProperty("sig").GetBytesFromBase64();
        var der = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            der.WriteIntegerUnsigned(rs.AsSpan(0, rs.Length / 2).TrimStart((byte)0) is { IsEmpty: false } r ? r : [0]);
            der.WriteIntegerUnsigned(rs.AsSpan(rs.Length / 2).TrimStart((byte)0) is { IsEmpty: false } s ? s : [0]);
        }
        return der.Encode();
    }

    static byte[] Resource(string name)
    {
        using var from = typeof(Export).Assembly.GetManifestResourceStream($"Lapel.Evidence.{name}")!;
        using var to = new MemoryStream();
        from.CopyTo(to);
        return to.ToArray();
    }

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/recordings/{id}/export", Send).Needs(Permission.ExportRecordings);

    static async Task<IResult> Send(
        RecordingId id,
        string? purpose,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        CustodyLog log,
        Export export,
        CancellationToken stop
    )
    {
        Recording recording;
        IReadOnlyList<long> arrivals;
        await using (var work = await records.Begin(viewer.Actor, stop))
        {
            var (found, refusal) = await Access.Ask(work, viewer, id, Act.Export, work.Now, stop);
            if (found is null)
                return new Refused(refusal!);
            recording = found;
            work.Append(new CustodyEvent.RecordingExported(id, "folder with proofs", Viewings.PurposeOf(purpose)), id);
            arrivals = await work.Commit(stop);
        }
        await log.Integrated(arrivals[^1], stop);
        // .NET 10 closes each zip entry with a synchronous write of a few bytes, even when asked to do it asynchronously.
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Stream(
            to => export.ToZip(recording, to, stop),
            "application/zip",
            string.Create(CultureInfo.InvariantCulture, $"{FolderName(recording)}.zip")
        );
    }
}
