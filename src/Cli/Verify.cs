using System.CommandLine;

namespace Lapel.Cli;

/// <summary>
/// Checks an exported recording with no server and no network, and says each check as it is made. Exit code 0: every check passed;
/// 1: a link is broken, named; 2: there is nothing to check.
/// </summary>
static class Verify
{
    public static Command Command()
    {
        var folder = new Argument<string>("folder") { Description = "The exported folder" };
        var key = new Option<string?>("--log-key")
        {
            Description = "The agency's log key from a source you trust, as at its address /log/key; or a file that holds it",
        };
        var command = new Command("verify", "Check an exported recording, offline.") { folder, key };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folder), parsed.GetValue(key)));
        return command;
    }

    public static int Run(string folder, string? key = null)
    {
        LogVerifier? pinned = null;
        try
        {
            if (key is not null)
                pinned = LogVerifier.Parse((File.Exists(key) ? File.ReadAllText(key) : key).Trim());
            LogCheck? broken = null;
            var passed = 0;
            foreach (var check in ExportVerifier.Check(folder, pinned))
            {
                Console.WriteLine(check.Passed ? $"  ok      {check.What}" : $"  BROKEN  {check.What}: {check.WhyNot}");
                if (check.Passed)
                    passed++;
                else
                    broken ??= check;
            }
            Console.WriteLine(
                broken is null
                    ? $"Verified: all {passed} checks passed{(pinned is null ? ", with the log key that the folder itself brings; compare it with the agency's published one" : "")}."
                    : $"Not verified: the first broken link is '{broken.Name}': {broken.WhyNot}"
            );
            return broken is null ? 0 : 1;
        }
        catch (Exception wrong) when (wrong is IOException or FormatException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(wrong.Message);
            return 2;
        }
    }
}
