using System.Globalization;
using System.Text;

namespace Lapel.Evidence;

/// <summary>
/// Words as they are kept for searching and as they are asked for: letters and digits in lower case without accents, everything else
/// separates. Folded here and not by the engines, so that both find the same.
/// </summary>
static class SearchWords
{
    const int MostAsked = 8;

    /// <summary>Each word behind a space, so that <c>LIKE '% begin%'</c> finds beginnings of words.</summary>
    public static string Kept(IEnumerable<string?> texts) =>
        string.Concat(texts.SelectMany(Of).Distinct(StringComparer.Ordinal).Select(word => " " + word));

    /// <summary>What a person typed; each is the beginning of a word that must be there.</summary>
    public static IReadOnlyList<string> Asked(string? text) => [.. Of(text).Distinct(StringComparer.Ordinal).Take(MostAsked)];

    static IEnumerable<string> Of(string? text)
    {
        var word = new StringBuilder();
        foreach (var c in (text ?? "").Normalize(NormalizationForm.FormD))
            if (char.IsLetterOrDigit(c))
                word.Append(char.ToLowerInvariant(c));
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        if (word.Length > 0)
            yield return word.ToString();
    }
}
