using Lapel.Custody;
using Lapel.Evidence;
using Lapel.Records;

namespace Lapel.Server;

/// <summary>
/// `./lapel fsck`: re-verifies everything that every agency (or one) holds and prints a plain list. It only reads evidence, so it may
/// run beside the server. Exit code 0: nothing to do; 1: findings; 2: it could not look.
/// </summary>
static class FsckCommand
{
    public static async Task<int> Run(string[] args)
    {
        var words = args.ToList();
        string? only = null;
        if (words.IndexOf("--agency") is >= 0 and var at && at + 1 < words.Count)
        {
            only = words[at + 1];
            words.RemoveRange(at, 2);
        }
        var options = ServerOptions.Read([.. words]);
        await using var agencies = LapelServer.Agencies(
            options,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        await agencies.OpenAll(CancellationToken.None);
        var chosen = agencies.All.Where(a => only is null || a.Profile.Slug == only).ToList();
        if (chosen.Count == 0)
        {
            Console.Error.WriteLine(
                only is null ? $"There is no agency in {options.Data}." : $"There is no agency '{only}' in {options.Data}."
            );
            return 2;
        }
        var worst = 0;
        foreach (var agency in chosen)
        {
            var report = await Fsck.Report(agency, TimeProvider.System, Tell, CancellationToken.None);
            var seconds = (report.EndedAt - report.BegunAt).TotalSeconds;
            Console.WriteLine(
                $"{agency.Profile.Name}: {report.Recordings} recordings, {report.Clips} clips, {Lapel.Web.Size.Of(report.SealedBytes)}, "
                    + $"{report.Entries} log entries in {seconds:0.0} s; {(report.ExitCode == 0 ? "nothing wrong" : $"{report.Findings.Count(f => f.Severity > Severity.Note)} finding(s)")}"
            );
            worst = Math.Max(worst, report.ExitCode);
        }
        return worst;
    }

    static void Tell(FsckFinding finding) =>
        Console.WriteLine($"{finding.Severity.ToString().ToUpperInvariant(), -7} {finding.Code}: {finding.Sentence}");
}
