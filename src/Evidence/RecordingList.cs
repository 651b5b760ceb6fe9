using System.Globalization;
using System.Text;

namespace Lapel.Evidence;

/// <summary>
/// The list of recordings that somebody may see, newest first, from any place on. Every page costs about the same whatever the
/// viewer may see and however far down it is: the reach becomes arms (one a unit, one for oneself, one for grants), each of which
/// walks an index in the list's order, and both engines merge the arms lazily. Arms do not overlap, so nothing is shown twice.
/// </summary>
public static class RecordingList
{
    public const int MaxSize = 200;

    /// <param name="before">Older than this; or</param>
    /// <param name="after">newer than this; at most one of both.</param>
    public static async Task<RecordingSlice> Page(
        Reading reading,
        Reach reach,
        RecordingFilter filter,
        RecordingCursor? before,
        RecordingCursor? after,
        int size,
        Instant now,
        CancellationToken stop
    )
    {
        size = Math.Clamp(size, 1, MaxSize);
        var upwards = after is not null;
        var words = SearchWords.Asked(filter.Text);
        var query = new Query(
            reach,
            filter,
            words,
            await HowToSearch(reading, words, stop),
            upwards ? after : before,
            upwards,
            size + 1,
            now
        );
        if (query.Sql is null)
            return new([], null, null);
        var found = await reading.Many(query.Sql, query.Args, Recordings.Read, stop);
        var more = found.Count > size;
        var rows = found.Take(size).ToList();
        if (upwards)
            rows.Reverse();
        if (rows.Count == 0)
            return new([], null, null);
        var (hasNewer, hasOlder) = upwards ? (more, true) : (before is not null, more);
        return new(rows, hasNewer ? RecordingCursor.Of(rows[0]) : null, hasOlder ? RecordingCursor.Of(rows[^1]) : null);
    }

    enum Search
    {
        /// <summary>SQLite, and few recordings have the words: those are fetched and the rest of the filter applied.</summary>
        Fetch,

        /// <summary>SQLite, and many have them: the list is walked as ever and each row looked at.</summary>
        Look,

        /// <summary>PostgreSQL, which keeps statistics of words and chooses by itself.</summary>
        Ask,
    }

    const int Few = 2000;

    static async Task<Search> HowToSearch(Reading reading, IReadOnlyList<string> words, CancellationToken stop)
    {
        if (reading.Engine == Engine.Postgres)
            return Search.Ask;
        if (words.Count == 0)
            return Search.Look;
        var found = await reading.One(
            $"SELECT COUNT(*) AS found FROM (SELECT 1 FROM recording_text WHERE recording_text MATCH @match LIMIT {Few + 1})",
            new { match = Match(words) },
            row => row.Number("found"),
            stop
        );
        return found <= Few ? Search.Fetch : Search.Look;
    }

    /// <summary>FTS5: each word the beginning of one.</summary>
    static string Match(IReadOnlyList<string> words) => string.Join(' ', words.Select(w => $"\"{w}\"*"));

    sealed class Query
    {
        readonly string from = "recording";
        readonly List<string> arms = [];
        readonly List<string> filters = [];

        public Query(
            Reach reach,
            RecordingFilter filter,
            IReadOnlyList<string> words,
            Search search,
            RecordingCursor? place,
            bool upwards,
            int limit,
            Instant now
        )
        {
            AddFilters(filter, place, upwards);
            if (words.Count > 0)
                AddWords(words, search);
            if (words.Count > 0 && search == Search.Fetch)
                // CROSS JOIN is how SQLite is told what to read first.
                from =
                    "(SELECT recording AS found FROM recording_text WHERE recording_text MATCH @match) CROSS JOIN recording ON id = found";
            AddArms(reach, filter, now, oneArm: filter.Officer is not null || filter.Camera is not null || from != "recording");
            if (arms.Count == 0)
                return;
            var direction = upwards ? "ASC" : "DESC";
            Sql = new StringBuilder()
                .AppendJoin(
                    "\nUNION ALL\n",
                    arms.Select(arm => $"SELECT recording.* FROM {from} WHERE {string.Join(" AND ", [arm, .. filters])}")
                )
                .Append(CultureInfo.InvariantCulture, $"\nORDER BY started_at {direction}, id {direction} LIMIT @limit")
                .ToString();
            Args["limit"] = limit;
        }

        public string? Sql { get; }

        public Dictionary<string, object> Args { get; } = [];

