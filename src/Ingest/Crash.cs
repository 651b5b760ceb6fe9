namespace Lapel.Ingest;

/// <summary>
/// Kills the process at a named durable step when <c>LAPEL_CRASH_AT</c> names it, so that tests can see what a power cut at that
/// moment leaves behind. Kill, not exit: no finally, no flush. With the variable unset this is one comparison with null.
/// The steps are listed in this module's README.
/// </summary>
static class Crash
{
    static readonly string? At = Environment.GetEnvironmentVariable("LAPEL_CRASH_AT");

    public static void Here(string step)
    {
        if (At is not null && At == step)
            System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
