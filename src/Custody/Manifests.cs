namespace Lapel.Custody;

/// <summary>
/// Whether a manifest agrees with itself. This needs no key, no file and no database: the same answer on the camera, in the
/// server and at the defence's desk. Whether it is <em>true</em> is the business of admission, which compares it with what
/// arrived.
/// </summary>
public static class Manifests
{
    public const int Version = 1;

    /// <summary>Encoders stamp frames and cameras stamp events by different paths; two seconds hide no missing
    /// evidence.</summary>
    static readonly Duration Slack = Duration.FromSeconds(2);

    /// <summary>No battery lasts that long; more is a broken clock.</summary>
    static readonly Duration LongestRecording = Duration.FromDays(7);

    // A camera whose clock battery died says 1970; nothing honest says more than these.
    static readonly Instant Earliest = Instant.FromUtc(1970, 1, 1, 0, 0);
    static readonly Instant Latest = Instant.FromUtc(2200, 1, 1, 0, 0);

    static readonly Duration LongestPreEvent = Duration.FromMinutes(10);

    const int NameLength = 200;
    const int CodeLength = 64;
    const int TextLength = 2_000;

    /// <returns>A sentence about the first thing that does not fit; none when everything does.</returns>
    public static string? WhyNotConsistent(Manifest manifest) =>
        WhyNotChain(manifest)
        ?? WhyNotTimes(manifest)
        ?? WhyNotPreEvent(manifest)
        ?? WhyNotWords(manifest)
        ?? WhyNotClock(manifest.Clock)
        ?? WhyNotClips(manifest)
        ?? WhyNotStates(manifest)
        ?? WhyNotBookmarks(manifest)
        ?? WhyNotPositions(manifest);

    static string? WhyNotChain(Manifest manifest)
    {
        if (manifest.V != Version)
            return $"The manifest has version {manifest.V}; this reads version {Version}.";
        if (manifest.Sequence < 1)
            return "A camera's manifests are numbered from 1.";
        if (manifest.Sequence == 1 && manifest.Previous is not null)
            return "A camera's first manifest has no previous one.";
        if (manifest.Sequence > 1 && manifest.Previous is null)
            return $"Manifest {manifest.Sequence} does not name the one before it.";
        return null;
    }

    static string? WhyNotTimes(Manifest manifest)
    {
        if (manifest.StartedAt < Earliest || manifest.EndedAt > Latest)
            return "The recording's times are before 1970 or after 2200.";
        if (manifest.ActivatedAt < manifest.StartedAt)
            return "The recording was activated before its first frame.";
        if (manifest.EndedAt < manifest.ActivatedAt)
            return "The recording ended before it was activated.";
        if (manifest.EndedAt - manifest.StartedAt > LongestRecording)
            return "The recording is longer than seven days.";
        return null;
    }

    static string? WhyNotPreEvent(Manifest manifest)
    {
        if (manifest.PreEventMs < 0 || manifest.PreEventMs > LongestPreEvent.TotalMilliseconds)
            return "The pre-event buffer's length is negative or longer than ten minutes.";
        var kept = Duration.FromMilliseconds(manifest.PreEventMs);
        var shown = manifest.ActivatedAt - manifest.StartedAt;
        if (kept - shown > Slack || shown - kept > Slack)
            return "The pre-event buffer's length does not fit the time between first frame and activation.";
        if (manifest.PreEventSound && manifest.PreEventMs == 0)
            return "A pre-event buffer without length cannot have sound.";
        return null;
    }

    static string? WhyNotWords(Manifest manifest)
    {
        if (!IsWord(manifest.Software, NameLength))
            return "The manifest does not name the camera's software.";
        if (manifest.Officer is { } officer && !(IsWord(officer.Badge, NameLength) && IsWord(officer.Name, NameLength)))
            return "The manifest names an officer without badge or name.";
        if (!IsCause(manifest.StartCause))
            return "The manifest does not say what started the recording.";
        if (!IsCause(manifest.EndCause))
            return "The manifest does not say what ended the recording.";
        return null;
    }

    // A clock years off is reported, not refused: the recording is still evidence.
    static string? WhyNotClock(ClockReading? clock) =>
        clock is { RoundTripMs: < 0 } ? "The clock was measured over a negative round trip." : null;

