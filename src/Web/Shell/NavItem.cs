namespace Lapel.Web;

/// <summary>
/// One entry of the navigation. A module registers its own: <c>services.AddSingleton(new NavItem("Cameras", "cameras", "camera", 30))</c>.
/// </summary>
/// <param name="Href">Without a leading slash: it is relative to the page's base, which is the tenant's.</param>
/// <param name="Icon">A name that <see cref="Icon"/> draws.</param>
/// <param name="Order">Ascending; leave gaps of ten.</param>
/// <param name="Permission">Shown only to those who have it; none shows it to everyone signed in.</param>
/// <param name="Group">Entries of one group stand together under its heading; groups stand in the order of their first entry.</param>
public sealed record NavItem(string Label, string Href, string Icon, int Order, string? Permission = null, string Group = "");
