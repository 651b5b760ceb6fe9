namespace Lapel.Renditions;

/// <summary>Playable copies of clips that browsers do not play as recorded.</summary>
sealed class Proxies(RenditionFiles files) : IProxies
{
    // A four-hour clip at a twentieth of real time, and room.
    static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    public ClipIndex? IndexOf(Clip clip)
    {
        if (!files.Holds(clip.Recording, RenditionFiles.Proxy(clip)))
            return null;
        try
        {
            return files.Read(clip.Recording, RenditionFiles.ProxyIndex(clip), [clip]) is { } bytes
                ? ClipIndex.FromBytes(bytes)
                : null;
        }
        catch (BrokenMediaException)
        {
            return null; // of another version: made again by the next rebuild
        }
    }

    public ClearClip? Open(Clip clip) => files.Open(clip.Recording, RenditionFiles.Proxy(clip), [clip]);

    /// <exception cref="FfmpegException">ffmpeg is missing or cannot read the clip.</exception>
    public async Task Make(Ffmpeg ffmpeg, ClearClips clear, Clip clip, CancellationToken stop)
    {
        await files.Write(
            clip.Recording,
            RenditionFiles.Proxy(clip),
            [clip],
            async to =>
            {
                using var original = clear.Open(clip);
                await Proxy.Make(ffmpeg, original.ReadAt, original.LengthBytes, to, Longest, stop);
            }
        );
        using var proxy = Open(clip) ?? throw new IOException("The proxy was made and cannot be opened.");
        var index = ClipIndex.Read(proxy.ReadAt, proxy.LengthBytes);
        // The index comes last: without it there is no proxy.
        await files.Write(clip.Recording, RenditionFiles.ProxyIndex(clip), [clip], index.ToBytes());
    }
}
