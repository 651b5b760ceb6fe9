using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Lapel.CameraProgram;
using Shouldly;

namespace Lapel.Tests.CameraProgram;

/// <summary>The real camera program as its own process, filming the test scene.</summary>
sealed partial class CameraProcess : IDisposable
{
    readonly Process process;
    readonly StringBuilder said = new();

    CameraProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public bool HasExited => process.HasExited;

    public static CameraProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Lapel.Camera.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new(Process.Start(start)!);
    }

    /// <summary>A small picture, so that two cores have time for the tests too.</summary>
    public static CameraProcess Run(TestCamera camera, params string[] more) =>
        Start([
            "run",
            "--home",
            camera.Folder,
            "--source",
            "scene",
            "--size",
            "320x180",
            "--fps",
            "15",
            "--video-kbps",
            "300",
            "--badge-text",
            "4711",
            "--keep-free-mb",
            "1",
            .. more,
        ]);

    public async Task<int> Exit()
    {
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        return process.ExitCode;
    }

    public static async Task<ControlAnswer> Tell(TestCamera camera, ControlRequest ask)
    {
        for (var tries = 0; ; tries++)
            try
            {
                return await ControlSocket.Ask(camera.Home.ControlSocketPath, ask, CancellationToken.None);
            }
            catch (CameraException) when (tries < 1200)
            {
                await Task.Delay(100);
            }
    }

    public static async Task<CameraStatus> Until(TestCamera camera, Func<CameraStatus, bool> holds)
    {
        CameraStatus? last = null;
        for (var tries = 0; tries < 1200; tries++)
        {
            last = (await Tell(camera, new("status"))).Status.ShouldNotBeNull();
            if (holds(last))
                return last;
            await Task.Delay(100);
        }
        throw new TimeoutException(JsonSerializer.Serialize(last, LapelJson.Strict));
    }

    /// <summary>Programs of that name whose parent is this camera.</summary>
    public IReadOnlyList<Process> Children(string name) =>
        [
            .. Process
                .GetProcessesByName(name)
                .Where(p => File.ReadAllText($"/proc/{p.Id}/stat").Split(')')[^1].Split(' ')[2] == $"{process.Id}"),
        ];

    public void Send(int signal) => kill(process.Id, signal).ShouldBe(0);

    public void Kill() => Send(9);

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    void Hear(string? line)
    {
        lock (said)
            said.AppendLine(CultureInfo.InvariantCulture, $"{line}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
