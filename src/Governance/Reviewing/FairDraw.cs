using System.Security.Cryptography;
using System.Text;

namespace Lapel.Governance;

/// <summary>
/// Which of a list are drawn. The list is fixed first, by an event of the custody log; the seed is the log's signed head with that event
/// as its last entry. So whoever writes the list cannot know the seed, and whoever knows the seed cannot change the list, and anybody
/// can redo the draw: docs/formats/review-draw.md, docs/formats/redraw.py.
/// </summary>
public static class FairDraw
{
    const string Domain = "lapel review draw v1\n";

    /// <summary>The list as it is digested: ids in the order of their bytes, each ended by a newline.</summary>
    public static string FrameText(IEnumerable<AttendanceId> frame) =>
        string.Concat(frame.Select(id => id.Text).Distinct().Order(StringComparer.Ordinal).Select(id => id + "\n"));

    public static Digest DigestOf(string frameText) => Digest.Of(Encoding.ASCII.GetBytes(frameText));

    public static IReadOnlyList<AttendanceId> Read(string frameText) =>
        [.. frameText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(AttendanceId.Parse)];

    /// <param name="checkpoint">The signed note, with the log's own signature alone.</param>
    public static byte[] SeedOf(string checkpoint) => SHA256.HashData(Encoding.UTF8.GetBytes(Domain + checkpoint));

    /// <summary>The drawn ones, in the order of drawing: those with the smallest HMAC-SHA256(seed, id).</summary>
    public static IReadOnlyList<AttendanceId> Of(string checkpoint, string frameText, int wanted)
    {
        var seed = SeedOf(checkpoint);
        return
        [
            .. Read(frameText)
                .Select(id =>
                    (Id: id, Ticket: Convert.ToHexStringLower(HMACSHA256.HashData(seed, Encoding.ASCII.GetBytes(id.Text))))
                )
                .OrderBy(drawn => drawn.Ticket, StringComparer.Ordinal)
                .Take(wanted)
                .Select(drawn => drawn.Id),
        ];
    }
}
