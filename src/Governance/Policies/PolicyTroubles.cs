using System.Globalization;
using System.Text;

namespace Lapel.Governance;

/// <summary>What is wrong with one text, as it is found. Knows the text's lines, so that every trouble says where it stands.</summary>
sealed class PolicyTroubles
{
    // More than anybody mends in one go; a text made to have a million of them gets no page of a million.
    const int Most = 200;

    readonly List<PolicyTrouble> found = [];
    readonly List<int> lines = [0];

    public PolicyTroubles(string text)
    {
        Text = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < Text.Length; i++)
            if (Text[i] == '\n')
                lines.Add(i + 1);
    }

    public byte[] Text { get; }

    public bool None => found.Count == 0;

    public IReadOnlyList<PolicyTrouble> InOrder => [.. found.OrderBy(t => t.Line).ThenBy(t => t.Column)];

    public void Add(int byteAt, string path, string sentence)
    {
        if (found.Count >= Most)
            return;
        var (line, column) = LineOf(byteAt);
        found.Add(new(line, column, path, sentence));
    }

    /// <summary>Of a rule: it knows its field's path, and the text knows where that, or the nearest thing around it, stands.</summary>
    public void Add(PolicyTrouble trouble, PolicyNode root) => Add(Locate(root, trouble.Path), trouble.Path, trouble.Sentence);

    /// <param name="line">From 0, as JSON's errors count; so is <paramref name="byteInLine"/>.</param>
    public int ByteOf(int line, int byteInLine)
    {
        var start = lines[Math.Clamp(line, 0, lines.Count - 1)];
        return Math.Clamp(start + byteInLine, start, Text.Length);
    }

    (int Line, int Column) LineOf(int byteAt)
    {
        var at = lines.BinarySearch(byteAt);
        var line = at >= 0 ? at : ~at - 1;
        return (line + 1, Encoding.UTF8.GetCharCount(Text, lines[line], byteAt - lines[line]) + 1);
    }

    static int Locate(PolicyNode root, string path)
    {
        var at = root.At;
        var node = root;
        foreach (var step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.').Skip(1))
        {
            PolicyNode? next;
            if (step.StartsWith('['))
                next = int.TryParse(step[1..^1], CultureInfo.InvariantCulture, out var i)
                    ? node.Items.ElementAtOrDefault(i)
                    : null;
            else
                (_, at, next) = node.Fields.FirstOrDefault(f => f.Name == step) is { Value: not null } field
                    ? field
                    : ("", at, null);
            if (next is null)
                return at;
            node = next;
            if (step.StartsWith('['))
                at = next.At;
        }
        return at;
    }
}
