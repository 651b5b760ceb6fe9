using Microsoft.AspNetCore.Components;

namespace Lapel.Evidence;

/// <summary>
/// A card that a later module puts on a recording's page: Evidence does not know findings, tags or praise. Registered as a service;
/// it is only asked for a recording that the viewer has open.
/// </summary>
public interface IRecordingAside
{
    /// <summary>Ascending, from the top.</summary>
    int Order { get; }

    /// <returns>None when there is nothing to say to this viewer.</returns>
    Task<Aside?> Read(Reading reading, Viewer viewer, Recording recording, CancellationToken stop);
}

/// <param name="Card">A component.</param>
/// <param name="With">Its parameters.</param>
public sealed record Aside(Type Card, Dictionary<string, object> With)
{
    public static Aside Of<TCard>(Dictionary<string, object> with)
        where TCard : IComponent => new(typeof(TCard), with);
}
