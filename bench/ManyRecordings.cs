using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// Fills an agency's tables with two years of a city's recordings, straight in SQL and for measuring only: nothing stands behind the
/// rows, so fsck of such a folder would rightly be horrified. 2,350 officers in 100 units, so that a unit has one percent.
/// </summary>
static class ManyRecordings
{
    public const int Officers = 2350;
    public const int Units = 100;
    const int Step = 50_000;
    static readonly Duration Span = Duration.FromDays(730);

    /// <param name="whole">With clips and manifests, as heavy as real ones; else only what lists read.</param>
    public static async Task Fill(BenchAgency agency, long count, bool whole)
    {
        var end = TimeProvider.System.Now().ToMicroseconds();
        var args = new Dictionary<string, object>
        {
            ["first"] = end - Span.BclCompatibleTicks / 10,
            ["every"] = Span.BclCompatibleTicks / 10 / count,
            ["index"] = new byte[3000],
            ["envelope"] = new byte[2000],
        };
        await Roster(agency, args);
        for (long from = 0; from < count; from += Step)
        {
            (args["from"], args["until"]) = (from, Math.Min(count, from + Step));
            await using var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
            foreach (var insert in Inserts(work.Engine, whole))
                await work.Execute(insert, args, CancellationToken.None);
            await work.Commit(CancellationToken.None);
        }
        if (agency.Records.Engine == Engine.Sqlite)
        {
            await CountWords(agency);
            return;
        }
        await using var words = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
        await words.Execute(
            "INSERT INTO search_word (word, recordings) SELECT DISTINCT unnest(tsvector_to_array(words_index)), 1 FROM recording",
            null,
            CancellationToken.None
        );
        await words.Commit(CancellationToken.None);
        // PostgreSQL does this by itself, but not in the second in which a million rows come.
        await using var tidy = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
        foreach (var table in new[] { "recording", "clip", "search_word" })
            await tidy.Execute($"ANALYZE {table}", null, CancellationToken.None);
        await tidy.Commit(CancellationToken.None);
    }

    static async Task CountWords(BenchAgency agency)
    {
        await using var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
        foreach (
            var step in new[]
            {
                "CREATE VIRTUAL TABLE indexed USING fts5vocab(recording_text, row)",
                "INSERT INTO search_word (word, recordings) SELECT term, doc FROM indexed WHERE term < '_' OR term >= '`'",
                "DROP TABLE indexed",
            }
        )
            await work.Execute(step, null, CancellationToken.None);
        await work.Commit(CancellationToken.None);
    }

    /// <summary>A custody log as long as the recordings would have made it, integrated and signed.</summary>
    public static async Task FillLog(BenchAgency agency, long entries)
    {
        for (long done = 0; done < entries; done += 4096)
        {
            await using var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
            for (var i = 0; i < 4096; i++)
                work.Append(new CustodyEvent.SignedIn(AccountId.New(), "password"));
            await work.Commit(CancellationToken.None);
        }
        while (await agency.Log.Integrate(CancellationToken.None)) { }
    }

    public static UnitId Unit(int number) => UnitId.Parse($"00000003-0000-7000-8000-{number:x12}");

    public static OfficerId Officer(int number) => OfficerId.Parse($"00000002-0000-7000-8000-{number:x12}");

    static async Task Roster(BenchAgency agency, IReadOnlyDictionary<string, object> args)
    {
        await using var work = await agency.Records.Begin(Actor.System("bench"), CancellationToken.None);
        string Id(int kind, string number) => IdText(work.Engine, kind, number);
        string Numbers(int count) => $"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})";
        foreach (
            var insert in new[]
            {
                $"INSERT INTO unit (id, parent, name, kind, opened_at) VALUES ('00000003-0000-7000-8000-ffffffffffff', NULL, 'Bench Police', 'service', @first)",
                $"{Numbers(Units)} INSERT INTO unit (id, parent, name, kind, opened_at) SELECT {Id(3, "i")}, '00000003-0000-7000-8000-ffffffffffff', 'Division ' || i, 'division', @first FROM n",
                $"{Numbers(Officers)} INSERT INTO officer (id, badge, name, entered_at) SELECT {Id(2, "i")}, 'B' || i, 'Officer Number' || i, @first FROM n",
                $"{Numbers(Officers)} INSERT INTO membership (officer, unit, from_at) SELECT {Id(2, "i")}, {Id(3, $"i % {Units}")}, @first FROM n",
                $"{Numbers(Officers)} INSERT INTO camera (id, serial, model, state, expected_at) SELECT {Id(4, "i")}, 'LC-' || i, 'bench', 'expected', @first FROM n",
            }
        )
            await work.Execute(insert, args, CancellationToken.None);
        await work.Commit(CancellationToken.None);
    }

