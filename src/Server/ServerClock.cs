using System.Runtime.InteropServices;

namespace Lapel.Server;

/// <summary>Whether the kernel says that this machine's clock is kept in step by a time service (adjtimex(2)).</summary>
static partial class ServerClock
{
    const int TimeError = 5; // clock not synchronised

    public static bool IsKept()
    {
        Span<byte> timex = stackalloc byte[512]; // struct timex is 208 bytes on 64-bit Linux; modes = 0 only reads
        timex.Clear();
        var state = adjtimex(ref MemoryMarshal.GetReference(timex));
        return state is >= 0 and not TimeError;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int adjtimex(ref byte timex);
}
