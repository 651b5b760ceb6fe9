namespace Lapel.Media;

/// <summary>The installed ffmpeg, run as separate processes: no shell, no library, no state.</summary>
public sealed record Ffmpeg(string Path)
{
    const string HowToInstall =
        "ffmpeg is not installed (on Debian: apt install ffmpeg). Until it is, cameras cannot record here and filmstrips, waveforms and "
        + "proxies wait; uploads, custody and playing originals do not need it.";

    /// <exception cref="FfmpegException">ffmpeg is not installed; the message says what to do.</exception>
    public static Ffmpeg Find() => TryFind() ?? throw new FfmpegException(HowToInstall);

    public static Ffmpeg? TryFind() => Installed.Find("ffmpeg") is { } path ? new(path) : null;

    /// <summary>Starts it. The caller owns the run: disposing it ends that one process.</summary>
    /// <exception cref="FfmpegException">It could not be started.</exception>
    public FfmpegRun Start(FfmpegArguments arguments) => FfmpegRun.Start(Path, arguments, background: false);

    /// <summary>Runs to the end at low priority, feeding stdin and keeping what it writes.</summary>
    /// <param name="feed">Writes stdin; null for none. What it throws comes through.</param>
    /// <exception cref="FfmpegException">It failed, wrote more than allowed or took too long; the message ends with its last words.</exception>
    public async Task<byte[]> Run(
        FfmpegArguments arguments,
        Func<Stream, CancellationToken, Task>? feed,
        int maxOutputBytes,
        TimeSpan timeout,
        CancellationToken stop
    )
    {
        var kept = new MemoryStream();
        await Run(arguments, feed, Keep, timeout, stop);
        return kept.ToArray();

        async Task Keep(Stream output, CancellationToken within)
        {
            var buffer = new byte[64 << 10];
            while (await output.ReadAsync(buffer, within) is > 0 and var got)
            {
                if (kept.Length + got > maxOutputBytes)
                    throw new FfmpegException($"ffmpeg wrote more than {maxOutputBytes} bytes.");
                kept.Write(buffer, 0, got);
            }
        }
    }

    /// <summary>As above, with the output taken as it comes.</summary>
    public async Task Run(
        FfmpegArguments arguments,
        Func<Stream, CancellationToken, Task>? feed,
        Func<Stream, CancellationToken, Task> take,
        TimeSpan timeout,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        await using var run = FfmpegRun.Start(Path, arguments, background: true);
        try
        {
            var feeding = Feed(run, feed, limit.Token);
            await take(run.Output, limit.Token);
            await feeding;
            await run.WaitForEnd(limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new FfmpegException($"ffmpeg took longer than {timeout.TotalSeconds:0} s and was ended. {run.LastWords}");
        }
    }

    static async Task Feed(FfmpegRun run, Func<Stream, CancellationToken, Task>? feed, CancellationToken stop)
    {
        try
        {
            if (feed is not null)
                await feed(run.Input, stop);
            await run.Input.DisposeAsync();
        }
        catch (IOException) when (run.Input.CanWrite)
        {
            // It has closed its end: it has all it wants, or it failed, and then its exit code says so.
        }
    }
}

/// <summary>The message is a sentence for people, with ffmpeg's last words where it had any.</summary>
public sealed class FfmpegException(string message) : Exception(message);

/// <summary>Looks a program up in PATH, as a shell would.</summary>
static class Installed
{
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
