using Microsoft.Data.Sqlite;
using Npgsql;

namespace Lapel.Records;

/// <summary>How each thing that writes says that the disk has no room: files, either engine, and whatever wraps them.</summary>
public static class DiskFull
{
    const int NoSpaceLeft = 28; // ENOSPC; .NET hands errno on as the HResult of an IOException on Linux
    const int OverQuota = 122; // EDQUOT
    const int SqliteFull = 13;
    const int SqliteSharedMemorySize = 10 | (19 << 8); // SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log

    public static bool Is(Exception? trouble) =>
        trouble switch
        {
            null => false,
            IOException { HResult: NoSpaceLeft or OverQuota } => true,
            SqliteException { SqliteErrorCode: SqliteFull } => true,
            SqliteException { SqliteExtendedErrorCode: SqliteSharedMemorySize } => true,
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => true,
            AggregateException several => several.InnerExceptions.Any(Is),
            _ => Is(trouble.InnerException),
        };
}
