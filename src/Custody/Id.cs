using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lapel.Custody;

/// <summary>
/// The identity of one noun: a UUIDv7 as 36 lower-case characters, so that ids sort by the time they were made.
/// The type parameter keeps a camera's id from being passed where a recording's is asked; it is never constructed.
/// Aliases such as <c>RecordingId</c> are declared once, in Directory.Build.props.
/// </summary>
[JsonConverter(typeof(IdJsonFactory))]
public readonly record struct Id<TNoun> : IParsable<Id<TNoun>>, IComparable<Id<TNoun>>
{
    readonly string? text;

    Id(string text) => this.text = text;

    /// <summary>The 36-character text; empty for <c>default</c>, which names nothing.</summary>
    public string Text => text ?? "";

    public static Id<TNoun> New() => new(Guid.CreateVersion7().ToString("D"));

    /// <exception cref="FormatException">The text is not a lower-case UUID with hyphens.</exception>
    public static Id<TNoun> Parse(string text) =>
        TryParse(text, null, out var id)
            ? id
            : throw new FormatException($"'{text}' is not an id: ids are lower-case UUIDs with hyphens.");

    static Id<TNoun> IParsable<Id<TNoun>>.Parse(string s, IFormatProvider? provider) => Parse(s);

    // Only one spelling is accepted, since ids become file names and keys.
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<TNoun> result)
    {
        result = default;
        if (s is null || !IsUuid(s))
            return false;
        result = new(s);
        return true;
    }

    static bool IsUuid(string s)
    {
        if (s.Length != 36)
            return false;
        for (var i = 0; i < s.Length; i++)
            if (i is 8 or 13 or 18 or 23 ? s[i] != '-' : !char.IsAsciiHexDigitLower(s[i]))
                return false;
        return true;
    }

    public int CompareTo(Id<TNoun> other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;
}

/// <summary>The nouns that have ids. They are names only.</summary>
public static class Nouns
{
    public sealed class Account;

    public sealed class Assignment;

    public sealed class Attendance;

    public sealed class Camera;

    public sealed class Case;

    public sealed class Clinician;

    public sealed class Clip;

    public sealed class Consult;

    public sealed class Dock;

    public sealed class Draw;

    public sealed class Exemption;

    public sealed class Fault;

    public sealed class Finding;

    public sealed class Import;

    public sealed class Incident;

    public sealed class Lease;

    public sealed class LiveSession;

    public sealed class Note;

    public sealed class Officer;

    public sealed class PolicyVersion;

    public sealed class Recording;

    public sealed class Shift;

    public sealed class Unit;

    public sealed class Upload;

    public sealed class Viewing;

    public sealed class Watching;
}

sealed class IdJsonFactory : JsonConverterFactory
{
    public override bool CanConvert(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>);

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(IdJson<>).MakeGenericType(type.GetGenericArguments()))!;

    sealed class IdJson<TNoun> : JsonConverter<Id<TNoun>>
    {
        public override Id<TNoun> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Id<TNoun>.TryParse(reader.GetString(), null, out var id)
                ? id
                : throw new JsonException("an id is a lower-case UUID with hyphens");

        public override void Write(Utf8JsonWriter writer, Id<TNoun> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Text);
    }
}
