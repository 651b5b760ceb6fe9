using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Lapel.Custody;

/// <summary>
/// The one JSON dialect of all formats, the API and the log: camelCase names, enums as kebab-case words, times as
/// <see cref="Time.ToText"/>, lengths of time as ISO 8601 (PT2M2.25S), absent instead of null. Readers of signed formats are strict: an unknown field is an error there,
/// so that nobody signs what the verifier does not understand.
/// </summary>
public static class LapelJson
{
    public static JsonSerializerOptions Lenient { get; } = Make(JsonUnmappedMemberHandling.Skip);

    public static JsonSerializerOptions Strict { get; } = Make(JsonUnmappedMemberHandling.Disallow);

    static JsonSerializerOptions Make(JsonUnmappedMemberHandling unknown)
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.UnmappedMemberHandling = unknown;
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Applies the dialect to options that another library owns (ASP.NET's).</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // readable names; every page escapes again
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 32;
        var fields = options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver();
        options.TypeInfoResolver = fields.WithAddedModifier(AbsentMeansNull);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.Converters.Add(new Time.InstantJson());
        options.Converters.Add(new Time.DurationJson());
    }

    // Null is written by leaving the field out, so a field that may be null must not be required when reading.
    static void AbsentMeansNull(JsonTypeInfo type)
    {
        foreach (var field in type.Properties)
            if (field.IsRequired && (field.IsSetNullable || Nullable.GetUnderlyingType(field.PropertyType) is not null))
                field.IsRequired = false;
    }
}
