using System.Globalization;

namespace Lapel.Evidence;

/// <summary>Something that happened in a recording, to filter by.</summary>
public enum ListState
{
    Stopped,
    Muted,
    Averted,
    PowerCut,
}

/// <param name="Units">Any of these; none for all. Give a subtree for "31 Division and all below it".</param>
/// <param name="From">Started at or after.</param>
/// <param name="Until">Started before.</param>
/// <param name="Text">Words, each a beginning: of badge, name, serial, trigger, bookmark or reason.</param>
public sealed record RecordingFilter(
    OfficerId? Officer = null,
    CameraId? Camera = null,
    IReadOnlyList<UnitId>? Units = null,
    Instant? From = null,
    Instant? Until = null,
    ListState? State = null,
    bool Urgent = false,
    string? Text = null
);

/// <summary>A place in the list: the pages before and after are read from it, however much is added meanwhile.</summary>
/// <param name="Tie">Counts recordings that started in the same microsecond.</param>
public readonly record struct RecordingCursor(Instant StartedAt, long Tie)
{
    /// <summary>As the records keep it: one number in the order of the list.</summary>
    public long Place => PlaceOf(StartedAt) + Tie;

    public static RecordingCursor At(Instant startedAt, long place) => new(startedAt, place - PlaceOf(startedAt));

    /// <summary>The first place of a microsecond: it has 1024. Clocks that are centuries off meet at the ends.</summary>
    internal static long PlaceOf(Instant startedAt) => Math.Clamp(startedAt.ToMicroseconds(), -MostUs, MostUs) * 1024;

    const long MostUs = 8_000_000_000_000_000;

    public static bool TryParse(string? text, out RecordingCursor cursor)
    {
        cursor = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (
            dot <= 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var us)
            || Math.Abs(us) > MostUs
            || !int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var tie)
        )
            return false;
        cursor = new(Time.FromMicroseconds(us), tie);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{StartedAt.ToMicroseconds()}.{Tie}");
}

/// <param name="Rows">Newest first.</param>
/// <param name="Newer">From where the page before is read with <c>after</c>; none on the first page.</param>
/// <param name="Older">From where the next page is read with <c>before</c>; none on the last.</param>
public sealed record RecordingSlice(IReadOnlyList<Recording> Rows, RecordingCursor? Newer, RecordingCursor? Older);
