using System.Text.RegularExpressions;
using Lapel.Records;
using Lapel.Roster;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Lapel.Server;

/// <summary>
/// The OpenAPI 3.1 description of the API, made from the routes themselves and the sentences of <see cref="ApiWords"/>. It names no
/// server: it is the same on every machine, stands in docs/api/openapi.json, and a test fails when that copy is stale.
/// </summary>
static partial class ApiDescription
{
    const string Bearer = "bearer";
    const string Problem = "Problem";

    public static void AddServices(IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            api =>
            {
                api.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                api.ShouldInclude = route =>
                    route.RelativePath is { } path
                    && (
                        path.StartsWith("api/v1/", StringComparison.Ordinal) || path.StartsWith("log/", StringComparison.Ordinal)
                    );
                api.CreateSchemaReferenceId = json => NameOf(json.Type, OpenApiOptions.CreateDefaultSchemaReferenceId(json));
                api.AddSchemaTransformer((schema, context, _) => Describe(schema, context.JsonTypeInfo.Type));
                api.AddOperationTransformer((operation, context, _) => Describe(operation, context));
                api.AddDocumentTransformer((document, _, _) => Describe(document));
            }
        );

    public static void Map(IEndpointRouteBuilder app)
    {
        const string Public = "it describes the program, not the agency";
        app.MapOpenApi("/api/{documentName}/openapi.json").OpenToAnyone(Public).OutsideAgencies(Public);
    }

    static Task Describe(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "Lapel",
            Version = "1",
            Description =
                "Everything that Lapel's pages do. Every address stands under the agency's short name, as in /york/api/v1/recordings; only founding an "
                + "agency stands at the server's root. Programs sign in with POST /api/v1/sign-in and send the token as Authorization: Bearer; cameras with "
                + "POST /api/v1/cameras/session. What the caller may not see is answered like what does not exist. Errors are RFC 9457 problems with a stable "
                + "code, listed in docs/api/errors.md; who may do what is in docs/access.md.",
            License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description =
                    "The token that POST /api/v1/sign-in gave to a person's program, or POST /api/v1/cameras/session to a camera.",
            },
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "RFC 9457 problem: why not, and what to do.",
            Required = new HashSet<string> { "type", "title", "status", "code" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Const = "about:blank" },
                ["title"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The sentence for a person; its words may change.",
                },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status again." },
                ["code"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
                    Description = "Stable: see docs/api/errors.md.",
                },
            },
        };
        return Task.CompletedTask;
    }

    /// <summary>Two nouns may each have an AskChange: what a routes class asks is named after its noun.</summary>
    static string? NameOf(Type type, string? name) =>
        name is not null && type.DeclaringType is { } routes
            ? routes.Name.Replace("Routes", "", StringComparison.Ordinal) + name
            : name;

    /// <summary>Types that our JSON writes as text, which the library cannot see into.</summary>
    static Task Describe(OpenApiSchema schema, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>))
            AsText(schema, "uuid", "A lower-case UUID with hyphens.");
        else if (type == typeof(Instant))
            AsText(schema, "date-time", "UTC with up to six decimals, ending in Z.");
        else if (type == typeof(Duration))
            AsText(schema, "duration", "A length of time as ISO 8601 writes it: PT2M2.25S.");
        else if (type == typeof(Digest) || type == typeof(ClaimedDigest))
            AsText(schema, null, "SHA-256 as sha256: and 64 hexadecimal digits.");
        return Task.CompletedTask;
    }

    static void AsText(OpenApiSchema schema, string? format, string words)
    {
        schema.Type = JsonSchemaType.String;
        schema.Format = format;
        schema.Properties = null;
        schema.Description ??= words;
    }

    static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var route = context.Description;
        var method = route.HttpMethod ?? "GET";
        var path = "/" + Constraint().Replace(route.RelativePath!, "{$1}");
        var headersOnly = method == "HEAD";
        var words = ApiWords.Of(headersOnly ? "GET" : method, path);
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(path), context.Document) };
        operation.OperationId =
            $"{method.ToLowerInvariant()}-{NoLetter().Replace(path.Replace("/api/v1/", "", StringComparison.Ordinal), "-").Trim('-')}";
        operation.Summary = headersOnly ? words?.Summary + " (headers only)" : words?.Summary;
        operation.Description = string.Join(
            ' ',
            new[] { words?.Description, WhoMay(route.ActionDescriptor.EndpointMetadata) }.Where(s => s is { Length: > 0 })
        );
        foreach (var parameter in operation.Parameters ?? [])
            if (
                parameter.Schema is OpenApiSchema schema
                && route.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name)?.Type is { } type
            )
                Describe(schema, type);
        foreach (var (name, meaning) in words?.Query ?? [])
            (operation.Parameters ??= []).Add(
                new OpenApiParameter
                {
                    Name = name,
                    In = ParameterLocation.Query,
                    Description = meaning,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }
            );
        if (words is not null)
            operation.Responses = new()
            {
                [words.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = Answered(
                    operation,
                    words,
                    headersOnly
                ),
                ["default"] = new OpenApiResponse
                {
                    Description = "Why not.",
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
                    },
                },
            };
        if (route.ActionDescriptor.EndpointMetadata.OfType<NeedsPermission>().Any())
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        return Task.CompletedTask;
    }

    /// <summary>The answer in case of success, with the schema that the library derived from the route's type where it has one.</summary>
    static OpenApiResponse Answered(OpenApiOperation operation, ApiWord words, bool headersOnly)
    {
        var derived = operation
            .Responses?.Values.SelectMany(r => r.Content ?? new Dictionary<string, OpenApiMediaType>())
            .FirstOrDefault(c => c.Value.Schema is not null);
        var answer = new OpenApiResponse { Description = words.Answer };
        if (words.MediaType.Length > 0 && !headersOnly)
            answer.Content = new Dictionary<string, OpenApiMediaType>
            {
                [words.MediaType] = new() { Schema = derived?.Value?.Schema },
            };
        return answer;
    }

    static string WhoMay(IList<object> metadata) =>
        metadata.OfType<NeedsPermission>().FirstOrDefault() is { } needs
            ? needs.Permission is { } permission
                ? $"Needs the permission {Words<Permission>.Of(permission)}."
                : "Needs a sign-in."
            : metadata.OfType<OpenToAnyone>().FirstOrDefault() is { } open
                ? $"Needs no sign-in: {open.Reason}."
                : metadata.OfType<OutsideAgencies>().FirstOrDefault() is { } outside
                    ? $"Stands at the server's root: {outside.Reason}."
                    : "";

    static string TagOf(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["api", "v1", var noun, ..] ? noun : "log";

    [GeneratedRegex(@"\{\**([A-Za-z]+)[^}]*\}")]
    private static partial Regex Constraint();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoLetter();
}
