using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lapel.Governance;

namespace Lapel.Tests.Governance;

/// <summary>The published schema, judged by a validator that is not ours, and the reader must be about the same documents.</summary>
public sealed class PolicySchemaTests
{
    static readonly JsonDocumentOptions Commented = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    static JsonElement Schema { get; } = JsonDocument.Parse(ShippedPolicy.ReadSchema()).RootElement;

    /// <summary>Paths of what is wrong, by Debian's python3-jsonschema; none when it fits.</summary>
    static async Task<IReadOnlyList<string>[]> Judge(IReadOnlyList<string> documents)
    {
        const string script = """
            import json, sys
            from jsonschema import Draft202012Validator
            asked = json.load(sys.stdin)
            schema = json.loads(asked["schema"])
            Draft202012Validator.check_schema(schema)
            judge = Draft202012Validator(schema)
            json.dump([[e.json_path for e in judge.iter_errors(json.loads(d))] for d in asked["documents"]], sys.stdout)
            """;
        var run = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var answer = run.StandardOutput.ReadToEndAsync();
        var trouble = run.StandardError.ReadToEndAsync();
        await run.StandardInput.WriteAsync(JsonSerializer.Serialize(new { schema = ShippedPolicy.ReadSchema(), documents }));
        run.StandardInput.Close();
        await run.WaitForExitAsync();
        run.ExitCode.ShouldBe(0, await trouble);
        return JsonSerializer.Deserialize<List<string>[]>(await answer)!;
    }

    static string Plain(string text) => JsonNode.Parse(text, documentOptions: Commented)!.ToJsonString();

    [Fact]
    public async Task What_ships_fits_the_schema()
    {
        var judged = await Judge([.. ShippedPolicy.All.Select(p => Plain(p.ReadText()))]);
        foreach (var (policy, wrong) in ShippedPolicy.All.Zip(judged))
            wrong.ShouldBeEmpty(policy.Name);
    }

    [Fact]
    public async Task What_the_reader_refuses_the_schema_refuses()
    {
        string[] changed =
        [
            PolicyPeople.With("$.colour", "1"),
            PolicyPeople.With("$.triggers[0].says.loud", "true"),
            PolicyPeople.With("$.about", null),
            PolicyPeople.With("$.docking.withinHours", null),
            PolicyPeople.With("$.triggers[0].on", "\"cal\""),
            PolicyPeople.With("$.triggers[0].says.grade", "\"official\""),
            PolicyPeople.With("$.preEvent.seconds", "1.5"),
            PolicyPeople.With("$.reasons[0].saidAloud", "\"yes\""),
            PolicyPeople.With("$.reasons[0].permits", "\"stopped\""),
            PolicyPeople.With("$.breaches[0].findings[0]", "\"slow\""),
            PolicyPeople.With("$.breaches[1].escalatesAt", null),
            PolicyPeople.With("$.sources.S1", "\"a book\""),
        ];
        var judged = await Judge([.. changed.Select(Plain)]);
        for (var i = 0; i < changed.Length; i++)
        {
            judged[i].ShouldNotBeEmpty($"case {i}");
            PolicyText.WhyNotValid(changed[i]).ShouldNotBeEmpty($"case {i}");
        }
    }

    [Fact]
    public void The_schema_describes_every_field_of_the_reader_and_no_other() => SameFields(typeof(Policy), Schema, "$");

    static void SameFields(Type type, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace(path);
            SameFields(type, Schema.GetProperty("$defs").GetProperty(reference.GetString()![8..]), path);
            return;
        }
        if (!path.EndsWith("[]"))
            schema.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace(path);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            schema
                .GetProperty("enum")
                .EnumerateArray()
                .Select(e => e.GetString())
                .ShouldBe(Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName), path);
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            Items(type.GetGenericArguments()[0], schema.GetProperty("items"), path + "[]");
        else if (type.IsGenericType)
            Items(type.GetGenericArguments()[1], schema.GetProperty("additionalProperties"), path + ".*[]");
        else if (type != typeof(string) && type != typeof(int) && type != typeof(bool))
            Fields(type, schema, path);
    }

    // What an entry is, its list describes.
    static void Items(Type type, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = Schema.GetProperty("$defs").GetProperty(reference.GetString()![8..]);
        SameFields(type, schema, path);
    }

    static void Fields(Type type, JsonElement schema, string path)
    {
        schema.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse(path);
        var parameters = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters();
        var properties = schema.GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        properties.Keys.ShouldBe(parameters.Select(Name), ignoreOrder: true, path);
        foreach (var parameter in parameters.Where(p => properties[Name(p)].ValueKind == JsonValueKind.Object))
            if (!properties[Name(parameter)].TryGetProperty("const", out _))
                SameFields(parameter.ParameterType, properties[Name(parameter)], $"{path}.{Name(parameter)}");
    }

    static string Name(ParameterInfo parameter) => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
}
