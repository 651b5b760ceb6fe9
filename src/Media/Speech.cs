using System.Diagnostics;

namespace Lapel.Media;

/// <summary>Spoken lines for the test scene, by flite: a synthetic voice, so that nobody is mistaken for a person.</summary>
public static class Speech
{
    /// <summary>Writes the lines, spoken with a pause after each, into a WAV file.</summary>
    /// <returns>False when flite is not installed or failed: the scene then has street noise alone.</returns>
    public static async Task<bool> Speak(IReadOnlyList<string> lines, string wav, CancellationToken stop)
    {
        if (Installed.Find("flite") is not { } flite)
            return false;
        // From stdin, not the command line: a line that begins with a hyphen stays a line.
        var start = new ProcessStartInfo(flite)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (ReadOnlySpan<string>)["-voice", "slt", "-f", "/dev/stdin", "-o", wav])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start);
        if (process is null)
            return false;
        try
        {
            await process.StandardInput.WriteAsync(string.Join(" . . \n\n", lines).AsMemory(), stop);
            process.StandardInput.Close();
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0 && File.Exists(wav);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
