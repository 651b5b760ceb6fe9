using Microsoft.AspNetCore.Http;

namespace Lapel.Roster;

/// <summary>
/// Who asks for a page or sends a form, with what it takes to answer: handlers take it as one parameter, by <c>[AsParameters]</c>.
/// </summary>
public sealed record Desk(HttpContext Http, Viewer Viewer, AgencyRecords Records, TimeProvider Clock)
{
    /// <summary>Does in one work what a form asks for and goes on to a page; when it is refused, shows the page again with the reason.</summary>
    /// <param name="act">Returns the page's path, and what was done: a word of <see cref="Done"/>.</param>
    public Task<IResult> Do(
        Func<Work, Task<(string Path, string Done)>> act,
        Func<Refusal, Task<IResult>> again,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await using var work = await Records.Begin(Viewer.Actor, stop);
                var (path, done) = await act(work);
                await work.Commit(stop);
                return Forms.To(Http, path, done);
            },
            again
        );
}
