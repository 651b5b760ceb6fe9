using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Custody;

/// <summary>
/// Checks an exported recording with no server and no network: that these media are what the camera sealed and signed, that the
/// agency's custody log admitted exactly them, and what the log says was done with them since. It answers with every check in the
/// order of the chain, so the first that failed is the first broken link; it throws only when there is no folder.
/// <para>
/// What it cannot know by itself: whether <c>log-key.txt</c> is the agency's key (give the published one as <c>pinned</c>), and
/// whether events after the checkpoint, or events about this recording that were left out, exist (ask the log).
/// </para>
/// </summary>
public static class ExportVerifier
{
    const int MaxSmallFileBytes = 16 * 1024 * 1024;

    /// <param name="pinned">The log's verifier key from a trusted source; none takes the folder's own, and says so.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IEnumerable<LogCheck> Check(string folder, LogVerifier? pinned = null)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {folder}.");
        return new Run(folder, pinned).Checks();
    }

    sealed class Run(string folder, LogVerifier? pinned)
    {
        Envelope? envelope;
        Manifest? manifest;
        CameraPublicKey? camera;
        LogVerifier? log;
        Checkpoint? head;
        string? note;
        readonly List<LogEntry> proven = [];

        public IEnumerable<LogCheck> Checks()
        {
            yield return Ask("manifest.form", "The manifest is in the form that Lapel cameras sign.", ReadManifest);
            yield return Ask(
                "manifest.consistent",
                "The manifest agrees with itself.",
                () => manifest is { } m ? Manifests.WhyNotConsistent(m) : Waits("the manifest")
            );
            yield return Ask("camera.signature", "The camera's key signed exactly this manifest.", WhyNotSigned);
            foreach (var clip in manifest?.Clips ?? [])
                yield return Ask(
                    $"media.{clip.Number}",
                    $"Clip {clip.Number} is, byte for byte, what the camera sealed: {clip.ClearLengthBytes} bytes, {clip.ClearDigest}.",
                    () => WhyNotMedia(clip)
                );
            yield return Ask(
                "log.key",
                pinned is null
                    ? "The custody log's key is the one in this folder. Compare it with the key that the agency publishes."
                    : "The custody log's key is the one that was given.",
                ReadLogKey
            );
            yield return Ask("log.checkpoint", "The checkpoint is signed by the custody log's key.", ReadCheckpoint);
            foreach (var file in EntryFiles())
                yield return Ask(
                    $"custody.{Path.GetFileNameWithoutExtension(file)}",
                    "This custody event is in the log under the checkpoint.",
                    () => WhyNotEntry(file)
                );
            yield return Ask(
                "custody.admission",
                "The log admitted this recording with exactly this manifest and these clips.",
                WhyNotAdmitted
            );
            yield return Ask(
                "custody.camera",
                "The log says that this key was enrolled for this camera before it was admitted.",
                WhyNotEnrolled
            );
            yield return Ask(
                "copies",
                "The copies for people and for other tools say the same as what was signed.",
                WhyNotCopies
            );
            yield return Ask("files", "No file was changed, lost or added since the export.", WhyNotFiles);
        }

        string? ReadManifest()
        {
            (envelope, manifest) = SignedManifest.Read(Bytes(ExportFolder.Envelope));
            return null;
        }

        string? WhyNotSigned()
        {
            camera = new CameraPublicKey(PemBytes(ExportFolder.CameraKey));
            return envelope is null ? Waits("the manifest")
                : envelope.KeyId != camera.KeyId
                    ? $"The manifest names the key {envelope.KeyId}; {ExportFolder.CameraKey} is {camera.KeyId}."
                : envelope.IsSignedBy(camera) ? null
                : "The signature is not the camera's: the manifest was changed after it was signed.";
        }

        string? WhyNotMedia(ClipEntry clip)
        {
            var path = PathOf(ExportFolder.MediaOf(clip.Number));
            if (!File.Exists(path))
                return $"{ExportFolder.MediaOf(clip.Number)} is missing.";
            using var file = File.OpenRead(path);
            if (file.Length != clip.ClearLengthBytes)
                return $"{ExportFolder.MediaOf(clip.Number)} has {file.Length} bytes; the camera sealed {clip.ClearLengthBytes}.";
            var digest = Digest.FromBytes(SHA256.HashData(file));
            return clip.ClearDigest.Matches(digest)
                ? null
                : $"{ExportFolder.MediaOf(clip.Number)} was changed: its digest is {digest}, the camera signed {clip.ClearDigest}.";
        }

        string? ReadLogKey()
        {
            var found = LogVerifier.Parse(Text(ExportFolder.LogKey).Trim());
            log = pinned ?? found;
            return pinned is not null && pinned.ToString() != found.ToString()
                ? $"The folder is of the log {found.Origin}, with another key than the one given."
                : null;
        }

        string? ReadCheckpoint()
        {
            note = Text(ExportFolder.Checkpoint);
            if (log is null)
                return Waits("the log's key");
            head = log.Open(note);
            return null;
        }

        string? WhyNotEntry(string file)
        {
            if (log is null || head is null)
                return Waits("the checkpoint");
            var entry = File.ReadAllBytes(file);
            var proof = TlogProof.Parse(File.ReadAllText(Path.ChangeExtension(file, ".tlog-proof")));
            if (proof.Note != note)
                return "Its proof is under another checkpoint than the folder's.";
            if (!proof.Includes(entry, head))
                return $"The proof does not lead from this event to the checkpoint: it is not entry {proof.Index} of the {head.Size}.";
            proven.Add(LogEntry.Read(entry));
            return null;
        }

        string? WhyNotAdmitted()
        {
            if (manifest is null || envelope is null)
                return Waits("the manifest");
            var admission = proven
                .Select(e => e.Event)
                .OfType<CustodyEvent.RecordingAdmitted>()
                .FirstOrDefault(a => a.Recording == manifest.Recording);
            if (admission is null)
                return "No proven custody event says that this recording was admitted.";
            if (admission.Manifest != envelope.Digest)
                return $"The log admitted the manifest {admission.Manifest}; this one is {envelope.Digest}.";
            if (admission.Camera != manifest.Camera)
                return "The log admitted it from another camera.";
            return admission.Clips.SequenceEqual(manifest.Clips.Select(c => c.SealedDigest.Stated))
                ? null
                : "The log admitted other clips than the manifest lists.";
        }

        string? WhyNotEnrolled()
        {
            if (manifest is null || camera is null)
                return Waits("the manifest and the camera's key");
            var admittedAt = proven
                .Find(e => e.Event is CustodyEvent.RecordingAdmitted a && a.Recording == manifest.Recording)
                ?.At;
            var enrolled = proven.Find(e =>
                e.Event is CustodyEvent.CameraEnrolled c && c.Camera == manifest.Camera && c.PublicKey == camera.KeyId
            );
            return enrolled is null ? "No proven custody event says that this camera had this key."
                : admittedAt is null ? Waits("the admission")
                : enrolled.At > admittedAt ? "The key was enrolled only after the recording was admitted."
                : null;
        }

        string? WhyNotCopies()
        {
            if (envelope is null)
                return Waits("the manifest");
            using var readable = JsonDocument.Parse(Bytes(ExportFolder.Manifest));
            using var signed = JsonDocument.Parse(envelope.Payload);
            if (!JsonElement.DeepEquals(readable.RootElement, signed.RootElement))
                return $"{ExportFolder.Manifest} says something else than the signed manifest.";
            return Bytes(ExportFolder.SignedBytes).AsSpan().SequenceEqual(ExportFolder.SignedBytesOf(envelope))
                ? null
                : $"{ExportFolder.SignedBytes} is not what the camera signed.";
        }

        string? WhyNotFiles()
        {
            var there = Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
                .Where(name => name != ExportFolder.Sums)
                .ToHashSet();
            foreach (var line in Text(ExportFolder.Sums).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length < 67 || line[64..66] != "  " || !Digest.TryParse("sha256:" + line[..64], out var stated))
                    return $"{ExportFolder.Sums} has a line that is not a sum.";
                var name = line[66..];
                if (!there.Remove(name))
                    return $"{name} is missing.";
                using var file = File.OpenRead(PathOf(name));
                if (Digest.FromBytes(SHA256.HashData(file)) != stated)
                    return $"{name} was changed after the export.";
            }
            return there.Count == 0 ? null : $"{there.Order(StringComparer.Ordinal).First()} was added after the export.";
        }

        IEnumerable<string> EntryFiles() =>
            Directory.Exists(PathOf(ExportFolder.Custody))
                ? Directory.EnumerateFiles(PathOf(ExportFolder.Custody), "*.json").Order(StringComparer.Ordinal)
                : [];

        string PathOf(string name) => Path.Combine(folder, name);

        byte[] Bytes(string name)
        {
            var path = PathOf(name);
            if (!File.Exists(path))
                throw new FormatException($"{name} is missing.");
            return new FileInfo(path).Length <= MaxSmallFileBytes
                ? File.ReadAllBytes(path)
                : throw new FormatException($"{name} is far too long.");
        }

        string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

        byte[] PemBytes(string name)
        {
            var text = Text(name);
            if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != "PUBLIC KEY")
                throw new FormatException($"{name} is not a public key in PEM.");
            return Convert.FromBase64String(text[fields.Base64Data]);
        }

        static string Waits(string on) => $"Not checked, because {on} does not hold.";

        static LogCheck Ask(string name, string what, Func<string?> whyNot)
        {
            try
            {
                return new(name, what, whyNot());
            }
            catch (Exception e)
                when (e
                        is FormatException
                            or JsonException
                            or IOException
                            or UnauthorizedAccessException
                            or CryptographicException
                )
            {
                return new(name, what, e.Message);
            }
        }
    }
}
