using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// The names in an exported recording's folder, which proves itself without a server. <see cref="ExportVerifier"/> reads it; the
/// format stands in docs/formats/export.md.
/// </summary>
public static class ExportFolder
{
    /// <summary>The signed manifest, byte for byte as the camera sent it.</summary>
    public const string Envelope = "manifest.dsse.json";

    /// <summary>The same manifest for people: its JSON, indented.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The exact bytes that the camera signed (DSSE's pre-authentication encoding), and its signature in DER, so that
    /// <c>openssl dgst -verify</c> can check them.</summary>
    public const string SignedBytes = "manifest.signed";
    public const string Signature = "manifest.signature";

    public const string CameraKey = "camera-key.pem";

    /// <summary>The custody log's verifier key. To prove anything it must be compared with the one that the agency publishes.</summary>
    public const string LogKey = "log-key.txt";
    public const string Checkpoint = "checkpoint.txt";
    public const string Custody = "custody";
    public const string Media = "media";
    public const string Page = "index.html";
    public const string ReadMe = "README.txt";

    /// <summary>SHA-256 of every other file, for <c>sha256sum -c</c>.</summary>
    public const string Sums = "SHA256SUMS";

    /// <summary>Forward slashes on every system, as in zip files.</summary>
    public static string MediaOf(int clip) => string.Create(CultureInfo.InvariantCulture, $"{Media}/clip-{clip:000}.mp4");

    public static string EntryOf(long position) =>
        string.Create(CultureInfo.InvariantCulture, $"{Custody}/{position:000000000}.json");

    public static string ProofOf(long position) =>
        string.Create(CultureInfo.InvariantCulture, $"{Custody}/{position:000000000}.tlog-proof");

    /// <summary>What <c>manifest.signed</c> holds for an envelope.</summary>
    public static byte[] SignedBytesOf(Envelope envelope) =>
        Lapel.Custody.Envelope.PreAuthEncoding(envelope.PayloadType, envelope.Payload);

    /// <summary>
    /// Unpacks an exported zip so that, after a crash at any moment, the folder is there whole or not at all: everything is written
    /// and synced under a temporary name beside it, then renamed.
    /// </summary>
    /// <param name="folder">Must not exist yet.</param>
    /// <exception cref="IOException">The folder exists, or the disk said no.</exception>
    /// <exception cref="InvalidDataException">The zip is broken, or names files outside the folder.</exception>
    public static void Unpack(Stream zip, string folder)
    {
        folder = Path.GetFullPath(folder);
        if (Path.Exists(folder))
            throw new IOException($"{folder} exists already; name a folder that does not.");
        var parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        var temporary = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}.new");
        try
        {
            Directory.CreateDirectory(temporary);
            using (var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true, Encoding.UTF8))
                foreach (var entry in archive.Entries)
                    UnpackOne(entry, temporary);
            foreach (var inside in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories))
                Durable.SyncFolder(inside);
            Durable.SyncFolder(temporary);
            // If we die here: a neighbour with a leading dot is left over, and no folder that looks like an export.
            Directory.Move(temporary, folder);
            Durable.SyncFolder(parent);
        }
        catch
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    static void UnpackOne(ZipArchiveEntry entry, string temporary)
    {
        var path = Path.GetFullPath(Path.Combine(temporary, entry.FullName));
        if (!path.StartsWith(temporary + Path.DirectorySeparatorChar, StringComparison.Ordinal) || entry.Name.Length == 0)
            throw new InvalidDataException($"The zip names '{entry.FullName}', which is no file inside the export.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        using (var from = entry.Open())
            from.CopyTo(to);
        to.Flush();
        Durable.Sync(to.SafeFileHandle);
    }
}
