using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>A value of a policy's text and where it begins; what reading JSON straight into records would forget.</summary>
/// <param name="At">Byte of the text where it begins.</param>
/// <param name="Fields">Of an object, in the text's order; the name's own place is the field's.</param>
sealed record PolicyNode(
    JsonValueKind Kind,
    int At,
    string Text,
    IReadOnlyList<PolicyNode> Items,
    IReadOnlyList<(string Name, int At, PolicyNode Value)> Fields
)
{
    const int MostDeep = 16;

    // What a person could not see in an editor: it would let two texts look the same. Tab and line ends are visible enough.
    static readonly SearchValues<char> Unseen = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\r')),
        '\u007F',
        '\u200B',
        '\u200E',
        '\u200F',
        '\u2028',
        '\u2029',
        '\u202A',
        '\u202B',
        '\u202C',
        '\u202D',
        '\u202E',
        '\u2060',
        '\u2066',
        '\u2067',
        '\u2068',
        '\u2069',
        '\uFEFF',
    ]);

    /// <returns>None when it is not JSON; the trouble then says where it stops being so.</returns>
    public static PolicyNode? Read(string text, PolicyTroubles troubles)
    {
        if (IndexOfUnreadable(text) is >= 0 and var bad)
        {
            troubles.Add(
                Encoding.UTF8.GetByteCount(text.AsSpan(0, bad)),
                "$",
                $"Character U+{(int)text[bad]:X4} cannot be seen; take it out."
            );
            return null;
        }
        var reader = new Utf8JsonReader(
            troubles.Text,
            new()
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                MaxDepth = MostDeep,
            }
        );
        try
        {
            reader.Read();
            var root = Value(ref reader, ["$"], troubles);
            reader.Read(); // nothing may follow
            return root;
        }
        catch (JsonException wrong)
        {
            var why = wrong.Message.Split(" LineNumber:", 2)[0].TrimEnd('.', ' ');
            var at = troubles.ByteOf((int)(wrong.LineNumber ?? 0), (int)(wrong.BytePositionInLine ?? 0));
            troubles.Add(at, "$", $"From here on it is not JSON: {why}.");
            return null;
        }
    }

    // The path is put together only for a trouble: kept for every value, long names over long lists would fill the memory.
    static PolicyNode Value(ref Utf8JsonReader reader, List<string> trail, PolicyTroubles troubles)
    {
        var at = (int)reader.TokenStartIndex;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(ref reader, at, trail, troubles),
            JsonTokenType.StartArray => Array(ref reader, at, trail, troubles),
            JsonTokenType.String => new(JsonValueKind.String, at, String(ref reader, trail, troubles), [], []),
            JsonTokenType.Number => new(JsonValueKind.Number, at, Encoding.UTF8.GetString(reader.ValueSpan), [], []),
            JsonTokenType.True => new(JsonValueKind.True, at, "true", [], []),
            JsonTokenType.False => new(JsonValueKind.False, at, "false", [], []),
            _ => new(JsonValueKind.Null, at, "null", [], []),
        };
    }

    static PolicyNode Object(ref Utf8JsonReader reader, int at, List<string> trail, PolicyTroubles troubles)
    {
        var fields = new List<(string, int, PolicyNode)>();
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var nameAt = (int)reader.TokenStartIndex;
            var name = String(ref reader, trail, troubles);
            trail.Add("." + (name.Length > 40 ? name[..40] + "…" : name));
            var twice = !seen.Add(name);
            if (twice)
                troubles.Add(nameAt, string.Concat(trail), "This field stands here twice; keep one of them.");
            reader.Read();
            var value = Value(ref reader, trail, troubles);
            trail.RemoveAt(trail.Count - 1);
            if (!twice)
                fields.Add((name, nameAt, value));
        }
        return new(JsonValueKind.Object, at, "", [], fields);
    }

    static PolicyNode Array(ref Utf8JsonReader reader, int at, List<string> trail, PolicyTroubles troubles)
    {
        var items = new List<PolicyNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            trail.Add($"[{items.Count}]");
            items.Add(Value(ref reader, trail, troubles));
            trail.RemoveAt(trail.Count - 1);
        }
        return new(JsonValueKind.Array, at, "", items, []);
    }

    static string String(ref Utf8JsonReader reader, List<string> trail, PolicyTroubles troubles)
    {
        try
        {
            var text = reader.GetString() ?? "";
            // An escape can smuggle in what the text itself may not hold.
            if (text.AsSpan().IndexOfAny(Unseen) >= 0 || text.AsSpan().IndexOfAny("\t\n\r") >= 0)
                troubles.Add(
                    (int)reader.TokenStartIndex,
                    string.Concat(trail),
                    "A tab, a line's end or a character that cannot be seen is written here as an escape; take it out."
                );
            return text;
        }
        catch (InvalidOperationException) // half of a surrogate pair, as an escape
        {
            troubles.Add(
                (int)reader.TokenStartIndex,
                string.Concat(trail),
                "Half a character is written here as an escape; take it out."
            );
            return "";
        }
    }

    /// <returns>Where in the text, or -1.</returns>
    public static int IndexOfUnreadable(string text)
    {
        var unseen = text.AsSpan().IndexOfAny(Unseen);
        for (var i = 0; i < text.Length; i++)
        {
            if (i == unseen)
                return i;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return i;
            i++;
        }
        return -1;
    }
}
