using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lapel.Tests.Web.Phone;

/// <summary>Asks the phone's TypeScript in Node, which has the same WebCrypto as browsers. See formats.mjs.</summary>
static class PhoneFormats
{
    public static async Task<JsonElement> Ask(object question)
    {
        var start = new ProcessStartInfo("node", [Beside("formats.mjs"), Beside("../../../../src/Web")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var said = node.StandardOutput.ReadToEndAsync();
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(question, LapelJson.Lenient));
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        node.ExitCode.ShouldBe(0, await errors);
        return JsonDocument.Parse(await said).RootElement;
    }

    public static string Beside(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, name));
}
