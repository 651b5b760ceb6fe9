using System.Security.Cryptography;

namespace Lapel.Live;

public enum SourceKind
{
    /// <summary>The camera pushes by SRT, with a passphrase that Lapel made.</summary>
    Srt,

    /// <summary>The camera pushes by RTMPS, or RTMP where the operator allows that, with a stream key that Lapel made.</summary>
    Rtmp,

    /// <summary>Lapel asks the camera by RTSP.</summary>
    Rtsp,
}

/// <summary>How a camera that is not ours streams. Whoever gave it declared that the camera records by itself whenever it streams.</summary>
/// <param name="Port">Where the camera pushes to by SRT; by RTMP all push to one.</param>
/// <param name="Address">Where RTSP is asked for, without name and password.</param>
/// <param name="SecretAt">When its passphrase, key or password was given.</param>
/// <param name="AllowedAt">A stream of it that was killed later keeps it off.</param>
public sealed record LiveSource(
    CameraId Camera,
    SourceKind Kind,
    int? Port,
    string? Address,
    Instant GivenAt,
    string DeclaredBy,
    Instant SecretAt,
    Instant AllowedAt
);

static class LiveSources
{
    // Nobody has to read it out: 119 bits, without letters that look alike.
    const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>A passphrase for SRT, a stream key for RTMP.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Letters, 24);

    public static readonly Refusal NotFound = new(
        "live-source-not-found",
        "This camera has no live source.",
        RefusalKind.NotFound
    );

    public static readonly Refusal Off = new(
        "live-sources-off",
        "This server takes no streams of other cameras: its configuration names no ports for them.",
        RefusalKind.Conflict
    );

    public static readonly Refusal OtherWay = new(
        "live-source-kind",
        "This server takes no streams of that kind: its configuration names no port for them.",
        RefusalKind.Conflict
    );

    public static readonly Refusal Killed = new(
        "live-source-killed",
        "A stream of it was ended for everybody; somebody has to let it be shown again.",
        RefusalKind.Conflict
    );

    /// <summary>Why a source may not be given.</summary>
    public static Refusal? WhyNotGive(Camera? camera, LiveSource? there, SourceKind kind, Uri? address, bool declared) =>
        camera is null ? Cameras.NotFound
        : camera.Kind == CameraKind.Phone ? new("live-source-phone", "A phone streams from its own page.", RefusalKind.Conflict)
        : camera.State == CameraState.Enrolled
            ? new("live-source-enrolled", "This camera has a key of its own and shows itself live.", RefusalKind.Conflict)
        : there is not null
            ? new("live-source-there", "This camera has a live source: revoke it before giving another.", RefusalKind.Conflict)
        : !declared
            ? new(
                "live-source-undeclared",
                "A stream exists only while the camera records. Declare that this camera records by itself whenever it streams, or do not give it a source."
            )
        : kind == SourceKind.Rtsp && (address is null || address.Scheme is not ("rtsp" or "rtsps") || address.Host.Length == 0)
            ? new("live-source-address", "An RTSP address is as rtsp://camera.example/stream.")
        : kind == SourceKind.Rtsp && address!.UserInfo.Length > 0
            ? new("live-source-address", "Name and password have fields of their own: an address is shown, they are not.")
        : null;

    /// <summary>Why it is not shown now, in words for its page; none when it may be.</summary>
    public static Refusal? WhyNotShow(Camera camera, Officer? wearer, bool killed) =>
        camera.State is CameraState.Revoked or CameraState.Lost
            ? new("live-source-camera-gone", "The camera is revoked or lost.", RefusalKind.Conflict)
        : wearer is null ? new("live-source-unworn", "No officer wears the camera.", RefusalKind.Conflict)
        : killed ? Killed
        : null;

    public static async Task<Refusal?> WhyNotShow(Reading reading, LiveSource source, Instant now, CancellationToken stop)
    {
        var camera = await Cameras.Find(reading, source.Camera, stop);
        var wearer = await Assignments.WearerOf(reading, source.Camera, now, stop);
        var killed = await reading.Any(
            "SELECT 1 FROM live_session WHERE camera = @Camera AND why = 'killed' AND ended_at >= @AllowedAt",
            new { source.Camera, source.AllowedAt },
            stop
        );
        return camera is null ? Cameras.NotFound : WhyNotShow(camera, wearer, killed);
    }

    public static Task<LiveSource?> Find(Reading reading, CameraId camera, CancellationToken stop) =>
        reading.One("SELECT * FROM live_source WHERE camera = @camera", new { camera }, From, stop);

    public static Task<IReadOnlyList<LiveSource>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM live_source ORDER BY given_at, camera", null, From, stop);

    public static async Task Give(Work work, LiveSource source, CancellationToken stop)
    {
        await work.Execute(
            """
            INSERT INTO live_source (camera, kind, port, address, given_at, declared_by, secret_at, allowed_at)
            VALUES (@Camera, @kind, @Port, @Address, @GivenAt, @DeclaredBy, @SecretAt, @AllowedAt)
            """,
            new
            {
                source.Camera,
                kind = Words<SourceKind>.Of(source.Kind),
                source.Port,
                source.Address,
                source.GivenAt,
                source.DeclaredBy,
                source.SecretAt,
                source.AllowedAt,
            },
            stop
        );
        work.Append(new CustodyEvent.LiveSourceGiven(source.Camera, Words<SourceKind>.Of(source.Kind)));
    }

    public static async Task Rotate(Work work, CameraId camera, CancellationToken stop)
    {
        await work.Execute("UPDATE live_source SET secret_at = @Now WHERE camera = @camera", new { camera, work.Now }, stop);
        work.Append(new CustodyEvent.LiveSourceRotated(camera));
    }

    public static async Task Resume(Work work, CameraId camera, CancellationToken stop)
    {
        await work.Execute("UPDATE live_source SET allowed_at = @Now WHERE camera = @camera", new { camera, work.Now }, stop);
        work.Append(new CustodyEvent.LiveSourceResumed(camera));
    }

    public static async Task Revoke(Work work, CameraId camera, string reason, CancellationToken stop)
    {
        await work.Execute("DELETE FROM live_source WHERE camera = @camera", new { camera }, stop);
        work.Append(new CustodyEvent.LiveSourceRevoked(camera, reason));
    }

    static LiveSource From(Row row) =>
        new(
            row.Id<Nouns.Camera>("camera"),
            row.Word<SourceKind>("kind"),
            (int?)row.NumberOrNull("port"),
            row.TextOrNull("address"),
            row.Time("given_at"),
            row.Text("declared_by"),
            row.Time("secret_at"),
            row.Time("allowed_at")
        );
}
