namespace Lapel.Ingest;

/// <summary>What an operator may set about ingest; the defaults are for one server with its own disk.</summary>
public sealed record IngestSettings
{
    /// <summary>The longest upload, bytes: four hours at 30 Mbit/s and some.</summary>
    public long MaxUploadBytes { get; init; } = 64L << 30;

    /// <summary>Free bytes that ingest never promises away: records, log and receipts must be writable when cameras are refused.</summary>
    public long ReserveBytes { get; init; } = 2L << 30;

    /// <summary>The same as a share of the whole disk; the larger of both counts.</summary>
    public double ReserveShare { get; init; } = 0.05;

    /// <summary>How long an incomplete upload waits for its camera. Complete ones wait for ever.</summary>
    public Duration UploadLifetime { get; init; } = Duration.FromDays(14);

    /// <summary>How long a camera may use one session before it proves its key again.</summary>
    public Duration SessionLifetime { get; init; } = Duration.FromHours(12);

    /// <summary>A transfer that has brought nothing for so long may be taken over by the camera's next request.</summary>
    public Duration Silence { get; init; } = Duration.FromSeconds(3);

    /// <summary>Enrolment attempts that one address may make in a minute.</summary>
    public int EnrolmentsPerMinute { get; init; } = 10;

    /// <summary>What cameras are asked to stay below, kilobits per second; none when they may use what there is.</summary>
    public long? BandwidthKbps { get; init; }
}
