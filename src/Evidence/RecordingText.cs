using System.Globalization;
using System.Text.Json;

namespace Lapel.Evidence;

/// <summary>
/// Recordings by their words. On PostgreSQL a column of the row with an index; on SQLite an FTS5 index whose row ids are places in the list: it is walked newest first and left when the
/// page is full, so that a word that every recording has costs no more than one that few have. Marks stand in the index beside the
/// words (whose unit's, whose, which camera's, in which state) so that the same holds for somebody who may see one recording in a
/// hundred. The index proposes and the row decides: every condition is asked of the row again.
/// </summary>
public static class RecordingText
{
    /// <summary>A beginning that at most so many words have is asked for as these words.</summary>
    const int FewWords = 100;

    /// <summary>So many recordings are gathered without noticing.</summary>
    const int FewRecordings = 2000;

    /// <summary>A free place in the list for a recording that started then.</summary>
    public static async Task<long> NextPlace(Work work, Instant startedAt, CancellationToken stop)
    {
        if (work.Engine == Engine.Postgres) // two admissions of the same microsecond take turns
            await work.Execute(
                "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.' || CAST(@at AS TEXT)), 2)",
                new { at = startedAt.ToMicroseconds() },
                stop
            );
        var last = await work.One(
            "SELECT MAX(place) AS last FROM recording WHERE started_at = @startedAt",
            new { startedAt },
            row => row.NumberOrNull("last"),
            stop
        );
        var place = last + 1 ?? RecordingCursor.PlaceOf(startedAt);
        // Only the 1025th recording of one microsecond runs into the next one's places.
        while (await work.Any("SELECT 1 FROM recording WHERE place = @place", new { place }, stop))
            place++;
        return place;
    }

    /// <summary>Makes the recording findable by its words, when its row is there.</summary>
    public static async Task Keep(Work work, Recording recording, long place, string words, CancellationToken stop)
    {
        if (work.Engine == Engine.Sqlite)
            await work.Execute(
                "INSERT INTO recording_text (rowid, words) VALUES (@place, @all)",
                new { place, all = $"{words} {string.Join(' ', MarksOf(recording))}" },
                stop
            );
        // PostgreSQL has statistics of its own; counting there would have admissions wait for each other.
        var (list, count) =
            work.Engine == Engine.Sqlite
                ? ("json_each(@words)", "DO UPDATE SET recordings = search_word.recordings + 1")
                : ("json_array_elements_text(CAST(@words AS json)) AS value", "DO NOTHING");
        await work.Execute(
            $"INSERT INTO search_word (word, recordings) SELECT value, 1 FROM {list} WHERE 1 = 1 ORDER BY 1 ON CONFLICT (word) {count}",
            new { words = JsonSerializer.Serialize(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)) },
            stop
        );
    }

    /// <summary>How one asked word is looked for.</summary>
    /// <param name="Match">For the engine's index; none when so many recordings have it that each row of the list is looked at instead.</param>
    public sealed record Way(string Word, string? Match);

    public static async Task<IReadOnlyList<Way>> Plan(Reading reading, IReadOnlyList<string> words, CancellationToken stop)
    {
        var ways = new List<Way>();
        foreach (var word in words)
        {
            var range = new { word, end = word + '\uffff' };
            var known = await reading.Many(
                $"SELECT word FROM search_word WHERE word >= @word AND word < @end LIMIT {FewWords + 1}",
                range,
                row => row.Text("word"),
                stop
            );
            // Both engines gather everything for a beginning. Of several words SQLite walks the recordings as lazily as of one, while
            // PostgreSQL, whose index is never walked in order, is quicker with their beginning.
            var match = (reading.Engine, known.Count) switch
            {
                (_, 0) => AnyOf(reading.Engine, [word]), // nobody has it: the index finds that out at once
                (Engine.Sqlite, <= FewWords) or (_, 1) => AnyOf(reading.Engine, known),
                (Engine.Sqlite, _) => await Recordings(reading, range, stop) <= FewRecordings ? $"\"{word}\"*" : null,
                _ => word.Length > 2 ? $"'{word}':*" : null,
            };
            ways.Add(new(word, match));
        }
        return ways;
    }

    static async Task<long> Recordings(Reading reading, object range, CancellationToken stop) =>
        await reading.One(
            "SELECT SUM(recordings) AS all_of_them FROM search_word WHERE word >= @word AND word < @end",
            range,
            row => row.Number("all_of_them"),
            stop
        );

    /// <summary>The index's expression for any of these words or marks. They are letters, digits and "_" only.</summary>
    public static string AnyOf(Engine engine, IEnumerable<string> tokens) =>
        engine == Engine.Sqlite
            ? $"({string.Join(" OR ", tokens.Select(token => $"\"{token}\""))})"
            : $"({string.Join(" | ", tokens.Select(token => $"'{token}'"))})";

    public static string Mark(UnitId unit) => Mark('u', unit.Text);

    public static string Mark(OfficerId officer) => Mark('o', officer.Text);

    public static string Mark(CameraId camera) => Mark('c', camera.Text);

    public static string Mark(ListState state) => $"_{state.ToString().ToLowerInvariant()}";

    public const string UrgentMark = "_urgent";

    static string Mark(char kind, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"_{kind}{id.Replace("-", "", StringComparison.Ordinal)}");

    static IEnumerable<string> MarksOf(Recording recording)
    {
        yield return Mark(recording.Camera);
        if (recording.Unit is { } unit)
            yield return Mark(unit);
        if (recording.Officer is { } officer)
            yield return Mark(officer.Id);
        if (recording.Urgent)
            yield return UrgentMark;
        if (recording.Stopped > Duration.Zero)
            yield return Mark(ListState.Stopped);
        if (recording.Muted > Duration.Zero)
            yield return Mark(ListState.Muted);
        if (recording.Averted > Duration.Zero)
            yield return Mark(ListState.Averted);
        if (recording.Ending == Ending.PowerCut)
            yield return Mark(ListState.PowerCut);
    }
}
