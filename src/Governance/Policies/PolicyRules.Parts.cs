using System.Text.RegularExpressions;

namespace Lapel.Governance;

// What the rules of every section are put together from.
public static partial class PolicyRules
{
    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,20}\z")]
    private static partial Regex SourceKey();

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Word();

    internal static PolicyTrouble At(string path, string sentence) => new(0, 0, path, sentence);

    internal static IEnumerable<PolicyTrouble> Each<T>(
        IReadOnlyList<T> items,
        string path,
        Func<T, string, IEnumerable<PolicyTrouble>> rule
    ) => items.SelectMany((item, i) => rule(item, $"{path}[{i}]"));

    internal static IEnumerable<PolicyTrouble> Unique(string path, string field, IEnumerable<string> words)
    {
        var seen = new HashSet<string>();
        return words
            .Select((word, i) => (word, i))
            .Where(w => !seen.Add(w.word))
            .Select(w => At($"{path}[{w.i}].{field}", $"'{w.word}' is taken by an earlier entry of the list."));
    }

    internal static IEnumerable<PolicyTrouble> Once<T>(string path, IReadOnlyList<T> items)
    {
        var seen = new HashSet<T>();
        return items
            .Select((item, i) => (item, i))
            .Where(w => !seen.Add(w.item))
            .Select(w => At($"{path}[{w.i}]", "This stands in the list twice."));
    }

    internal static IEnumerable<PolicyTrouble> OfWord(string path, string word)
    {
        if (word.Length > 40 || !Word().IsMatch(word))
            yield return At(path, "This is a word for programs: up to 40 small letters and digits, with hyphens between.");
    }

    internal static IEnumerable<PolicyTrouble> OfLabel(string path, string label) => OfText(path, label, LongestLabel);

    internal static IEnumerable<PolicyTrouble> OfSentence(string path, string sentence) =>
        OfText(path, sentence, LongestSentence);

    static IEnumerable<PolicyTrouble> OfText(string path, string text, int longest)
    {
        if (string.IsNullOrWhiteSpace(text))
            yield return At(path, "This has not been written yet.");
        else if (text.Length > longest)
            yield return At(path, $"This has at most {longest} characters, so that it is read.");
    }

    internal static IEnumerable<PolicyTrouble> Within(string path, int value, int least, int most)
    {
        if (value < least || value > most)
            yield return At(path, $"{value} does not do here: from {least} to {most}.");
    }

    /// <param name="at">The rule's path; what it says is in its field <c>says</c>.</param>
    internal static IEnumerable<PolicyTrouble> OfSays(Policy policy, Says says, string at)
    {
        foreach (var trouble in OfSentence($"{at}.says.sentence", says.Sentence).Concat(Once($"{at}.says.sources", says.Sources)))
            yield return trouble;
        for (var i = 0; i < says.Sources.Count; i++)
            if (!policy.Sources.ContainsKey(says.Sources[i]))
                yield return At($"{at}.says.sources[{i}]", $"'{says.Sources[i]}' is not among the sources.");
        if (says.Grade is Grade.Published or Grade.Inferred && says.Sources.Count == 0)
            yield return At(
                $"{at}.says.grade",
                $"A rule can be called {Words<Grade>.Of(says.Grade)} only with the source it was read in."
            );
    }
}
