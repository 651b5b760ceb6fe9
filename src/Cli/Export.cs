using System.CommandLine;
using System.IO.Compression;

namespace Lapel.Cli;

/// <summary>
/// Writes one recording as a folder that proves itself. The server makes it, and logs that it did; this program only unpacks, and
/// verifies what arrived before it says that it is done.
/// </summary>
static class Export
{
    public static Command Command()
    {
        var server = new Option<string>("--server")
        {
            Description = "The agency's address, such as http://127.0.0.1:8420/demo",
            Required = true,
        };
        var account = new Option<string>("--account")
        {
            Description = "Sign-in name; the password is read from LAPEL_PASSWORD or asked for",
            Required = true,
        };
        var purpose = new Option<string>("--purpose") { Description = "Why; it goes into the custody log", Required = true };
        var to = new Option<DirectoryInfo>("--to") { Description = "Folder to make; it must not exist yet", Required = true };
        var recording = new Argument<string>("recording") { Description = "The recording's id" };
        var command = new Command("export", "Write one recording as a folder that can be verified without a server.")
        {
            server,
            account,
            purpose,
            to,
            recording,
        };
        command.SetAction(
            (parsed, stop) =>
                Run(
                    parsed.GetRequiredValue(server),
                    parsed.GetRequiredValue(account),
                    parsed.GetRequiredValue(purpose),
                    parsed.GetRequiredValue(to),
                    parsed.GetRequiredValue(recording),
                    stop
                )
        );
        return command;
    }

    static async Task<int> Run(
        string address,
        string account,
        string purpose,
        DirectoryInfo to,
        string recording,
        CancellationToken stop
    )
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var agency) || agency.Scheme is not ("http" or "https"))
            return Fail($"'{address}' is not the address of an agency, such as http://127.0.0.1:8420/demo.");
        if (!RecordingId.TryParse(recording, null, out var id))
            return Fail($"'{recording}' is not a recording's id: it is a lower-case UUID, as in the recording's address.");
        if (to.Exists || File.Exists(to.FullName))
            return Fail($"{to.FullName} exists already. Name a folder that does not.");
        var unfinished = to.FullName.TrimEnd('/') + ".unfinished";
        try
        {
            using var server = new Server(agency);
            await server.SignIn(account, ReadPassword(account), stop);
            await using var packed = await server.Download(
                $"api/v1/recordings/{id}/export?purpose={Uri.EscapeDataString(purpose)}",
                stop
            );
            await Unpack(packed, unfinished, stop);
            Directory.Move(unfinished, to.FullName);
        }
        catch (Exception wrong) when (wrong is ServerSaidNo or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            return Fail(wrong.Message);
        }
        Console.WriteLine($"Exported to {to.FullName}");
        return Verify.Run(to.FullName);
    }

    static async Task Unpack(Stream packed, string folder, CancellationToken stop)
    {
        // A zip's directory stands at its end, so it has to be whole on disk first.
        var zip = folder + ".zip";
        try
        {
            await using (var file = File.Create(zip))
                await packed.CopyToAsync(file, stop);
            await ZipFile.ExtractToDirectoryAsync(zip, folder, stop); // refuses names that lead outside
        }
        finally
        {
            File.Delete(zip);
        }
    }

    static string ReadPassword(string account)
    {
        if (Environment.GetEnvironmentVariable("LAPEL_PASSWORD") is { Length: > 0 } given)
            return given;
        if (Console.IsInputRedirected)
            return Console.ReadLine() ?? "";
        Console.Error.Write($"Password of {account}: ");
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                typed.Length--;
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        Console.Error.WriteLine();
        return typed.ToString();
    }

    static int Fail(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }
}
