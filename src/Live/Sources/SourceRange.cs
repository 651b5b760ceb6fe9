using System.Globalization;
using System.Net;

namespace Lapel.Live;

/// <summary>Where cameras that are not ours may push to by SRT, one UDP port each.</summary>
/// <param name="Bind">The address to listen at.</param>
public sealed record SourceRange(IPAddress Bind, int First, int Last)
{
    /// <param name="ports">As 9710-9729.</param>
    /// <exception cref="FormatException">One is not what it should be.</exception>
    public static SourceRange Parse(string bind, string ports)
    {
        var ends = ports.Split('-');
        if (
            ends.Length != 2
            || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || first is < 1024 or > 65535
            || last < first
            || last > 65535
        )
            throw new FormatException($"Ports of live sources are written FIRST-LAST, from 1024 to 65535, not '{ports}'.");
        return new(ParseBind(bind), first, last);
    }

    /// <exception cref="FormatException">It is no address.</exception>
    public static IPAddress ParseBind(string bind) =>
        IPAddress.TryParse(bind, out var address)
            ? address
            : throw new FormatException($"Live sources listen at an address of this machine, as 127.0.0.1, not '{bind}'.");

    /// <summary>The lowest that nobody has.</summary>
    public int? Free(IReadOnlySet<int> taken) =>
        Enumerable.Range(First, Last - First + 1).Where(p => !taken.Contains(p)).Select(p => (int?)p).FirstOrDefault();
}
