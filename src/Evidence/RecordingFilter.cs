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
public readonly record struct RecordingCursor(Instant StartedAt, RecordingId Id)
{
    public static RecordingCursor Of(Recording recording) => new(recording.StartedAt, recording.Id);

    public static bool TryParse(string? text, out RecordingCursor cursor)
    {
        cursor = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (
            dot <= 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var us)
            || Math.Abs(us) > 8_000_000_000_000_000
            || !RecordingId.TryParse(text![(dot + 1)..], null, out var id)
        )
            return false;
        cursor = new(Time.FromMicroseconds(us), id);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{StartedAt.ToMicroseconds()}.{Id}");
}

/// <param name="Rows">Newest first.</param>
/// <param name="Newer">From where the page before is read with <c>after</c>; none on the first page.</param>
/// <param name="Older">From where the next page is read with <c>before</c>; none on the last.</param>
public sealed record RecordingSlice(IReadOnlyList<Recording> Rows, RecordingCursor? Newer, RecordingCursor? Older);
