namespace Lapel.Live;

public enum LiveState
{
    Live,

    /// <summary>Nothing is shown for now: the recording is stopped, muted or averted.</summary>
    Paused,

    Ended,
}

/// <summary>A camera's picture of one event. It exists only while the camera records; nothing of it is kept.</summary>
/// <param name="Unit">The officer's unit at the start: whose supervisors may watch.</param>
/// <param name="Recording">The id that the recording will have in evidence.</param>
/// <param name="Why">Code of what paused or ended it.</param>
/// <param name="SeenAt">The camera's latest report, server clock.</param>
public sealed record LiveSession(
    LiveSessionId Id,
    CameraId Camera,
    OfficerId? Officer,
    UnitId? Unit,
    RecordingId Recording,
    LiveState State,
    string? Why,
    Instant StartedAt,
    Instant SeenAt,
    Instant? EndedAt,
    Position? Position
);

/// <summary>What a camera says about itself with every report, at least every five seconds.</summary>
/// <param name="Recording">False as soon as it only buffers.</param>
/// <param name="State">The reasoned state inside the recording; none when it simply records.</param>
/// <param name="ReasonCode">Why it is in that state.</param>
/// <param name="Place">What kind of place it is in, in a word of the policy; none when not said.</param>
public sealed record StreamReport(
    bool Recording,
    RecordingState? State = null,
    string? ReasonCode = null,
    string? Place = null,
    Position? Position = null
);

public static class LiveSessions
{
    public static readonly Refusal NotFound = new(
        "live-session-not-found",
        "There is no such live session, or none that you may watch.",
        RefusalKind.NotFound
    );

    public static readonly Refusal Over = new(
        "live-session-ended",
        "The live session has ended. The recording becomes evidence when the camera is docked.",
        RefusalKind.Conflict
    );

    /// <summary>
    /// Why nothing may be shown now. Some of these end the session and some only pause it: see <see cref="Ends"/>.
    /// </summary>
    public static Refusal? WhyNotStream(StreamReport report, LivePolicy policy) =>
        !report.Recording
            ? new(
                "stream-needs-recording",
                "A session exists only while the camera records: never from the buffer, and it ends with the recording.",
                RefusalKind.Conflict
            )
        : report.Place is { } place && policy.ExcludedPlaces.Contains(place)
            ? new("stream-excluded-place", "Nothing is streamed from this kind of place.", RefusalKind.Conflict)
        : report.ReasonCode is { } reason && policy.RefusalReasons.Contains(reason)
            ? new(
                "stream-refused-by-occupant",
                "Somebody in a private place refused; the session ends with that.",
                RefusalKind.Conflict
            )
        : report.State switch
        {
            null => null,
            RecordingState.Stopped => new("stream-stopped", "The recording is stopped for a reason.", RefusalKind.Conflict),
            RecordingState.Muted => new("stream-muted", "The recording is muted for a reason.", RefusalKind.Conflict),
            RecordingState.Averted => new("stream-averted", "The lens is turned away for a reason.", RefusalKind.Conflict),
            _ => throw new ArgumentOutOfRangeException(nameof(report)),
        };

    /// <summary>Whether this no is for good, rather than until the camera reports otherwise.</summary>
    public static bool Ends(Refusal why) =>
        why.Code is "stream-needs-recording" or "stream-excluded-place" or "stream-refused-by-occupant";

    /// <summary>What the session shows: so that whatever happens to the one stands in the custody of the other.</summary>
    internal static async Task<RecordingId?> RecordingOf(Reading reading, LiveSessionId id, CancellationToken stop) =>
        (await Find(reading, id, stop))?.Recording;

    public static Task<LiveSession?> Find(Reading reading, LiveSessionId id, CancellationToken stop) =>
        reading.One("SELECT * FROM live_session WHERE id = @id", new { id }, From, stop);

