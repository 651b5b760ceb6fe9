using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>What a route says about who may use it. A route that says nothing is for nobody: see <see cref="Gate"/>.</summary>
/// <param name="Permission">None when every signed-in account may.</param>
public sealed record NeedsPermission(Permission? Permission);

/// <summary>A route that this gate leaves alone: open to anyone, or guarded by something else, as the reason says.</summary>
public sealed record OpenToAnyone(string Reason);

/// <summary>A route at the server's root, where there is no agency and so no account. Inside an agency it counts for nothing.</summary>
public sealed record OutsideAgencies(string Reason);

public static class WhoMay
{
    /// <summary>Only for signed-in accounts whose role has the permission.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Permission permission)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new NeedsPermission(permission));

    /// <summary>For every signed-in account; what it sees there is decided inside.</summary>
    public static TBuilder NeedsSignIn<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new NeedsPermission(null));

    /// <param name="reason">Why no account is needed: "a camera's own token guards it", "it is the sign-in page".</param>
    public static TBuilder OpenToAnyone<TBuilder>(this TBuilder route, string reason)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OpenToAnyone(reason));

    /// <param name="reason">What guards it there, or why nothing needs to.</param>
    public static TBuilder OutsideAgencies<TBuilder>(this TBuilder route, string reason)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OutsideAgencies(reason));

    /// <summary>Routes that forgot to say who may use them; a test expects none.</summary>
    public static IEnumerable<string> Undeclared(EndpointDataSource routes) =>
        routes
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e =>
                e.Metadata.GetMetadata<NeedsPermission>() is null
                && e.Metadata.GetMetadata<OpenToAnyone>() is null
                && e.Metadata.GetMetadata<OutsideAgencies>() is null
            )
            .Select(e => e.RoutePattern.RawText ?? "");

    /// <summary>The decision: may this viewer use a route that says this?</summary>
    /// <param name="looking">GET or HEAD. What one may not see looks like what does not exist.</param>
    public static Refusal? WhyNot(Viewer? viewer, NeedsPermission needs, bool looking) =>
        viewer is null ? SignInNeeded
        : needs.Permission is not { } permission || viewer.May(permission) ? null
        : looking ? Nothing
        : new Refusal("not-entitled", "Your role does not let you do this.", RefusalKind.Forbidden);

    public static readonly Refusal SignInNeeded = new("sign-in-needed", "Sign in first.", RefusalKind.SignInNeeded);

    /// <summary>The one answer for what is not there and for what this viewer may not know of.</summary>
    public static readonly Refusal Nothing = new(
        "not-found",
        "There is nothing here, or nothing that you may see.",
        RefusalKind.NotFound
    );
}
