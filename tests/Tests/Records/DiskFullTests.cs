using Lapel.Records;

namespace Lapel.Tests.Records;

/// <summary>A database without room says so in its own words; both are understood.</summary>
[Trait("engine", "both")]
public sealed class DiskFullTests
{
    [Fact]
    public async Task A_database_that_may_not_grow_is_a_full_disk()
    {
        await using var agency = await TestAgency.Open();
        await using var work = await agency.Begin();
        var full = await Should.ThrowAsync<Exception>(() => Grow(work));
        DiskFull.Is(full).ShouldBeTrue(full.ToString());
        DiskFull.Is(new InvalidOperationException("around it", full)).ShouldBeTrue();
    }

    // SQLite may have three pages more than it has; PostgreSQL has no such bound, so it is told to say what a full disk makes it say.
    static async Task Grow(Work work)
    {
        if (Postgres.Chosen)
        {
            await work.Execute(
                "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
                null,
                default
            );
            return;
        }
        await work.Execute("PRAGMA max_page_count = 1", null, default); // never below what is there already
        for (var i = 0; i < 100; i++)
            await work.Execute(
                "INSERT INTO follower (name, position, moved_at) VALUES (@name, 0, @Now)",
                new { name = $"{i}-{new string('x', 4000)}", work.Now },
                default
            );
    }

    [Fact]
    public void A_file_that_may_not_grow_is_a_full_disk()
    {
        using var never = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        DiskFull.Is(Should.Throw<IOException>(() => never.Write([1]))).ShouldBeTrue();
    }

    [Fact]
    public void Other_troubles_are_not() => DiskFull.Is(new IOException("The file is gone.")).ShouldBeFalse();
}
