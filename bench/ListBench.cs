using System.Diagnostics;
using Lapel.Evidence;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Bench;

/// <summary>
/// The list of recordings as different people ask for it, in two ways: inside the server's code, a connection opened and a page read,
/// in turns with the same page as one bare statement on a connection that stays open; and through HTTP as a client waits for it.
/// </summary>
static class ListBench
{
    const int Asked = 300;
    const int Size = 48;
    const int WarmUp = 20;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(6); // for one that is far too slow

    public static async Task Run(Report report, BenchOptions options)
    {
        await On(report, options, null);
        if (options.Records is { } url)
            await On(report, options, url);
    }

    static async Task On(Report report, BenchOptions options, string? records)
    {
        var count = options.Size ?? 1_000_000;
        var engine = records is null ? "SQLite" : "PostgreSQL";
        using var scratch = new Scratch();
        var data = scratch.File("data");
        (await LapelHouse.Start(data, records)).Dispose();
        await using (var agency = await BenchAgency.Open(data, records))
        {
            var filling = Stopwatch.GetTimestamp();
            await ManyRecordings.Fill(agency, count, whole: false);
            report.Note($"{engine}: {count:N0} recordings entered in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0} s");
            foreach (var question in Questions())
                await Inside(report, engine, agency, question);
        }
        using var house = await LapelHouse.Start(data, records);
        await OverHttp(report, engine, house);
    }

    sealed record Question(
        string What,
        Reach Reach,
        RecordingFilter Filter,
        bool Newest = false,
        bool IsText = false,
        bool MayBeEmpty = false
    );

    static IEnumerable<Question> Questions()
    {
        Reach Who(bool all, UnitId? unit = null, OfficerId? own = null) =>
            new(
                AccountId.New(),
                all,
                unit is { } u ? new HashSet<UnitId> { u } : [],
                own,
                new HashSet<Permission> { all ? Permission.SeeAllRecordings : Permission.SeeOwnRecordings }
            );
        var (clerk, supervisor) = (Who(true), Who(false, unit: ManyRecordings.Unit(7)));
        yield return new("all, newest", clerk, new(), Newest: true);
        yield return new("all, from anywhere", clerk, new());
        yield return new("a supervisor's unit (1 %)", supervisor, new());
        yield return new("an officer's own", Who(false, own: ManyRecordings.Officer(11)), new());
        yield return new("one officer, asked by a clerk", clerk, new(Officer: ManyRecordings.Officer(12)));
        yield return new("one officer, asked by the unit", supervisor, new(Officer: ManyRecordings.Officer(7)));
        yield return new("muted (5 %)", clerk, new(State: ListState.Muted));
        yield return new("cut by power loss (0.1 %)", clerk, new(State: ListState.PowerCut), Newest: true);
        RecordingFilter Text(string words) => new(Text: words);
        foreach (
            var (words, who) in new[]
            {
                ("button", "every recording's"),
                ("traffic", "9 %"),
                ("dog", "1 %"),
                ("knife", "0.02 %"),
                ("zebra", "nobody's"),
                ("b1", "a beginning of 1,111 badges"),
                ("b173 traffic", "few badges, 9 %"),
                ("b1 dog", "many badges, 1 %"),
                ("knife traffic", "never together"),
            }
        )
        {
            yield return new(
                $"text, {words} ({who})",
                clerk,
                Text(words),
                Newest: true,
                IsText: true,
                MayBeEmpty: words.Contains("zebra") || words.Contains("knife")
            );
            yield return new($"the same in a unit of 1 %", supervisor, Text(words), Newest: true, IsText: true, MayBeEmpty: true);
        }
        yield return new("text, traffic, from anywhere", clerk, Text("traffic"), IsText: true);
        yield return new(
            "text, button, an officer's own",
            Who(false, own: ManyRecordings.Officer(11)),
            Text("button"),
            IsText: true
        );
        yield return new(
            "text, button, one officer",
            clerk,
            Text("button") with
            {
                Officer = ManyRecordings.Officer(11),
            },
            IsText: true
        );
        yield return new("text, dog, muted", clerk, Text("dog") with { State = ListState.Muted }, IsText: true);
    }

