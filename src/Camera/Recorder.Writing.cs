using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>How the recorder writes: clips opened and closed, fragments sealed, the manifest signed, and what happens when the disk says no.</summary>
public sealed partial class Recorder
{
    void Record(TimedFragment timed) =>
        Guarded(() =>
        {
            var recording = open!.Recording;
            if (
                recording.States.Any(s =>
                    s.State == RecordingState.Stopped && timed.StartedAt >= s.From && !(timed.StartedAt >= s.Until)
                )
            )
            {
                CloseClip();
                return;
            }
            if (
                open.Clip is { } old
                && timed.Fragment.StartsWithKeyframe
                && timed.StartedAt - old.StartedAt >= settings.ClipLength
            )
                CloseClip();
            if (open.Clip is null && !OpenNext(timed))
                return;
            open.Clip!.Write(MaySound(recording, timed) ? timed.Fragment : Sound.Off(timed.Fragment, init!), timed);
            open.Write(open.Clip.Keep());
            if (recording.Is(RecordingState.Stopped))
                CloseClip();
        });

    /// <summary>A clip begins at a keyframe; what comes before one cannot be played and is let go.</summary>
    bool OpenNext(TimedFragment first)
    {
        if (init is null || !first.Fragment.StartsWithKeyframe)
            return false;
        var clip = OpenClip.Begin(open!.Folder, open.Recording.NextClipNumber, evidence, first);
        open.Clip = clip;
        open.Write(new JournalFact.ClipOpened(first.StartedAt, clip.Number, clip.Id));
        clip.Write(init);
        return true;
    }

    /// <summary>
    /// Sound is kept only when no part of the fragment's sound, which may begin before its picture and end after it, falls into a
    /// mute or into a buffer without sound.
    /// </summary>
    bool MaySound(Recording recording, TimedFragment timed)
    {
        var (from, until) = Sound.Span(timed);
        return !recording.Was(RecordingState.Muted, from, until) && (recording.PreEventSound || from >= recording.ActivatedAt);
    }

    void CloseClip()
    {
        if (open?.Clip is not { } clip)
            return;
        open.Write(clip.Finish());
        open.DropClip();
    }

    void Close(ActivationCause? cause)
    {
        if (open is null)
            return;
        Guarded(() =>
        {
            CloseClip();
            if (clock.Reading is { } reading)
                open.Write(new JournalFact.ClockCompared(clock.Now(), reading));
            open.Write(new JournalFact.Deactivated(open.EndsAt ?? clock.Now(), cause ?? new("unknown")));
        });
        if (open is not null)
            SealAndForget();
    }

    /// <summary>
    /// Does it, and when the disk says no: gives back the reserve, ends the recording at what the disk already holds, and says so.
    /// </summary>
    void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e) when (open is not null)
        {
            say($"The disk failed: {e.Message} Recording {open.Recording.Id} ends here.");
            home.SpendReserve();
            var failed = open.Recording;
            open.DropClip();
            try
            {
                if (failed.Open is { } clip)
                    open.Write(PowerCut.CloseClip(open.Folder, clip));
                open.Write(new JournalFact.Deactivated(clock.Now(), new("disk-failed", e.Message)));
                SealAndForget();
            }
            catch (IOException again)
            {
                // The next start closes this recording as after a power cut.
                say($"Recording {failed.Id} will be closed at the next start: {again.Message}");
                Forget();
            }
        }
    }

    void SealAndForget()
    {
        var recording = open!.Recording;
        try
        {
            say(
                chain.Seal(open.Folder, recording)
                    ? $"Recording {recording.Id} ended: {recording.ClosedClips.Count()} clip(s), manifest {chain.Sequence}."
                    : $"Recording {recording.Id} ended without a picture: only its journal is kept."
            );
        }
        catch (IOException e)
        {
            // Everything promised is on disk; the next start signs the manifest.
            say($"Recording {recording.Id} ended and will be signed at the next start: {e.Message}");
        }
        Forget();
    }

    /// <summary>Between recordings the clock follows the system's, and what is in the buffer moves with it.</summary>
    void FollowClock()
    {
        var moved = clock.Follow();
        if (moved != Duration.Zero)
            buffer.Move(moved);
    }

    void Forget()
    {
        var closed = open!.Closed;
        open.Dispose();
        open = null;
        mayBeShown = false;
        announce = true;
        FollowClock();
        closed.TrySetResult();
    }

    bool announce;

    void Announce()
    {
        bool now;
        lock (guard)
            (now, announce) = (announce, false);
        if (!now)
            return;
        ClipReady?.Invoke();
        ShownChanged?.Invoke();
    }
}
