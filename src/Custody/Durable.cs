using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lapel.Custody;

/// <summary>
/// The only way Lapel promises that bytes are on disk. It calls libc itself and checks the answer: .NET's own
/// <c>Flush(true)</c> and <c>FlushToDisk</c> return normally on Linux when fsync fails (a comparison is assigned where the result
/// was meant, in System.Native's pal_io.c), and an evidence store must not.
/// </summary>
public static partial class Durable
{
    /// <summary>Waits until the file's bytes and length are on disk.</summary>
    /// <exception cref="IOException">The disk said no; nothing about the file may be promised.</exception>
    public static void Sync(SafeFileHandle file)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            Check(fdatasync((int)file.DangerousGetHandle()), "fdatasync");
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    /// <summary>Waits until the folder's names (made, renamed or removed) are on disk.</summary>
    public static void SyncFolder(string folder)
    {
        const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC
        var fd = open(folder, ReadOnlyDirectory);
        Check(fd, $"opening the folder {folder}");
        try
        {
            Check(fsync(fd), $"fsync of the folder {folder}");
        }
        finally
        {
            _ = close(fd);
        }
    }

    /// <summary>
    /// Writes a whole file so that, after a crash at any moment, either the old content or the new is there, never a mixture:
    /// a temporary neighbour is written and synced, renamed over the name, and the folder synced.
    /// </summary>
    /// <param name="mode">Who may read it, from before the first byte is written; the process's umask decides when none.</param>
    public static void WriteFile(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode = null)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.new");
        try
        {
            using (var file = new FileStream(temporary, Creating(mode)))
            {
                file.Write(bytes);
                Sync(file.SafeFileHandle);
            }
            // If we die here: a neighbour with a leading dot is left over, which every reader ignores and fsck removes.
            File.Move(temporary, path, overwrite: true);
            SyncFolder(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Moves a finished file to a name that must not exist yet, and waits until both folders know.</summary>
    /// <exception cref="IOException">The target exists (write-once) or the disk said no.</exception>
    public static void MoveOnce(string from, string to)
    {
        File.Move(from, to, overwrite: false);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(to))!);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(from))!);
    }

    static FileStreamOptions Creating(UnixFileMode? mode)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0, // every write reaches the kernel before the sync
        };
        if (mode is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        return options;
    }

    static void Check(int result, string what)
    {
        if (result >= 0)
            return;
        var errno = Marshal.GetLastPInvokeError();
        throw new IOException($"{what} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
