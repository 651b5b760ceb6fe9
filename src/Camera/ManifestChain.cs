using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// The chain of this camera's manifests: each names the digest of the one before, so that a missing recording shows. The head is
/// kept in chain.json; a manifest is on disk before the head moves to it, and a head left behind by a power cut catches up here.
/// </summary>
public sealed class ManifestChain
{
    readonly Home home;
    readonly CameraKey key;
    Head head;

    ManifestChain(Home home, CameraKey key, Head head) => (this.home, this.key, this.head) = (home, key, head);

    /// <summary>Sequence of the last manifest; 0 before the first.</summary>
    public long Sequence => head.Sequence;

    public static ManifestChain Load(Home home, CameraKey key)
    {
        var head = File.Exists(home.ChainFile)
            ? JsonSerializer.Deserialize<Head>(File.ReadAllBytes(home.ChainFile), LapelJson.Strict)!
            : new Head(0, null);
        // At most one manifest can be ahead: its file was written, the head was not.
        foreach (var folder in home.Folders().Where(f => File.Exists(f.Manifest)).Reverse())
        {
            var (envelope, manifest) = SignedManifest.Read(File.ReadAllBytes(folder.Manifest));
            if (manifest.Sequence == head.Sequence + 1)
                head = new(manifest.Sequence, envelope.Digest);
            if (manifest.Sequence <= head.Sequence)
                break;
        }
        return new(home, key, head);
    }

    /// <summary>
    /// Signs the next manifest and puts it on disk. From then on the recording is closed for good. A recording without a single
    /// clip has nothing to seal and gets no manifest: its journal stays, and the status names it.
    /// </summary>
    public bool Seal(RecordingFolder folder, Recording recording)
    {
        if (!recording.ClosedClips.Any())
            return false;
        var manifest = recording.ToManifest(head.Sequence + 1, head.Digest is { } previous ? new ClaimedDigest(previous) : null);
        var bytes = SignedManifest.Sign(manifest, key);
        Durable.WriteFile(folder.Manifest, bytes);
        // If we die here: the manifest is there, the head is behind; Load catches up.
        head = new(manifest.Sequence, Envelope.Parse(bytes).Digest);
        Durable.WriteFile(home.ChainFile, JsonSerializer.SerializeToUtf8Bytes(head, LapelJson.Strict));
        return true;
    }

    sealed record Head(long Sequence, Digest? Digest);
}
