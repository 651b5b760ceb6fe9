using System.Collections.Concurrent;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>The policy versions in force, in order of time.</summary>
static class InForce
{
    static readonly JsonSerializerOptions WithComments = new(LapelJson.Lenient)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };
    static readonly ConcurrentDictionary<string, Policy> read = new();

    public static async Task<IReadOnlyList<PolicyInForce>> All(Reading reading, CancellationToken stop)
    {
        var adopted = await reading.Many(
            "SELECT number, effective_from, digest, text FROM policy_version WHERE state = 'adopted' ORDER BY effective_from, number",
            null,
            row => (Number: (int)row.Number("number"), From: row.Time("effective_from"), Digest: row.Text("digest"), Text: row.Text("text")),
            stop
        );
        return
        [
            .. adopted.Select(
                (one, i) =>
                    new PolicyInForce(
                        one.Number,
                        one.From,
                        i + 1 < adopted.Count ? adopted[i + 1].From : null,
                        read.GetOrAdd(one.Digest, _ => JsonSerializer.Deserialize<Policy>(one.Text, WithComments)!)
                    )
            ),
        ];
    }
}
