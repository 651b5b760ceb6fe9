using System.Globalization;

namespace Lapel.Cli;

/// <summary>
/// A wall clock that is behind, for the programs that are started with it. The demo lives its first week with server and cameras on the
/// same set-back clock, which is moved on from day to day; the product itself has no such switch. It is Debian's libfaketime that does it.
/// </summary>
/// <param name="file">Says how far behind; the programs look into it every second.</param>
sealed class SetBack(string file)
{
    Duration by;

    public Instant Now => TimeProvider.System.Now() - by;

    /// <summary>From now on it is then. A program that runs may take two seconds to hear of it.</summary>
    public async Task MoveTo(Instant then, CancellationToken stop)
    {
        by = TimeProvider.System.Now() - then;
        var next = $"{file}.next"; // put in place whole: somebody may be reading
        await File.WriteAllTextAsync(next, string.Create(CultureInfo.InvariantCulture, $"-{by.TotalSeconds:0.000}\n"), stop);
        File.Move(next, file, overwrite: true);
    }

    /// <summary>For the program's environment; what it starts (ffmpeg) inherits it.</summary>
    public IEnumerable<(string Name, string Value)> Environment =>
        [
            ("LD_PRELOAD", Library ?? throw new InvalidOperationException("Debian's package libfaketime is not installed.")),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_CACHE_DURATION", "1"),
            // Timers and waits go by the monotonic clock, which is right.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            // Its remedy for a fault of some C libraries makes waits with a time limit end at once on ours: threads would spin.
            ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
        ];

    public static string? Library =>
        Directory
            .EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(d => Path.Combine(d, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);
}
