using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// The camera's clock. Inside a recording it runs on the monotonic timer from one anchor, so that the times in a manifest keep
/// their order and distances when somebody sets the system clock; between recordings it follows the system clock again.
/// How far it is from the server's clock is measured at every session and travels in the manifest.
/// </summary>
public sealed class CameraClock(TimeProvider system)
{
    readonly Lock guard = new();
    Instant anchor = system.Now();
    long anchorTimestamp = system.GetTimestamp();
    ClockReading? reading;

    public Instant Now()
    {
        lock (guard)
            return Time.FromMicroseconds(anchor.ToMicroseconds() + Elapsed());
    }

    /// <summary>The last comparison with the server, in terms of this clock as it now runs.</summary>
    public ClockReading? Reading
    {
        get
        {
            lock (guard)
                return reading;
        }
    }

    /// <summary>How far the system clock has moved away from this one, milliseconds; positive when somebody set it forward.</summary>
    public long MovedMs() => (system.Now().ToMicroseconds() - Now().ToMicroseconds()) / 1000;

    /// <summary>Follows the system clock again. Only between recordings.</summary>
    /// <returns>By how much this clock jumped.</returns>
    public Duration Follow()
    {
        lock (guard)
        {
            var before = anchor.ToMicroseconds() + Elapsed();
            anchor = system.Now();
            anchorTimestamp = system.GetTimestamp();
            var movedUs = anchor.ToMicroseconds() - before;
            if (reading is { } r)
                reading = r with
                {
                    OffsetMs = r.OffsetMs + movedUs / 1000,
                    MeasuredAt = Time.FromMicroseconds(r.MeasuredAt.ToMicroseconds() + movedUs),
                };
            return Duration.FromTicks(movedUs * 10);
        }
    }

    /// <summary>
    /// Compares with the server as NTP does (RFC 5905, clause 8): asked and answered are on this clock, received and sent on the
    /// server's. What the server took to answer cancels out; the error left is at most half the round trip.
    /// </summary>
    public ClockReading Compare(Instant asked, Instant answered, Instant received, Instant sent)
    {
        var thereUs = asked.ToMicroseconds() - received.ToMicroseconds();
        var backUs = answered.ToMicroseconds() - sent.ToMicroseconds();
        var taken = new ClockReading((thereUs + backUs) / 2000, Math.Max(0, (backUs - thereUs) / 1000), answered);
        lock (guard)
            if (
                reading is not { } last
                || taken.MeasuredAt - last.MeasuredAt > Duration.FromMinutes(1)
                || taken.RoundTripMs < last.RoundTripMs
            )
                reading = taken;
        return taken;
    }

    /// <summary>Keeps the reading for a restart of the program.</summary>
    public void Save(string path)
    {
        if (Reading is { } taken)
            Durable.WriteFile(path, JsonSerializer.SerializeToUtf8Bytes(new Kept(BootId(), taken), LapelJson.Strict));
    }

    /// <summary>Takes a kept reading, but only from this boot: without a battery the clock starts anywhere after the next one.</summary>
    public void Load(string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            if (JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(path), LapelJson.Strict) is { } kept && kept.Boot == BootId())
                lock (guard)
                    reading ??= kept.Reading;
        }
        catch (JsonException)
        {
            // An unreadable reading is no reading; the next session takes another.
        }
    }

    long Elapsed() => (long)system.GetElapsedTime(anchorTimestamp).TotalMicroseconds;

    static string BootId() =>
        File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    sealed record Kept(string Boot, ClockReading Reading);
}
