using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lapel.Cli;

/// <summary>A .NET program of Lapel's that this process started; it is stopped by its id, in order, when disposed.</summary>
sealed partial class Child : IAsyncDisposable
{
    readonly Process process;
    readonly TaskCompletionSource<string?> awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    Child(Process process) => this.process = process;

    public bool HasEnded => process.HasExited;

    public Task Ended(CancellationToken stop) => process.WaitForExitAsync(stop);

    /// <param name="clock">None: the real one.</param>
    /// <param name="line">Asked for each line of output; the first for which it answers is what <see cref="Said"/> returns.</param>
    public static Child Start(
        string program,
        IEnumerable<string> arguments,
        Func<string, string?>? line = null,
        Action<string>? echo = null,
        SetBack? clock = null
    )
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in clock?.Environment ?? [])
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var child = new Child(process);
        void Hear(string? said)
        {
            if (said is null)
                return;
            echo?.Invoke(said);
            if (line?.Invoke(said) is { } found)
                child.awaited.TrySetResult(found);
        }
        process.OutputDataReceived += (_, said) => Hear(said.Data);
        process.ErrorDataReceived += (_, said) => Hear(said.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => child.awaited.TrySetResult(null);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>What the program said that was waited for; none when it ended first.</summary>
    public Task<string?> Said(CancellationToken stop) => awaited.Task.WaitAsync(stop);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and what it said.</returns>
    public static async Task<(int Code, string Output)> Run(
        string program,
        IEnumerable<string> arguments,
        CancellationToken stop,
        SetBack? clock = null
    )
    {
        var output = new System.Text.StringBuilder();
        await using var child = Start(
            program,
            arguments,
            echo: said =>
            {
                lock (output)
                    output.AppendLine(said);
            },
            clock: clock
        );
        await child.process.WaitForExitAsync(stop);
        lock (output)
            return (child.process.ExitCode, output.ToString().Trim());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            const int Terminate = 15;
            _ = kill(process.Id, Terminate); // programs close their files in order on it
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
        process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
