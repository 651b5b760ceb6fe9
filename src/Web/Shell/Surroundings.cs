using Microsoft.AspNetCore.Http;

namespace Lapel.Web;

/// <summary>What stands around every page. The host implements it once; pages never fill it.</summary>
public interface ISurroundings
{
    ValueTask<Surroundings> Read(HttpContext http, CancellationToken stop);
}

/// <param name="Place">The organisation's name in the top bar and in the window's title.</param>
/// <param name="TimeZone">IANA name; the wall clock that every time on the page is shown in.</param>
/// <param name="Demo">A banner says that everything here is made up.</param>
/// <param name="SignedIn">None before sign-in: then there is no navigation either.</param>
/// <param name="Permissions">Decide which <see cref="NavItem"/>s are shown; they do not guard anything.</param>
/// <param name="Log">The signed head of the log, shown at the foot of every page.</param>
/// <param name="SearchHref">Where the search box in the top bar leads, as <c>?q=</c>; none hides it.</param>
/// <param name="Waiting">Small numbers beside navigation entries, and banners.</param>
public sealed record Surroundings(
    string Place,
    string TimeZone,
    bool Demo = false,
    SignedIn? SignedIn = null,
    IReadOnlySet<string>? Permissions = null,
    LogHead? Log = null,
    string? SearchHref = null,
    string SearchLabel = "Search",
    IReadOnlyList<Waiting>? Waiting = null
)
{
    public bool May(string? permission) => permission is null || Permissions?.Contains(permission) == true;
}

/// <param name="Role">In words, as shown: "Evidence clerk".</param>
/// <param name="Detail">A second line, such as a unit or a badge.</param>
/// <param name="Links">Entries of the account menu above "Sign out".</param>
/// <param name="SignOutAction">Target of the form that signs out, by POST.</param>
public sealed record SignedIn(
    string Name,
    string Role,
    string? Detail = null,
    IReadOnlyList<NavItem>? Links = null,
    string SignOutAction = "sign-out"
);

/// <param name="Root">The tree's root as text; shortened on the page, whole when copied.</param>
/// <param name="Witnesses">How many outsiders countersigned this head.</param>
public sealed record LogHead(long Size, string Root, Instant SignedAt, int Witnesses = 0, string? Href = null);
