using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Evidence;

/// <summary>
/// The list's filter as it stands in a URL, the same for page and API: <c>officer</c> (id or badge), <c>camera</c> (id or serial),
/// <c>unit</c> (with all below it), <c>from</c> and <c>until</c> (a time in UTC, or a day in the agency's time zone, the last day
/// included), <c>state</c>, <c>urgent</c>, <c>text</c>, <c>before</c> or <c>after</c> (a place in the list), <c>size</c>.
/// </summary>
public sealed record RecordingQuery(
    RecordingFilter Filter,
    RecordingCursor? Before,
    RecordingCursor? After,
    int Size,
    bool Unmatchable
)
{
    public const int DefaultSize = 48;

    public static readonly IReadOnlyList<string> FilterNames =
    [
        "officer",
        "camera",
        "unit",
        "from",
        "until",
        "state",
        "urgent",
        "text",
        "q",
    ];

    /// <returns>The query, or why it is not understood.</returns>
    public static async Task<(RecordingQuery? Query, Refusal? Refusal)> Read(
        HttpRequest request,
        Reading reading,
        AgencyProfile agency,
        CancellationToken stop
    )
    {
        string? Asked(string name) => request.Query[name].ToString().Trim() is { Length: > 0 } text ? text : null;

        var filter = new RecordingFilter(Text: Asked("text") ?? Asked("q"), Urgent: Asked("urgent") is "1" or "true" or "on");
        var unmatchable = false;
        if (Asked("officer") is { } officer)
        {
            var id = OfficerId.TryParse(officer, null, out var parsed)
                ? parsed
                : (await Officers.FindByBadge(reading, officer, stop))?.Id;
            unmatchable |= id is null;
            filter = filter with { Officer = id };
        }
        if (Asked("camera") is { } camera)
        {
            var id = CameraId.TryParse(camera, null, out var parsed)
                ? parsed
                : (await Cameras.FindBySerial(reading, camera, stop))?.Id;
            unmatchable |= id is null;
            filter = filter with { Camera = id };
        }
        if (Asked("unit") is { } unit)
        {
            if (!UnitId.TryParse(unit, null, out var id))
                return (null, Wrong("unit", "a unit's id"));
            var below = await Roster.Units.Subtree(reading, id, stop);
            unmatchable |= below.Count == 0;
            filter = filter with { Units = below };
        }
        if (Asked("from") is { } from)
        {
            if (Moment(from, agency, endOfDay: false) is not { } at)
                return (null, Wrong("from", "2026-11-21, or 2026-11-21T08:00:00Z"));
            filter = filter with { From = at };
        }
        if (Asked("until") is { } until)
        {
            if (Moment(until, agency, endOfDay: true) is not { } at)
                return (null, Wrong("until", "2026-11-21, or 2026-11-21T08:00:00Z"));
            filter = filter with { Until = at };
        }
        if (Asked("state") is { } state)
        {
            if (!Words<ListState>.TryParse(state, out var known))
                return (null, Wrong("state", "stopped, muted, averted or power-cut"));
            filter = filter with { State = known };
        }
        if (
            !Place(Asked("before"), out var before)
            || !Place(Asked("after"), out var after)
            || (before is not null && after is not null)
        )
            return (null, Wrong("before or after", "what the list itself gave as older or newer"));
        var size = DefaultSize;
        if (Asked("size") is { } asked && (!int.TryParse(asked, out size) || size is < 1 or > RecordingList.MaxSize))
            return (null, Wrong("size", $"1 to {RecordingList.MaxSize}"));
        return (new(filter, before, after, size, unmatchable), null);
    }

    public async Task<RecordingSlice> Run(Reading reading, Viewer viewer, Instant now, CancellationToken stop) =>
        Unmatchable
            ? new([], null, null)
            : await RecordingList.Page(reading, await Reach.Of(reading, viewer, stop), Filter, Before, After, Size, now, stop);

    static bool Place(string? text, out RecordingCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (!RecordingCursor.TryParse(text, out var parsed))
            return false;
        cursor = parsed;
        return true;
    }

    static Instant? Moment(string text, AgencyProfile agency, bool endOfDay)
    {
        if (Time.TryParse(text) is { } instant)
            return instant;
        if (!LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var day) || day.Year is < 1970 or > 2200)
            return null;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(agency.TimeZone) ?? DateTimeZone.Utc;
        return zone.AtStartOfDay(endOfDay ? day.PlusDays(1) : day).ToInstant();
    }

    static Refusal Wrong(string name, string form) =>
        new("filter-invalid", $"The filter '{name}' is not understood: write {form}.");
}
