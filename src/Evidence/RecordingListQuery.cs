using System.Globalization;

namespace Lapel.Evidence;

/// <summary>One page of the list as SQL: which conditions, in which arms, walked in which direction.</summary>
sealed class RecordingListQuery
{
    /// <summary>So many marks in one search; a reach of more units passes so much that each row is asked instead.</summary>
    const int MostMarks = 64;

    readonly string direction;
    readonly List<string> arms = [];
    readonly List<string> filters = [];

    /// <param name="ways">How each word of the filter's text is looked for.</param>
    public RecordingListQuery(
        Engine engine,
        Reach reach,
        RecordingFilter filter,
        IReadOnlyList<RecordingText.Way> ways,
        RecordingCursor? place,
        bool upwards,
        int limit,
        Instant now
    )
    {
        direction = upwards ? "ASC" : "DESC";
        Args["limit"] = limit;
        AddFilters(filter, place, upwards);
        var matches = ways.Select(way => way.Match).OfType<string>().ToList();
        if (engine == Engine.Postgres)
        {
            AddLooks(ways.Where(way => way.Match is null));
            if (matches.Count > 0)
                Filter("words_index @@ CAST(@words AS tsquery)", ("words", string.Join(" & ", matches)));
        }
        else
        {
            AddLooks(ways);
            if (matches.Count > 0)
            {
                Sql = Searched(reach, filter, matches, place, upwards, now);
                return;
            }
        }
        AddArms(reach, filter, now, oneArm: filter.Officer is not null || filter.Camera is not null);
        if (arms.Count == 0)
            return;
        Sql =
            string.Join("\nUNION ALL\n", arms.Select(arm => $"SELECT * FROM recording WHERE {All([arm, .. filters])}"))
            + $"\nORDER BY started_at {direction}, place {direction} LIMIT @limit";
    }

    public string? Sql { get; }

    public Dictionary<string, object> Args { get; } = [];

