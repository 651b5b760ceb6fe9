using System.Collections.Concurrent;

namespace Lapel.Ingest;

/// <summary>
/// Slows guessing at enrolment codes: so many attempts per remote address and minute. A code has 100 random bits, so this protects the
/// server's time rather than the code.
/// </summary>
public sealed class EnrolmentLimit(IngestSettings settings, TimeProvider clock)
{
    const int MostAddresses = 10_000;

    readonly ConcurrentDictionary<string, (long Minute, int Count)> attempts = new();

    public Refusal? WhyNotTry(string address)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (attempts.Count > MostAddresses)
            attempts.Clear(); // an attacker with that many addresses is not slowed by counting them
        var now = attempts.AddOrUpdate(
            address,
            (minute, 1),
            (_, was) => was.Minute == minute ? (minute, was.Count + 1) : (minute, 1)
        );
        return now.Count <= settings.EnrolmentsPerMinute
            ? null
            : new("enrolment-too-often", "Too many attempts to enrol from this address. Wait a minute.", RefusalKind.TooMany);
    }
}
