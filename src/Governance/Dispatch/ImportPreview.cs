using NodaTime;

namespace Lapel.Governance;

/// <summary>What an import would find: nothing of it is written.</summary>
/// <param name="Rows">The first rows as they would be taken.</param>
/// <param name="Counted">Rows that were looked at; <paramref name="More"/> when the file goes on.</param>
/// <param name="Troubles">By kind: how many rows, whether they are bad, and the first such sentence with its line.</param>
/// <param name="Missing">Columns that the mapping names and the file has not.</param>
/// <param name="Badges">Badges that nobody has, the first few.</param>
public sealed record ImportPreview(
    IReadOnlyList<string> Header,
    string Delimiter,
    string Encoding,
    bool EncodingGuessed,
    IReadOnlyList<PreviewRow> Rows,
    long Counted,
    bool More,
    long Bad,
    IReadOnlyList<TroubleCount> Troubles,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Badges,
    IReadOnlyList<string> CallTypes
);

public sealed record PreviewRow(long Line, SaidIncident? Said, IReadOnlyList<RowTrouble> Troubles);

public sealed record TroubleCount(string Code, bool Bad, long Rows, long FirstLine, string First);

static class Previewing
{
    const int Shown = 20;
    const int MostCounted = 50_000;
    const int MostNames = 30;

    /// <param name="badges">Badges that somebody has.</param>
    public static ImportPreview Of(
        OpenedFile file,
        DispatchLayout layout,
        DateTimeZone agencyZone,
        IReadOnlySet<string> badges,
        Instant now
    )
    {
        var missing = RowReading.MissingColumns(layout, file.Header);
        var rows = new List<PreviewRow>();
        var counts = new Dictionary<string, TroubleCount>();
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var callTypes = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        long counted = 0;
        long bad = 0;
        var more = false;
        var reading = new RowReading(layout, file.Header, agencyZone, now);
        // With a column missing every row would be bad for the same reason, which the header says already.
        while (missing.Count == 0 && file.Read() is { } row)
        {
            if (counted == MostCounted)
            {
                more = true;
                break;
            }
            counted++;
            var read = reading.Read(row);
            if (read.Said is null)
                bad++;
            if (rows.Count < Shown)
                rows.Add(new(row.Line, read.Said, read.Troubles));
            foreach (var trouble in read.Troubles.DistinctBy(t => t.Code))
                counts[trouble.Code] = counts.TryGetValue(trouble.Code, out var known)
                    ? known with
                    {
                        Rows = known.Rows + 1,
                    }
                    : new(trouble.Code, trouble.IsBad, 1, row.Line, trouble.Sentence);
            foreach (var part in read.Said?.Parts ?? [])
                if (part.Badge.Length > 0 && unknown.Count < MostNames && !badges.Contains(part.Badge))
                    unknown.Add(part.Badge);
            if (read.Said?.CallType is { } callType && (callTypes.Count < 1000 || callTypes.ContainsKey(callType)))
                callTypes[callType] = callTypes.GetValueOrDefault(callType) + 1;
        }
        return new(
            file.Header,
            file.DelimiterWord,
            file.Encoding.Said,
            file.Encoding.Guessed,
            rows,
            counted,
            more,
            bad,
            [.. counts.Values.OrderByDescending(c => c.Bad).ThenByDescending(c => c.Rows)],
            missing,
            [.. unknown],
            [.. callTypes.OrderByDescending(c => c.Value).Take(MostNames).Select(c => c.Key)]
        );
    }
}