    static IEnumerable<string> Inserts(Engine engine, bool whole)
    {
        const string Numbers = "WITH RECURSIVE n (i) AS (SELECT @from UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @until)";
        // A prime step spreads the officers, so that neighbours in time are not neighbours in the roster.
        const string Officer = $"((i * 7919) % 2350)";
        // "button" all have, "traffic" one in eleven, "dog" one in a hundred, "knife" one in 5,000; badges begin alike.
        const string Words = $"""
            ' lc ' || {Officer} || ' b' || {Officer} || ' officer number' || {Officer} || ' button'
                || CASE WHEN i % 11 = 0 THEN ' traffic stop' ELSE '' END || CASE WHEN i % 101 = 3 THEN ' dog' ELSE '' END
                || CASE WHEN i % 5000 = 7 THEN ' knife' ELSE '' END
            """;
        string Id(int kind, string number) => IdText(engine, kind, number);
        var digest = DigestText(engine, "i");
        yield return $"""
            {Numbers}
            INSERT INTO recording (id, camera, camera_serial, officer, officer_badge, officer_name, unit, sequence, started_at, place,
                duration_us, activated_after_us, clock_offset_ms, start_trigger, ending, urgent, stopped_us, muted_us, averted_us,
                bookmarks, clips, sealed_bytes, playback, manifest, words, admitted_at)
            SELECT {Id(1, "i")}, {Id(4, Officer)}, 'LC-' || {Officer}, {Id(
                2,
                Officer
            )}, 'B' || {Officer}, 'Officer Number' || {Officer},
                {Id(3, $"{Officer} % {Units}")}, i, @first + i * @every, (@first + i * @every) * 1024, 600000000, 30000000, 12, 'button',
                CASE WHEN i % 1000 = 0 THEN 'power-cut' ELSE 'deactivated' END, CASE WHEN i % 200 = 0 THEN 1 ELSE 0 END, 0,
                CASE WHEN i % 20 = 0 THEN 5000000 ELSE 0 END, 0, i % 3, 1, 300000000, 'original', {digest},
                {Words}, @first + (i + 1) * @every
            FROM n
            """;
        if (engine == Engine.Sqlite)
            yield return $"""
                {Numbers}
                INSERT INTO recording_text (rowid, words)
                SELECT (@first + i * @every) * 1024, {Words} || ' _c' || replace({Id(4, Officer)}, '-', '')
                    || ' _o' || replace({Id(2, Officer)}, '-', '') || ' _u' || replace({Id(3, $"{Officer} % {Units}")}, '-', '')
                    || CASE WHEN i % 1000 = 0 THEN ' _powercut' ELSE '' END || CASE WHEN i % 200 = 0 THEN ' _urgent' ELSE '' END
                    || CASE WHEN i % 20 = 0 THEN ' _muted' ELSE '' END
                FROM n
                """;
        if (!whole)
            yield break;
        yield return $"""
            {Numbers}
            INSERT INTO clip (id, recording, number, sealed_digest, sealed_length_bytes, clear_digest, clear_length_bytes, complete,
                started_at, ended_at, media_index)
            SELECT {Id(5, "i")}, {Id(
                1,
                "i"
            )}, 1, {digest}, 300000000, {digest}, 299000000, 1, @first + i * @every, @first + i * @every, @index
            FROM n
            """;
        yield return $"""
            {Numbers}
            INSERT INTO manifest (digest, recording, camera, camera_key, sequence, envelope)
            SELECT {digest}, {Id(1, "i")}, {Id(4, Officer)}, {DigestText(engine, Officer)}, i, @envelope
            FROM n
            """;
    }

    static string IdText(Engine engine, int kind, string number) =>
        engine == Engine.Sqlite
            ? $"printf('0000000{kind}-0000-7000-8000-%012x', {number})"
            : $"('0000000{kind}-0000-7000-8000-' || lpad(to_hex(({number})::bigint), 12, '0'))";

    static string DigestText(Engine engine, string number) =>
        engine == Engine.Sqlite
            ? $"printf('sha256:%064x', {number})"
            : $"('sha256:' || lpad(to_hex(({number})::bigint), 64, '0'))";
}
