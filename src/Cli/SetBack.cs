using System.Globalization;

namespace Lapel.Cli;

/// <summary>
/// A wall clock that is behind by a fixed time, for the programs that are started with it. The demo lives its first week with server
/// and cameras on the same set-back clock; the product itself has no such switch. It is Debian's libfaketime that does it.
/// </summary>
sealed record SetBack(Duration By)
{
    public static SetBack To(Instant wanted) => new(TimeProvider.System.Now() - wanted);

    public Instant Now => TimeProvider.System.Now() - By;

    /// <summary>For the program's environment; what it starts (ffmpeg) inherits it.</summary>
    public IEnumerable<(string Name, string Value)> Environment =>
        [
            ("LD_PRELOAD", Library ?? throw new InvalidOperationException("Debian's package libfaketime is not installed.")),
            ("FAKETIME", string.Create(CultureInfo.InvariantCulture, $"-{By.TotalSeconds:0.000}")),
            // Timers and waits go by the monotonic clock, which is right.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];

    public static string? Library =>
        Directory
            .EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(d => Path.Combine(d, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);
}
