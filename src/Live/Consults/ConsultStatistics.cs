namespace Lapel.Live;

/// <summary>How long something took, over those in which it happened.</summary>
/// <param name="Of">How many there were in which it could have happened.</param>
/// <param name="Count">In how many it did; the figures are over these.</param>
/// <param name="Within">How many within the target.</param>
public sealed record Took(int Of, int Count, double? MedianSeconds, double? P90Seconds, int Within)
{
    public static Took Over(int of, IEnumerable<Duration> lengths, Duration target)
    {
        var sorted = lengths.Select(l => l.TotalSeconds).Order().ToList();
        return new(of, sorted.Count, At(sorted, 0.5), At(sorted, 0.9), sorted.Count(s => s <= target.TotalSeconds));
    }

    // Nearest rank: with few consults a figure between two of them would be one that nobody lived through.
    static double? At(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)], 1);
}

public sealed record OutcomeCount(string Code, string Words, int Count);

/// <summary>What came of the presses of a time. Every figure stands beside what it is a part of.</summary>
/// <param name="Asked">Presses.</param>
/// <param name="Withdrawn">Of those, withdrawn before anybody accepted.</param>
/// <param name="ResolvedOnScene">Of <paramref name="Ended"/>.</param>
/// <param name="TransportsAvoided">Of <paramref name="Ended"/>; by outcome, not by what might have been.</param>
public sealed record ConsultStatistics(
    int Asked,
    int Accepted,
    int Withdrawn,
    int Ended,
    int NobodyOnCall,
    Took ToAccept,
    Took ToMedia,
    Took ToSpeaking,
    Took Length,
    int TargetSeconds,
    int ResolvedOnScene,
    int TransportsAvoided,
    IReadOnlyList<OutcomeCount> Outcomes,
    IReadOnlyList<OutcomeCount> Consents
)
{
    public static ConsultStatistics Of(IReadOnlyList<Consult> consults, LivePolicy policy)
    {
        var accepted = consults.Where(c => c.AcceptedAt is not null).ToList();
        var ended = consults.Where(c => c.State == ConsultState.Ended).ToList();
        var target = Duration.FromSeconds(policy.TargetSeconds);
        return new(
            consults.Count,
            accepted.Count,
            consults.Count(c => c.State == ConsultState.Withdrawn),
            ended.Count,
            consults.Count(c => c.AlertedAt is not null),
            Took.Over(consults.Count, accepted.Select(c => c.AcceptedAt!.Value - c.AskedAt), target),
            Took.Over(
                consults.Count,
                consults.Where(c => c.MediaAt is not null).Select(c => c.MediaAt!.Value - c.AskedAt),
                target
            ),
            Took.Over(
                consults.Count,
                consults.Where(c => c.SpeakingAt is not null).Select(c => c.SpeakingAt!.Value - c.AskedAt),
                target
            ),
            Took.Over(accepted.Count, ended.Select(c => c.EndedAt!.Value - c.AcceptedAt!.Value), Duration.MaxValue),
            policy.TargetSeconds,
            ended.Count(c => policy.OutcomeOf(c.Outcome) is { Resolved: true }),
            ended.Count(c => policy.OutcomeOf(c.Outcome) is { Transport: "avoided" }),
            [
                .. policy.Outcomes.Select(o => new OutcomeCount(o.Code, o.Words, ended.Count(c => c.Outcome == o.Code))),
                // Codes of an earlier policy are counted under their code rather than lost.
                .. ended
                    .Where(c => policy.OutcomeOf(c.Outcome) is null)
                    .GroupBy(c => c.Outcome!)
                    .Select(g => new OutcomeCount(g.Key, g.Key, g.Count())),
            ],
            [.. policy.Consents.Select(c => new OutcomeCount(c.Key, c.Value, ended.Count(e => e.Consent == c.Key)))]
        );
    }
}
