namespace Lapel.Ingest;

/// <summary>
/// Whether an agency's disk has room for what cameras want to bring. Promises come before space: every upload that was accepted is
/// counted at its full length from the start, so that a disk never fills in the middle of evidence.
/// </summary>
/// <param name="FreeBytes">Free on the disk now, for this process.</param>
/// <param name="TotalBytes">The whole disk.</param>
/// <param name="PromisedBytes">What accepted uploads have yet to bring.</param>
public sealed record DiskRoom(long FreeBytes, long TotalBytes, long PromisedBytes)
{
    public long ReserveBytes(IngestSettings settings) =>
        Math.Max(settings.ReserveBytes, (long)(TotalBytes * settings.ReserveShare));

    /// <param name="askedBytes">What is asked beyond the promises.</param>
    public Refusal? WhyNotPromise(long askedBytes, IngestSettings settings)
    {
        var reserve = ReserveBytes(settings);
        var left = FreeBytes - PromisedBytes - askedBytes;
        return left >= reserve
            ? null
            : new(
                "disk-nearly-full",
                $"The server's disk is nearly full: {Mebibytes(FreeBytes)} are free, {Mebibytes(PromisedBytes)} are promised to other uploads "
                    + $"and {Mebibytes(reserve)} stay in reserve. The camera keeps its recordings; try again when an administrator has made room.",
                RefusalKind.NoRoom
            );
    }

    public static DiskRoom Of(string folder, long promisedBytes)
    {
        var disk = new DriveInfo(folder);
        return new(disk.AvailableFreeSpace, disk.TotalSize, promisedBytes);
    }

    static string Mebibytes(long bytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (1 << 20):N0} MiB");
}
