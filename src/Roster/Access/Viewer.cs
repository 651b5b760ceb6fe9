using Microsoft.AspNetCore.Http;

namespace Lapel.Roster;

/// <summary>Who is asking in this request: a signed-in account and what its role lets it do now. Asked for as an ordinary service.</summary>
public sealed record Viewer(Account Account, IReadOnlySet<Permission> Permissions)
{
    public Actor Actor => Account.Actor;

    /// <summary>How this request proves who asks; ended by signing out.</summary>
    public Session? Session { get; init; }

    public bool May(Permission permission) => Permissions.Contains(permission);
}

public static class Viewers
{
    static readonly object Key = new();

    /// <summary>Who is asking; none when nobody signed in. For pages and routes that are open to anyone.</summary>
    public static Viewer? FindViewer(this HttpContext http) => http.Items[Key] as Viewer;

    internal static void SetViewer(this HttpContext http, Viewer viewer) => http.Items[Key] = viewer;
}
