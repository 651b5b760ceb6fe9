using Lapel.Governance;

namespace Lapel.Tests.Governance;

public sealed class Wilsons_interval
{
    // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Agrees_with_the_published_examples(long successes, long size, double low, double high)
    {
        var (l, h) = Wilson.Of(successes, size);
        l.ShouldBe(low, 0.00006);
        h.ShouldBe(high, 0.00006);
    }
}

public sealed class Hidden_cells
{
    [Fact]
    public void No_small_cell_follows_from_what_is_shown_in_random_tables()
    {
        var random = new Random(3);
        for (var round = 0; round < 400; round++)
        {
            var (units, kinds) = (random.Next(2, 5), random.Next(2, 5));
            var values = Enumerable
                .Range(0, units * kinds)
                .Select(_ =>
                    (long)(
                        random.Next(3) switch
                        {
                            0 => 0,
                            1 => random.Next(1, 5),
                            _ => random.Next(5, 9),
                        }
                    )
                )
                .ToList();
            var relations = Enumerable
                .Range(0, kinds)
                .Select(k => new Suppression.Relation([.. Enumerable.Range(0, units).Select(u => (u * kinds + k, 1))]))
                .Concat(
                    random.Next(2) == 0
                        ? []
                        : Enumerable
                            .Range(0, units)
                            .Select(u => new Suppression.Relation([
                                .. Enumerable.Range(0, kinds).Select(k => (u * kinds + k, 1)),
                            ]))
                )
                .ToList();
            var hidden = Suppression.Hide(values, relations);
            values.Index().Where(v => Suppression.IsSmall(v.Item)).ShouldAllBe(v => hidden.Contains(v.Index));
            // A reader who tries every table: each small cell can have another value and all that is known still holds.
            foreach (var (cell, value) in values.Index().Where(v => Suppression.IsSmall(v.Item)))
            {
                // But when all that is not empty around it is hidden, there is nothing left to hide it behind.
                var company = relations.Where(r => r.Terms.Any(t => t.Cell == cell)).SelectMany(r => r.Terms).Select(t => t.Cell);
                if (company.Any(c => values[c] > 0 && !hidden.Contains(c)))
                    Another(values, relations, hidden, cell).ShouldBeTrue($"round {round}: cell {cell} = {value} is given away");
            }
        }
    }

    /// <summary>Whether adding or taking one in the cell can be made good elsewhere among the hidden: looked for by search.</summary>
    static bool Another(
        IReadOnlyList<long> values,
        IReadOnlyList<Suppression.Relation> relations,
        IReadOnlySet<int> hidden,
        int cell
    )
    {
        foreach (var step in new[] { 1L, -1L })
        {
            var table = values.ToArray();
            table[cell] += step;
            if (table[cell] >= 0 && Repair(table, [cell], 0))
                return true;
        }
        return false;

        bool Repair(long[] table, HashSet<int> touched, int depth)
        {
            var broken = relations.FirstOrDefault(r =>
                r.Terms.Sum(t => t.Sign * table[t.Cell]) != r.Terms.Sum(t => t.Sign * values[t.Cell])
            );
            if (broken is null)
                return true;
            if (depth > 12)
                return false;
            var off = broken.Terms.Sum(t => t.Sign * (table[t.Cell] - values[t.Cell]));
            foreach (var (other, sign) in broken.Terms.Where(t => hidden.Contains(t.Cell) && !touched.Contains(t.Cell)))
            {
                var kept = table[other];
                table[other] -= off * sign;
                if (table[other] >= 0 && Repair(table, [.. touched, other], depth + 1))
                    return true;
                table[other] = kept;
            }
            return false;
        }
    }

    [Fact]
    public void What_two_subjects_tell_together_is_hidden_as_well()
    {
        // covered 90 + 2 in one unit, 80 + 7 in the other; the same things as noticed 60 + 32 and 50 + 37.
        long[] values = [90, 2, 60, 32, 80, 7, 50, 37];
        List<Suppression.Relation> relations =
        [
            .. Enumerable.Range(0, 4).Select(k => new Suppression.Relation([(k, 1), (4 + k, 1)])),
            new([(0, 1), (1, 1), (2, -1), (3, -1)]),
            new([(4, 1), (5, 1), (6, -1), (7, -1)]),
        ];
        var hidden = Suppression.Hide(values, relations);
        hidden.ShouldContain(1);
        hidden.Count.ShouldBeGreaterThan(2, "hiding 2 and 7 is not enough: the notices say how many were covered");
        Suppression.Determined(hidden, relations).ShouldNotContain(1);
    }
}
