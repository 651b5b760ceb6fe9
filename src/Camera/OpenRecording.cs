namespace Lapel.CameraProgram;

/// <summary>The recording that is going on: its journal on disk and, beside it, what the journal says.</summary>
sealed class OpenRecording : IDisposable
{
    readonly Journal journal;

    OpenRecording(RecordingFolder folder, Journal journal, Recording recording) =>
        (Folder, this.journal, Recording) = (folder, journal, recording);

    public RecordingFolder Folder { get; }

    public Recording Recording { get; }

    /// <summary>None while stopped, while the source is lost, and before the first keyframe.</summary>
    public OpenClip? Clip { get; set; }

    /// <summary>When somebody asked for the end; the fragment of that moment is still awaited.</summary>
    public Instant? EndsAt { get; set; }

    public ActivationCause? EndCause { get; set; }

    public bool SourceIsLost { get; set; }

    /// <summary>How far the system clock had moved when that was last written down.</summary>
    public long ClockMovedMs { get; set; }

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static OpenRecording Begin(Home home, JournalFact.Activated begun)
    {
        var folder = home.Folder(begun.Recording);
        var journal = Journal.Create(folder);
        try
        {
            journal.Write(begun);
            journal.Sync();
        }
        catch
        {
            journal.Dispose();
            throw;
        }
        return new(folder, journal, new(begun));
    }

    /// <summary>On disk when this returns.</summary>
    public void Write(JournalFact fact)
    {
        WriteUnsynced(fact);
        journal.Sync();
    }

    /// <summary>On disk with the next fact that is synced, a second later at most while media comes.</summary>
    public void WriteUnsynced(JournalFact fact)
    {
        journal.Write(fact);
        Recording.Apply(fact);
    }

    /// <summary>Lets go of the open clip, finished or not.</summary>
    public void DropClip()
    {
        Clip?.Dispose();
        Clip = null;
    }

    public void Dispose()
    {
        DropClip();
        journal.Dispose();
    }
}
