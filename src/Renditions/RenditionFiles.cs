using System.Security.Cryptography;
using System.Text;

namespace Lapel.Renditions;

/// <summary>
/// Derived files of recordings, <c>renditions/recording/name</c>, sealed like the clips themselves. The key of a rendition is derived
/// from the content keys of exactly the clips it was made of, so a stolen disk yields nothing, and destroying the key of any of
/// them makes every picture of it unreadable too. Nothing here is evidence: the folder may be deleted at any time.
/// </summary>
public sealed class RenditionFiles(string root, ClearClips clear)
{
    public const string Filmstrip = "filmstrip";

    /// <summary>A few pictures for lists.</summary>
    public const string Thumbnails = "thumbnails";
    public const string Waveform = "waveform";

    public static string Proxy(Clip clip) => $"{clip.Id}.proxy";

    public static string ProxyIndex(Clip clip) => $"{clip.Id}.proxy-index";

    string FolderOf(RecordingId recording) => Path.Combine(root, recording.Text);

    string PathOf(RecordingId recording, string name) => Path.Combine(FolderOf(recording), name);

    public bool Holds(RecordingId recording, string name) => File.Exists(PathOf(recording, name));

    /// <summary>Deletes what was made of a recording.</summary>
    public void Remove(RecordingId recording)
    {
        if (Directory.Exists(FolderOf(recording)))
            Directory.Delete(FolderOf(recording), recursive: true);
    }

    /// <summary>Writes a rendition; readers see the whole of it or nothing.</summary>
    public async Task Write(RecordingId recording, string name, IReadOnlyList<Clip> of, Func<Stream, Task> write)
    {
        Directory.CreateDirectory(FolderOf(recording));
        var temporary = PathOf(recording, $".{name}.{Guid.NewGuid():N}.new");
        try
        {
            using var key = KeyOf(name, of);
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            using (var seal = new SealedWriter(file, key, of[0].Id))
            {
                await write(new Sealing(seal));
                seal.Finish();
                await file.FlushAsync();
            }
            // Not synced: what a power cut tears does not open, and is made again.
            File.Move(temporary, PathOf(recording, name), overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task Write(RecordingId recording, string name, IReadOnlyList<Clip> of, byte[] bytes) =>
        Write(recording, name, of, async to => await to.WriteAsync(bytes));

    /// <returns>None when it is not made, or does not open any more.</returns>
    public ClearClip? Open(RecordingId recording, string name, IReadOnlyList<Clip> of)
    {
        FileStream? file = null;
        try
        {
            using var key = KeyOf(name, of);
            file = new FileStream(PathOf(recording, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0);
            return ClearClip.Of(new SealedReader(file, file.Length, key, of[0].Id, complete: true), file);
        }
        catch (Exception e)
            when (e
                    is FileNotFoundException
                        or DirectoryNotFoundException
                        or SealBrokenException
                        or ContentKeyMissingException
                        or CryptographicException
            )
        {
            file?.Dispose();
            return null;
        }
    }

    public byte[]? Read(RecordingId recording, string name, IReadOnlyList<Clip> of)
    {
        using var open = Open(recording, name, of);
        if (open is null)
            return null;
        var bytes = new byte[open.LengthBytes];
        try
        {
            return open.Read(0, bytes) == bytes.Length ? bytes : null;
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    /// <summary>Names a state of the file for caches; none when it is not there.</summary>
    public string? TagOf(RecordingId recording, string name) =>
        new FileInfo(PathOf(recording, name)) is { Exists: true } file
            ? $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}"
            : null;

    /// <summary>HKDF-SHA256 over the content keys one after the other; info names this use and the rendition.</summary>
    ContentKey KeyOf(string name, IReadOnlyList<Clip> of)
    {
        var all = new byte[of.Count * ContentKey.LengthBytes];
        Span<byte> derived = stackalloc byte[ContentKey.LengthBytes];
        try
        {
            foreach (var (i, clip) in of.Index())
            {
                using var one = clear.KeyOf(clip.Id, clip.Sealed);
                one.Bytes.CopyTo(all.AsSpan(i * ContentKey.LengthBytes));
            }
            HKDF.DeriveKey(
                HashAlgorithmName.SHA256,
                all,
                derived,
                salt: [],
                info: Encoding.ASCII.GetBytes($"lapel rendition v1 {name}")
            );
            return ContentKey.FromBytes(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(all);
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>A write-only stream into a seal.</summary>
    sealed class Sealing(SealedWriter seal) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => seal.ClearLengthBytes;

        public override long Position
        {
            get => seal.ClearLengthBytes;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => seal.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => seal.Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            seal.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