    void AddFilters(RecordingFilter filter, RecordingCursor? place, bool upwards)
    {
        if (place is { } at)
            Filter($"(started_at, place) {(upwards ? '>' : '<')} (@at, @place)", ("at", at.StartedAt), ("place", at.Place));
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

    void AddLooks(IEnumerable<RecordingText.Way> ways)
    {
        foreach (var (i, (word, _)) in ways.Index())
            Filter(
                string.Create(CultureInfo.InvariantCulture, $"recording.words LIKE @word{i}"),
                (string.Create(CultureInfo.InvariantCulture, $"word{i}"), $"% {word}%")
            );
    }

    /// <summary>
    /// SQLite's list of recordings with certain words: what the roster lets one see comes out of the index in the list's order; what
    /// one was granted is little and looked at row by row.
    /// </summary>
    string? Searched(Reach reach, RecordingFilter filter, List<string> matches, RecordingCursor? place, bool upwards, Instant now)
    {
        AddAsked(filter);
        var scope = Ways(reach, now).ToList();
        var rostered = scope.Where(way => !way.IsGrants).Select(way => way.Condition).ToList();
        if (rostered.Count > 0)
        {
            var marks = Marks(reach, filter).Where(any => any.Count is > 0 and <= MostMarks);
            Args["match"] = string.Join(" AND ", [.. matches, .. marks.Select(any => RecordingText.AnyOf(Engine.Sqlite, any))]);
            List<string> within = ["recording_text MATCH @match", .. Bounds(filter, place, upwards)];
            // CROSS JOIN is how SQLite is told what to read first.
            arms.Add(
                $"""
                SELECT * FROM (SELECT recording.* FROM recording_text CROSS JOIN recording ON place = recording_text.rowid
                    WHERE {All([.. within, $"({string.Join(" OR ", rostered)})", .. filters])}
                    ORDER BY recording_text.rowid {direction} LIMIT @limit)
                """
            );
        }
        foreach (var granted in scope.Where(way => way.IsGrants))
            arms.Add(
                $"""
                SELECT * FROM (SELECT * FROM recording
                    WHERE {All([granted.Condition, .. rostered.Select(r => $"({r}) IS NOT TRUE"), .. filters])}
                    ORDER BY started_at {direction}, place {direction} LIMIT @limit)
                """
            );
        return arms.Count == 0
            ? null
            : string.Join("\nUNION ALL\n", arms) + $"\nORDER BY started_at {direction}, place {direction} LIMIT @limit";
    }

    /// <summary>What the index knows of the reach and of the filter: any mark of each list must be there.</summary>
    static IEnumerable<List<string>> Marks(Reach reach, RecordingFilter filter)
    {
        if (!reach.All)
            yield return
            [
                .. reach.Units.Select(RecordingText.Mark),
                .. reach.Own is { } own ? [RecordingText.Mark(own)] : Array.Empty<string>(),
            ];
        if (filter.Units is { } units)
            yield return [.. units.Select(RecordingText.Mark)];
        if (filter.Officer is { } officer)
            yield return [RecordingText.Mark(officer)];
        if (filter.Camera is { } camera)
            yield return [RecordingText.Mark(camera)];
        if (filter.State is { } state)
            yield return [RecordingText.Mark(state)];
        if (filter.Urgent)
            yield return [RecordingText.UrgentMark];
    }

    /// <summary>Where in the index to begin and to end; the row is asked exactly, so a second more does no harm.</summary>
    IEnumerable<string> Bounds(RecordingFilter filter, RecordingCursor? place, bool upwards)
    {
        string Bound(string compares, string name, long at)
        {
            Args[name] = at;
            return $"recording_text.rowid {compares} @{name}";
        }
        if (place is { } from)
            yield return Bound(upwards ? ">" : "<", "place", from.Place);
        if (filter.From is { } earliest)
            yield return Bound(">=", "earliestPlace", RecordingCursor.PlaceOf(earliest));
        if (filter.Until is { } latest)
            yield return Bound("<", "latestPlace", RecordingCursor.PlaceOf(latest + Duration.FromSeconds(1)));
    }

    void AddAsked(RecordingFilter filter)
    {
        if (filter.Officer is { } officer)
            Filter("officer = @officer", ("officer", officer));
        if (filter.Camera is { } camera)
            Filter("camera = @camera", ("camera", camera));
        if (filter.Units is { } within)
            filters.Add(UnitIn(within, "within"));
    }

    /// <summary>One arm for each way the reach goes, each without what the arms before it have.</summary>
    void AddArms(Reach reach, RecordingFilter filter, Instant now, bool oneArm)
    {
        // An officer's or a camera's recordings are few enough to walk with the reach as a condition.
        if (oneArm)
        {
            var scope = Ways(reach, now).Select(way => way.Condition).ToList();
            if (scope.Count == 0)
                return;
            AddAsked(filter);
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
        foreach (var (condition, isUnits, _) in Ways(reach, now))
        {
            if (!isUnits)
                arms.Add(All([condition, .. earlier]));
            earlier.Add($"({condition}) IS NOT TRUE");
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
    IEnumerable<(string Condition, bool IsUnits, bool IsGrants)> Ways(Reach reach, Instant now)
    {
        if (reach.All)
        {
            yield return ("1 = 1", false, false);
            yield break;
        }
        if (reach.Units.Count > 0)
            yield return (UnitIn(reach.Units, "reach"), true, false);
        if (reach.Own is { } own)
        {
            Args["own"] = own;
            yield return ("officer = @own", false, false);
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
                false,
                true
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

    static string All(IEnumerable<string> conditions) => string.Join(" AND ", conditions);

    void Filter(string condition, params ReadOnlySpan<(string Name, object Value)> args)
    {
        filters.Add(condition);
        foreach (var (name, value) in args)
            Args[name] = value;
    }
}
