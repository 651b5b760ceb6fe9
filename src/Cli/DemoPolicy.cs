using System.Text.RegularExpressions;

namespace Lapel.Cli;

/// <summary>The demo agency's policy: a shipped text under its own name, with tolerances and days that fit calls of a quarter of a minute in a week.</summary>
static partial class DemoPolicy
{
    public static string Of(string shipped)
    {
        var text = shipped;
        text = Put(text, Name(), "\"name\": \"Port Albion body-worn camera policy\"");
        text = Put(text, LateStart(), "\"lateStartSeconds\": 3");
        text = Put(text, EarlyStop(), "\"earlyStopSeconds\": 3");
        text = Put(text, Gap(), "\"gapSeconds\": 2");
        text = Put(text, Clocks(), "\"clockSeconds\": 1");
        text = Put(text, DueDays(), "\"dueDays\": 2");
        text = Put(text, NoticeWithin(), "\"withinSeconds\": 5");
        text = Put(text, BufferTolerance(), "\"toleranceSeconds\": 1");
        text = Put(text, BufferSentence(), "keeps the 5 seconds before");
        return Put(text, Buffer(), "\"seconds\": 5");
    }

    /// <summary>The same with notice required.</summary>
    public static string Stricter(string held) => Put(held, NoticeRequired(), "\"required\": true");

    [GeneratedRegex("\"withinSeconds\": \\d+")]
    private static partial Regex NoticeWithin();

    [GeneratedRegex("\"required\": false")]
    private static partial Regex NoticeRequired();

    static string Put(string text, Regex where, string what) =>
        where.IsMatch(text)
            ? where.Replace(text, what, 1)
            : throw new InvalidDataException($"The shipped policy has no {where}.");

    [GeneratedRegex("keeps the \\d+ seconds before")]
    private static partial Regex BufferSentence();

    [GeneratedRegex("\"toleranceSeconds\": \\d+")]
    private static partial Regex BufferTolerance();

    [GeneratedRegex("\"dueDays\": \\d+")]
    private static partial Regex DueDays();

    [GeneratedRegex("\"seconds\": \\d+")]
    private static partial Regex Buffer();

    [GeneratedRegex("\"name\": \"[^\"]*\"")]
    private static partial Regex Name();

    [GeneratedRegex("\"lateStartSeconds\": \\d+")]
    private static partial Regex LateStart();

    [GeneratedRegex("\"earlyStopSeconds\": \\d+")]
    private static partial Regex EarlyStop();

    [GeneratedRegex("\"gapSeconds\": \\d+")]
    private static partial Regex Gap();

    [GeneratedRegex("\"clockSeconds\": \\d+")]
    private static partial Regex Clocks();
}
