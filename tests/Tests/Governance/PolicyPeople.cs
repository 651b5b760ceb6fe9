using System.Text.Json;
using System.Text.Json.Nodes;
using Lapel.Governance;
using Lapel.Records;

namespace Lapel.Tests;

/// <summary>The people who write and approve policies, and texts that differ from a shipped one in one place.</summary>
static class PolicyPeople
{
    public static Actor Ada { get; } = Person("Ada Clerk");
    public static Actor Ben { get; } = Person("Ben Roth");
    public static Actor Cleo { get; } = Person("Cleo Marsh");

    public static string Toronto { get; } = PolicyText.Tidied(ShippedPolicy.Find("toronto")!.ReadText());

    public static Actor Person(string name) => new(ActorKind.Account, AccountId.New().Text, name);

    /// <summary>Drafted, proposed and approved by two people.</summary>
    public static async Task<PolicyVersion> Adopt(AgencyRecords records, string text, Instant from)
    {
        var version = await Propose(records, text, from);
        await Approve(records, version, Ada);
        return await Approve(records, version, Ben);
    }

    public static Task<PolicyVersion> Propose(AgencyRecords records, string text, Instant from) =>
        Do(
            records,
            Ada,
            async work =>
            {
                var draft = await Policies.Draft(work, text, "a test", default);
                return await Policies.Propose(work, draft.Id, draft.Digest, from, "Because.", default);
            }
        );

    public static Task<PolicyVersion> Approve(AgencyRecords records, PolicyVersion version, Actor by) =>
        Do(records, by, work => Policies.Approve(work, version.Id, version.Digest, default));

    public static async Task<T> Do<T>(AgencyRecords records, Actor by, Func<Work, Task<T>> act)
    {
        await using var work = await records.Begin(by, default);
        var result = await act(work);
        await work.Commit(default);
        return result;
    }

    /// <summary>Toronto's policy with another value at a path; no value takes it away.</summary>
    public static string With(string path, string? json)
    {
        var root = JsonNode.Parse(
            Toronto,
            documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        )!;
        Set(root, path, json is null ? null : JsonNode.Parse(json), remove: json is null);
        return root.ToJsonString(new() { WriteIndented = true, Encoder = LapelJson.Lenient.Encoder });
    }

    public static void Set(JsonNode root, string path, JsonNode? value, bool remove = false)
    {
        var steps = path.Replace("[", ".[").Split('.').Skip(1).ToList();
        var at = steps.SkipLast(1).Aggregate(root, (node, step) => step[0] == '[' ? node[int.Parse(step[1..^1])]! : node[step]!);
        var last = steps[^1];
        if (last[0] == '[' && remove)
            at.AsArray().RemoveAt(int.Parse(last[1..^1]));
        else if (last[0] == '[')
            at[int.Parse(last[1..^1])] = value;
        else if (remove)
            at.AsObject().Remove(last);
        else
            at[last] = value;
    }
}
