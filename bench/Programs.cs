using System.Diagnostics;
using System.Globalization;

namespace Lapel.Bench;

/// <summary>Programs beside this one: Lapel's own as `./lapel build` left them, and Debian's.</summary>
static class Programs
{
    /// <summary>The folder with the script <c>lapel</c>.</summary>
    public static string Root { get; } = FindRoot();

    public static string Dll(string name) =>
        Path.Combine(Root, "src", name, "bin", "Release", "net10.0", $"Lapel.{name}.dll") is var file && File.Exists(file)
            ? file
            : throw new FileNotFoundException($"{name} is not built: run ./lapel build.");

    public static string Self => Path.Combine(AppContext.BaseDirectory, "Lapel.Bench.dll");

    /// <summary>Where a command is on the PATH; none when it is not installed.</summary>
    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, command))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs to the end; an error is an exception with what it said.</summary>
    /// <returns>What it said.</returns>
    public static string Run(string command, IEnumerable<string> args, string? folder = null)
    {
        using var process = Start(command, args, folder);
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"{command} failed ({process.ExitCode}): {errors.Result}");
    }

    /// <summary>CPU seconds of a command that runs to the end, with the children it waited for.</summary>
    public static double Cpu(string command, IEnumerable<string> args)
    {
        // The runtime forgets a process's times when it has exited, so the shell counts.
        const string Timed = "TIMEFORMAT='%U %S'; time \"$@\"";
        using var process = Start("bash", ["-c", Timed, "bash", command, .. args]);
        _ = process.StandardOutput.ReadToEndAsync();
        var said = process.StandardError.ReadToEnd().TrimEnd().Split('\n')[^1];
        process.WaitForExit();
        return process.ExitCode == 0
            ? said.Split(' ').Sum(seconds => double.Parse(seconds, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{command} failed: {said}");
    }

    public static Process Start(
        string command,
        IEnumerable<string> args,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(command, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        Leftovers.Add(() => process.Kill(entireProcessTree: true));
        return process;
    }

    static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Lapel.slnx")))
                return folder;
        throw new DirectoryNotFoundException("The bench runs inside Lapel's source tree.");
    }
}
