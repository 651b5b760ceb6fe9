using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lapel.Governance;

/// <summary>
/// Reads located JSON into the records of <see cref="Policy"/> by their constructors. JSON's own deserializer stops at the first error and
/// does not say where in the text; a person who writes a policy gets all of them.
/// </summary>
static class PolicyShape
{
    const int LongestText = 2000;
    const int MostItems = 500;

    static readonly NullabilityInfoContext Nullability = new();
    static readonly Dictionary<Type, Field[]> Shapes = [];

    sealed record Field(string Name, Type Type, bool MayBeAbsent);

    /// <returns>The value, or a stand-in when a trouble was added: it is thrown away then.</returns>
    public static object? Read(PolicyNode node, Type type, string path, PolicyTroubles troubles)
    {
        object? Wrong(string sentence)
        {
            troubles.Add(node.At, path, sentence);
            return StandIn(type);
        }
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return node.Kind != JsonValueKind.String ? Wrong($"Here belongs text in quotes, not {Kind(node)}.")
                : node.Text.Length > LongestText
                    ? Wrong($"A text has at most {LongestText} characters; this one has {node.Text.Length}.")
                : node.Text;
        if (type == typeof(bool))
            return node.Kind is JsonValueKind.True or JsonValueKind.False
                ? node.Kind == JsonValueKind.True
                : Wrong($"Here belongs true or false, not {Kind(node)}.");
        if (type == typeof(int))
            return
                node.Kind == JsonValueKind.Number
                && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : Wrong($"Here belongs a whole number, not {Kind(node)}.");
        if (type.IsEnum)
            return WordsOf(type) is var words && node.Kind == JsonValueKind.String && words.TryGetValue(node.Text, out var word)
                ? word
                : Wrong($"Here belongs one of {string.Join(", ", words.Keys)}, not {Kind(node)}.");
        if (IsGeneric(type, typeof(IReadOnlyList<>)))
            return node.Kind == JsonValueKind.Array
                ? List(node, type.GetGenericArguments()[0], path, troubles)
                : Wrong($"Here belongs a list in brackets, not {Kind(node)}.");
        if (node.Kind != JsonValueKind.Object)
            return Wrong($"Here belong fields in braces, not {Kind(node)}.");
        return IsGeneric(type, typeof(IReadOnlyDictionary<,>))
            ? Dictionary(node, type.GetGenericArguments()[1], path, troubles)
            : Record(node, type, path, troubles);
    }

    static object Record(PolicyNode node, Type type, string path, PolicyTroubles troubles)
    {
        var fields = ShapeOf(type);
        var given = node.Fields.ToDictionary(f => f.Name, f => f.Value);
        foreach (var (name, at, _) in node.Fields)
            if (!fields.Any(f => f.Name == name))
                troubles.Add(
                    at,
                    path,
                    $"'{Cut(name)}' is not a field here; known are {string.Join(", ", fields.Select(f => f.Name))}."
                );
        var arguments = new object?[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            if (given.TryGetValue(field.Name, out var value) && value.Kind != JsonValueKind.Null)
                arguments[i] = Read(value, field.Type, $"{path}.{field.Name}", troubles);
            else
            {
                arguments[i] = field.MayBeAbsent && IsNullable(field) ? null : StandIn(field.Type);
                if (!field.MayBeAbsent)
                    troubles.Add(node.At, path, $"'{field.Name}' is missing here.");
            }
        }
        return type.GetConstructors()
            .Single(c => c.GetParameters().Length == fields.Length)
            .Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    static Array List(PolicyNode node, Type item, string path, PolicyTroubles troubles)
    {
        if (node.Items.Count > MostItems)
            troubles.Add(node.At, path, $"A list has at most {MostItems} entries; this one has {node.Items.Count}.");
        var list = Array.CreateInstance(item, Math.Min(node.Items.Count, MostItems));
        for (var i = 0; i < list.Length; i++)
            list.SetValue(Read(node.Items[i], item, $"{path}[{i}]", troubles), i);
        return list;
    }

    static Dictionary<string, PolicySource> Dictionary(PolicyNode node, Type value, string path, PolicyTroubles troubles) =>
        node
            .Fields.Take(MostItems)
            .ToDictionary(f => f.Name, f => (PolicySource)Read(f.Value, value, $"{path}.{Cut(f.Name)}", troubles)!);

    static Field[] ShapeOf(Type type)
    {
        lock (Shapes)
        {
            if (Shapes.TryGetValue(type, out var known))
                return known;
            var parameters = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters();
            return Shapes[type] = [.. parameters.Select(FieldOf)];
        }
    }

    static Field FieldOf(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var nullable =
            Nullable.GetUnderlyingType(type) is not null || Nullability.Create(parameter).WriteState == NullabilityState.Nullable;
        return new(
            JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!),
            type,
            nullable
                || type == typeof(bool)
                || IsGeneric(type, typeof(IReadOnlyList<>))
                || IsGeneric(type, typeof(IReadOnlyDictionary<,>))
        );
    }

    static bool IsNullable(Field field) => field.Type == typeof(string) || Nullable.GetUnderlyingType(field.Type) is not null;

    static object? StandIn(Type type) =>
        type == typeof(string) ? ""
        : IsGeneric(type, typeof(IReadOnlyList<>)) ? Array.CreateInstance(type.GetGenericArguments()[0], 0)
        : type == typeof(IReadOnlyDictionary<string, PolicySource>) ? new Dictionary<string, PolicySource>()
        : type.IsValueType ? RuntimeHelpers.GetUninitializedObject(Nullable.GetUnderlyingType(type) ?? type)
        : null;

    static Dictionary<string, object> WordsOf(Type type) =>
        Enum.GetValues(type).Cast<object>().ToDictionary(v => JsonNamingPolicy.KebabCaseLower.ConvertName(v.ToString()!));

    static bool IsGeneric(Type type, Type open) => type.IsGenericType && type.GetGenericTypeDefinition() == open;

    static string Kind(PolicyNode node) =>
        node.Kind switch
        {
            JsonValueKind.Object => "fields in braces",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => $"'{Cut(node.Text)}'",
            _ => Cut(node.Text),
        };

    static string Cut(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
