using Lapel.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lapel.Tests.Records;

[Trait("engine", "both")]
public sealed class Followers_and_jobs
{
    static readonly CancellationToken Stop = CancellationToken.None;

    sealed class Counts : IFollower
    {
        public string Name => "counts";
        public int FailAt { get; set; } = -1;

        public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
        {
            if (entries.Any(e => e.Position == FailAt))
                throw new InvalidDataException("cannot digest this entry");
            await work.Execute(
                """
                INSERT INTO follower (name, position, moved_at) VALUES ('seen', @n, 0)
                ON CONFLICT (name) DO UPDATE SET position = follower.position + @n
                """,
                new { n = (long)entries.Count },
                stop
            );
        }
    }

    static async Task RunFor(Func<CancellationToken, Task> loop, Func<Task<bool>> until)
    {
        using var stopping = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var running = loop(stopping.Token);
        while (!await until() && !stopping.IsCancellationRequested)
            await Task.Delay(20);
        var inTime = !stopping.IsCancellationRequested;
        await stopping.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        inTime.ShouldBeTrue("it did not happen within two minutes");
    }

    static async Task<long> Position(TestAgency house, string name)
    {
        await using var read = await house.Records.Read(Stop);
        return await read.One("SELECT position FROM follower WHERE name = @name", new { name }, r => r.Number("position"), Stop);
    }

    [Fact]
    public async Task A_follower_sees_every_entry_once_across_restarts()
    {
        var counts = new Counts();
        await using var house = await TestAgency.Open();
        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < 100; i++)
                await house.AppendSignIn();
            await house.Log.Integrate(Stop);
            var expected = round * 100;
            var followers = new Followers(house.Records, house.Log, [counts], NullLogger<Followers>.Instance);
            await RunFor(followers.Run, async () => await Position(house, "counts") == expected);
        }
        (await Position(house, "seen")).ShouldBe(300);
    }

    [Fact]
    public async Task A_follower_that_cannot_digest_an_entry_stands_still_says_why_and_goes_on_when_mended()
    {
        var counts = new Counts { FailAt = 3 };
        await using var house = await TestAgency.Open();
        for (var i = 0; i < 5; i++)
            await house.AppendSignIn();
        await house.Log.Integrate(Stop);
        var followers = new Followers(house.Records, house.Log, [counts], NullLogger<Followers>.Instance);
        await RunFor(
            followers.Run,
            async () =>
            {
                await using var read = await house.Records.Read(Stop);
                var state = (await followers.States(read, Stop)).SingleOrDefault(s => s.Name == "counts");
                if (state?.Trouble == "cannot digest this entry")
                    counts.FailAt = -1;
                return state is { Position: 5, Trouble: null };
            }
        );
        (await Position(house, "seen")).ShouldBe(5);
    }

    sealed class Flaky : IJob
    {
        public int Runs { get; private set; }
        public string Kind => "flaky";

        public Task Run(string subject, CancellationToken stop) =>
            ++Runs < 2 ? throw new IOException("the first try fails") : Task.CompletedTask;
    }

    [Fact]
    public async Task A_job_that_fails_is_tried_again_later_and_then_gone()
    {
        var flaky = new Flaky();
        await using var house = await TestAgency.Open();
        await using (var work = await house.Begin())
        {
            await Jobs.Enqueue(work, "flaky", "one", Stop);
            await Jobs.Enqueue(work, "flaky", "one", Stop);
            await work.Commit(Stop);
        }
        var jobs = new Jobs(house.Records, [flaky], house.Clock, NullLogger<Jobs>.Instance);
        await RunFor(
            jobs.Run,
            async () =>
            {
                await using var read = await house.Records.Read(Stop);
                if ((await Jobs.InTrouble(read, Stop)) is [{ Trouble: "the first try fails" }])
                    house.Clock.Advance(TimeSpan.FromSeconds(5));
                return flaky.Runs == 2 && !await read.Any("SELECT 1 FROM job", null, Stop);
            }
        );
    }

    sealed class Endless : IJob
    {
        public string Kind => "endless";

        public bool IsLong => true;

        public Task Run(string subject, CancellationToken stop) => Task.Delay(Timeout.Infinite, stop);
    }

    sealed class Quick : IJob
    {
        public string Kind => "quick";

        public Task Run(string subject, CancellationToken stop) => Task.CompletedTask;
    }

    [Fact]
    public async Task A_short_job_does_not_wait_behind_a_long_one()
    {
        await using var house = await TestAgency.Open();
        await using (var work = await house.Begin())
        {
            await Jobs.Enqueue(work, "endless", "one", Stop);
            await Jobs.Enqueue(work, "quick", "one", Stop);
            await work.Commit(Stop);
        }
        var jobs = new Jobs(house.Records, [new Endless(), new Quick()], house.Clock, NullLogger<Jobs>.Instance);
        await RunFor(
            jobs.Run,
            async () =>
            {
                await using var read = await house.Records.Read(Stop);
                return await read.Any("SELECT 1 FROM job WHERE kind = 'endless' AND attempts = 1", null, Stop)
                    && !await read.Any("SELECT 1 FROM job WHERE kind = 'quick'", null, Stop);
            }
        );
    }
}