    static async Task Inside(Report report, string engine, BenchAgency agency, Question question)
    {
        var random = new Random(7);
        var now = TimeProvider.System.Now();
        RecordingCursor Anywhere() => new(now - Duration.FromSeconds(random.NextInt64(1, 700L * 86400)), 0);
        List<double> ours = [],
            floor = [];
        await using var open = await agency.Records.Read(CancellationToken.None);
        for (
            var (i, began) = (-WarmUp, Stopwatch.GetTimestamp());
            i < Asked && (ours.Count < 5 || Stopwatch.GetElapsedTime(began) < Patience);
            i++
        )
        {
            RecordingCursor? from = question.Newest ? null : Anywhere();
            var start = Stopwatch.GetTimestamp();
            await using (var read = await agency.Records.Read(CancellationToken.None))
            {
                var page = await RecordingList.Page(
                    read,
                    question.Reach,
                    question.Filter,
                    from,
                    null,
                    Size,
                    now,
                    CancellationToken.None
                );
                if (page.Rows.Count == 0 && !question.MayBeEmpty)
                    throw new InvalidDataException($"{question.What} found nothing: this would measure the wrong thing.");
            }
            var after = Stopwatch.GetTimestamp();
            await Bare(open, from ?? Anywhere());
            if (i < 0)
                continue;
            ours.Add(Stopwatch.GetElapsedTime(start, after).TotalMilliseconds);
            floor.Add(Stopwatch.GetElapsedTime(after).TotalMilliseconds);
        }
        void Add(double percent, Goal goal) =>
            report.Add(
                $"{engine}: {question.What}, p{percent}",
                "ms",
                Measure.Percentile(ours, percent),
                "bare SQL",
                Measure.Percentile(floor, percent),
                goal
            );
        Add(50, question.IsText ? Goal.AtMost(20, "ms") : Goal.RatioAtMost(3));
        Add(99, Goal.AtMost(question.IsText ? 20 : 5, "ms"));
    }

    /// <summary>The floor: one statement for one page from anywhere, five of its columns read.</summary>
    static async Task Bare(Reading open, RecordingCursor from)
    {
        var rows = await open.Many(
            $"SELECT * FROM recording WHERE (started_at, place) < (@StartedAt, @Place) ORDER BY started_at DESC, place DESC LIMIT {Size + 1}",
            new { from.StartedAt, from.Place },
            row =>
                (
                    row.Text("id"),
                    row.Number("started_at"),
                    row.Text("camera_serial"),
                    row.Text("officer_name"),
                    row.Number("duration_us")
                ),
            CancellationToken.None
        );
        if (rows.Count == 0)
            throw new InvalidDataException("The floor read nothing.");
    }

    static async Task OverHttp(Report report, string engine, LapelHouse house)
    {
        using var clerk = await house.SignIn("clerk", "evidence-clerk");
        using var supervisor = await house.SignIn("supervisor", "supervisor", unit: ManyRecordings.Unit(7));
        foreach (
            var (what, http, path) in new[]
            {
                ("an empty answer", clerk, "alive"),
                ("who am I", clerk, "api/v1/session"),
                ("clerk's list", clerk, $"api/v1/recordings?size={Size}"),
                ("supervisor's list", supervisor, $"api/v1/recordings?size={Size}"),
            }
        )
        {
            var waits = new List<double>();
            double before = 0;
            for (var i = -WarmUp; i < Asked; i++)
            {
                if (i == 0)
                    before = house.CpuSeconds;
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(path);
                await answer.Content.ReadAsByteArrayAsync();
                answer.EnsureSuccessStatusCode();
                if (i >= 0)
                    waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            report.Add($"{engine}, over HTTP: {what}, p50", "ms", Measure.Percentile(waits, 50));
            report.Add($"{engine}, over HTTP: {what}, server CPU", "ms", (house.CpuSeconds - before) * 1000 / Asked);
        }
    }
}
