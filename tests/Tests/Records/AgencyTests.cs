using Lapel.Records;

namespace Lapel.Tests.Records;

[Trait("engine", "both")]
public sealed class Agencies_on_one_server
{
    static readonly CancellationToken Stop = CancellationToken.None;

    static Task FoundLog(Agency agency)
    {
        CustodyLog.Found(agency);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Share_no_record_no_key_and_no_log()
    {
        await using var house = await TestAgency.Open();
        var peel = await house.Agencies.Found(new("peel", "Peel Police", "America/Toronto", false), FoundLog, Stop);
        await house.AppendSignIn();
        await house.Log.Integrate(Stop);

        peel.ShouldNotBeNull();
        await using var read = await peel.Get<AgencyRecords>().Read(Stop);
        (await read.Any("SELECT 1 FROM custody_entry", null, Stop)).ShouldBeFalse();
        peel.Get<CustodyLog>().Verifier.ToString().ShouldNotBe(house.Log.Verifier.ToString());
        house.Log.Prove(0).WhyNotValid(peel.Get<CustodyLog>().Verifier).ShouldNotBeNull();
        peel.Folder.Root.ShouldNotBe(house.Agency.Folder.Root);
    }

    [Fact]
    public async Task Are_not_founded_twice()
    {
        await using var house = await TestAgency.Open();
        (await house.Agencies.Found(new("york", "Another York", "America/Toronto", false), FoundLog, Stop)).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1a")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("York")]
    [InlineData("a\"; DROP SCHEMA x")]
    public async Task Have_short_names_that_are_safe_in_paths_and_schemas(string slug)
    {
        await using var house = await TestAgency.Open();
        await Should.ThrowAsync<ArgumentException>(() => house.Agencies.Found(new(slug, "X", "UTC", false), FoundLog, Stop));
    }

    [Fact]
    public async Task Do_not_start_on_records_made_with_another_text_of_a_migration()
    {
        var url = await Postgres.NewDatabase();
        var data = Directory.CreateTempSubdirectory("lapel-test-").FullName;
        var first = await TestAgency.Open(data: data, url: url);
        await using (var work = await first.Begin())
        {
            await work.Execute("UPDATE migration SET digest = 'sha256:0'", null, Stop);
            await work.Commit(Stop);
        }
        await first.Agencies.DisposeAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => TestAgency.Open(data: data, url: url))).Message.ShouldContain(
            "another text"
        );
        Directory.Delete(data, true);
    }
}
