using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Records;

/// <summary>
/// Binds a request to its agency. The first segment of the path names it and becomes the path base, so that routes and links are
/// written as if there were one agency; every part of the agency can then be asked for as an ordinary service.
/// </summary>
public static class PerAgency
{
    static readonly object Key = new();

    /// <summary>Lets handlers and components ask for any agency part, and for the <see cref="Agency"/>, by its type.</summary>
    public static void AddAgencyParts(this IServiceCollection services, AgencyParts parts)
    {
        services.AddHttpContextAccessor();
        services.AddScoped(s => Current(s) ?? throw new InvalidOperationException("This route is not under an agency."));
        foreach (var type in parts.Makers.Keys)
            services.AddScoped(type, s => s.GetRequiredService<Agency>().Get(type));
    }

    static Agency? Current(IServiceProvider services) =>
        services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Items[Key] as Agency;

    public static Agency? FindAgency(this HttpContext http) => http.Items[Key] as Agency;

    /// <summary>Comes before routing. Paths whose first segment is no agency go on unchanged.</summary>
    public static void UseAgencies(this IApplicationBuilder app, Agencies agencies) =>
        app.Use(
            (http, next) =>
            {
                var path = http.Request.Path.Value ?? "/";
                var end = path.IndexOf('/', 1);
                var first = end < 0 ? path[1..] : path[1..end];
                if (first.Length > 0 && agencies.Find(first) is { } agency)
                {
                    http.Items[Key] = agency;
                    // The path is decoded already; a string made into a path by conversion would be decoded a second time.
                    http.Request.PathBase = http.Request.PathBase.Add(new PathString("/" + first));
                    http.Request.Path = new PathString(end < 0 ? "/" : path[end..]);
                }
                return next(http);
            }
        );
}