        void AddFilters(RecordingFilter filter, RecordingCursor? place, bool upwards)
        {
            if (place is { } at)
                Filter(
                    $"(started_at, id) {(upwards ? '>' : '<')} (@place, @placeId)",
                    ("place", at.StartedAt),
                    ("placeId", at.Id)
                );
            if (filter.From is { } earliest)
                Filter("started_at >= @earliest", ("earliest", earliest));
            if (filter.Until is { } latest)
                Filter("started_at < @latest", ("latest", latest));
            if (filter.Urgent)
                Filter("urgent = 1");
            if (filter.State is { } state)
                Filter(
                    state switch
                    {
                        ListState.Stopped => "stopped_us > 0",
                        ListState.Muted => "muted_us > 0",
                        ListState.Averted => "averted_us > 0",
                        ListState.PowerCut => "ending = 'power-cut'",
                        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
                    }
                );
        }

        void AddWords(IReadOnlyList<string> words, Search search)
        {
            switch (search)
            {
                case Search.Fetch:
                    Args["match"] = Match(words);
                    break;
                case Search.Look:
                    foreach (var (i, word) in words.Index())
                        Filter(
                            string.Create(CultureInfo.InvariantCulture, $"words LIKE @word{i}"),
                            (string.Create(CultureInfo.InvariantCulture, $"word{i}"), $"% {word}%")
                        );
                    break;
                case Search.Ask:
                    Filter(
                        "to_tsvector('simple', words) @@ to_tsquery('simple', @words)",
                        ("words", string.Join(" & ", words.Select(w => $"{w}:*")))
                    );
                    break;
            }
        }

        /// <summary>One arm for each way the reach goes, each without what the arms before it have.</summary>
        void AddArms(Reach reach, RecordingFilter filter, Instant now, bool oneArm)
        {
            if (filter.Officer is { } officer)
                Args["officer"] = officer;
            if (filter.Camera is { } camera)
                Args["camera"] = camera;
            // An officer's or a camera's recordings, or those with rare words, are few enough to walk with the reach as a condition.
            if (oneArm)
            {
                var scope = Ways(reach, now).Select(way => way.Condition).ToList();
                if (scope.Count == 0)
                    return;
                if (filter.Officer is not null)
                    filters.Add("officer = @officer");
                if (filter.Camera is not null)
                    filters.Add("camera = @camera");
                if (filter.Units is { } within)
                    filters.Add(UnitIn(within, "within"));
                arms.Add($"({string.Join(" OR ", scope)})");
                return;
            }
            if (reach.All)
            {
                AddUnitArms(filter.Units);
                if (filter.Units is null)
                    arms.Add("1 = 1");
                return;
            }
            var own = filter.Units is null ? reach.Units : reach.Units.Intersect(filter.Units);
            AddUnitArms([.. own]);
            if (filter.Units is { } units)
                filters.Add(UnitIn(units, "within"));
            var earlier = new List<string>();
            foreach (var (condition, isUnits) in Ways(reach, now))
            {
                if (!isUnits)
                    arms.Add(string.Join(" AND ", [condition, .. earlier]));
                earlier.Add(isUnits ? $"(unit IS NULL OR NOT {condition})" : "(officer IS NULL OR officer <> @own)");
            }
        }

        void AddUnitArms(IReadOnlyList<UnitId>? units)
        {
            foreach (var (i, unit) in (units ?? []).Distinct().Index())
            {
                arms.Add(string.Create(CultureInfo.InvariantCulture, $"unit = @unit{i}"));
                Args[string.Create(CultureInfo.InvariantCulture, $"unit{i}")] = unit;
            }
        }

        /// <summary>The rule of <see cref="Access"/> as conditions; any of them suffices.</summary>
        IEnumerable<(string Condition, bool IsUnits)> Ways(Reach reach, Instant now)
        {
            if (reach.All)
            {
                yield return ("1 = 1", false);
                yield break;
            }
            if (reach.Units.Count > 0)
                yield return (UnitIn(reach.Units, "reach"), true);
            if (reach.Own is { } own)
            {
                Args["own"] = own;
                yield return ("officer = @own", false);
            }
            if (reach.GrantsCount)
            {
                Args["viewer"] = reach.Account;
                Args["now"] = now;
                yield return (
                    """
                    id IN (SELECT recording FROM access_grant
                        WHERE account = @viewer AND revoked_at IS NULL AND (until IS NULL OR until > @now))
                    """,
                    false
                );
            }
        }

        // Written out one by one: Dapper would hand PostgreSQL an array and SQLite a list.
        string UnitIn(IEnumerable<UnitId> units, string name)
        {
            var names = new List<string>();
            foreach (var unit in units)
            {
                names.Add(string.Create(CultureInfo.InvariantCulture, $"@{name}{names.Count}"));
                Args[names[^1][1..]] = unit;
            }
            return names.Count == 0 ? "1 = 0" : $"unit IN ({string.Join(", ", names)})";
        }

        void Filter(string condition, params ReadOnlySpan<(string Name, object Value)> args)
        {
            filters.Add(condition);
            foreach (var (name, value) in args)
                Args[name] = value;
        }
    }
}
