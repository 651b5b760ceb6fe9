namespace Lapel.Media;

/// <summary>Small pictures of a clip in one JPEG, row by row, and the time of each.</summary>
/// <param name="Jpeg">The sprite.</param>
/// <param name="TimesUs">Microseconds from the clip's first picture, one a thumbnail, in order.</param>
public sealed record Filmstrip(byte[] Jpeg, int Columns, int Rows, int ThumbWidth, int ThumbHeight, IReadOnlyList<long> TimesUs)
{
    /// <summary>Decodes one keyframe a thumbnail and nothing else. Null when the clip has no picture.</summary>
    public static Task<Filmstrip?> Make(Ffmpeg ffmpeg, ClipIndex index, ReadAt read, FilmstripSettings settings, CancellationToken stop) =>
        Task.FromResult<Filmstrip?>(null);
}

public sealed record FilmstripSettings(int ThumbWidth = 240, int Columns = 10, int MaxThumbs = 100);
