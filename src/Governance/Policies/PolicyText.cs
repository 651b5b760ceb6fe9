using System.Text;

namespace Lapel.Governance;

/// <summary>
/// A policy as people write it: JSON with comments and trailing commas, at most <see cref="MostBytes"/> of UTF-8, lines ended by a line
/// feed. Strict: a field that is not known is an error, so that nobody adopts a rule that nothing follows. Left out is none, an empty
/// list or false; figures and words must be there. Format: docs/formats/policy.md.
/// </summary>
public static class PolicyText
{
    public const int MostBytes = 256 * 1024;

    /// <exception cref="PolicyTextException">The text has not the shape of a policy; all that is wrong is in it.</exception>
    public static Policy Read(string text)
    {
        var (policy, _, troubles) = Understand(text);
        return policy ?? throw new PolicyTextException(troubles.InOrder);
    }

    /// <summary>Everything that is wrong with it, shape and rules, in the order of the text; empty: it can be proposed.</summary>
    public static IReadOnlyList<PolicyTrouble> WhyNotValid(string text) => Check(text).Troubles;

    /// <summary>The policy, if its shape is right, and everything that is wrong with it.</summary>
    public static (Policy? Policy, IReadOnlyList<PolicyTrouble> Troubles) Check(string text)
    {
        var (policy, root, troubles) = Understand(text);
        if (policy is not null)
            foreach (var broken in PolicyRules.WhyNotValid(policy))
                troubles.Add(broken, root!);
        return (policy, troubles.InOrder);
    }

    /// <summary>As it is kept: browsers send carriage returns, editors a byte order mark; neither is part of a policy.</summary>
    public static string Tidied(string text) => text.TrimStart('\uFEFF').ReplaceLineEndings("\n").TrimEnd() + "\n";

    /// <summary>Whether every character of it can be seen, and so kept; see <see cref="PolicyNode"/>.</summary>
    public static bool CanBeKept(string text) => PolicyNode.IndexOfUnreadable(text) < 0;

    public static Digest DigestOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    static (Policy? Policy, PolicyNode? Root, PolicyTroubles Troubles) Understand(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
        {
            var tooLong = new PolicyTroubles("");
            tooLong.Add(0, "$", $"A policy has at most {MostBytes / 1024} KiB; this text is longer.");
            return (null, null, tooLong);
        }
        var troubles = new PolicyTroubles(text);
        var root = PolicyNode.Read(text, troubles);
        var policy = root is null ? null : (Policy?)PolicyShape.Read(root, typeof(Policy), "$", troubles);
        return (troubles.None ? policy : null, root, troubles);
    }
}
