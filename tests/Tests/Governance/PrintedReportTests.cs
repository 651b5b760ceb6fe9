using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests.Governance;

/// <summary>The board's report as it comes out of a printer, by a real browser.</summary>
public sealed partial class The_printed_report
{
    const int Divisions = 60;

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)")]
    private static partial Regex Page();

    [GeneratedRegex(@"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")]
    private static partial Regex Sheet();

    [GeneratedRegex("""<link[^>]*href="(?<href>[^"]*app\.css[^"]*)"[^>]*>""")]
    private static partial Regex Style();

    static async Task<string> Chromium(params string[] arguments)
    {
        var start = new ProcessStartInfo("chromium") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var argument in new[] { "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage" }.Concat(arguments)
        )
            start.ArgumentList.Add(argument);
        using var run = Process.Start(start)!;
        var trouble = run.StandardError.ReadToEndAsync();
        var told = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        run.ExitCode.ShouldBe(0, await trouble);
        return told;
    }

    [Fact]
    public async Task Fills_a_few_sheets_of_A4_and_cuts_no_table()
    {
        await using var house = await House.Open();
        var programme = await MeasuredProgramme.Begin(house.Agency);
        await Fill(programme);
        using var manager = await house.SignIn("manager", MeasuredProgramme.Password);
        var page = (await manager.GetStringAsync("measures/2026-10/report")).Replace(
            "<base href=\"/york/\" />",
            $"<base href=\"{house.Address}\" />",
            StringComparison.Ordinal
        );
        page.ShouldContain($"<base href=\"{house.Address}\" />");
        var folder = Directory.CreateTempSubdirectory("lapel-print-");
        try
        {
            var (file, pdf) = (Path.Combine(folder.FullName, "report.html"), Path.Combine(folder.FullName, "report.pdf"));
            var profile = $"--user-data-dir={folder.FullName}/chromium";
            await File.WriteAllTextAsync(file, page);
            await Chromium(profile, "--no-pdf-header-footer", $"--print-to-pdf={pdf}", $"file://{file}");
            var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(pdf));
            Page().Count(bytes).ShouldBeInRange(3, 8, "sixty divisions take more than one sheet, and no sheet is left empty");
            var sheets = Sheet().Matches(bytes).Select(m => (Points(m.Groups[1]), Points(m.Groups[2]))).Distinct().ToList();
            var (width, height) = sheets.ShouldHaveSingleItem();
            width.ShouldBe(595, 1);
            height.ShouldBe(842, 1);
            if (File.Exists("/usr/bin/pdftotext"))
                await ShouldSay(pdf);
            await ShouldFit(manager, page, folder.FullName, profile);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static double Points(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    /// <summary>Every division is on paper, once.</summary>
    static async Task ShouldSay(string pdf)
    {
        using var run = Process.Start(
            new ProcessStartInfo("pdftotext", ["-layout", pdf, "-"]) { RedirectStandardOutput = true }
        )!;
        var text = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        text.ShouldContain("The measures");
        for (var i = 0; i < Divisions; i++)
            Regex.Count(text, $@"\bArea {i:00}\b").ShouldBe(1, $"Area {i:00}");
    }

    /// <summary>With the printer's rules on a screen as wide as the sheet between its margins, nothing reaches over the edge.</summary>
    static async Task ShouldFit(HttpClient http, string page, string folder, string profile)
    {
        var link = Style().Match(page);
        var css = await http.GetStringAsync(System.Net.WebUtility.HtmlDecode(link.Groups["href"].Value));
        css.ShouldContain("@media print");
        var onPaper = page.Replace(
                link.Value,
                $"<style>{css.Replace("@media print", "@media all", StringComparison.Ordinal)} ::-webkit-scrollbar {{ display: none }}</style>",
                StringComparison.Ordinal
            )
            .Replace(
                "</body>",
                """
                <script>
                  const edge = document.documentElement.clientWidth + 1;
                  const over = [...document.querySelectorAll(".report table, .report td, .report th, .report .card")]
                    .filter(e => !e.closest(".unseen") && e.getBoundingClientRect().right > edge);
                  const words = over.slice(0, 8).map(e => `${e.tagName} ${Math.round(e.getBoundingClientRect().right)} ${e.textContent.trim().slice(0, 30)}`);
                  document.title = `over the edge: ${over.length} of ${document.querySelectorAll(".report td").length} cells at ${edge - 1}: ${words.join("; ")}`;
                </script></body>
                """,
                StringComparison.Ordinal
            );
        var file = Path.Combine(folder, "paper.html");
        await File.WriteAllTextAsync(file, onPaper);
        var dom = await Chromium(profile, "--window-size=680,1000", "--dump-dom", $"file://{file}");
        var said = Regex.Match(dom, "<title>(over the edge:[^<]*)</title>").Groups[1].Value;
        said.ShouldStartWith("over the edge: 0 of ");
        int.Parse(said.Split(' ')[5], CultureInfo.InvariantCulture).ShouldBeGreaterThan(Divisions * 7);
    }

    static async Task Fill(MeasuredProgramme programme)
    {
        await using var work = await programme.Begin();
        for (var i = 0; i < Divisions; i++)
        {
            var unit = await Units.Open(work, programme.Service.Id, $"Area {i:00}", UnitKind.Division, default);
            for (var call = 0; call < 12; call++)
                await programme.Judge(
                    work,
                    programme.Officers[i % programme.Officers.Count],
                    unit,
                    Instant.FromUtc(2026, 10, 2 + call, i % 24, i % 60),
                    call < 6 ? Outcome.Covered : Outcome.Missing,
                    whole: true,
                    notice: true
                );
        }
        await CountingMonth.Count(work, new Month(2026, 10), programme.Agency.Profile, default);
        await work.Commit(default);
    }
}
