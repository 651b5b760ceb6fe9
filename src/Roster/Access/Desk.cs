using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Lapel.Roster;

/// <summary>
/// Who asks for a page, a change or a list, with what it takes to answer: handlers take it as one parameter, by <c>[AsParameters]</c>.
/// </summary>
public sealed record Desk(HttpContext Http, Viewer Viewer, Agency Agency, AgencyRecords Records, TimeProvider Clock)
{
    public Instant Now => Clock.Now();

    /// <summary>On to a page of this agency.</summary>
    public IResult To(string path, string? done = null) => Forms.To(Http, path, done);

    /// <summary>One work by whoever asks.</summary>
    public async Task<T> Write<T>(Func<Work, Task<T>> act, CancellationToken stop)
    {
        await using var work = await Records.Begin(Viewer.Actor, stop);
        var written = await act(work);
        await work.Commit(stop);
        return written;
    }

    /// <inheritdoc cref="Write{T}"/>
    public async Task Write(Func<Work, Task> act, CancellationToken stop)
    {
        await using var work = await Records.Begin(Viewer.Actor, stop);
        await act(work);
        await work.Commit(stop);
    }

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
                var (path, done) = await Write(act, stop);
                return To(path, done);
            },
            again
        );
}
