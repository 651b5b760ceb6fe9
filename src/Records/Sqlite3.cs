using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lapel.Records;

/// <summary>
/// SQLite's own functions for single values. They only copy memory, and a judge asks them a hundred million times: through
/// Microsoft.Data.Sqlite each of them counts up and down who holds the statement, which costs several times what the answer does.
/// The caller keeps the statement open and answers for its being used by one thread.
/// </summary>
static partial class Sqlite3
{
    const string Library = "e_sqlite3"; // the same file that SQLitePCLRaw has loaded

    public const int Null = 5; // SQLITE_NULL

    /// <summary>SQLite copies the text before it returns.</summary>
    public const nint Transient = -1;

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long ColumnNumber(nint statement, int column);

    /// <returns>Of a text its bytes in UTF-8 as they lie in the row; null when it is none or empty.</returns>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
    public static partial nint ColumnBytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    public static partial int ColumnLength(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int BindNumber(nint statement, int place, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int place);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text"), SuppressGCTransition]
    public static unsafe partial int BindText(nint statement, int place, byte* text, int length, nint lifetime);
}
