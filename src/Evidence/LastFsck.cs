using System.Text.Json;

namespace Lapel.Evidence;

/// <summary>When everything was last re-verified and what came of it: <c>fsck.json</c> in the agency's folder, for the health page.</summary>
/// <param name="At">Server clock at the end.</param>
/// <param name="Errors">Findings that mean damage.</param>
/// <param name="Warnings">Findings that mean tidying up.</param>
/// <param name="Bytes">Sealed bytes that were read.</param>
public sealed record LastFsck(Instant At, int Errors, int Warnings, long Recordings, long Clips, long Bytes, long Entries)
{
    static string FileIn(AgencyFolder folder) => Path.Combine(folder.Root, "fsck.json");

    /// <returns>None before the first, or when the file does not read.</returns>
    public static LastFsck? Of(AgencyFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize<LastFsck>(File.ReadAllBytes(FileIn(folder)), LapelJson.Lenient);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    internal static void Keep(AgencyFolder folder, FsckReport report)
    {
        var last = new LastFsck(
            report.EndedAt,
            report.Findings.Count(f => f.Severity == Severity.Error),
            report.Findings.Count(f => f.Severity == Severity.Warning),
            report.Recordings,
            report.Clips,
            report.SealedBytes,
            report.Entries
        );
        Durable.WriteFile(FileIn(folder), JsonSerializer.SerializeToUtf8Bytes(last, LapelJson.Lenient));
    }
}
