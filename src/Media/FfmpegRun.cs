using System.ComponentModel;
using System.Diagnostics;

namespace Lapel.Media;

/// <summary>One running ffmpeg. Its stdout has to be read, or it stands still.</summary>
public sealed class FfmpegRun : IAsyncDisposable
{
    readonly Process process;
    readonly Task listening;
    readonly LastLines words = new();

    FfmpegRun(Process process)
    {
        this.process = process;
        listening = Listen();
    }

    /// <summary>What ffmpeg writes to stdout.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>What ffmpeg reads from stdin. Dispose it to say that nothing more comes.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    public int ProcessId => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>The last lines of stderr, in one.</summary>
    public string LastWords => words.Text;

    internal static FfmpegRun Start(string path, FfmpegArguments arguments, bool background)
    {
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments.List)
            start.ArgumentList.Add(argument);
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        try
        {
            var process = Process.Start(start) ?? throw new FfmpegException($"{path} could not be started.");
            if (background)
                Lower(process);
            return new(process);
        }
        catch (Win32Exception failure)
        {
            throw new FfmpegException($"{path} could not be started: {failure.Message}.");
        }
    }

    /// <summary>
    /// Asks it to finish in order (the key q on stdin, so no signal can reach another process) and waits; ends it after the grace.
    /// Somebody has to keep reading <see cref="Output"/> meanwhile: the last fragment comes now. Not for runs that are fed on stdin.
    /// </summary>
    public async Task Finish(TimeSpan grace, CancellationToken stop)
    {
        try
        {
            await Input.WriteAsync("q"u8.ToArray(), stop);
            await Input.FlushAsync(stop);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // It ended by itself in between.
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            End();
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="FfmpegException">It failed.</exception>
    public async Task WaitForEnd(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop);
        await listening;
        if (process.ExitCode != 0)
            throw new FfmpegException($"ffmpeg failed with code {process.ExitCode}: {LastWords}");
    }

    public async ValueTask DisposeAsync()
    {
        End();
        await process.WaitForExitAsync(CancellationToken.None);
        await listening;
        process.Dispose();
    }

    // By .NET's own handle, which knows whether the process has been waited for: never by a number that may be somebody else's by now.
    internal void End()
    {
        try
        {
            process.Kill(entireProcessTree: false); // does nothing when it has ended
        }
        catch (InvalidOperationException)
        {
            // Waited for and disposed: nothing is left to end.
        }
    }

    async Task Listen()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
            words.Add(line);
    }

    // Renditions give way to recording and to people. Refusal is no reason not to run.
    static void Lower(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return;
        }
    }
}

/// <summary>The end of what a process said: eight lines, a screen's width and a half each.</summary>
sealed class LastLines
{
    const int Lines = 8;
    const int Width = 240;
    readonly Queue<string> kept = new();

    public string Text
    {
        get
        {
            lock (kept)
                return string.Join(" / ", kept);
        }
    }

    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (kept)
        {
            kept.Enqueue(line.Length > Width ? line[..Width] : line.Trim());
            if (kept.Count > Lines)
                kept.Dequeue();
        }
    }
}
