namespace Lapel.Tests;

/// <summary>A clock that stands where the test puts it.</summary>
public sealed class TestClock : TimeProvider
{
    long ticks = new DateTimeOffset(2026, 11, 21, 7, 0, 0, TimeSpan.Zero).Ticks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
