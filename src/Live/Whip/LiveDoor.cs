using Lapel.WebRtc;
using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>Who may come in: which stream a bearer's token is for, and under which lease.</summary>
public sealed record LiveEntry(StreamKey Stream, Lease Lease);

/// <summary>Decides who may publish or watch; asked once for each WHIP or WHEP session, before the offer is looked at.</summary>
public interface ILiveDoor
{
    /// <param name="stream">As it stands in the address.</param>
    /// <param name="bearer">The token of the Authorization header; null when there is none.</param>
    ValueTask<Offered<LiveEntry>> Ask(string stream, LiveRole role, string? bearer, HttpContext http, CancellationToken stop);
}

/// <summary>The door of a gateway that stands alone: a signed token is all it needs, and it keeps no record.</summary>
/// <param name="agency">The one whose streams this door leads to, from the request (its path's first part, usually).</param>
public sealed class TokenDoor(LiveTokenVerifier verifier, Func<HttpContext, string> agency, TimeProvider clock) : ILiveDoor
{
    public ValueTask<Offered<LiveEntry>> Ask(
        string stream,
        LiveRole role,
        string? bearer,
        HttpContext http,
        CancellationToken stop
    ) => ValueTask.FromResult(Decide(stream, role, bearer, agency(http)));

    Offered<LiveEntry> Decide(string stream, LiveRole role, string? bearer, string agencySlug)
    {
        if (bearer is null)
            return new Refusal("live-token", "A live token of this agency is needed.", RefusalKind.SignInNeeded);
        if (verifier.WhyNot(bearer, clock.Now(), out var token) is { } refusal)
            return refusal;
        if (token!.Agency != agencySlug || token.Stream != stream || token.Role != role)
            return new Refusal(
                "live-token-elsewhere",
                "This live token is for another stream, or for another use of it.",
                RefusalKind.Forbidden
            );
        return new LiveEntry(new(token.Agency, token.Stream), token.ToLease());
    }
}
