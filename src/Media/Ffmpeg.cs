namespace Lapel.Media;

/// <summary>The installed ffmpeg, as separate processes: no shell, no library, no state.</summary>
public sealed record Ffmpeg(string Path)
{
    /// <exception cref="FfmpegException">ffmpeg is not installed; the message says what to do.</exception>
    public static Ffmpeg Find() => throw new FfmpegException("Not yet.");

    public static Ffmpeg? TryFind() => null;

    /// <summary>Starts it. The caller owns the run: disposing it ends that one process.</summary>
    public FfmpegRun Start(FfmpegArguments arguments) => throw new FfmpegException("Not yet.");

    /// <summary>Runs to the end, feeding stdin and keeping stdout up to a limit.</summary>
    /// <exception cref="FfmpegException">It failed; the message ends with its last words.</exception>
    public Task<byte[]> Run(FfmpegArguments arguments, Func<Stream, CancellationToken, Task>? feed, int maxOutputBytes, TimeSpan timeout, CancellationToken stop) =>
        throw new FfmpegException("Not yet.");
}

public sealed class FfmpegException(string message) : Exception(message);

/// <summary>One running ffmpeg.</summary>
public sealed class FfmpegRun : IAsyncDisposable
{
    /// <summary>What ffmpeg writes to stdout.</summary>
    public Stream Output => Stream.Null;

    public Stream Input => Stream.Null;

    public int ProcessId => 0;

    /// <summary>Asks it to finish in order (SIGINT: it writes out what it has), then waits; kills it after the grace.</summary>
    public Task Finish(TimeSpan grace, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Waits for the end.</summary>
    /// <exception cref="FfmpegException">It failed.</exception>
    public Task WaitForEnd(CancellationToken stop) => Task.CompletedTask;

    /// <summary>The last lines of stderr.</summary>
    public string LastWords => "";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
