using Lapel.Records;

namespace Lapel.Tests.Records;

[Trait("engine", "both")]
public sealed class The_custody_log
{
    static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task Gives_every_committed_fact_a_receipt_that_verifies()
    {
        await using var house = await TestAgency.Open();
        var arrivals = new List<long>();
        for (var i = 0; i < 20; i++)
            arrivals.Add(await house.AppendSignIn());
        await house.Log.Integrate(Stop);
        foreach (var arrival in arrivals)
        {
            var receipt = await house.Log.ReceiptOf(arrival, Stop);
            receipt.WhyNotValid(house.Log.Verifier).ShouldBeNull();
            receipt.ReadEntry().Actor.Name.ShouldBe("Ada Clerk");
        }
        house.Log.Size.ShouldBe(20);
    }

    [Fact]
    public async Task Keeps_its_order_and_its_head_when_the_house_is_opened_again()
    {
        var url = await Postgres.NewDatabase();
        var data = Directory.CreateTempSubdirectory("lapel-test-").FullName;
        Checkpoint head;
        var first = await TestAgency.Open(data: data, url: url);
        for (var i = 0; i < 300; i++)
            await first.AppendSignIn();
        await first.Log.Integrate(Stop);
        head = first.Log.Head;
        await first.Agencies.DisposeAsync();

        await using var again = await TestAgency.Open(data: data, url: url);
        again.Log.Head.ShouldBe(head);
        await again.AppendSignIn();
        await again.Log.Integrate(Stop);
        again.Log.Size.ShouldBe(301);
    }

    [Fact]
    public async Task Goes_on_after_death_between_giving_positions_and_writing_tiles()
    {
        await using var house = await TestAgency.Open();
        await house.AppendSignIn();
        await house.Log.Integrate(Stop);
        await house.AppendSignIn();
        // What the records look like when the integrator died after its first durable step.
        await using (var work = await house.Begin())
        {
            await work.Execute("UPDATE custody_entry SET position = 1 WHERE position IS NULL", null, Stop);
            await work.Commit(Stop);
        }
        await house.AppendSignIn();
        await house.Log.Integrate(Stop);
        house.Log.Size.ShouldBe(3);
        await using var read = await house.Records.Read(Stop);
        (await house.Log.Entries(read, 0, 10, Stop)).Select(e => e.Position).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Refuses_to_go_on_with_records_that_are_older_than_itself()
    {
        await using var house = await TestAgency.Open();
        await house.AppendSignIn();
        await house.AppendSignIn();
        await house.Log.Integrate(Stop);
        await using (var work = await house.Begin())
        {
            await work.Execute("DELETE FROM custody_entry WHERE position = 1", null, Stop);
            await work.Commit(Stop);
        }
        (await Should.ThrowAsync<InvalidDataException>(() => house.Log.Integrate(Stop))).Message.ShouldContain(
            "records are older than the log"
        );
        house.Log.Size.ShouldBe(2);
    }

    [Fact]
    public async Task Integrates_what_many_writers_append_at_once_without_gaps()
    {
        await using var house = await TestAgency.Open();
        using var stopping = new CancellationTokenSource();
        var running = house.Log.Run(stopping.Token);
        var receipts = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(async _ => await house.Log.ReceiptOf(await house.AppendSignIn(), Stop))
        );
        await stopping.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        receipts.Select(r => r.ReadProof().Index).Order().ShouldBe(Enumerable.Range(0, 60).Select(i => (long)i));
        receipts.ShouldAllBe(r => r.WhyNotValid(house.Log.Verifier) == null);
    }
}
