using Lapel.Records;

namespace Lapel.Tests.Records;

[Trait("engine", "both")]
public sealed class A_row
{
    static readonly CancellationToken Stop = CancellationToken.None;

    const string Rows = """
        SELECT CAST(1 AS BIGINT) AS place, CAST(0 AS BIGINT) AS number, 'Zoë Nguyễn' AS text UNION ALL
        SELECT 2, NULL, '' UNION ALL
        SELECT 3, 9223372036854775807, NULL UNION ALL
        SELECT 4, -1, 'Zoe' UNION ALL
        SELECT 5, -1, 'Zoe' ORDER BY place
        """;

    [Fact]
    public async Task Tells_nothing_from_zero_and_from_the_empty_text_on_both_engines()
    {
        await using var house = await TestAgency.Open();
        await using var reading = await house.Records.Read(Stop);
        (await reading.Many(Rows, null, row => (row.NumberOrNull("number"), row.TextOrNull("text")), Stop)).ShouldBe([
            (0, "Zoë Nguyễn"),
            (null, ""),
            (long.MaxValue, null),
            (-1, "Zoe"),
            (-1, "Zoe"),
        ]);
    }

    [Fact]
    public async Task Is_read_in_any_order_of_columns_and_not_the_same_in_every_row()
    {
        await using var house = await TestAgency.Open();
        await using var reading = await house.Records.Read(Stop);
        var read = await reading.Many(
            Rows,
            null,
            row =>
                row.Number("place") % 2 == 0
                    ? $"{row.TextOrNull("text")} {row.NumberOrNull("number")} {row.TextOrNull("text")}"
                    : $"{row.NumberOrNull("number")} {row.TextOrNull("text")}",
            Stop
        );
        read.ShouldBe(["0 Zoë Nguyễn", "  ", "9223372036854775807 ", "Zoe -1 Zoe", "-1 Zoe"]);
    }

    [Fact]
    public async Task Refuses_to_read_a_value_out_of_nothing()
    {
        await using var house = await TestAgency.Open();
        await using var reading = await house.Records.Read(Stop);
        Task Read(string column, Func<Row, string, object> how) =>
            reading.Many($"SELECT NULL AS {column}", null, row => how(row, column), Stop);
        await Should.ThrowAsync<InvalidCastException>(() => Read("number", (row, name) => row.Number(name)));
    }
}
