using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Lapel.Scenarios;

/// <summary>A process that a test started: what it says is kept, and it is ended by its own id and no other way.</summary>
sealed partial class OwnProcess : IAsyncDisposable
{
    static readonly TimeSpan LongestGoodbye = Wait.Patiently;

    readonly Process process;
    readonly StringBuilder said = new();
    readonly List<(string Start, TaskCompletionSource<string> Heard)> awaited = [];

    int disposed;

    OwnProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public static OwnProcess Start(
        string program,
        IEnumerable<string> arguments,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var own = new OwnProcess(new Process { StartInfo = start });
        own.process.OutputDataReceived += (_, line) => own.Hear(line.Data);
        own.process.ErrorDataReceived += (_, line) => own.Hear(line.Data);
        own.process.Start();
        own.process.StandardInput.Close();
        own.process.BeginOutputReadLine();
        own.process.BeginErrorReadLine();
        return own;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Said)> Run(
        string program,
        IEnumerable<string> arguments,
        params (string, string)[] environment
    )
    {
        await using var own = Start(program, arguments, environment);
        return (await own.Exit(TimeSpan.FromMinutes(5)), own.Said.Trim());
    }

    /// <summary>The rest of the first line that begins so; it may have been said already.</summary>
    public async Task<string> Line(string start, TimeSpan patience)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (said)
        {
            foreach (var line in said.ToString().Split('\n'))
                if (line.StartsWith(start, StringComparison.Ordinal))
                    return line[start.Length..];
            awaited.Add((start, heard));
        }
        await Task.WhenAny(heard.Task, process.WaitForExitAsync(), Task.Delay(patience));
        return heard.Task.IsCompleted
            ? await heard.Task
            : throw new TimeoutException(
                $"'{start}…' was not said ({(process.HasExited ? "the process ended" : "it is still running")}):\n{Said}"
            );
    }

    /// <summary>It has said this, anywhere. What a process says arrives later than what it does.</summary>
    public Task Says(string text) => Wait.Until($"it says '{text}'", () => Said.Contains(text, StringComparison.Ordinal));

    public async Task<int> Exit(TimeSpan patience)
    {
        using var enough = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {patience.TotalSeconds:0} s:\n{Said}");
        }
        return process.ExitCode;
    }

    /// <summary>Loss of power, as far as a process can feel it: nothing is flushed, nothing is said.</summary>
    public async Task Kill()
    {
        const int KillNow = 9;
        _ = kill(process.Id, KillNow);
        await process.WaitForExitAsync();
    }

    /// <summary>It stands still, holding what it holds, until it is <see cref="GoOn"/>.</summary>
    public void StandStill() => kill(process.Id, 19);

    public void GoOn() => kill(process.Id, 18);

    /// <summary>Processes that this one started and that run now, with their command lines.</summary>
    public static IReadOnlyList<(int Id, string Command)> ChildrenOf(int parent) =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
                .Where(id => id > 0 && ParentOf(id) == parent)
                .Select(id => (id, Read($"/proc/{id}/cmdline").Replace('\0', ' '))),
        ];

    static int ParentOf(int id)
    {
        var status = Read($"/proc/{id}/stat");
        return status.LastIndexOf(')') is > 0 and var name
            ? int.Parse(status[(name + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
            : 0;
    }

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // gone while we looked
        }
    }

    /// <summary>An orderly end, as a service manager asks for it.</summary>
    public async Task<int> Stop()
    {
        const int Terminate = 15;
        if (!process.HasExited)
            _ = kill(process.Id, Terminate);
        return await Exit(LongestGoodbye);
    }

    /// <summary>Most memory that it ever held, MiB.</summary>
    public double PeakMemoryMiB => Memory("VmHWM:");

    public double MemoryMiB => Memory("VmRSS:");

    double Memory(string field) =>
        File.ReadLines($"/proc/{process.Id}/status")
            .Where(line => line.StartsWith(field, StringComparison.Ordinal))
            .Select(line =>
                double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
                / 1024
            )
            .Single();

    void Hear(string? line)
    {
        if (line is null)
            return;
        lock (said)
        {
            said.Append(line).Append('\n');
            foreach (var (start, heard) in awaited)
                if (line.StartsWith(start, StringComparison.Ordinal))
                    heard.TrySetResult(line[start.Length..]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
            return;
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
