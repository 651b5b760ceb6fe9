namespace Lapel.CameraProgram;

/// <summary>
/// The camera's folder: everything that must survive a power cut is here, and nothing else is.
/// <code>
/// camera.json           who this camera is, from enrolment
/// camera.key            its signing key (PKCS#8 PEM, mode 0600)
/// chain.json            sequence and digest of its last manifest
/// officer.json          the officer the server last named
/// clock.json            the last comparison with the server's clock
/// reserve               room kept back so that a recording can be closed when the disk is full
/// lock, control.sock    of the running program
/// recordings/ID/        journal.jsonl, 0001.sealed, 0001.key …, manifest.json, uploads.json, receipt.json or refused.json
/// </code>
/// Clear media and content keys are never here: they live in memory only.
/// </summary>
public sealed class Home
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const int ReserveLengthBytes = 4 << 20;

    readonly string folder;

    Home(string folder) => this.folder = folder;

    public string EnrolmentFile => Path.Combine(folder, "camera.json");

    public string KeyFile => Path.Combine(folder, "camera.key");

    public string ChainFile => Path.Combine(folder, "chain.json");

    public string OfficerFile => Path.Combine(folder, "officer.json");

    public string ClockFile => Path.Combine(folder, "clock.json");

    public string ControlSocketPath => Path.Combine(folder, "control.sock");

    public string SpeechFile => Path.Combine(folder, "scene.wav");

    public string Recordings => Path.Combine(folder, "recordings");

    string ReserveFile => Path.Combine(folder, "reserve");

    public static Home At(string folder)
    {
        var path = Path.GetFullPath(folder);
        Directory.CreateDirectory(path, OwnerOnly);
        Directory.CreateDirectory(Path.Combine(path, "recordings"), OwnerOnly);
        return new(path);
    }

    /// <summary>Keeps a second program out of this folder until disposed. The kernel lets go by itself when the program is killed.</summary>
    /// <exception cref="CameraException">Another program holds it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new CameraException($"Another camera program is already running on {folder}: stop that one first.", e);
        }
    }

    public RecordingFolder Folder(RecordingId recording) => new(Path.Combine(Recordings, recording.Text));

    /// <summary>All recordings kept here, oldest first: ids sort by the time they were made.</summary>
    public IReadOnlyList<RecordingFolder> Folders() =>
        [
            .. Directory
                .EnumerateDirectories(Recordings)
                .Where(d => RecordingId.TryParse(Path.GetFileName(d), null, out _))
                .Order(StringComparer.Ordinal)
                .Select(d => new RecordingFolder(d)),
        ];

    /// <summary>Bytes that may still be written here, by this account.</summary>
    public long FreeBytes => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Takes the reserve, if the disk has room for it.</summary>
    public void KeepReserve()
    {
        if (File.Exists(ReserveFile) && new FileInfo(ReserveFile).Length == ReserveLengthBytes)
            return;
        try
        {
            using var file = File.OpenHandle(
                ReserveFile,
                FileMode.Create,
                FileAccess.Write,
                preallocationSize: ReserveLengthBytes
            );
            RandomAccess.Write(file, new byte[ReserveLengthBytes], 0); // really written: a sparse file would reserve nothing
        }
        catch (IOException)
        {
            File.Delete(ReserveFile); // no room for it now; taken again when clips have been freed
        }
    }

    public void SpendReserve() => File.Delete(ReserveFile);
}

/// <summary>The files of one recording.</summary>
public sealed record RecordingFolder(string Path)
{
    public RecordingId Id { get; } = RecordingId.Parse(System.IO.Path.GetFileName(Path));

    public string Journal => In("journal.jsonl");

    public string Manifest => In("manifest.json");

    public string Uploads => In("uploads.json");

    public string Receipt => In("receipt.json");

    public string Refused => In("refused.json");

    public string Sealed(int clip) => In($"{clip:D4}.sealed");

    /// <summary>The clip's content key, wrapped to the agency: useless to whoever finds the camera.</summary>
    public string WrappedKey(int clip) => In($"{clip:D4}.key");

    string In(string name) => System.IO.Path.Combine(Path, name);
}