    /// <summary>Streams that have not ended, the newest first.</summary>
    public static Task<IReadOnlyList<LiveSession>> Open(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT * FROM live_session WHERE ended_at IS NULL ORDER BY started_at DESC, id", null, From, stop);

    public static Task<LiveSession?> OpenOf(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.One(
            "SELECT * FROM live_session WHERE officer = @officer AND ended_at IS NULL ORDER BY started_at DESC",
            new { officer },
            From,
            stop
        );

    public static Task<LiveSession?> OpenOf(Reading reading, CameraId camera, CancellationToken stop) =>
        reading.One("SELECT * FROM live_session WHERE camera = @camera AND ended_at IS NULL", new { camera }, From, stop);

    /// <summary>How much of a camera's way a map shows.</summary>
    public const int TrackMinutes = 15;

    /// <summary>Where a session's camera has been in its last minutes, by its own clock, oldest first.</summary>
    public static Task<IReadOnlyList<Position>> Track(Reading reading, LiveSessionId session, CancellationToken stop) =>
        reading.Many(
            """
            SELECT * FROM live_track
            WHERE session = @session AND at >= (SELECT max(at) FROM live_track WHERE session = @session) - @span
            ORDER BY at
            """,
            new { session, span = TrackMinutes * 60_000_000L },
            row => new Position(row.Time("at"), row.Real("latitude"), row.Real("longitude"), null),
            stop
        );

    internal static async Task Insert(Work work, LiveSession session, CancellationToken stop)
    {
        await work.Execute(
            """
            INSERT INTO live_session (id, camera, officer, unit, recording, state, why, started_at, seen_at)
            VALUES (@Id, @Camera, @Officer, @Unit, @Recording, @state, @Why, @StartedAt, @SeenAt)
            """,
            new
            {
                session.Id,
                session.Camera,
                session.Officer,
                session.Unit,
                session.Recording,
                state = Words<LiveState>.Of(session.State),
                session.Why,
                session.StartedAt,
                session.SeenAt,
            },
            stop
        );
        await Place(work, session.Id, session.Position, stop);
    }

    internal static Task Note(Work work, LiveSessionId id, LiveState state, string? why, CancellationToken stop) =>
        work.Execute(
            "UPDATE live_session SET state = @state, why = @why, seen_at = @Now WHERE id = @id AND ended_at IS NULL",
            new
            {
                id,
                state = Words<LiveState>.Of(state),
                why,
                work.Now,
            },
            stop
        );

    internal static async Task Place(Work work, LiveSessionId session, Position? position, CancellationToken stop)
    {
        if (position is null || double.Abs(position.Latitude) > 90 || double.Abs(position.Longitude) > 180)
            return;
        await work.Execute(
            "UPDATE live_session SET latitude = @Latitude, longitude = @Longitude, position_at = @At WHERE id = @session",
            new
            {
                session,
                position.Latitude,
                position.Longitude,
                position.At,
            },
            stop
        );
        await work.Execute(
            """
            INSERT INTO live_track (session, at, latitude, longitude) VALUES (@session, @At, @Latitude, @Longitude)
            ON CONFLICT (session, at) DO NOTHING
            """,
            new
            {
                session,
                position.At,
                position.Latitude,
                position.Longitude,
            },
            stop
        );
    }

    /// <returns>Whether it had not ended before.</returns>
    internal static async Task<bool> End(Work work, LiveSessionId id, string why, CancellationToken stop)
    {
        var ended = await work.Execute(
            "UPDATE live_session SET state = 'ended', why = @why, ended_at = @Now WHERE id = @id AND ended_at IS NULL",
            new
            {
                id,
                why,
                work.Now,
            },
            stop
        );
        await work.Execute("DELETE FROM live_track WHERE session = @id", new { id }, stop);
        return ended > 0;
    }

    static LiveSession From(Row row) =>
        new(
            row.Id<Nouns.LiveSession>("id"),
            row.Id<Nouns.Camera>("camera"),
            row.IdOrNull<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Id<Nouns.Recording>("recording"),
            row.Word<LiveState>("state"),
            row.TextOrNull("why"),
            row.Time("started_at"),
            row.Time("seen_at"),
            row.TimeOrNull("ended_at"),
            row.RealOrNull("latitude") is { } latitude
                ? new(row.Time("position_at"), latitude, row.Real("longitude"), null)
                : null
        );
}
