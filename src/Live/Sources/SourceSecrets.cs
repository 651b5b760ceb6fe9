using System.Text.Json;

namespace Lapel.Live;

/// <summary>What a live source needs to know and nobody else: a passphrase, a stream key, or name and password.</summary>
/// <param name="User">None for SRT and RTMP, and where a camera asks for no name.</param>
public sealed record SourceSecret(string? User, string? Password)
{
    /// <summary>Nothing: a journal shall not show it by accident.</summary>
    public override string ToString() => nameof(SourceSecret);
}

/// <summary>
/// The secrets of live sources, one file each in the agency's keys folder, readable by this program's account alone. No page and no
/// route shows them again. They are written before the records are: if we die between, a file is left that nothing uses.
/// </summary>
public sealed class SourceSecrets(AgencyFolder folder)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal void Keep(CameraId camera, SourceSecret secret)
    {
        Directory.CreateDirectory(folder.Keys);
        Durable.WriteFile(FileOf(camera), JsonSerializer.SerializeToUtf8Bytes(secret, LapelJson.Strict), OwnerOnly);
    }

    internal SourceSecret? Find(CameraId camera) =>
        File.Exists(FileOf(camera))
            ? JsonSerializer.Deserialize<SourceSecret>(File.ReadAllBytes(FileOf(camera)), LapelJson.Strict)
            : null;

    internal void Forget(CameraId camera) => File.Delete(FileOf(camera));

    string FileOf(CameraId camera) => System.IO.Path.Combine(folder.Keys, $"live-source-{camera}.secret");
}
