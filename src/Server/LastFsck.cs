using System.Text.Json;
using Lapel.Records;

namespace Lapel.Server;

/// <summary>What the last full check of an agency found; kept in the agency's folder, so that a check made with the server down counts.</summary>
/// <param name="Bytes">How much evidence was read and hashed.</param>
public sealed record LastFsck(Instant At, int Errors, int Remarks, long Bytes)
{
    static string FileIn(AgencyFolder folder) => Path.Combine(folder.Root, "last-fsck.json");

    public static LastFsck? Of(AgencyFolder folder) =>
        File.Exists(FileIn(folder)) ? JsonSerializer.Deserialize<LastFsck>(File.ReadAllBytes(FileIn(folder)), LapelJson.Lenient) : null;

    public void Keep(AgencyFolder folder) => Durable.WriteFile(FileIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, LapelJson.Strict));
}
