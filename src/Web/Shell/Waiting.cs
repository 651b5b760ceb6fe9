using Microsoft.AspNetCore.Http;

namespace Lapel.Web;

/// <summary>
/// What waits for the person who is signed in. A module registers one for each of its pages that people must come back to; the host asks
/// them all for every page that is drawn, so each answers from one small read.
/// </summary>
public interface IWaiting
{
    ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop);
}

/// <param name="Href">The page that shows it, as in its <see cref="NavItem"/>; the count stands there.</param>
/// <param name="Banner">A sentence above every other page; none when the count is enough.</param>
/// <param name="First">Signing in leads to this page while something waits there.</param>
/// <param name="Home">Signing in leads to this page when nothing else comes first, whether or not something waits.</param>
public sealed record Waiting(string Href, long Count, string? Banner = null, bool First = false, bool Home = false);
