using System.Net;
using System.Text.RegularExpressions;

namespace Lapel.Scenarios;

/// <summary>Follows the links of an agency's pages as one person would who clicks on everything, some of each kind.</summary>
static partial class LinkWalk
{
    /// <summary>Links of one kind differ in ids, numbers and dates only; rows of a list are links of one kind.</summary>
    const int OfEachKind = 3;

    /// <returns>Links that lead nowhere, with the page they stand on; and how many pages were seen.</returns>
    public static async Task<(IReadOnlyList<string> Broken, int Pages)> From(AgencyClient person, string path)
    {
        var agency = person.Http.BaseAddress!;
        var (broken, known, kinds, pages) = (new List<string>(), new HashSet<Uri>(), new Dictionary<string, int>(), 0);
        var ahead = new Queue<(Uri Link, Uri On)>([(new(agency, path), agency)]);
        while (ahead.TryDequeue(out var next))
        {
            using var answer = await person.Http.GetAsync(next.Link, HttpCompletionOption.ResponseHeadersRead);
            // A page that asks for a sign-in of its own, as health professionals have, is where such a link leads.
            if ((int)answer.StatusCode >= 400 && answer.StatusCode != HttpStatusCode.Unauthorized)
                broken.Add($"{next.Link.PathAndQuery} on {next.On.PathAndQuery}: {(int)answer.StatusCode}");
            else if (answer.Headers.Location is { } elsewhere)
                Follow(new(next.Link, elsewhere), next.On);
            else if (answer.Content.Headers.ContentType?.MediaType == "text/html")
            {
                pages++;
                foreach (Match link in Hrefs().Matches(await answer.Content.ReadAsStringAsync()))
                    Follow(new(agency, WebUtility.HtmlDecode(link.Groups[1].Value)), next.Link);
            }
        }
        return (broken, pages);

        void Follow(Uri link, Uri on)
        {
            link = new(link.GetLeftPart(UriPartial.Query));
            var kind = Varying().Replace(link.PathAndQuery, "*");
            if (!agency.IsBaseOf(link) || !known.Add(link) || kinds.GetValueOrDefault(kind) >= OfEachKind)
                return;
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            ahead.Enqueue((link, on));
        }
    }

    [GeneratedRegex("<a\\b[^>]*?\\shref=\"([^\"]*)\"")]
    private static partial Regex Hrefs();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+|(?<==)[^&]*")]
    private static partial Regex Varying();
}
