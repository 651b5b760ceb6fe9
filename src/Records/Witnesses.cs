using System.Collections.Concurrent;

namespace Lapel.Records;

/// <summary>Outside witnesses as configured: where to ask, and the key whose cosignature is believed.</summary>
public sealed record WitnessAddress(Uri Url, NoteKey Key);

public sealed record WitnessState(string Name, WitnessOutcome Outcome, string Sentence, Instant AskedAt);

/// <summary>
/// Asks outside witnesses to cosign the head of an agency's log, so that the operator cannot show different histories to different
/// people. The log never waits for them: a cosignature adds to a checkpoint that already stands.
/// </summary>
public sealed class Witnesses(CustodyLog log, IReadOnlyList<WitnessAddress> addresses, TimeProvider clock)
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    static readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    readonly ConcurrentDictionary<string, WitnessState> states = new();

    public IReadOnlyCollection<WitnessState> States => [.. states.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];

    public int Count => addresses.Count;

    public async Task Run(CancellationToken stop)
    {
        if (addresses.Count == 0)
            return;
        var witnesses = addresses.Select(a => new Witness(http, a.Url, a.Key)).ToList();
        while (true)
        {
            var size = log.Size;
            await Task.WhenAll(witnesses.Select(witness => Ask(witness, stop)));
            await Task.Delay(Pause, stop); // at most one round in ten seconds, however busy the log
            if (states.Values.All(s => s.Outcome == WitnessOutcome.Cosigned))
                await log.Grown(size, stop);
        }
    }

    async Task Ask(Witness witness, CancellationToken stop)
    {
        var answer = await witness.Ask(log.Tiles, stop);
        states[witness.Name] = new(witness.Name, answer.Outcome, answer.Sentence, clock.Now());
    }
}
