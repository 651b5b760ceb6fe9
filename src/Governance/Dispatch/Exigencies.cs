namespace Lapel.Governance;

/// <summary>
/// Exigencies as dispatch writes them: a word of the policy's list, or nothing. What is not on the list would change nothing when a call
/// is judged, so a person is told at once and a file's row is flagged.
/// </summary>
static class Exigencies
{
    /// <summary>Those that a person can choose for what began then: of the version in force, or of the first when it came later.</summary>
    public static async Task<IReadOnlyList<Exigency>> At(Reading reading, Instant began, CancellationToken stop)
    {
        var all = await Policies.AllInForce(reading, stop);
        return (all.LastOrDefault(p => p.From <= began) ?? all.FirstOrDefault())?.Policy.Exigencies ?? [];
    }

    /// <summary>Codes and labels of every version, and the code that each means: a file may tell of years.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Known(Reading reading, CancellationToken stop)
    {
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var policy in await Policies.AllInForce(reading, stop))
        foreach (var exigency in policy.Policy.Exigencies)
            known[exigency.Label] = known[exigency.Code] = exigency.Code;
        return known;
    }

    /// <param name="stood">What is written already may stay, though another version has it no more.</param>
    public static Refusal? WhyNot(IReadOnlyList<Exigency> offered, string? asked, string? stood = null) =>
        string.IsNullOrWhiteSpace(asked) || asked.Trim() == stood || offered.Any(e => e.Code == asked.Trim()) ? null
        : offered.Count == 0 ? new("exigency-unknown", "The policy that was in force then names no exigencies.")
        : new("exigency-unknown", $"Choose one of the policy's exigencies: {Codes(offered)}.");

    static string Codes(IEnumerable<Exigency> offered) => string.Join(", ", offered.Select(e => e.Code));

    public static IReadOnlyList<Choice> Choices(IReadOnlyList<Exigency> offered, string? stood) =>
        [
            new("", "None"),
            .. offered.Select(e => new Choice(e.Code, e.Label)),
            .. stood is not null && offered.All(e => e.Code != stood)
                ? new[] { new Choice(stood, $"{stood} (not in the policy)") }
                : [],
        ];
}