    static string? WhyNotClips(Manifest manifest)
    {
        if (manifest.Clips.Count == 0)
            return "The recording has no clip.";
        var ids = new HashSet<ClipId>();
        var digests = new HashSet<ClaimedDigest>();
        ClipEntry? before = null;
        foreach (var clip in manifest.Clips)
        {
            var number = (before?.Number ?? 0) + 1;
            if (clip.Number != number)
                return $"Where clip {number} is due, the manifest lists clip {clip.Number}.";
            if (!ids.Add(clip.Id))
                return $"Clip {number} has the id of an earlier clip.";
            if (!digests.Add(clip.SealedDigest))
                return $"Clip {number} has the digest of an earlier clip.";
            if (WhyNotClip(clip, manifest) is { } why)
                return why;
            if (before is not null && clip.StartedAt < before.StartedAt)
                return $"Clip {number} began before clip {before.Number}.";
            if (before is not null && before.EndedAt > clip.StartedAt + Slack)
                return $"Clip {before.Number} ended after clip {number} had begun.";
            before = clip;
        }
        return null;
    }

    static string? WhyNotClip(ClipEntry clip, Manifest manifest)
    {
        if (clip.EndedAt < clip.StartedAt)
            return $"Clip {clip.Number} ended before it began.";
        if (!IsInside(manifest, clip.StartedAt) || !IsInside(manifest, clip.EndedAt))
            return $"Clip {clip.Number} lies outside its recording.";
        if (!clip.Complete && (manifest.Ending != Ending.PowerCut || clip.Number != manifest.Clips.Count))
            return $"Clip {clip.Number} is incomplete, which only the last clip before a loss of power can be.";
        try
        {
            if (SealedFormat.ClearLength(clip.SealedLengthBytes, clip.Complete) != clip.ClearLengthBytes)
                return $"Clip {clip.Number} cannot hold {clip.ClearLengthBytes} bytes of media in its {clip.SealedLengthBytes}.";
        }
        catch (SealBrokenException)
        {
            return $"Clip {clip.Number} cannot be {clip.SealedLengthBytes} bytes long.";
        }
        return null;
    }

    static string? WhyNotStates(Manifest manifest)
    {
        // Different states may overlap (muted while averted); one state may not overlap itself.
        var until = new Dictionary<RecordingState, Instant>();
        foreach (var span in manifest.States)
        {
            var end = span.Until ?? manifest.EndedAt;
            var word = Word(span.State);
            if (!IsInside(manifest, span.From) || !IsInside(manifest, end))
                return $"A '{word}' state lies outside the recording.";
            if (span.Until < span.From)
                return $"A '{word}' state ended before it began.";
            if (until.TryGetValue(span.State, out var earlier) && span.From < earlier)
                return $"Two '{word}' states overlap or are out of order.";
            if (!IsWord(span.ReasonCode, CodeLength))
                return $"A '{word}' state has no reason.";
            if (span.Text?.Length > TextLength)
                return $"The text of a '{word}' state is longer than {TextLength} characters.";
            foreach (var said in new[] { span.Place, span.AskedBy, span.Supervisor })
                if (said is not null && !IsWord(said, CodeLength))
                    return $"Place, asker and supervisor of a '{word}' state are words of at most {CodeLength} characters.";
            until[span.State] = span.Until ?? Instant.MaxValue;
        }
        return null;
    }

    static string? WhyNotBookmarks(Manifest manifest)
    {
        Instant? before = null;
        foreach (var mark in manifest.Bookmarks)
        {
            if (!IsInside(manifest, mark.At))
                return "A bookmark lies outside the recording.";
            if (mark.At < before)
                return "The bookmarks are not in the order of time.";
            if (mark.Label?.Length > TextLength)
                return $"A bookmark's label is longer than {TextLength} characters.";
            before = mark.At;
        }
        return null;
    }

    static string? WhyNotPositions(Manifest manifest)
    {
        Instant? before = null;
        foreach (var position in manifest.Positions)
        {
            if (!IsInside(manifest, position.At))
                return "A position lies outside the recording.";
            if (position.At < before)
                return "The positions are not in the order of time.";
            // Written so that a NaN fails too.
            if (!(Math.Abs(position.Latitude) <= 90 && Math.Abs(position.Longitude) <= 180))
                return "A position is not on the earth.";
            if (position.AccuracyMetres is { } accuracy && !(accuracy >= 0 && double.IsFinite(accuracy)))
                return "A position's accuracy is not a distance.";
            before = position.At;
        }
        return null;
    }

    static bool IsInside(Manifest manifest, Instant at) => at >= manifest.StartedAt - Slack && at <= manifest.EndedAt + Slack;

    static bool IsCause(ActivationCause cause) => IsWord(cause.Trigger, CodeLength) && !(cause.Detail?.Length > TextLength);

    static bool IsWord(string text, int atMost) => !string.IsNullOrWhiteSpace(text) && text.Length <= atMost;

    static string Word(RecordingState state) =>
        state switch
        {
            RecordingState.Stopped => "stopped",
            RecordingState.Muted => "muted",
            RecordingState.Averted => "averted",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
        };
}
