namespace Lapel.Tests.CameraProgram;

/// <summary>A clock moved by hand. <see cref="Pass"/> is time passing; <see cref="Set"/> is somebody setting the system clock.</summary>
sealed class HandClock : TimeProvider
{
    DateTimeOffset now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);
    long timestamp;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => timestamp;

    public void Pass(TimeSpan by)
    {
        now += by;
        timestamp += by.Ticks;
    }

    public void Set(TimeSpan by) => now += by;
}
