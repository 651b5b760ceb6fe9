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
        var run = FfmpegRun.Start(Path, arguments, background: true);
        // A blocked pipe does not hear a token; ending the process closes both ends.
        await using var ending = limit.Token.Register(run.End);
        var feeding = Feed(run, feed, limit.Token);
        try
        {
            await take(run.Output, limit.Token);
            await feeding;
            await run.WaitForEnd(limit.Token);
            limit.Token.ThrowIfCancellationRequested();
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            stop.ThrowIfCancellationRequested();
            throw new FfmpegException($"ffmpeg took longer than {timeout.TotalSeconds:0} s and was ended. {run.LastWords}");
        }
        finally
        {
            await run.DisposeAsync();
            // Whoever called may close the evidence next: nothing may still be reading it.
            await feeding.ContinueWith(
                static _ => { },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );
        }
    }

    static async Task Feed(FfmpegRun run, Func<Stream, CancellationToken, Task>? feed, CancellationToken stop)
    {
        try
        {
            if (feed is not null)
                await feed(new Pipe(run.Input), stop);
            run.Input.Close();
        }
        catch (PipeClosed)
        {
            // It has all it wants, or it failed, and then its exit code says so.
        }
        catch
        {
            run.End(); // what it made of half its input is worth nothing
            throw;
        }
    }

    sealed class PipeClosed(IOException why) : IOException(why.Message, why);

    /// <summary>Tells ffmpeg's closed stdin apart from a failure to read the evidence, which is an IOException too.</summary>
    sealed class Pipe(Stream to) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => to.Flush();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                to.Write(buffer);
            }
            catch (IOException closed)
            {
                throw new PipeClosed(closed);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
        {
            try
            {
                await to.WriteAsync(buffer, stop);
            }
            catch (IOException closed)
            {
                throw new PipeClosed(closed);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
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
