namespace Lapel.Scenarios;

/// <summary>Debian's libfaketime, for a program whose wall clock shall be off. Timers go by the monotonic clock, which stays right.</summary>
static class WrongClock
{
    /// <summary>For the program's environment.</summary>
    /// <param name="offset">As <c>-5m</c> or <c>+12d</c>.</param>
    public static (string Name, string Value)[] By(string offset)
    {
        var library = Directory
            .EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(d => Path.Combine(d, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);
        library.ShouldNotBeNull("This test needs Debian's package libfaketime.");
        // Not by the program faketime: it stays in between, and signals to the program do not reach it.
        // Without the last, every wait that has a time limit ends at once, and idle threads spin: see decision 0012.
        return
        [
            ("LD_PRELOAD", library),
            ("FAKETIME", offset),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
        ];
    }
}
