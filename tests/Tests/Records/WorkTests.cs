using Lapel.Records;

namespace Lapel.Tests.Records;

[Trait("engine", "both")]
public sealed class A_unit_of_work
{
    static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task Commits_the_change_and_its_custody_event_together()
    {
        await using var house = await TestAgency.Open();
        await using (var work = await house.Begin())
        {
            await work.Execute("INSERT INTO follower (name, position, moved_at) VALUES ('x', 7, @Now)", new { work.Now }, Stop);
            work.Append(new CustodyEvent.SignedIn(AccountId.New(), "password"));
            await work.Commit(Stop);
        }
        await using var read = await house.Records.Read(Stop);
        (await read.One("SELECT position FROM follower WHERE name = 'x'", null, r => r.Number("position"), Stop)).ShouldBe(7);
        (await read.One("SELECT COUNT(*) AS n FROM custody_entry", null, r => r.Number("n"), Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Leaves_no_trace_of_either_when_it_does_not_commit()
    {
        await using var house = await TestAgency.Open();
        await using (var work = await house.Begin())
        {
            await work.Execute("INSERT INTO follower (name, position, moved_at) VALUES ('x', 7, @Now)", new { work.Now }, Stop);
            work.Append(new CustodyEvent.SignedIn(AccountId.New(), "password"));
        }
        await using var read = await house.Records.Read(Stop);
        (await read.Any("SELECT 1 FROM follower", null, Stop)).ShouldBeFalse();
        (await read.Any("SELECT 1 FROM custody_entry", null, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Refuses_a_fact_that_is_too_long_for_the_log()
    {
        await using var house = await TestAgency.Open();
        await using var work = await house.Begin();
        Should
            .Throw<ArgumentException>(() => work.Append(new CustodyEvent.SignedIn(AccountId.New(), new string('x', 70_000))))
            .Message.ShouldContain("65535");
    }

    [Fact]
    public async Task Writes_and_reads_every_kind_of_value_the_same()
    {
        await using var house = await TestAgency.Open(migrations: new Migrations().Of(typeof(RecordsModule).Assembly));
        var id = RecordingId.New();
        var digest = Digest.Of([1, 2, 3]);
        var at = Time.FromMicroseconds(1_795_246_980_123_456);
        await using (var work = await house.Begin())
        {
            await work.Execute(
                "CREATE TABLE v (id TEXT, none TEXT, digest TEXT, at BIGINT, flag BIGINT, ratio DOUBLE PRECISION, text TEXT)",
                null,
                Stop
            );
            await work.Execute(
                "INSERT INTO v VALUES (@id, @none, @digest, @at, @flag, @ratio, @text)",
                new
                {
                    id,
                    none = (RecordingId?)null,
                    digest,
                    at,
                    flag = true,
                    ratio = 0.25,
                    text = "Zoë 31 Div.",
                },
                Stop
            );
            await work.Commit(Stop);
        }
        await using var read = await house.Records.Read(Stop);
        var row = await read.One(
            "SELECT * FROM v",
            null,
            r =>
                (
                    r.Id<Nouns.Recording>("id"),
                    r.IdOrNull<Nouns.Recording>("none"),
                    r.Digest("digest"),
                    r.Time("at"),
                    r.Flag("flag"),
                    r.Real("ratio"),
                    r.Text("text")
                ),
            Stop
        );
        row.ShouldBe((id, null, digest, at, true, 0.25, "Zoë 31 Div."));
    }

    [Fact]
    public async Task Lets_thirty_writers_change_one_row_without_losing_a_change()
    {
        await using var house = await TestAgency.Open();
        await using (var work = await house.Begin())
        {
            await work.Execute("INSERT INTO follower (name, position, moved_at) VALUES ('x', 0, 0)", null, Stop);
            await work.Commit(Stop);
        }
        await Task.WhenAll(
            Enumerable
                .Range(0, 30)
                .Select(async _ =>
                {
                    await using var work = await house.Begin();
                    await work.Execute("UPDATE follower SET position = position + 1 WHERE name = 'x'", null, Stop);
                    await work.Commit(Stop);
                })
        );
        await using var read = await house.Records.Read(Stop);
        (await read.One("SELECT position FROM follower", null, r => r.Number("position"), Stop)).ShouldBe(30);
    }
}
