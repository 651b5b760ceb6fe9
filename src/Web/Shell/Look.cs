using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Web;

/// <summary>Puts the look into a host: styles, islands and fonts, all from this server.</summary>
public static class Look
{
    /// <summary>What the browser may load and run: files of this server and nothing else; no inline script, no inline style.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self' blob:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>This one page may fetch pictures from there as well.</summary>
    public static void AlsoShow(this HttpContext http, string origin)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = headers
            .ContentSecurityPolicy.ToString()
            .Replace("img-src 'self'", $"img-src 'self' {origin}", StringComparison.Ordinal)
            .Replace("connect-src 'self'", $"connect-src 'self' {origin}", StringComparison.Ordinal);
    }

    public static WebApplicationBuilder AddLook(this WebApplicationBuilder builder)
    {
        // Outside development too: a server run from its build folder finds the files where they were built.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents();
        builder.Services.AddSingleton<LookFiles>();
        return builder;
    }

    /// <summary>Serves the look's files, and sends the policy with every page. Before routing and before the tenant is looked for.</summary>
    /// <param name="alsoConnect">Origins besides this server's that scripts may connect to: gateways of live pictures.</param>
    public static void UseLook(this WebApplication app, params IReadOnlyList<string> alsoConnect)
    {
        var policy = ContentSecurityPolicy.Replace(
            "connect-src 'self'",
            string.Join(' ', alsoConnect.Prepend("connect-src 'self'")),
            StringComparison.Ordinal
        );
        var files = app.Services.GetRequiredService<LookFiles>();
        app.Use(
            (http, next) =>
            {
                if (http.Request.Path.StartsWithSegments(LookFiles.Root, out var rest))
                    return files.Send(http, rest);
                var headers = http.Response.Headers;
                headers.ContentSecurityPolicy = policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                return next(http);
            }
        );
    }
}
