using Lapel.Roster;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Tests.Server;

/// <summary>One method of one route of the running server.</summary>
public sealed record Route(string Method, string Pattern, RoutePattern Parts, EndpointMetadataCollection Metadata)
{
    public const string Nowhere = "0190a5a0-0000-7000-8000-000000000000";

    public bool Looks => Method is "GET" or "HEAD";

    public bool IsApi => Pattern.StartsWith("/api/", StringComparison.Ordinal);

    /// <summary>Whether it yields something of a recording.</summary>
    public bool IsEvidence => Pattern.Contains("/recordings/{id}", StringComparison.Ordinal);

    public string Key => $"{Method} {Pattern}";

    /// <summary>Routes of any method (tus) appear with the methods that they take.</summary>
    public static IReadOnlyList<Route> AllOf(House house) =>
        [
            .. house
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.RoutePattern.RawText != "{**path}")
                .SelectMany(e =>
                    MethodsOf(e)
                        .Select(m => new Route(m, "/" + e.RoutePattern.RawText!.TrimStart('/'), e.RoutePattern, e.Metadata))
                )
                .OrderBy(r => !r.IsApi)
                .ThenBy(r => r.Pattern, StringComparer.Ordinal)
                .ThenBy(r => r.Method, StringComparer.Ordinal),
        ];

    static IReadOnlyList<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
        ?? (route.RoutePattern.RawText!.EndsWith('}') ? ["HEAD", "PATCH", "DELETE", "OPTIONS"] : ["POST", "OPTIONS"]);

    /// <summary>An address of the route, relative to the agency's.</summary>
    /// <param name="ids">By the parameter's name, or by the noun before <c>{id}</c>; what is not there is named by an id of nothing.</param>
    public string Address(IReadOnlyDictionary<string, string> ids)
    {
        var before = "";
        var segments = new List<string>();
        foreach (var segment in Parts.PathSegments)
        {
            var text = string.Concat(
                segment.Parts.Select(p => p is RoutePatternParameterPart parameter ? Value(parameter, before, ids) : Literal(p))
            );
            segments.Add(text);
            before = text;
        }
        return string.Join('/', segments);
    }

    static string Literal(RoutePatternPart part) =>
        part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            _ => throw new InvalidOperationException("There is no other part."),
        };

    string Value(RoutePatternParameterPart part, string before, IReadOnlyDictionary<string, string> ids) =>
        part.Name switch
        {
            "id" => ids.GetValueOrDefault(before == "recordings" ? "recording" : before, Nowhere),
            "role" => "officer",
            "documentName" => "v1",
            "number" => "1",
            "position" or "level" => "0",
            "path" => ids.GetValueOrDefault("tile", "000.p/1"),
            "act" => "nothing",
            "month" => "2026-10",
            var name => ids.GetValueOrDefault(name, Nowhere),
        };
}
