using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Lapel.Web;

/// <summary>Links to the page one is on. Pages have a base element, so <c>href="?x=1"</c> would leave the page; this does not.</summary>
public static class Here
{
    /// <summary>This path and query with the named values replaced; null removes one.</summary>
    public static string With(HttpContext http, params ReadOnlySpan<(string Name, string? Value)> changes)
    {
        var query = new QueryBuilder();
        foreach (var (name, values) in QueryHelpers.ParseQuery(http.Request.QueryString.Value))
            if (!IsNamed(name, changes))
                query.Add(name, values.OfType<string>());
        foreach (var (name, value) in changes)
            if (value is not null)
                query.Add(name, value);
        return Path(http) + query;
    }

    /// <summary>This path, tenant included, without a query.</summary>
    public static string Path(HttpContext http) => http.Request.PathBase.Add(http.Request.Path).ToUriComponent();

    /// <summary>Whether a navigation entry leads to this page or to one above it.</summary>
    public static bool IsUnder(HttpContext http, string href)
    {
        var path = http.Request.Path.Value?.Trim('/') ?? "";
        var target = href.Trim('/');
        return path == target || (target.Length > 0 && path.StartsWith(target + "/", StringComparison.Ordinal));
    }

    static bool IsNamed(string name, ReadOnlySpan<(string Name, string? Value)> changes)
    {
        foreach (var change in changes)
            if (change.Name == name)
                return true;
        return false;
    }
}
